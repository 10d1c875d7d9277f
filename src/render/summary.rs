//! How many findings there are, and where to read about the first of the worst.

use std::io;

use super::style;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;

/// Writes one line: `2 errors, 1 warning · keywright explain CAM-027`. Nothing when there is nothing to sum up.
pub fn summary(out: &mut dyn io::Write, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let Some(worst) = diagnostics.iter().map(|diagnostic| diagnostic.severity).max() else {
        return Ok(());
    };
    let mut comma = "";
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        if count > 0 {
            let colour = style::of_severity(severity).bold();
            write!(out, "{comma}{colour}{count} {}{colour:#}", noun(severity, count))?;
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

const fn noun(severity: Severity, count: usize) -> &'static str {
    match (severity, count) {
        (Severity::Error, 1) => "error",
        (Severity::Error, _) => "errors",
        (Severity::Warning, 1) => "warning",
        (Severity::Warning, _) => "warnings",
        (Severity::Info, 1) => "info",
        (Severity::Info, _) => "infos",
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
    fn counts_by_severity_and_names_the_first_of_the_worst() {
        let mut all = vec![Diagnostic::new(rules::KW_009.id, Severity::Info, "i"), rules::CAM_043.finding("w")];
        assert_eq!(plain(|out| summary(out, &all)), "1 warning, 1 info · keywright explain CAM-043\n");
        all.push(rules::CAM_027.finding("e"));
        all.push(rules::CAM_001.finding("e"));
        assert_eq!(plain(|out| summary(out, &all)), "2 errors, 1 warning, 1 info · keywright explain CAM-027\n");
        assert_eq!(plain(|out| summary(out, &[])), "");
    }
}
