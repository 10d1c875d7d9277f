//! CAM-038. Decided in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_038: Rule = Rule {
    says: "The value of a live key does not change; another value is shown as a replace and needs consent.",
    why: "The store cannot change a value: the old key is deleted and a new one is created. Calls with the old value \
          are refused from that moment.",
    source: "Boomi help, Creating package keys; TIBCO community, How to rotate package keys",
    wrong: "The variable with the custom value of `checkout-production` now holds another value.",
    right: "A second key with the new value is declared first; the old key is removed when no one uses it any more. \
            For generated keys, `rotation` does both.",
    ..Rule::warning("CAM-038").by_plan()
};
