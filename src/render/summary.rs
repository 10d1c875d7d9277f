//! The number of findings, and the rule of the first most severe one.

use std::io;

use super::style;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::text;

/// Writes `2 errors, 1 warning · keywright explain CAM-027`, or nothing without findings.
pub fn summary(out: &mut dyn io::Write, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let Some(worst) = diagnostics.iter().map(|diagnostic| diagnostic.severity).max() else {
        return Ok(());
    };
    let mut comma = "";
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        if count > 0 {
            let color = style::of_severity(severity).bold();
            write!(out, "{comma}{color}{}{color:#}", text::count(count, severity.name()))?;
            comma = ", ";
        }
    }
    let rule = diagnostics.iter().find(|diagnostic| diagnostic.severity == worst).map(|diagnostic| diagnostic.rule);
    let dim = style::DIM;
    match rule {
        Some(rule) => writeln!(out, " {dim}·{dim:#} keywright explain {rule}"),
        None => writeln!(out),
    }
}

#[cfg(test)]
mod tests {
    use super::summary;
    use crate::diagnostic::Diagnostic;
    use crate::diagnostic::Severity;
    use crate::render::tests::plain;
    use crate::rules;

    #[test]
    fn counts_by_severity_and_names_the_first_most_severe_rule() {
        let mut all = vec![Diagnostic::new(rules::KW_009.id, Severity::Info, "i"), rules::CAM_043.finding("w")];
        assert_eq!(plain(|out| summary(out, &all)), "1 warning, 1 info · keywright explain CAM-043\n");
        all.push(rules::CAM_027.finding("e"));
        all.push(rules::CAM_001.finding("e"));
        assert_eq!(plain(|out| summary(out, &all)), "2 errors, 1 warning, 1 info · keywright explain CAM-027\n");
        assert_eq!(plain(|out| summary(out, &[])), "");
    }
}
