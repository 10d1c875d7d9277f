//! The examples at the end of `--help`. A test runs every command.

pub(super) const INIT: &str = "\
Examples:
  keywright init shop                   A small workspace with the embedded store
  keywright init area --store cam --area 00000000-0000-0000-0000-000000000000
                                        A workspace for an area of Cloud API Management
  keywright init --ci github            A workspace in this folder, with pipelines";

pub(super) const VALIDATE: &str = "\
Examples:
  keywright validate                    Check the workspace of this folder
  keywright validate first.yaml         Check one file together with its workspace
  keywright validate --closed           Every reference must be to an object of a manifest
  keywright validate --format sarif     Findings for a code host";

pub(super) const PLAN: &str = "\
Examples:
  keywright plan                        Show what an apply would change
  keywright plan --out plan.json        Also save it for `keywright apply plan.json`
  keywright plan --prune --max-delete 5
                                        Also delete what no manifest declares, at most 5 objects
  keywright plan --at 2030-01-01        Show what a run on this day would change
  keywright plan --format markdown      A comment for a pull request";

pub(super) const APPLY: &str = "\
Examples:
  keywright apply                       Show the plan, ask, apply it, and report each result
  keywright apply plan.json             Apply exactly the plan that `plan --out plan.json` saved
  keywright apply --allow key/checkout-production
                                        Also make the change of this key that a guard holds back";

pub(super) const ROTATE: &str = "\
Examples:
  keywright rotate key/checkout-production
                                        A new key now; the old one works until its overlap ends
  keywright rotate key/checkout-production --again
                                        One more, although the last rotation is in progress";

pub(super) const EXPORT: &str = "\
Examples:
  keywright export                      Print all objects as manifests
  keywright export --out exported       Write them to files of a new folder
  keywright export --only application/alice/checkout
                                        One object and what it depends on
  keywright export --undeclared         What no manifest declares yet";

pub(super) const KEYS: &str = "\
Examples:
  keywright keys                        All keys, with their state, their end and what happens next
  keywright keys --only user/alice      The keys of one user
  keywright keys --finding never-expires
                                        The keys with this finding
  keywright keys due --within 30d       What happens to keys in the next 30 days
  keywright keys --format csv           A list for a spreadsheet";

pub(super) const DOCTOR: &str = "\
Examples:
  keywright doctor                      Check the workspace of this folder
  keywright doctor --format json        The same for a program";
