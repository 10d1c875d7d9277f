//! CAM-039. Decided in `plan/shared_secrets.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_039: Rule = Rule {
    says: "The secret of a live key does not change.",
    why: "The store takes a secret only when the key is created and ignores it later. The manifest would promise a \
          secret that does not work.",
    source: "Mashery Terraform provider, application package key",
    wrong: "The variable behind `secret` of `checkout-production` has a new value; the live key still has the old one.",
    right: "`keywright rotate key/checkout-production` creates a successor with the new secret. Without `rotation`, a new key is \
            declared with it, and the old key is removed when its consumer has moved.",
    ..Rule::fixed("CAM-039").by_plan()
};
