//! What the rules found so far, and what the workspace makes of its severity.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::MAX_FINDINGS;
use crate::rules;
use crate::workspace::Workspace;

/// Collects findings.
#[derive(Default)]
pub struct Findings {
    found: Vec<Diagnostic>,
    is_over: bool,
}

impl Findings {
    pub fn add(&mut self, diagnostic: Diagnostic) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(diagnostic);
        } else {
            self.is_over = true;
        }
    }

    pub fn extend(&mut self, more: Self) {
        self.is_over |= more.is_over;
        for diagnostic in more.found {
            self.add(diagnostic);
        }
    }

    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        if self.is_over {
            let message = format!("there are more than {MAX_FINDINGS} findings; the others are not shown");
            self.found.push(rules::KW_003.finding(message).help("mend these first"));
        }
        self.found
    }
}

impl From<Vec<Diagnostic>> for Findings {
    fn from(mut found: Vec<Diagnostic>) -> Self {
        let is_over = found.len() > MAX_FINDINGS;
        found.truncate(MAX_FINDINGS);
        Self { found, is_over }
    }
}

/// Gives every finding the severity that the workspace wants for its rule, and drops those that it switched off.
/// Rules that protect the store's integrity never get here: the workspace file that lowers them is itself refused.
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
