//! Package keys: status, end, and the user behind them.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-030"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The status of a key is active or disabled, or waiting for a key that does not exist yet.",
        why: "The store knows no other status, and traffic depends on it: only an active key is accepted. A key can \
              start as waiting but never return to it.",
        source: "TIBCO docs, Managing application package keys",
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
  key: {generate: {prefix: chk_}}
  settings: {status: enabled}
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
  settings: {status: active}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-031"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A live key that is active or disabled does not become waiting.",
        why: "The store allows every change of a key's status but that one. The plan would fail in every run.",
        source: "TIBCO docs, Managing application package keys",
        example: Example::Story {
            wrong: "The store holds `checkout-production` as active; the manifest says `settings: {status: waiting}`.",
            right: "The manifest says `settings: {status: disabled}`, which stops the traffic until somebody says \
                    active again.",
        },
    },
    Rule {
        id: RuleId("CAM-032"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The expires of a package key is a date of the calendar, year-month-day, or `never`.",
        why: "The store keeps only the day. A date that does not exist would be moved or refused, and the key would \
              end on a day that nobody chose.",
        source: "Mashery Terraform provider, application package key",
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
  expires: 2027-02-30
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
  expires: 2027-02-28
  key: {generate: {prefix: chk_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-033"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: false,
        says: "A new package key expires in the future; for a key that lives already a past date is a warning.",
        why: "A key that is born expired serves nobody, and its consumer finds out by failing. Most often the year is \
              mistyped.",
        source: "Inferred from Boomi help, Creating package keys",
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
  expires: 2026-06-30
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
  expires: 2027-06-30
  key: {generate: {prefix: chk_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("CAM-034"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A key is declared only for a user who is active; a status that no manifest says is asked of the store.",
        why: "An administrator can not give a key to a user who is not active. The store would refuse the key in the \
              middle of the apply.",
        source: "Boomi help, Creating package keys",
        example: Example::Manifests {
            wrong: concat!(
                r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: waiting}
---
",
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
            right: concat!(
                r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
",
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
        id: RuleId("CAM-035"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A user who is declared disabled has no declared keys.",
        why: "Disabling a user removes or disables all keys of the user. The two manifests contradict each other: one \
              ends the keys, the other keeps them.",
        source: "Boomi help, User Access Settings and Roles; TIBCO docs, User status",
        example: Example::Manifests {
            wrong: concat!(
                r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: disabled}
---
",
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
            right: concat!(
                r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
",
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
];
