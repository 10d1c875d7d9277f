//! What a documented check is. Its one file says what it says, why, and who says so; findings are made from it, so that
//! they have its id and its severity. `keywright explain` prints it.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

/// The manifests of the two golden cases of a rule, `X-refuses` and `X-accepts`: its example, wrong and right.
macro_rules! cases {
    ($id:literal) => {
        [cases!(@ $id "-refuses"), cases!(@ $id "-accepts")]
    };
    (@ $id:literal $end:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/", $id, $end, "/manifests/m.yaml"))
    };
}

/// The rules of a folder: `ids` has each by its name, and `RULES` all of them. Each has a plain `mod` line beside it,
/// because formatters and other tools look for that. `CHECKS` are those that need nothing but the manifests, the workspace
/// and the time.
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

/// One documented check.
pub struct Rule {
    pub id: RuleId,
    pub severity: Severity,
    /// The severity that some findings have instead, and which ones.
    pub also: Option<(Severity, &'static str)>,
    /// Protects the integrity of the store: the workspace can not lower its severity.
    pub fixed: bool,
    pub when: When,
    /// One sentence: what must be so.
    pub says: &'static str,
    /// Why the rule exists: what goes wrong without it.
    pub why: &'static str,
    /// Who says so: the section of the reference and the vendor's page.
    pub source: &'static str,
    /// What breaks the rule, and what does not.
    pub wrong: &'static str,
    pub right: &'static str,
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

/// What wrong and right are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Example {
    /// Whole manifests, planned against an empty store: the first breaks this rule, the second breaks none. Tests run
    /// both.
    Manifests,
    /// Told in words, because it takes a store to break the rule.
    Story,
}

/// What a rule begins with; its texts follow in its file, and a test finds those that are missing.
impl Rule {
    /// An error that the workspace can not lower.
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
        let (also, fixed, when, example) = (None, false, When::Validate, Example::Story);
        Self { id: RuleId(id), severity, also, fixed, when, says, why, source, wrong, right, example }
    }

    /// What `cases!` reads.
    pub(crate) const fn shown_by(self, [wrong, right]: [&'static str; 2]) -> Self {
        Self { wrong, right, example: Example::Manifests, ..self }
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
}

impl Rule {
    pub fn finding(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, message)
    }

    /// A finding with the other severity that the rule has, where it says that it has one.
    pub fn also(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.id, self.also.map_or(self.severity, |(severity, _)| severity), message)
    }
}
