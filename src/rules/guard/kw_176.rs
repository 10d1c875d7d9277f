//! KW-176. Decided in `plan/guards/returning.rs` and `plan/shared_secrets.rs`.

use crate::rule::Rule;

pub static KW_176: Rule = Rule {
    says: "A key that `keywright keys revoke` disabled is enabled, or gets a new generation with another shared secret, only if the run \
           allows its address: an entry of `consents` in the settings is not enough; and no manifest gives its value to a \
           new key.",
    why: "The entry was written before the key leaked, and its shared secret may have leaked with it.",
    source: "Keywright's own rule",
    wrong: "`checkout-production` leaked and was revoked; its manifest says `settings: {status: active}`, and `consents` has an \
            entry for it from an earlier rotation.",
    right: "The run leaves it disabled, applies the rest, and exits with 4; `keywright rotate key/checkout-production --allow \
            key/checkout-production` makes a successor, or the manifest says `settings: {status: disabled}`.",
    ..Rule::fixed("KW-176").by_plan()
};
