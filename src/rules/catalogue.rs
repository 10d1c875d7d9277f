//! What every rule says, why it exists, who says so, and an example of wrong and right. `keywright explain` prints it.

use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

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
}

/// Wrong and right.
pub enum Example {
    /// Whole manifests: the first breaks this rule, the second breaks none. Tests run both.
    Manifests { wrong: &'static str, right: &'static str },
    /// Told in words, because it takes a store to break the rule.
    Story { wrong: &'static str, right: &'static str },
}
