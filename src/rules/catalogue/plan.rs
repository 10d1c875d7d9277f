//! Plans: names, limits, packages.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-018"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The name of a plan has 1 to 255 characters and is declared once in its package.",
        why: "Keys name their plan, and Keywright finds it in the store by package and name. With two plans of one \
              name nobody knows which limits a key gets.",
        source: "Mashery V3 docs, Plans",
        example: Example::Manifests {
            wrong: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, description: For partners}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, description: For everybody}
"
            ),
            right: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, description: For partners}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: silver}
spec: {package: payments, description: For everybody}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-019"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The status of a plan is active or inactive, and its quota is counted per minute, hour, day or month.",
        why: "The vendor documents no other words. A quota that is counted over another time than was meant lets too \
              many calls through, or too few.",
        source: "Mashery Terraform provider, package plan",
        example: Example::Manifests {
            wrong: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, quota: {calls: 5000, per: week}}
"
            ),
            right: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, quota: {calls: 5000, per: day}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-020"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A throttle or quota of a plan is either a number or unlimited, and all numbers of a plan are 0 or more.",
        why: "With a number and `unlimited` together the store follows one of them without a word. The other is what \
              somebody relies on.",
        source: "Mashery Terraform provider, package plan",
        example: Example::Manifests {
            wrong: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, unlimited: true}}
"
            ),
            right: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-021"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "numKeysBeforeReview of a plan is not above maxNumKeysAllowed.",
        why: "A developer never gets as many keys as the review waits for, so the review that somebody counts on \
              never happens.",
        source: "Inferred from Mashery V3 docs, Plans",
        example: Example::Manifests {
            wrong: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 2, numKeysBeforeReview: 3}
"
            ),
            right: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 2, numKeysBeforeReview: 1}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-022"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Every plan names a package that is declared or that lives in the store.",
        why: "A plan is created inside its package, and a package without a plan can not hold keys. A mistyped name \
              would stop the plan and every key on it.",
        source: "Boomi help, Creating package keys",
        example: Example::Manifests {
            wrong: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payment}
"
            ),
            right: concat!(
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments}
"
            ),
        },
    },
];
