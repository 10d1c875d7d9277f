//! KW-042. Decided in `plan/deliveries/unseen.rs`.

use crate::rule::Rule;

pub static KW_042: Rule = Rule {
    says: "A delivery is due if the key's value was never delivered, or if its file on this machine shows anything else.",
    why: "Each runner has its own disk. If a missing file were a missing delivery, every new runner would report changes \
          and write all values to its disk. Whether a key that Keywright created was delivered is recorded in the \
          workspace database; without it, that is unknown.",
    source: "Keywright's own rule",
    wrong: "A fresh checkout of a settled workspace, without `secrets/checkout.env`: the plan reports that it cannot see \
            the delivery, and has nothing to do.",
    right: "The run uses `--deliver key/checkout-production`, which writes the value on this machine.",
    ..Rule::info("KW-042").by_plan()
};
