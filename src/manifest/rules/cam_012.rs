//! CAM-012. Decided in `manifest/application.rs`.

use crate::rule::Rule;

pub static CAM_012: Rule = Rule {
    says: "The texts of an application fit their columns: 255 characters, but 64 for adsSystem and 32 for usageModel, \
           preferredProtocol and preferredOutput.",
    why: "The store may refuse or cut a longer text, and a cut text never matches the manifest. This is a warning \
          because the limits come from the older API.",
    source: "Mashery V2 docs, Application",
    ..Rule::warning("CAM-012").shown_by(cases!("cam-012"))
};
