//! CAM-005. Decided in `manifest/user.rs`.

use crate::rule::Rule;

pub static CAM_005: Rule = Rule {
    says: "The texts of a user fit their columns: 255 characters, but 64 for imsvc and postalCode, 50 for region, 15 \
           for registrationIpaddr and 8 for countryCode.",
    why: "The store may refuse or cut a longer text, and a cut text never matches the manifest. This is a warning \
          because the limits come from the older API.",
    source: "Mashery V2 docs, Member",
    ..Rule::warning("CAM-005").shown_by(cases!("cam-005"))
};
