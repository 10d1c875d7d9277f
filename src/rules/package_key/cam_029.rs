//! CAM-029. Decided in `rules/package_key/cam_027.rs`.

use crate::rule::Rule;

pub static CAM_029: Rule = Rule {
    says: "A limit of a key that is above the limit of its plan is pointed out.",
    why: "The store allows it, and sometimes it is meant. But it takes one consumer out of the limit that the service \
          was sized for.",
    source: "Boomi help, Setting Key Method Overrides / Key Limits",
    ..Rule::info("CAM-029").shown_by(cases!("cam-029"))
};
