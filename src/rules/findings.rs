//! The findings of the rules, and the severities that the workspace gives them.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::MAX_FINDINGS;
use crate::rules;
use crate::workspace::Workspace;

/// Collects findings, up to a limit.
#[derive(Default)]
pub struct Findings {
    found: Vec<Diagnostic>,
    is_truncated: bool,
}

impl Findings {
    pub fn add(&mut self, diagnostic: Diagnostic) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(diagnostic);
        } else {
            self.is_truncated = true;
        }
    }

    pub fn extend(&mut self, more: Self) {
        self.is_truncated |= more.is_truncated;
        for diagnostic in more.found {
            self.add(diagnostic);
        }
    }

    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        if self.is_truncated {
            let message = format!("there are more than {MAX_FINDINGS} findings; only the first are shown");
            self.found.push(rules::KW_003.finding(message).help("fix these first"));
        }
        self.found
    }
}

impl From<Vec<Diagnostic>> for Findings {
    fn from(mut found: Vec<Diagnostic>) -> Self {
        let is_truncated = found.len() > MAX_FINDINGS;
        found.truncate(MAX_FINDINGS);
        Self { found, is_truncated }
    }
}

/// Applies the severities that the workspace gives to rules, and drops findings of rules that are off. KW-019 has refused
/// to lower rules that protect the store.
pub fn with_severities(mut diagnostics: Vec<Diagnostic>, workspace: &Workspace) -> Vec<Diagnostic> {
    if workspace.severities.is_empty() {
        return diagnostics;
    }
    diagnostics.retain_mut(|diagnostic| match workspace.severities.get(&diagnostic.rule) {
        Some(Some(severity)) => {
            diagnostic.severity = *severity;
            true
        }
        Some(None) => false,
        None => true,
    });
    diagnostics
}
