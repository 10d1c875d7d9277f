//! KW-125. Decided in `plan/guards/returning.rs`.

use crate::rule::Rule;

pub static KW_125: Rule = Rule {
    says: "Only if the run allows its address, a package key or a user that is disabled in the store is enabled or gets a \
           new key, and a key that waits for approval, or whose user waits, or whose package plan is inactive or limited to 0 \
           without a manifest that says so, gets a successor.",
    why: "Someone may have disabled it because it leaked or because a person left. The manifest does not show that.",
    source: "Keywright's own rule; Boomi help, Enabling or disabling user access",
    wrong: "`checkout-production` leaked, and someone disabled it in the Control Center at night; its manifest still says \
            `settings: {status: active}`, and a scheduled run would enable it.",
    right: "The run leaves it disabled, applies the rest, and exits with 4; someone who knows the reason changes the \
            manifest, or allows that one key.",
    ..Rule::fixed("KW-125").by_plan()
};
