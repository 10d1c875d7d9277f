//! CAM-037. Decided in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_037: Rule = Rule {
    says: "A live key stays with its application; another application is shown as a replace and needs consent.",
    why: "The store cannot move a key to another application: the key is deleted and created again. Between the two, \
          calls with that key fail.",
    source: "Mashery Terraform provider, application package key",
    wrong: "The store holds `checkout-production` under `checkout`; the manifest now sets `application: checkout-v2`.",
    right: "A second key under `checkout-v2` is declared; the first one is removed when its consumer has moved.",
    ..Rule::warning("CAM-037").by_plan()
};
