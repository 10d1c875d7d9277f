//! CAM-026. Decided in `rules/values.rs`.

use crate::rule::Rule;

pub static CAM_026: Rule = Rule {
    says: "No two keys of one application have the same value, not even in different packages.",
    why: "Operators had to split such applications by hand: a search for a key by its value finds two. If one value \
          leaks, both packages are open.",
    source: "Masheryapi, clean-up script for equal key strings",
    ..Rule::warning("CAM-026").shown_by(cases!("cam-026"))
};
