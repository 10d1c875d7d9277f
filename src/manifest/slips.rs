//! What an author meant by text that is not valid YAML: the place of the mistake, and what to write. The place where a
//! parser stops is often the line after it.

use std::ops::Range;

use super::mistyped::TIGHT_COLON;
use super::mistyped::is_tight_field;
use super::read::Reading;
use super::rules;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::text::false_space;

/// A mistake in a text.
pub(super) struct Slip {
    /// The bytes of the mistake.
    pub(super) place: Range<usize>,
    /// What is wrong, if it is known better than by the parser.
    pub(super) why: Option<&'static str>,
    pub(super) help: String,
}

/// One line of a text.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    /// The line with the byte `at`.
    fn at(text: &'t str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        Self { start, text: text[start..].lines().next().unwrap_or_default() }
    }

    /// The line before, without empty lines and comments.
    fn before(self, text: &'t str) -> Option<Self> {
        let mut line = self;
        while line.start > 0 {
            line = Self::at(text, line.start - 1);
            if !line.words().is_empty() && !line.words().starts_with('#') {
                return Some(line);
            }
        }
        None
    }

    fn words(self) -> &'t str {
        self.text.trim()
    }

    fn indent(self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    /// The bytes of the line without its indentation.
    fn place(self) -> Range<usize> {
        let start = self.start + self.indent();
        start..start + self.words().len()
    }

    /// `name:value`, as a field without the space after its colon.
    fn has_tight_colon(self) -> bool {
        is_tight_field(self.words().trim_start_matches("- "))
    }

    /// The number of colons that end the name of a field.
    fn fields(self) -> usize {
        self.text.matches(": ").count() + usize::from(self.text.trim_end().ends_with(':'))
    }

    /// Whether a quote or a bracket is open at the end of the line.
    fn is_open(self, open: char, close: char) -> bool {
        let count = |wanted| self.text.matches(wanted).count();
        if open == close { count(open) % 2 == 1 } else { count(open) > count(close) }
    }
}

/// The mistake that stopped the parser at the byte `at` with the words `said`.
pub(super) fn slip(text: &str, at: usize, said: &str) -> Slip {
    let line = Line::at(text, at);
    let before = line.before(text);
    let end = text[at..].chars().next().map_or(at, |next| at + next.len_utf8());
    let found =
        by_characters(line, before).or_else(|| by_words(line, before, said)).or_else(|| by_sign(line, before, said));
    let (place, why, help) = found.unwrap_or((None, None, "fix the text at the marked place".to_owned()));
    Slip { place: place.unwrap_or(at..end), why, help }
}

/// The place if it is not where the parser stopped, what is wrong, and the help.
type Found = (Option<Range<usize>>, Option<&'static str>, String);

fn found(line: Option<Line<'_>>, why: &'static str, help: &str) -> Found {
    (line.map(Line::place), Some(why), help.to_owned())
}

/// Characters that do not belong there.
fn by_characters(line: Line<'_>, before: Option<Line<'_>>) -> Option<Found> {
    let indent = &line.text[..line.indent()];
    if indent.contains('\t') {
        let tabs = line.start..line.start + indent.len();
        let help = "indent with spaces; YAML allows no tabs there".to_owned();
        return Some((Some(tabs), Some("a tab at the start of a line"), help));
    }
    if line.text.contains('\u{feff}') {
        let help = "remove the byte order mark (U+FEFF) from this line; a program that joins files may leave it";
        return Some(found(None, "a byte order mark in the middle of the file", help));
    }
    // A false space in a value is no mistake.
    let is_guilty = |line: &Line<'_>| line.fields() == 0 || line.text.trim_matches([' ', '\t']) != line.words();
    for line in [Some(line), before.filter(is_guilty)].into_iter().flatten() {
        if let Some(character) = false_space(line.text) {
            let help =
                format!("this line contains {character}, and YAML takes only plain spaces; replace or remove it");
            return Some((Some(line.place()), None, help));
        }
    }
    if ["{{", "{%", "<%"].iter().any(|mark| line.text.contains(mark)) {
        return Some((None, None, "run the template before Keywright; manifests have no variables".to_owned()));
    }
    None
}

/// Lines that miss a sign or a space.
fn by_words(line: Line<'_>, before: Option<Line<'_>>, said: &str) -> Option<Found> {
    let words = line.words();
    if ["=======", ">>>>>>>", "|||||||"].iter().any(|mark| words.starts_with(mark)) {
        return Some(found(
            Some(line),
            "a mark of a merge conflict",
            "remove the marks, and keep the lines of one side",
        ));
    }
    if !words.is_empty() && words.bytes().all(|byte| byte == b'-') && words.len() < 3 {
        return Some(found(Some(line), "a separator with too few dashes", "write `---` between two manifests"));
    }
    if words.starts_with('-') && !words.starts_with("- ") && !words.starts_with("--") && words.len() > 1 {
        return Some(found(Some(line), "an item without a space", "write a space after the dash: `- item`"));
    }
    let lines = || [Some(line), before].into_iter().flatten();
    if let Some(line) = lines().find(|line| line.has_tight_colon()) {
        return Some(found(Some(line), "a field without a space after its colon", TIGHT_COLON));
    }
    let is_value = |said: &str| said.contains("mapping values") || said.contains("simple key");
    let has_no_colon = |line: &Line<'_>| !line.text.contains(':') && !line.words().starts_with(['-', '#', '"', '\'']);
    if is_value(said)
        && let Some(line) = lines().find(has_no_colon)
    {
        return Some(found(
            Some(line),
            "a line without a colon",
            "write a colon and a space after the name: `name: value`",
        ));
    }
    None
}

/// What the parser says, in words that help.
fn by_sign(line: Line<'_>, before: Option<Line<'_>>, said: &str) -> Option<Found> {
    let is_open = |open, close| before.filter(|before| before.is_open(open, close));
    if said.contains("unknown anchor") {
        let help = "an anchor ends with its document: define it in this one, or write the value out; put a text that begins \
                    with `*` in quotes";
        return Some(found(None, "no anchor of this document has this name", help));
    }
    if said.contains("unexpected character") {
        return Some(found(None, "a value that begins with a special character", "put the value in quotes"));
    }
    if said.contains("trailing content") {
        let help = "put the whole value in one pair of quotes; between single quotes, write '' for one quote";
        return Some(found(None, "text after the closing quote", help));
    }
    if let Some(open) = is_open('"', '"').or_else(|| is_open('\'', '\'')) {
        return Some(found(Some(open), "a quote that is not closed", "write the closing quote"));
    }
    if let Some(open) = is_open('[', ']').or_else(|| is_open('{', '}')) {
        return Some(found(Some(open), "a bracket that is not closed", "write the closing bracket"));
    }
    if said.contains("mapping values") && line.fields() > 1 {
        let help = "put the value in quotes: a colon followed by a space begins another field";
        return Some(found(None, "a second colon in the line", help));
    }
    if said.contains("mapping values") && before.is_some_and(|before| line.indent() > before.indent()) {
        let help = "start the fields of one mapping in the same column; the line before this one already has its value";
        return Some(found(Some(line), "a line that is indented too far", help));
    }
    if said.contains("did not find expected key") || said.contains("did not find expected '-'") {
        let help = "start the fields of one mapping, and the items of one list, in the same column";
        return Some(found(Some(line), "a line that is indented unlike those before it", help));
    }
    None
}

/// Reports merge conflicts. `true` if the file has some, so that no line of it can be trusted.
pub(super) fn report_conflicts(text: &str, reading: &mut Reading) -> bool {
    if !text.contains("<<<<<<< ") || !text.contains(">>>>>>> ") {
        return false;
    }
    let (mut start, mut has_some) = (0, false);
    for line in text.split_inclusive('\n') {
        let line = Line { start, text: line };
        start += line.text.len();
        if !line.words().starts_with("<<<<<<< ") {
            continue;
        }
        let place = reading.place(line.place().start, line.place().end);
        let problem = if line.indent() == 0 {
            has_some = true;
            rules::KW_002.finding("not valid YAML: a merge conflict that is not resolved")
        } else {
            // A warning, because a store may hold such a text.
            Diagnostic::new(rules::KW_002.id, Severity::Warning, "a text with the marks of a merge conflict")
        };
        reading.report(problem.at(place).help("keep the lines of one side, and remove the other side and the marks"));
    }
    has_some
}

/// The end of the file that `text` begins with. Programs that join files leave the byte order mark of the next one before
/// its `---`.
pub(super) fn end_of_file(text: &str) -> usize {
    text.find("\n\u{feff}---").map_or(text.len(), |end| end + 1)
}
