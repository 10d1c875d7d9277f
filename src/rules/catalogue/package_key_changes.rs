//! Package keys: what can not change, how many, and their values in Git.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-036"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A live key stays in its package; another package is shown as a replace and needs consent.",
        why: "The store can not move a key to another package: it is deleted and created again. Between the two, \
              calls with that key fail.",
        source: "Mashery V3 docs, Package keys",
        example: Example::Story {
            wrong: "The store holds `checkout-production` in `payments`; the manifest now says `package: payments-v2`.",
            right: "A second key in `payments-v2` is declared beside the first, and the first is removed when its \
                    consumer has moved.",
        },
    },
    Rule {
        id: RuleId("CAM-037"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A live key stays with its application; another application is shown as a replace and needs consent.",
        why: "The store can not move a key to another application: it is deleted and created again. Between the two, \
              calls with that key fail.",
        source: "Mashery Terraform provider, application package key",
        example: Example::Story {
            wrong: "The store holds `checkout-production` under `checkout`; the manifest now says `application: \
                    checkout-v2`.",
            right: "A second key under `checkout-v2` is declared beside the first, and the first is removed when its \
                    consumer has moved.",
        },
    },
    Rule {
        id: RuleId("CAM-038"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "The value of a live key stays; another value is shown as a replace and needs consent.",
        why: "The store can not change a value: the old key goes and another comes. Every consumer that still sends \
              the old value is refused from that moment.",
        source: "Boomi help, Creating package keys; TIBCO community, How to rotate package keys",
        example: Example::Story {
            wrong: "The variable that `checkout-production` reads its custom value from now holds another value.",
            right: "A second key with the new value is declared first; the old key is removed when nobody sends it \
                    any more. For generated keys `rotation` does both.",
        },
    },
    Rule {
        id: RuleId("CAM-039"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The secret of a live key does not change.",
        why: "The store takes a secret only when the key is created and ignores it later. The manifest would promise \
              a secret that signs nothing.",
        source: "Mashery Terraform provider, application package key",
        example: Example::Story {
            wrong: "The variable behind `secret` of `checkout-production` holds a new value; the key lives with the \
                    old one.",
            right: "A new key is declared with the new secret, and the old key is removed when its consumer has moved.",
        },
    },
    Rule {
        id: RuleId("CAM-040"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "A user has at most maxNumKeysAllowed keys in one plan.",
        why: "The plan allows a developer only so many keys. One more may be refused, or may start as waiting and \
              serve nobody.",
        source: "Mashery V3 docs, Plans",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 1}
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
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-staging}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: stg_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 2}
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
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-staging}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: stg_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-041"),
        severity: Severity::Info,
        when: When::Validate,
        fixed: false,
        says: "More keys of a user than the numKeysBeforeReview of a moderated plan are pointed out.",
        why: "The store may put the next key on waiting until an administrator agrees. Whoever rolls it out should \
              know before.",
        source: "Mashery V3 docs, Plans",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, adminKeyProvisioningEnabled: true, numKeysBeforeReview: 1}
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
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-staging}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: stg_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, adminKeyProvisioningEnabled: true, numKeysBeforeReview: 2}
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
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-staging}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: stg_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-042"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A generated key has a label: the `name` in its metadata.",
        why: "The value of a generated key is known only after it was made, so people, plans and deliveries can only \
              speak of the label.",
        source: "Inferred from Boomi help, Creating package keys",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
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
  key: {generate: {prefix: chk_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-043"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "The value or the secret of a key is not written into a manifest.",
        why: "A manifest lives in version control, where everybody who can read the repository has the key, and where \
              it stays after it was removed.",
        source: "Inferred: no vendor page says it",
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
  key: {custom: {value: not-a-real-key-1}}
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
  key: {custom: {file: secrets/checkout.key}}
"
            ),
        },
    },
];
