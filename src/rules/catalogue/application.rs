//! Applications: names, owners, texts.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-009"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Every application names a user that is declared or that lives in the store.",
        why: "An application is created under its user and can not exist without one. A mistyped username would stop \
              the application and all of its keys.",
        source: "Boomi help, Creating package keys",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alcie}
"
            ),
            right: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-010"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The name of an application has 1 to 127 characters, and its `status` and `isPackaged` are left to the \
               store.",
        why: "The column holds 127 characters: a longer name would be refused or cut, and would never match again. \
              The status of an application is no switch, only `draft` was ever seen in it.",
        source: "Mashery V2 docs, Application",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
",
                "metadata: {name: checkout-checkout-checkout-checkout-checkout-checkout-checkout-checkout-c",
                "heckout-checkout-checkout-checkout-checkout-checkout-ch}\n",
                r"spec: {user: alice}
"
            ),
            right: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-011"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An application is declared once for its user.",
        why: "Keywright finds a live application by its user and its name. With two manifests of that pair it could \
              not know whose keys are whose.",
        source: "Inferred: the store does not promise unique names",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Web checkout}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Mobile checkout}
"
            ),
            right: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Web checkout}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout-mobile}
spec: {user: alice, description: Mobile checkout}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-012"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "The texts of an application fit their columns: 255 characters, but 64 for adsSystem and 32 for \
               usageModel, preferredProtocol and preferredOutput.",
        why: "A longer text may be refused or cut by the store, and a cut text differs from the manifest for ever. \
              The figures come from the older API, therefore this is a warning.",
        source: "Mashery V2 docs, Application",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, preferredOutput: JSON where possible and XML for old clients}
"
            ),
            right: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, preferredOutput: JSON}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-013"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A live application stays with its user.",
        why: "The store has no way to hand an application to another user. A new application under the new user would \
              have none of the keys that consumers hold.",
        source: "Mashery V3 docs, Applications",
        example: Example::Story {
            wrong: "The store holds `checkout` of `alice`; the manifest now says `user: bob` and `previously: \
                    [alice/checkout]`.",
            right: "`checkout` of `alice` stays; `bob` gets an application and keys of his own, and the old one is \
                    retired when its consumers have moved.",
        },
    },
];
