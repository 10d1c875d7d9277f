//! Guards: changes that somebody has to allow.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("KW-101"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A run does not delete and replace more objects than the workspace allows, by percentage and by count.",
        why: "So many at once are most often a mistake: a wrong folder, a wrong branch, a bad merge. Every key among \
              them has consumers.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "A merge dropped a folder, and the plan would delete 120 of 300 keys; the workspace allows 30 \
                    percent and 10 objects.",
            right: "The folder is brought back. Or the deletes are meant, and are allowed or spread over several runs.",
        },
    },
    Rule {
        id: RuleId("KW-102"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "An object with `protect: true` is not deleted, disabled or replaced.",
        why: "Somebody marked it because much depends on it. Ending it takes two steps: first the mark goes, with a \
              review, then the object.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "`checkout-production` says `protect: true`, and the plan would replace it because its package \
                    changed.",
            right: "The package stays; or one commit removes `protect`, and a later one changes the package.",
        },
    },
    Rule {
        id: RuleId("KW-103"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A replace is carried out only for an address that the run allows.",
        why: "A field that can not change in place means delete and create. Consumers of the old object are refused \
              from that moment.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "The manifest of `checkout-production` names another package, and the run was not told that this \
                    is meant.",
            right: "The plan is read, its consumers are warned, and the run says `--allow key/checkout-production`.",
        },
    },
    Rule {
        id: RuleId("KW-104"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A user is disabled only when the run allows that address.",
        why: "Disabling a user removes or disables all keys of the user, also those that no manifest declares. \
              Enabling the user again may not bring them back.",
        source: "Keywright's own rule; Boomi help, User Access Settings and Roles",
        example: Example::Story {
            wrong: "The manifest of `alice` says `status: disabled`; six live keys hang on her and the run was not \
                    told that this is meant.",
            right: "The consumers have got keys of another user, and the run says `--allow user/alice`.",
        },
    },
    Rule {
        id: RuleId("KW-105"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The last active key of an application goes only when the run allows that address.",
        why: "After it the application can not make a single call.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "The only active key of `checkout` is no longer declared, and the run prunes.",
            right: "A new key is declared and delivered first; or the run says `--allow` with the address of that key.",
        },
    },
    Rule {
        id: RuleId("KW-106"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A user is deleted only when the run allows that address.",
        why: "The username stays taken on the whole platform and can never be used again, not even for the same \
              person.",
        source: "Keywright's own rule; Mashery V2 docs, Deleting Objects",
        example: Example::Story {
            wrong: "`alice` is no longer declared, users are owned, and the run prunes.",
            right: "Her manifest stays with `status: disabled`; or the run says `--allow user/alice`.",
        },
    },
    Rule {
        id: RuleId("KW-107"),
        severity: Severity::Error,
        when: When::Apply,
        fixed: true,
        says: "A saved plan deletes only what the workspace still owns.",
        why: "Between the plan and its apply an object may have been handed to another repository.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "A plan that deletes `old-shop` is applied after `applications: all` was taken out of the workspace.",
            right: "The run plans again, and leaves `old-shop` alone.",
        },
    },
];
