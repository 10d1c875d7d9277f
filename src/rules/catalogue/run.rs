//! Cloud API Management in a run: deletes, reads, writes.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-044"),
        severity: Severity::Error,
        when: When::Apply,
        fixed: true,
        says: "Deletes go from the bottom up: keys, then applications, then users; keys, then plans, then packages.",
        why: "Nobody says what a delete in the store takes with it. A parent that goes first may leave its children \
              behind or take them without a word.",
        source: "Mashery Terraform provider; mashcli",
        example: Example::Story {
            wrong: "A run deletes the user `alice` while her key `checkout-production` still lives.",
            right: "The run deletes the key, then `checkout`, checks that `alice` has nothing left, and deletes her \
                    last.",
        },
    },
    Rule {
        id: RuleId("CAM-045"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A package or plan that still has keys is not deleted.",
        why: "The keys may belong to other teams and other repositories, and each of them serves a consumer. They \
              would stop working without anybody having asked for it.",
        source: "Mashery Terraform provider",
        example: Example::Story {
            wrong: "The plan `gold` is no longer declared and the run prunes; `partner-production`, which no manifest \
                    declares, still uses it.",
            right: "The keys move to another plan of the package first, then `gold` goes.",
        },
    },
    Rule {
        id: RuleId("CAM-046"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The user `MasheryInternalOAuth2`, the user that Keywright signs in as, and administrators are never \
               deleted or disabled.",
        why: "The area stops working without its system user, and nobody can undo a mistake without an administrator. \
              The name is checked in the manifests, the rest against the store.",
        source: "Mashcli, members",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: MasheryInternalOAuth2}
spec: {email: system@example.com, displayName: System, status: disabled}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: MasheryInternalOAuth2}
spec: {email: system@example.com, displayName: System, status: active}
",
        },
    },
    Rule {
        id: RuleId("CAM-047"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Every role that a manifest names exists in the store.",
        why: "Roles can not be created over this API, so the write would fail. A mistyped role would leave a user or \
              a plan without the access that was meant.",
        source: "Mashery V3 docs, Roles",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, roles: [API Managers]}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, roles: [API Manager]}
",
        },
    },
    Rule {
        id: RuleId("CAM-048"),
        severity: Severity::Error,
        when: When::Apply,
        fixed: true,
        says: "A new username is free on the whole platform.",
        why: "Usernames are shared by all customers, and the name of a deleted user stays taken for ever. Only the \
              attempt to create the user can tell.",
        source: "Mashery V2 docs, member.create",
        example: Example::Story {
            wrong: "The user `alice` was deleted last year; a manifest declares `alice` again and the store refuses \
                    it as a duplicate.",
            right: "The manifest declares a name that was never used, such as `alice-payments`.",
        },
    },
    Rule {
        id: RuleId("CAM-049"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "What a look-up finds is compared exactly, and two exact hits for one object stop that object.",
        why: "The filter of the store matches parts of a text: `ann` also finds `joanna`. Without the second look \
              Keywright would change the wrong object.",
        source: "Mashery V3 docs, Pagination",
        example: Example::Story {
            wrong: "The store holds two applications `checkout` of `alice`, and the manifest declares one.",
            right: "One of the two is renamed or removed in the portal, so that one is left for the manifest.",
        },
    },
    Rule {
        id: RuleId("CAM-050"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Deletes are planned only from a list that is complete: as many different ids as the store counts.",
        why: "An object that a page left out looks like an object that is gone. A short list must never become a \
              reason to delete.",
        source: "Mashery V3 docs, Pagination",
        example: Example::Story {
            wrong: "The store counts 1200 keys, but its pages held 1000 different ones, and the run was asked to \
                    prune.",
            right: "All pages together hold 1200 different keys; only then are deletes planned.",
        },
    },
    Rule {
        id: RuleId("CAM-051"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "The calls that a plan needs fit into what is left of the day's quota.",
        why: "When the quota is spent the store refuses every call until the next day. The run stops half way, and \
              other programs with the same key stop too.",
        source: "Mashery blog, quota information in responses",
        example: Example::Story {
            wrong: "The plan needs 4200 calls, and 3000 of the 5000 calls of today are left.",
            right: "The plan is applied in parts, or on another day, or the vendor raises the quota.",
        },
    },
    Rule {
        id: RuleId("CAM-052"),
        severity: Severity::Error,
        when: When::Apply,
        fixed: true,
        says: "An object that changed since the plan was made is not written.",
        why: "The store has no lock and no version check. Writing anyway would undo what somebody else did a minute \
              ago, unseen.",
        source: "Inferred from Mashery V3 docs",
        example: Example::Story {
            wrong: "After the plan was made somebody raised the quota of `gold` in the portal; the apply finds \
                    another `updated` time.",
            right: "The change to `gold` is void as stale, the rest goes on, and the next plan starts from the new \
                    state.",
        },
    },
    Rule {
        id: RuleId("CAM-053"),
        severity: Severity::Error,
        when: When::Remote,
        fixed: true,
        says: "The custom attributes that an area makes mandatory are declared under extendedAttributes.",
        why: "An area can demand attributes that no documentation lists. Without them the store refuses to create the \
              object.",
        source: "Mashery V2 docs, Introduction",
        example: Example::Story {
            wrong: "The area demands `costCenter` for every user; the user `alice` says nothing about it and the \
                    store refuses her.",
            right: "The user says `extendedAttributes: {costCenter: \"4711\"}`.",
        },
    },
    Rule {
        id: RuleId("CAM-054"),
        severity: Severity::Warning,
        when: When::Remote,
        fixed: false,
        says: "A value that reads back different from what was sent is reported, and is not sent again until the \
               manifest or the store says something else.",
        why: "Event triggers of the customer may change an object while it is saved, and some fields are ignored. \
              Sending again and again would loop and spend the quota.",
        source: "Mashery docs, Event triggers",
        example: Example::Story {
            wrong: "The manifest says `company: Example Ltd`, a trigger makes `EXAMPLE LTD` of it, and the run sends \
                    it again.",
            right: "The run reports the difference once; the manifest is brought in line with the trigger, or the \
                    trigger with the manifest.",
        },
    },
    Rule {
        id: RuleId("CAM-055"),
        severity: Severity::Error,
        when: When::Remote,
        fixed: true,
        says: "No call is made with an empty id in its path.",
        why: "A path without its id addresses the whole collection, and the store accepts a delete there. One empty \
              text could delete every user.",
        source: "Mashery V3 docs, Resource Hierarchy",
        example: Example::Story {
            wrong: "The store answered a create without an id, and the next call would be `DELETE /members/`.",
            right: "The empty id is refused before a path is built, and the object is looked up again by its name.",
        },
    },
    Rule {
        id: RuleId("CAM-056"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "A declared key uses a plan that is active.",
        why: "What an inactive plan does to its keys is not documented. The key may be refused, or may serve nobody.",
        source: "Mashery Terraform provider, package plan",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, status: inactive}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, status: active}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-057"),
        severity: Severity::Warning,
        when: When::Remote,
        fixed: false,
        says: "A selfServiceKeyProvisioningEnabled that the store did not take is reported.",
        why: "The vendor's page says that the field is ignored, other clients set it. If it did not take, developers \
              can still take keys of a plan that was meant to be closed.",
        source: "Mashery V3 docs, Plans",
        example: Example::Story {
            wrong: "The plan `gold` says `selfServiceKeyProvisioningEnabled: false`; after the write the store still \
                    says true.",
            right: "The field is set in the portal, or left out of the manifest, so that the store's value stays.",
        },
    },
    Rule {
        id: RuleId("CAM-058"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "Every object is declared once.",
        why: "Two manifests of one object would overwrite each other in every run, and nobody could say which one is \
              true.",
        source: "Inferred: no vendor page says it",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: web_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-web}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: web_}}
"
            ),
        },
    },
];
