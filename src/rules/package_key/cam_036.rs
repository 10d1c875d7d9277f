//! CAM-036. Decided in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_036: Rule = Rule {
    says: "A live key stays in its package; another package is shown as a replace and needs consent.",
    why: "The store cannot move a key to another package: the key is deleted and created again. Between the two, calls \
          with that key fail.",
    source: "Mashery V3 docs, Package keys",
    wrong: "The store holds `checkout-production` in `payments`; the manifest now sets `package: payments-v2`.",
    right: "A second key in `payments-v2` is declared; the first one is removed when its consumer has moved.",
    ..Rule::warning("CAM-036").by_plan()
};
