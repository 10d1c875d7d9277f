//! Package keys: what they name, and custom values.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-023"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A key names an application, a package, and a plan of that same package; of what is not declared, the \
               plan run asks the store.",
        why: "The store takes package and plan apart and refuses the key when they do not belong together. Worse, a \
              plan of the same name elsewhere has other limits.",
        source: "Boomi help, Creating package keys; Mashery V3 docs, Package keys",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: shipping}
spec: {description: Parcels and letters}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: express}
spec: {package: shipping}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: express
  key: {generate: {prefix: chk_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: shipping}
spec: {description: Parcels and letters}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: express}
spec: {package: shipping}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: shipping
  plan: express
  key: {generate: {prefix: chk_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-024"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A custom key value holds only letters A to Z and a to z, digits, and `_ - . :`, and has 1 to 255 \
               characters.",
        why: "The store supports no other characters in a custom key. The gateway would not recognise such a key in a \
              call, and the key can not be corrected, only replaced.",
        source: "Boomi help, Creating package keys",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {value: not a real key 1}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-1}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-025"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "No two keys of one package have the same value.",
        why: "The value is all that a caller sends, so the gateway could not tell the two applications apart. The \
              store holds a value once in a package and refuses the second.",
        source: "Inferred from Mashery V3 docs, Package keys",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: returns}
spec: {user: alice}
---
",
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-1}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: returns-production}
spec:
  user: alice
  application: returns
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-1}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: returns}
spec: {user: alice}
---
",
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-1}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: returns-production}
spec:
  user: alice
  application: returns
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-2}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-026"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "No two keys of one application have the same value, not even in different packages.",
        why: "Operators had to split such applications by hand: scripts and people who look a key up by its value \
              find two. A leak of one value then opens both packages.",
        source: "Masheryapi, clean-up script for equal key strings",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: shipping}
spec: {description: Parcels and letters}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: express}
spec: {package: shipping}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-payments}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-1}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-shipping}
spec:
  user: alice
  application: checkout
  package: shipping
  plan: express
  key: {custom: {value: not-a-real-key-1}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: shipping}
spec: {description: Parcels and letters}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: express}
spec: {package: shipping}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-payments}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {value: not-a-real-key-1}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-shipping}
spec:
  user: alice
  application: checkout
  package: shipping
  plan: express
  key: {custom: {value: not-a-real-key-2}}
"
            ),
        },
    },
];
