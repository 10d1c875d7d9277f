//! CAM-023. Decided in `manifest/package_key.rs`, `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_023: Rule = Rule {
    says: "A key names an application, a package, and a plan of that same package; of what is not declared, the plan \
           run asks the store.",
    why: "The store takes package and plan apart and refuses the key when they do not belong together. Worse, a plan \
          of the same name elsewhere has other limits.",
    source: "Boomi help, Creating package keys; Mashery V3 docs, Package keys",
    ..Rule::fixed("CAM-023").shown_by(cases!("cam-023"))
};
