//! What every target holds against what it made of the bytes.

use std::sync::Once;

use keywright::diagnostic::Diagnostic;
use keywright::diagnostic::Place;
use keywright::diagnostic::Source;
use keywright::diagnostic::Sources;
use keywright::manifest::tree::Content;
use keywright::manifest::tree::Node;
use keywright::model::Instant;

/// Work that is meant for many threads is done on this one: a run must not depend on who was faster.
pub fn one_thread() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("the first pool");
    });
}

/// The time that all runs reckon with: 2027-01-15T08:00:00Z.
pub fn now() -> Instant {
    Instant::from_timestamp(1_800_000_000, 0).expect("a time of the calendar")
}

/// A text under a name. What is not UTF-8 is refused before it gets here, so it is made UTF-8.
pub fn source(name: &str, bytes: &[u8]) -> Source {
    Source { name: name.into(), text: String::from_utf8_lossy(bytes).into(), readable: true }
}

/// Every finding points into its text, at whole characters, and has something to say.
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

/// The findings stand in the order of their places, none twice.
pub fn check_order(findings: &[Diagnostic]) {
    for pair in findings.windows(2) {
        let key =
            |finding: &Diagnostic| (finding.place.is_none(), finding.place, finding.rule, finding.message.clone());
        assert!(key(&pair[0]) <= key(&pair[1]), "not sorted: {pair:?}");
        assert!(pair[0] != pair[1], "told twice: {:?}", pair[0]);
    }
}

/// Drawing costs more than all else together, so only the first few findings of an input are drawn.
const DRAWN: usize = 8;

/// Draws findings as people see them. Nothing of the text may reach a terminal raw.
pub fn check_drawing(findings: &[Diagnostic], sources: &Sources) {
    let findings = &findings[..findings.len().min(DRAWN)];
    let mut drawn = Vec::new();
    keywright::render::text::diagnostics(&mut drawn, findings, sources).expect("a writer that takes everything");
    keywright::render::text::summary(&mut drawn, findings).expect("a writer that takes everything");
    check_escapes(&String::from_utf8(drawn).expect("UTF-8"));
}

/// What is drawn holds no control character but line breaks and colours.
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

/// How many nodes a tree has.
pub fn count(node: &Node<'_>) -> usize {
    1 + match &node.content {
        Content::Scalar { .. } => 0,
        Content::List(items) => items.iter().map(count).sum(),
        Content::Mapping(pairs) => pairs.iter().map(|(key, value)| count(key) + count(value)).sum(),
    }
}
