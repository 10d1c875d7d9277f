//! CAM-038. Decided in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_038: Rule = Rule {
    says: "The value of a live key stays; another value is shown as a replace and needs consent.",
    why: "The store can not change a value: the old key goes and another comes. Every consumer that still sends the \
          old value is refused from that moment.",
    source: "Boomi help, Creating package keys; TIBCO community, How to rotate package keys",
    wrong: "The variable that `checkout-production` reads its custom value from now holds another value.",
    right: "A second key with the new value is declared first; the old key is removed when nobody sends it any more. \
            For generated keys `rotation` does both.",
    ..Rule::warning("CAM-038").by_plan()
};
