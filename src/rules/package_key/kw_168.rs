//! KW-168. Decided in `plan/shared_secrets.rs` and `apply.rs`.

use crate::rule::Rule;

pub static KW_168: Rule = Rule {
    says: "The store shows the shared secret that is delivered.",
    why: "A key keeps the shared secret with which it was created: if it got none then, or the store shows it only masked, no \
          run can deliver one. No older key is retired behind it, and its value replaces none that works.",
    source: "Mashery API 3.0, package keys: secret",
    wrong: "`key/checkout` was created while its package had `sharedSecretLength: 0`, and now has a place with `secret: true`.",
    right: "`keywright rotate key/checkout` has created a key with a shared secret, and delivered both.",
    ..Rule::warning("KW-168").by_plan()
};
