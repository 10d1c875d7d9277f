//! CAM-057. Told by `render/outcome.rs`.

use crate::rule::Rule;

pub static CAM_057: Rule = Rule {
    says: "A selfServiceKeyProvisioningEnabled that the store did not take is reported.",
    why: "The vendor's page says that the field is ignored, other clients set it. If it did not take, developers can \
          still take keys of a plan that was meant to be closed.",
    source: "Mashery V3 docs, Plans",
    wrong: "The plan `gold` says `selfServiceKeyProvisioningEnabled: false`; after the write the store still says \
            true.",
    right: "The field is set in the portal, or left out of the manifest, so that the store's value stays.",
    ..Rule::warning("CAM-057").by_remote()
};
