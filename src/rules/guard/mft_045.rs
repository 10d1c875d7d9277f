//! MFT-045. Decided in `plan/guards/taken.rs`.

use crate::rule::Rule;

pub static MFT_045: Rule = Rule {
    says: "An API key that ended early, or lost an organization or an API in the store, gets it back only if the run allows \
           its address.",
    why: "Someone may have taken it away because of abuse or a leak. The workspace database knows what the last run applied, \
          and that the store was changed since. Without it, only an ended key is recognized.",
    source: "Keywright's own rule; AFT Management API, ApiKey",
    wrong: "`erp-orders` may use ACME and BETA, and someone removed BETA in the portal last night; a scheduled run would add \
            it again.",
    right: "The run leaves it without BETA, applies the rest, and exits with 4; someone who knows the reason changes the \
            manifest, or allows that one key.",
    ..Rule::fixed("MFT-045").by_plan()
};
