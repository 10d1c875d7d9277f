//! Packages: names, periods, lengths.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-014"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The name of a package has 1 to 255 characters and is declared once.",
        why: "Plans and keys name their package, and Keywright finds it in the store by that name. With two packages \
              of one name every such reference is a guess.",
        source: "Mashery V2 docs, Package",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card payments}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Wallet payments}
",
            right: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card payments}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments-wallet}
spec: {description: Wallet payments}
",
        },
    },
    Rule {
        id: RuleId("CAM-015"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A notification period of a package is minute, hour, day, week or month.",
        why: "The store knows no other period and refuses the whole package.",
        source: "Mashery V3 docs, Packages",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {notifyDeveloperPeriod: year}
",
            right: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {notifyDeveloperPeriod: month}
",
        },
    },
    Rule {
        id: RuleId("CAM-016"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "nearQuotaThreshold is 0 to 100, keyLength is 1 to 255, and sharedSecretLength is 0 to 255.",
        why: "The threshold is a percentage, and the lengths must fit the column of 255 characters that holds the \
              value. What the store does with other numbers is not documented.",
        source: "Boomi help, API package key properties",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {nearQuotaThreshold: 120}
",
            right: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {nearQuotaThreshold: 80}
",
        },
    },
    Rule {
        id: RuleId("CAM-017"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The keyAdapter of a package is not managed.",
        why: "It changes how all keys of the package are read, and the vendor reserves it for its own engineers. A \
              wrong word there would lock every consumer out at once.",
        source: "Boomi help, API package key properties",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card payments, keyAdapter: custom}
",
            right: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card payments}
",
        },
    },
];
