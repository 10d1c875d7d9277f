//! KW-033. Decided in `matching/keys.rs`.

use crate::diagnostic::Severity;
use crate::rule::Rule;

pub static KW_033: Rule = Rule {
    says: "A plan does not know the secrets that programs provide, because these programs run only in `apply`.",
    why: "A plan is often made for a pull request, and its author must not be able to run programs. The plan takes the \
          only other key of the application and package for the declared key. `apply` reads the value, and creates the \
          key if the store does not have that value.",
    source: "Keywright's own rule",
    wrong: "A key has `key: {custom: {command: [vault, read, pay/key]}}`, and the store has two keys of its application \
            and package: the plan cannot determine which of them it is, so it leaves out all three.",
    right: "The key has `key: {custom: {env: APP_CHECKOUT_KEY}}`: the plan compares its value with those in the store.",
    also: Some((Severity::Warning, "for keys that the plan leaves out")),
    ..Rule::info("KW-033").by_plan()
};
