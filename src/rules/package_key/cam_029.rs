//! CAM-029. Decided in `rules/package_key/cam_027.rs`.

use crate::rule::Rule;

pub static CAM_029: Rule = Rule {
    says: "A limit of a key that is above the limit of its package plan is reported.",
    why: "The store allows it, and it may be intended. But it exempts one consumer from the limit that the service is \
          sized for.",
    source: "Boomi help, Setting Key Method Overrides / Key Limits",
    ..Rule::info("CAM-029").shown_by(cases!("cam-029"))
};
