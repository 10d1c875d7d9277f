//! CAM-026. Decided in `rules/values.rs`.

use crate::rule::Rule;

pub static CAM_026: Rule = Rule {
    says: "No two keys of one application have the same value, not even in different packages.",
    why: "Operators had to split such applications by hand: scripts and people who look a key up by its value find \
          two. A leak of one value then opens both packages.",
    source: "Masheryapi, clean-up script for equal key strings",
    ..Rule::warning("CAM-026").shown_by(cases!("cam-026"))
};
