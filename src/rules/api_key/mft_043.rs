//! MFT-043. Decided in `matching/odd.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static MFT_043: Rule = Rule {
    says: "Every row of the list of keys is understood; a row that is not stops only the manifest with its name, or \
           the one as which an earlier run knew it.",
    why: "A key without an id or without `enabled` says nothing about other keys. But it exists, so a key created under its \
          name would be a second one.",
    source: "AFT Management API, ApiKey",
    also: Some((Severity::Warning, "if no manifest has the name of the key, or was known as it")),
    wrong: "The live key `erp-orders` has `enabled: null`; the manifest `erp-orders` is neither compared nor created.",
    right: "The key is corrected in the portal, and the next run manages it again.",
    ..Rule::fixed("MFT-043").by_plan()
};
