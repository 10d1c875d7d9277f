//! Findings as reports for code hosts and CI servers: a file per format.
//!
//! What all formats need is decided here. The worst findings come first, because every reader shows only some. Every
//! finding has a file and a line, because a reader drops those without: the settings file for those without a place.
//! Every finding has an identity that does not depend on its line, so that a line added above does not make it a new one.

mod checkout;
mod github;
mod gitlab;
mod junit;
mod report;
mod sarif;

pub use checkout::Checkout;
pub use report::Report;

use std::io;

/// The format of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// SARIF 2.1.0, for GitHub code scanning and editors.
    Sarif,
    /// Commands that GitHub Actions shows as annotations.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// A JUnit test report.
    Junit,
}

/// Writes a report. The same report gives the same bytes.
pub fn write(out: &mut dyn io::Write, form: Form, report: &Report<'_>) -> io::Result<()> {
    match form {
        Form::Sarif => sarif::write(out, report),
        Form::Github => github::write(out, report),
        Form::Gitlab => gitlab::write(out, report),
        Form::Junit => junit::write(out, report),
    }
}
