//! The lines of a text that a finding refers to. Large files and very long lines cost only what is shown.

use std::ops::Range;

use crate::diagnostic::Places;
use crate::diagnostic::Spot;
use crate::text;

/// The maximum number of characters shown of a line.
const WIDTH: usize = 140;
/// A mark after this column is shown with the text around it instead of the whole line.
const FAR: usize = 100;
/// How much is shown before such a mark.
const BEFORE: usize = 40;
/// Marks of one file with fewer lines between them are shown together.
const NEAR: usize = 6;

/// Some lines of one text with marks.
pub(super) struct Excerpt<'a> {
    spot: Spot<'a>,
    /// The lines, from 0.
    lines: Range<usize>,
    /// The bytes shown of the only line, if its beginning is cut.
    window: Option<Range<usize>>,
    marks: Vec<(Mark<'a>, usize)>,
}

/// A place with the text to write below it.
#[derive(Clone, Copy)]
pub(super) struct Mark<'a> {
    pub(super) spot: Spot<'a>,
    pub(super) primary: bool,
    pub(super) text: &'a str,
}

/// An excerpt to draw: sanitized text, and marks as byte ranges of it.
pub(super) struct Drawing<'a> {
    pub(super) text: String,
    pub(super) marks: Vec<(Range<usize>, Mark<'a>)>,
}

/// The excerpts that show all marks, the first mark in the first one.
pub(super) fn excerpts<'a>(marks: &[Mark<'a>], places: &Places<'_>) -> Vec<Excerpt<'a>> {
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    for mark in marks {
        let (line, column) = places.position(&mark.spot, mark.spot.start);
        if !excerpts.iter_mut().any(|excerpt| excerpt.takes(*mark, line - 1, column)) {
            excerpts.push(Excerpt::around(*mark, line - 1, column, places));
        }
    }
    excerpts
}

impl<'a> Excerpt<'a> {
    fn around(mark: Mark<'a>, line: usize, column: usize, places: &Places<'_>) -> Self {
        let window = (column > FAR).then(|| {
            let bytes = places.line_bytes(&mark.spot, line);
            let text = &mark.spot.source.text;
            let at = mark.spot.start.min(bytes.end);
            let back = text[bytes.start..at].char_indices().rev().nth(BEFORE - 1).map_or(0, |(back, _)| back);
            bytes.start + back..bytes.end
        });
        Self { spot: mark.spot, lines: line..line + 1, window, marks: vec![(mark, line)] }
    }

    /// Adds a mark if it is in or near these lines.
    fn takes(&mut self, mark: Mark<'a>, line: usize, column: usize) -> bool {
        let start = mark.spot.start;
        let fits = mark.spot.id == self.spot.id
            && match &self.window {
                Some(window) => window.contains(&start) && start - window.start < FAR && self.lines.contains(&line),
                None => column <= FAR && line + NEAR >= self.lines.start && line < self.lines.end + NEAR,
            };
        if fits {
            self.lines = self.lines.start.min(line)..self.lines.end.max(line + 1);
            self.marks.push((mark, line));
        }
        fits
    }

    pub(super) fn file(&self) -> &'a str {
        &self.spot.source.name
    }

    /// The first line, from 1.
    pub(super) const fn first_line(&self) -> usize {
        self.lines.start + 1
    }

    /// Line and column of the first mark.
    pub(super) fn position(&self, places: &Places<'_>) -> (usize, usize) {
        places.position(&self.spot, self.spot.start)
    }

    pub(super) fn draw(&self, places: &Places<'_>) -> Drawing<'a> {
        let mut drawing = Drawing { text: String::new(), marks: Vec::new() };
        for line in self.lines.clone() {
            let whole = places.line_bytes(&self.spot, line);
            let window = self.window.clone().unwrap_or_else(|| whole.clone());
            let begin = drawing.text.len();
            if window.start > whole.start {
                drawing.text.push('…');
            }
            let shown = draw_line(&self.spot.source.text[window.clone()], &mut drawing.text);
            for (mark, _) in self.marks.iter().filter(|(_, at)| *at == line) {
                let bytes = |at: usize| shown.place(at.saturating_sub(window.start));
                let range = bytes(mark.spot.start)..bytes(mark.spot.end);
                debug_assert!(begin <= range.start && range.start <= range.end && range.end <= drawing.text.len());
                drawing.marks.push((range, *mark));
            }
            // Every line ends with a line break, so that an empty last line counts too.
            drawing.text.push('\n');
        }
        drawing
    }
}

/// Maps bytes of the text to bytes of the drawing.
struct Shown {
    /// The starts of characters in the text and in the drawing; the last entry is the end.
    starts: Vec<(usize, usize)>,
}

impl Shown {
    fn place(&self, at: usize) -> usize {
        let next = self.starts.partition_point(|&(start, _)| start < at);
        self.starts.get(next).or(self.starts.last()).map_or(0, |&(_, drawn)| drawn)
    }
}

fn draw_line(text: &str, out: &mut String) -> Shown {
    let mut starts = Vec::new();
    let mut end = 0;
    for (at, character) in text.char_indices().take(WIDTH) {
        starts.push((at, out.len()));
        // The drawing library expands tabs.
        out.push(if character == '\t' { '\t' } else { text::visible(character) });
        end = at + character.len_utf8();
    }
    starts.push((end, out.len()));
    if end < text.len() {
        out.push('…');
    }
    Shown { starts }
}
