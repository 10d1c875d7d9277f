//! CAM-015. Decided in `manifest/package.rs`.

use crate::rule::Rule;

pub static CAM_015: Rule = Rule {
    says: "A notification period of a package is minute, hour, day, week or month.",
    why: "The store accepts no other period and refuses the whole package.",
    source: "Mashery V3 docs, Packages",
    ..Rule::fixed("CAM-015").shown_by(cases!("cam-015"))
};
