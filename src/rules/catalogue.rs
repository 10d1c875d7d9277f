//! What every rule says, why it exists, who says so, and an example of wrong and right. `keywright explain` prints it.

use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

/// A user for examples that need one.
macro_rules! alice {
    () => {
        r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
"
    };
}

/// An application of alice for examples that need one.
macro_rules! checkout {
    () => {
        r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Web checkout}
---
"
    };
}

/// A package for examples that need one.
macro_rules! payments {
    () => {
        r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card and wallet payments}
---
"
    };
}

/// A plan of payments for examples that need one.
macro_rules! gold {
    () => {
        r"apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, description: For partners}
---
"
    };
}

mod api_key;
mod api_key_run;
mod api_key_time;
mod application;
mod guard;
mod manifest;
mod package;
mod package_key;
mod package_key_changes;
mod package_key_limits;
mod package_key_status;
mod plan;
mod run;
mod user;
mod workspace;

/// The groups, each sorted by id, in the order of their ids.
const GROUPS: [&[Rule]; 15] = [
    user::RULES,
    application::RULES,
    package::RULES,
    plan::RULES,
    package_key::RULES,
    package_key_limits::RULES,
    package_key_status::RULES,
    package_key_changes::RULES,
    run::RULES,
    api_key::RULES,
    api_key_time::RULES,
    api_key_run::RULES,
    manifest::RULES,
    workspace::RULES,
    guard::RULES,
];

/// Every rule, in the order of the ids: CAM, MFT, KW.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.into_iter().flatten()
}

/// The rule of an id, however it is written: `CAM-024` or `cam-024`.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id.0.eq_ignore_ascii_case(id))
}

/// One documented check.
pub struct Rule {
    pub id: RuleId,
    pub severity: Severity,
    pub when: When,
    /// Protects the integrity of the store: the workspace can not lower its severity.
    pub fixed: bool,
    /// One sentence: what must be so.
    pub says: &'static str,
    /// Why the rule exists: what goes wrong without it.
    pub why: &'static str,
    /// Who says so: the section of the reference and the vendor's page.
    pub source: &'static str,
    pub example: Example,
}

/// When a rule can be decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// From the manifests alone: `validate` and everything after it.
    Validate,
    /// Against the live store: `plan` and `apply`.
    Plan,
    /// By the store itself, or by how changes are carried out.
    Apply,
    /// By the client of Cloud API Management, while it reads and writes.
    Remote,
}

/// Wrong and right.
pub enum Example {
    /// Whole manifests, planned against an empty store: the first breaks this rule, the second breaks none. Tests run
    /// both.
    Manifests { wrong: &'static str, right: &'static str },
    /// Told in words, because it takes a store to break the rule.
    Story { wrong: &'static str, right: &'static str },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_stands_once_and_in_order() {
        let numbers = |prefix: &str, range: std::ops::RangeInclusive<u32>| -> Vec<String> {
            range.map(|number| format!("{prefix}-{number:03}")).collect()
        };
        let expected =
            [numbers("CAM", 1..=58), numbers("MFT", 1..=42), numbers("KW", 1..=23), numbers("KW", 101..=107)];
        let ids: Vec<_> = all().map(|rule| rule.id.0).collect();
        assert_eq!(ids, expected.concat());
    }

    #[test]
    fn every_text_is_a_sentence() {
        for rule in all() {
            let (wrong, right) = match rule.example {
                Example::Manifests { wrong, right } | Example::Story { wrong, right } => (wrong, right),
            };
            for text in [rule.says, rule.why, rule.source, wrong, right] {
                assert!(!text.trim().is_empty(), "{}: an empty text", rule.id);
                assert!(!text.contains("  ") || text.contains('\n'), "{}: two spaces: {text}", rule.id);
            }
            for text in [rule.says, rule.why] {
                assert!(text.ends_with('.'), "{}: no full stop: {text}", rule.id);
            }
            assert_eq!(sentences(rule.says), 1, "{}: {}", rule.id, rule.says);
            assert!(sentences(rule.why) <= 3, "{}: too long: {}", rule.id, rule.why);
        }
    }

    fn sentences(text: &str) -> usize {
        1 + text.split(". ").skip(1).filter(|rest| rest.starts_with(char::is_uppercase)).count()
    }

    #[test]
    fn only_errors_are_fixed() {
        for rule in all().filter(|rule| rule.fixed) {
            assert_eq!(rule.severity, Severity::Error, "{}", rule.id);
        }
    }

    #[test]
    fn manifests_show_what_planning_decides() {
        for rule in all() {
            match rule.example {
                Example::Manifests { wrong, right } => {
                    assert!(matches!(rule.when, When::Validate | When::Plan), "{}", rule.id);
                    assert_ne!(wrong, right, "{}", rule.id);
                    for document in [wrong, right].into_iter().flat_map(|text| text.split("\n---\n")) {
                        assert!(
                            document.starts_with("apiVersion: keywright.dev/v1\nkind: "),
                            "{}: {document}",
                            rule.id
                        );
                    }
                }
                Example::Story { wrong, right } => {
                    for text in [wrong, right] {
                        assert!(text.ends_with('.'), "{}: no full stop: {text}", rule.id);
                    }
                }
            }
        }
    }

    #[test]
    fn rules_are_found_in_any_case() {
        for id in ["CAM-024", "cam-024", "Cam-024"] {
            assert_eq!(find(id).map(|rule| rule.id.0), Some("CAM-024"));
        }
        assert!(find("CAM-999").is_none());
        assert!(find("").is_none());
    }
}
