//! Checks that every target makes of its results.

use std::sync::Once;

use keywright::diagnostic::Diagnostic;
use keywright::diagnostic::Place;
use keywright::diagnostic::Source;
use keywright::diagnostic::Sources;
use keywright::manifest::node::Content;
use keywright::manifest::node::Node;
use keywright::model::Instant;

/// Runs parallel work on this thread only: a result must not depend on which thread is faster.
pub fn one_thread() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("the first pool");
    });
}

/// The time of all runs: 2027-01-15T08:00:00Z.
pub fn now() -> Instant {
    Instant::from_timestamp(1_800_000_000, 0).expect("a time of the calendar")
}

/// A named text. Real input that is not UTF-8 is refused earlier, so it is converted.
pub fn source(name: &str, bytes: &[u8]) -> Source {
    Source { name: name.into(), text: String::from_utf8_lossy(bytes).into(), readable: true }
}

/// Every finding points into its text, at character boundaries, and has a message.
pub fn check_findings(findings: &[Diagnostic], sources: &Sources) {
    for finding in findings {
        assert!(!finding.message.is_empty(), "{} says nothing", finding.rule);
        for place in finding.place.into_iter().chain(finding.labels.iter().map(|label| label.place)) {
            check_place(place, sources);
        }
    }
}

pub fn check_place(place: Place, sources: &Sources) {
    let source = sources.get(place.source).expect("a place in a text that there is");
    let (start, end) = (place.start as usize, place.end as usize);
    assert!(start <= end && end <= source.text.len(), "{place:?} is outside of its text");
    assert!(source.text.is_char_boundary(start) && source.text.is_char_boundary(end), "{place:?} cuts a character");
}

/// The findings are ordered by place, without duplicates.
pub fn check_order(findings: &[Diagnostic]) {
    for pair in findings.windows(2) {
        let key =
            |finding: &Diagnostic| (finding.place.is_none(), finding.place, finding.rule, finding.message.clone());
        assert!(key(&pair[0]) <= key(&pair[1]), "not sorted: {pair:?}");
        assert!(pair[0] != pair[1], "found twice: {:?}", pair[0]);
    }
}

/// Rendering costs more than everything else, so only the first few findings of an input are rendered.
const DRAWN: usize = 8;

/// Renders findings for people. No raw text may reach a terminal.
pub fn check_drawing(findings: &[Diagnostic], sources: &Sources) {
    let findings = &findings[..findings.len().min(DRAWN)];
    let mut drawn = Vec::new();
    keywright::render::text::diagnostics(&mut drawn, findings, sources, None).expect("a writer that takes everything");
    keywright::render::text::summary(&mut drawn, findings).expect("a writer that takes everything");
    check_escapes(&String::from_utf8(drawn).expect("UTF-8"));
}

/// Rendered text contains no control characters except line breaks and colors.
pub fn check_escapes(drawn: &str) {
    let mut rest = drawn;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n') {
        let escape = &rest[at..];
        let Some(after) = escape.strip_prefix("\u{1b}[") else { panic!("a raw {:?}", escape.chars().next()) };
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';').expect("an escape that ends");
        assert!(after[end..].starts_with('m'), "an escape that does more than colour");
        rest = &after[end..];
    }
}

/// The number of nodes in a tree.
pub fn count(node: &Node<'_>) -> usize {
    1 + match &node.content {
        Content::Scalar { .. } => 0,
        Content::List(items) => items.iter().map(count).sum(),
        Content::Mapping(pairs) => pairs.iter().map(|(key, value)| count(key) + count(value)).sum(),
    }
}
