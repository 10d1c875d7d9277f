//! CAM-057. Reported by `render/outcome.rs`.

use crate::rule::Rule;

pub static CAM_057: Rule = Rule {
    says: "A selfServiceKeyProvisioningEnabled that the store did not save is reported.",
    why: "The vendor says that the store ignores this field, but other clients set it. If the store did not save it, \
          developers can still get keys of a plan that you meant to close.",
    source: "Mashery V3 docs, Plans",
    wrong: "The package plan `gold` sets `selfServiceKeyProvisioningEnabled: false`; the store still has true \
            afterwards.",
    right: "The field is set in the Control Center, or is omitted from the manifest so that the store's value stays.",
    ..Rule::warning("CAM-057").by_remote()
};
