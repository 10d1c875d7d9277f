//! CAM-066. Decided in `matching/odd.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static CAM_066: Rule = Rule {
    says: "Every row of the store's lists is understood; a row that is not stops only a manifest that could declare \
           it, by its name, its value, its id, or the address under which an earlier run knew it.",
    why: "Others write to the store too. A key without an application or a limit that is not a number says nothing about \
          other objects, but an object created beside such a row could be a second one, and a delete could take what \
          hangs on it.",
    source: "Mashery V3 docs, Resource hierarchy; Keywright's own rule",
    also: Some((Severity::Warning, "if no manifest manages what was not understood, or was known as it")),
    wrong: "The store lists a key whose `application` is null and whose value begins with the prefix of \
            `checkout-production`; no key is created for that manifest.",
    right: "The key is corrected or deleted in the Control Center, and the next run matches the others as before.",
    ..Rule::fixed("CAM-066").by_plan()
};
