//! Package keys: throttle and quota of their own.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-027"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A key has a throttle or quota of its own only where its plan allows that with `keyOverride: true`.",
        why: "Without that permission the plan's limit stays in force. The manifest would promise a limit that the \
              gateway does not apply.",
        source: "Boomi help, Setting Key Method Overrides / Key Limits",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, keyOverride: false}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {throttle: 10}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, keyOverride: true}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {throttle: 10}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-028"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The throttle and the quota of a key are each `plan`, `unlimited`, or a number of 1 or more.",
        why: "The store reads 0 as \"no limit of its own\", so a key that was meant to be shut would get the full \
              limit of the plan.",
        source: "Boomi help, Setting Key Method Overrides / Key Limits",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, keyOverride: true}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {throttle: 0}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, keyOverride: true}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {throttle: 1}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-029"),
        severity: Severity::Info,
        when: When::Validate,
        fixed: false,
        says: "A limit of a key that is above the limit of its plan is pointed out.",
        why: "The store allows it, and sometimes it is meant. But it takes one consumer out of the limit that the \
              service was sized for.",
        source: "Boomi help, Setting Key Method Overrides / Key Limits",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, keyOverride: true}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {throttle: 50}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, throttle: {perSecond: 20, keyOverride: true}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  settings: {throttle: 20}
"
            ),
        },
    },
];
