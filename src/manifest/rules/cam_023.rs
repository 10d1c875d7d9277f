//! CAM-023. Decided in `manifest/package_key.rs`, `plan/live_rules.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_023: Rule = Rule {
    says: "A key names an application, a package, and a plan of that package; references to objects that are not \
           declared are checked against the store during planning.",
    why: "The store takes package and plan separately and refuses the key when they do not belong together. A plan of \
          the same name in another package has other limits.",
    source: "Boomi help, Creating package keys; Mashery V3 docs, Package keys",
    ..Rule::fixed("CAM-023").shown_by(cases!("cam-023"))
};
