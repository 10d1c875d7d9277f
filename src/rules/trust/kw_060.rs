//! KW-060. Decided in `settings_diff/findings.rs`.

use crate::rule::Rule;

pub static KW_060: Rule = Rule {
    says: "A change to `keywright.yaml` that weakens a setting is reported: guards, rules, ownership, which \
           manifests are read, what they may read and run, stores, credentials, or the database.",
    why: "A pull request that raises a guard and uses it in the same commit would be reviewed for its manifests only. \
          Without --trust the change takes effect at once; with --trust, after the merge.",
    source: "Keywright's own rule",
    wrong: "A pull request changes `guards: {deletes: {count: 5}}` to 500 and removes 200 keys.",
    right: "The change to the guard is a separate pull request, which the owners of the store review.",
    fixed: true,
    ..Rule::warning("KW-060").first()
};
