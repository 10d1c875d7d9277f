//! KW-155. Decided in `drift/findings.rs`.

use crate::rule::Rule;

pub static KW_155: Rule = Rule {
    says: "The workspace database has a record of the last apply of what differs.",
    why: "Without it, `keywright drift` cannot know whether the store or the manifest changed, and reports both as drift.",
    source: "Keywright's own rule",
    wrong: "A nightly job on a fresh machine compares without the database of the job that applies.",
    right: "Both jobs use one database on a server, or the nightly job restores the folder `.keywright`.",
    ..Rule::info("KW-155").by_plan()
};
