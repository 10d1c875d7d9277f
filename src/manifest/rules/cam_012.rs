//! CAM-012. Decided in `manifest/application.rs`.

use crate::rule::Rule;

pub static CAM_012: Rule = Rule {
    says: "The texts of an application fit their columns: 255 characters, but 64 for adsSystem and 32 for usageModel, \
           preferredProtocol and preferredOutput.",
    why: "A longer text may be refused or cut by the store, and a cut text differs from the manifest for ever. The \
          figures come from the older API, therefore this is a warning.",
    source: "Mashery V2 docs, Application",
    ..Rule::warning("CAM-012").shown_by(cases!("cam-012"))
};
