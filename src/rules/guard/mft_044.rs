//! MFT-044. Decided in `plan/guards/narrowed.rs`.

use crate::rule::Rule;

pub static MFT_044: Rule = Rule {
    says: "An enabled API key loses an organization or an API only if the run allows its address.",
    why: "Calls that use them are refused from then on. An empty list means no restriction, so the first entry takes away \
          all others.",
    source: "Keywright's own rule; AFT Management API, ApiKey",
    wrong: "`erp-orders` may use ACME and BETA, and its manifest lists only ACME.",
    right: "No caller needs BETA any more, and the run uses `--allow apikey/erp-orders`.",
    ..Rule::fixed("MFT-044").by_plan()
};
