//! KW-051. Checked here.

use crate::diagnostic::Diagnostic;
use crate::manifest::workspace::WorkspaceSpec;
use crate::rule::Rule;
use crate::workspace::DatabaseAt;
use crate::workspace::Workspace;

pub static KW_051: Rule = Rule {
    says: "A workspace whose database is on a server names the key for fingerprints.",
    why: "Otherwise each machine creates its own key in `.keywright/fingerprint.key`. Fingerprints of other machines are \
          then unknown: it cannot be determined whether a key of an interrupted run is in the store, and fields that the \
          store did not accept are tried again.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `database: postgres://keywright@db.example.com/keywright`, but no `fingerprints`.",
    right: "It also has `fingerprints: {key: {env: KEYWRIGHT_FINGERPRINT_KEY}}`, and the variable is the same for every \
            runner.",
    ..Rule::warning("KW-051")
};

/// Warns if runners share the database, but not the key.
pub(super) fn check(spec: &WorkspaceSpec, workspace: &Workspace) -> Option<Diagnostic> {
    let is_shared = matches!(workspace.database, DatabaseAt::Server { .. });
    let place = spec.database.as_ref().filter(|_| is_shared && workspace.fingerprint_key.is_none())?.place;
    let problem =
        KW_051.finding("runners share the database, but `fingerprints` names no key for all of them").at(place);
    Some(problem.help("add `fingerprints: {key: {env: KEYWRIGHT_FINGERPRINT_KEY}}`"))
}
