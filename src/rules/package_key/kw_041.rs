//! KW-041. Decided in `delivery.rs` and `plan/deliveries.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_041: Rule = Rule {
    says: "A key is delivered to a file that Git does not track, that is reached without links, and that contains only \
           variables, comments and blank lines; or to a sink that takes values now.",
    why: "A value in a tracked file is published with the next commit. A value in a script, in a hook or in the \
          configuration of a program could change what it does. A new key whose value cannot be written is of no use.",
    source: "Keywright's own rule",
    also: Some((Severity::Warning, "for a file that Git does not track and does not ignore")),
    wrong: "The repository contains `out`, a link to `.git`, and a key has `deliver: [{file: out/config, as: K}]`.",
    right: "The key has `deliver: [{file: secrets/checkout.env, as: CHECKOUT_KEY}]`, and Git ignores `secrets`.",
    ..Rule::fixed("KW-041")
};
