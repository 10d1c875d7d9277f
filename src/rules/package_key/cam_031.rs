//! CAM-031. Decided in `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_031: Rule = Rule {
    says: "A live key that is active or disabled does not become waiting.",
    why: "The store allows every other change of a key's status. The change would fail in every run.",
    source: "TIBCO docs, Managing application package keys",
    wrong: "The store holds `checkout-production` as active; the manifest sets `settings: {status: waiting}`.",
    right: "The manifest sets `settings: {status: disabled}`, which stops its traffic until it is active again.",
    ..Rule::fixed("CAM-031").by_plan()
};
