//! Findings in the style of rustc: the message, the place with notes, and the help.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;

use super::excerpt;
use super::excerpt::Excerpt;
use super::excerpt::Mark;
use super::grouped::Grouped;
use super::grouped::Shown;
use super::grouped::grouped;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Places;
use crate::diagnostic::Severity;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::manifest::hide::hide;
use crate::manifest::hide::without_secrets;
use crate::rules;
use crate::text;

/// A placeholder for the file name and position. No other text can contain it, because all are sanitized.
const FILE: char = '\u{1}';

/// How many places are named of findings that are equal otherwise.
const PLACES: usize = 10;

/// Lines are already cut, so the library must not wrap them.
const RENDERER: Renderer = Renderer::styled().term_width(10_000);

/// Writes every finding with its lines and an empty line. Secrets in those lines are hidden: more people may read the
/// output, for example in a CI log, than the manifests. Lines fit in `width` columns if `out` is a screen.
pub fn diagnostics(
    out: &mut dyn io::Write,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    width: Option<usize>,
) -> io::Result<()> {
    let shown: BTreeSet<SourceId> = diagnostics
        .iter()
        .flat_map(|d| d.place.iter().chain(d.labels.iter().map(|l| &l.place)))
        .map(|p| p.source)
        .collect();
    let mut sources = without_secrets(sources, |id| shown.contains(&id));
    // MFT-019 reports a text that may be the value of a key; hide it too.
    let leaks = diagnostics.iter().filter(|diagnostic| diagnostic.rule == rules::MFT_019.id);
    leaks.filter_map(|leak| leak.place).for_each(|place| hide(&mut sources, place));
    let places = Places::new(&sources);
    let Grouped { shown, omitted } = grouped(diagnostics);
    for Shown { finding, equal } in shown {
        writeln!(out, "{}", draw(finding, &places, width))?;
        if !equal.is_empty() {
            let at: Vec<String> = equal.iter().take(PLACES).filter_map(|other| position(other, &places)).collect();
            let count = text::count(equal.len(), "more place*");
            let rest = if at.len() < equal.len() { ", …" } else { "" };
            writeln!(out, "   = the same in {count}: {}{rest}", at.join(", "))?;
        }
        writeln!(out)?;
    }
    for (rule, count) in omitted {
        writeln!(
            out,
            "{} of {rule} not shown; fix those above first, or see --format json\n",
            text::count(count, "more finding*")
        )?;
    }
    Ok(())
}

/// File, line and column of a finding.
fn position(diagnostic: &Diagnostic, places: &Places<'_>) -> Option<String> {
    let spot = places.spot(diagnostic.place?)?;
    let (line, column) = places.position(&spot, spot.start);
    Some(format!("{}:{line}:{column}", text::line(&spot.source.name)))
}

fn draw(diagnostic: &Diagnostic, places: &Places<'_>, width: Option<usize>) -> String {
    let excerpts = excerpt::excerpts(&marks(diagnostic, places), places, width);
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(text::line(&diagnostic.message)).id(diagnostic.rule.0);
    let mut group = Group::with_title(title).elements(excerpts.iter().map(|excerpt| snippet(excerpt, places)));
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(text::lines(help)));
    }
    with_positions(&RENDERER.render(&[group]), &excerpts, places)
}

/// The finding's own place and its labels.
fn marks<'a>(diagnostic: &'a Diagnostic, places: &Places<'a>) -> Vec<Mark<'a>> {
    let primary = diagnostic.place.map(|place| (place, true, diagnostic.note.as_ref()));
    let labels = diagnostic.labels.iter().map(|label| (label.place, false, label.text.as_ref()));
    primary
        .into_iter()
        .chain(labels)
        .filter_map(|(place, primary, text)| places.spot(place).map(|spot| Mark { spot, primary, text }))
        // An unreadable file has no lines to show; the message names it.
        .filter(|mark| mark.spot.source.readable || !mark.spot.source.text.is_empty())
        .collect()
}

fn snippet<'a>(excerpt: &Excerpt<'a>, places: &Places<'_>) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let drawing = excerpt.draw(places);
    let annotations = drawing.marks.into_iter().map(|(range, mark)| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(range).label((!mark.text.is_empty()).then(|| text::line(mark.text)))
    });
    Snippet::source(drawing.text).path(FILE.to_string()).line_start(excerpt.first_line()).annotations(annotations)
}

/// Replaces the library's `FILE:line:column` by the real position, because the library sees only a part of the line.
fn with_positions(drawn: &str, excerpts: &[Excerpt<'_>], places: &Places<'_>) -> String {
    let mut parts = drawn.split(FILE);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for (part, excerpt) in parts.zip(excerpts) {
        let (line, column) = excerpt.position(places);
        let _ = write!(whole, "{}:{line}:{column}", text::line(excerpt.file()));
        whole.push_str(part.trim_start_matches(|character: char| character == ':' || character.is_ascii_digit()));
    }
    whole
}
