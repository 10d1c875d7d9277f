//! What the rules found so far, and what the workspace makes of its severity.

use crate::diagnostic::Diagnostic;
use crate::workspace::Workspace;

/// Most findings that are kept; a hostile workspace could otherwise fill the memory with complaints about itself.
const MAX_FINDINGS: usize = 50_000;

/// Collects findings.
#[derive(Default)]
pub struct Findings {
    found: Vec<Diagnostic>,
    untold: usize,
}

impl Findings {
    pub fn add(&mut self, diagnostic: Diagnostic) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(diagnostic);
        } else {
            self.untold += 1;
        }
    }

    pub fn extend(&mut self, more: Self) {
        self.untold += more.untold;
        more.found.into_iter().for_each(|diagnostic| self.add(diagnostic));
    }

    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        if self.untold > 0 {
            self.found.push(Diagnostic::error("KW-003", format!("{} more findings are not shown", self.untold)));
        }
        self.found
    }
}

impl From<Vec<Diagnostic>> for Findings {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self { found, untold: 0 }
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
