//! A documented check. Each rule has one file with its text, reason and source; findings are made from the rule, so that
//! they have its id and severity. `keywright explain` prints it.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

/// The example of a rule: the manifests of its golden cases `X-refuses` (wrong) and `X-accepts` (right).
macro_rules! cases {
    ($id:literal) => {
        [cases!(@ $id "-refuses"), cases!(@ $id "-accepts")]
    };
    (@ $id:literal $end:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/", $id, $end, "/manifests/m.yaml"))
    };
}

/// The rules of a folder: `ids` exports each by name, and `RULES` lists all. `CHECKS` are the checks that need only the
/// manifests, the workspace and the time. The `mod` lines are not generated, because rustfmt has to find them.
macro_rules! rules {
    ($($file:ident::$rule:ident),*; checks: $($check:path),*) => {
        rules! { $($file::$rule),* }

        pub(super) const CHECKS: &[super::Check] = &[$($check),*];
    };
    ($($file:ident::$rule:ident),*) => {
        pub(crate) mod ids {
            $(pub use super::$file::$rule;)*
        }

        pub(crate) const RULES: &[&$crate::rule::Rule] = &[$(&$file::$rule),*];
    };
}

pub struct Rule {
    pub id: RuleId,
    pub severity: Severity,
    /// A second severity, and the findings that have it.
    pub also: Option<(Severity, &'static str)>,
    /// The workspace cannot lower the severity, because the rule protects the integrity of the store, or reports a
    /// change that could also lower the severity.
    pub fixed: bool,
    /// Its findings come before all others, because other findings depend on the settings that it is about.
    pub is_first: bool,
    pub when: When,
    /// One sentence: what must hold.
    pub says: &'static str,
    /// What goes wrong without the rule.
    pub why: &'static str,
    /// The section of the reference and the vendor's page.
    pub source: &'static str,
    /// An example that breaks the rule, and one that does not.
    pub wrong: &'static str,
    pub right: &'static str,
    pub example: Example,
}

/// When a rule is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// From the manifests alone: `validate` and everything after it.
    Validate,
    /// Against the live store: `plan` and `apply`.
    Plan,
    /// By the store, or while changes are applied.
    Apply,
    /// By the client of Cloud API Management.
    Remote,
}

/// The form of `wrong` and `right`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Example {
    /// Manifests, planned against an empty store: the first breaks this rule, the second breaks none. Tests run both.
    Manifests,
    /// A description, because only a live store can break the rule.
    Story,
}

/// Constructors. The file of each rule adds the texts; a test finds missing ones.
impl Rule {
    pub(crate) const fn fixed(id: &'static str) -> Self {
        Self { fixed: true, ..Self::new(id, Severity::Error) }
    }

    pub(crate) const fn error(id: &'static str) -> Self {
        Self::new(id, Severity::Error)
    }

    pub(crate) const fn warning(id: &'static str) -> Self {
        Self::new(id, Severity::Warning)
    }

    pub(crate) const fn info(id: &'static str) -> Self {
        Self::new(id, Severity::Info)
    }

    const fn new(id: &'static str, severity: Severity) -> Self {
        let (says, why, source, wrong, right) = ("", "", "", "", "");
        let (also, fixed, is_first, when, example) = (None, false, false, When::Validate, Example::Story);
        Self { id: RuleId(id), severity, also, fixed, is_first, when, says, why, source, wrong, right, example }
    }

    /// Sets the example that `cases!` reads.
    pub(crate) const fn shown_by(self, [wrong, right]: [&'static str; 2]) -> Self {
        Self { wrong, right, example: Example::Manifests, ..self }
    }

    pub(crate) const fn first(self) -> Self {
        Self { is_first: true, ..self }
    }

    pub(crate) const fn by_plan(self) -> Self {
        Self { when: When::Plan, ..self }
    }

    pub(crate) const fn by_apply(self) -> Self {
        Self { when: When::Apply, ..self }
    }

    pub(crate) const fn by_remote(self) -> Self {
        Self { when: When::Remote, ..self }
    }

    pub fn finding(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic { is_first: self.is_first, ..Diagnostic::new(self.id, self.severity, message) }
    }

    /// A finding with the second severity of the rule, if it has one.
    pub fn also(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.also.map_or(self.severity, |(severity, _)| severity), message)
    }
}
