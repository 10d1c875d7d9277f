//! CAM-079. Decided in `plan/services.rs`.

use crate::rule::Rule;

pub static CAM_079: Rule = Rule {
    says: "Every service and endpoint that a package plan names is exactly one of the store.",
    why: "Keywright does not create services. With a mistyped name a plan would open less than its manifest says, and with a \
          name that two services share it is not clear which one is meant.",
    source: "Mashery V3 docs, Plan services",
    wrong: "The area has a service `Payments API`, and the manifest of the package plan names `Payment API`.",
    right: "The manifest names `Payments API`, or `id:` and the id of the service if two services have that name.",
    ..Rule::fixed("CAM-079").by_plan()
};
