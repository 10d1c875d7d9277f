//! The lines of a text that a finding refers to. Large files and very long lines cost only what is shown.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::diagnostic::Places;
use crate::diagnostic::Spot;
use crate::text;

/// The maximum number of columns shown of a line; on a terminal, those that are there.
const WIDTH: usize = 140;
/// The columns of the narrowest excerpt.
const NARROWEST: usize = 20;
/// How much is shown before a mark whose text takes the rest of the line.
const LEAST_BEFORE: usize = 4;
/// Marks of one file with fewer lines between them are shown together.
const NEAR: usize = 6;

/// The columns for the lines of a finding.
#[derive(Clone, Copy)]
struct Room {
    columns: usize,
    /// Whether the text of a mark must fit too.
    is_screen: bool,
}

impl Room {
    /// Beside line numbers up to `line`, on a screen of `width` columns.
    fn beside(line: usize, width: Option<usize>) -> Self {
        // A line begins with its number and ` | `, and both of its ends may be `…`.
        let columns = width.map(|width| width.saturating_sub((line + NEAR).to_string().len() + 5));
        Self { columns: columns.unwrap_or(WIDTH).clamp(NARROWEST, WIDTH), is_screen: width.is_some() }
    }

    /// A mark after this column is shown with the text around it instead of the whole line.
    const fn far(self) -> usize {
        self.columns * 5 / 7
    }

    /// How much is shown before such a mark.
    fn before(self, mark: &Mark<'_>) -> usize {
        let usual = self.columns * 2 / 7;
        let left = self.columns.saturating_sub(self.taken_by(mark));
        usual.min(left).max(usual.min(LEAST_BEFORE))
    }

    /// The columns of a mark and its text.
    fn taken_by(self, mark: &Mark<'_>) -> usize {
        if !self.is_screen {
            return 0;
        }
        let Spot { source, start, end, .. } = mark.spot;
        let place = source.text.get(start..end).unwrap_or_default();
        let place = columns(place.lines().next().unwrap_or_default(), self.columns);
        place + if mark.text.is_empty() { 0 } else { 1 + columns(mark.text, self.columns) }
    }

    /// Whether a mark that begins after `text` is too far to the right.
    fn is_far(self, text: &str, mark: &Mark<'_>) -> bool {
        let before = columns(text, WIDTH);
        before >= self.far() || before + self.taken_by(mark) > self.columns && before > self.before(mark)
    }
}

/// The columns of a text as it is drawn; `most` and one more if there are more.
fn columns(text: &str, most: usize) -> usize {
    let mut taken = 0;
    for character in text.chars() {
        taken += column_of(character);
        if taken > most {
            return most + 1;
        }
    }
    taken
}

/// The columns of a character as it is drawn.
fn column_of(character: char) -> usize {
    // The drawing library expands tabs.
    if character == '\t' { 4 } else { text::visible(character).width().unwrap_or(0) }
}

/// Some lines of one text with marks.
pub(super) struct Excerpt<'a> {
    room: Room,
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

/// The excerpts that show all marks, the first mark in the first one, for a screen of `width` columns if there is one.
pub(super) fn excerpts<'a>(marks: &[Mark<'a>], places: &Places<'_>, width: Option<usize>) -> Vec<Excerpt<'a>> {
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    let lines = marks.iter().map(|mark| places.position(&mark.spot, mark.spot.start).0);
    let room = Room::beside(lines.max().unwrap_or(1), width);
    for mark in marks {
        let line = places.position(&mark.spot, mark.spot.start).0 - 1;
        let bytes = places.line_bytes(&mark.spot, line);
        let before = &mark.spot.source.text[bytes.start..mark.spot.start.clamp(bytes.start, bytes.end)];
        if !excerpts.iter_mut().any(|excerpt| excerpt.takes(*mark, line, before)) {
            excerpts.push(Excerpt::around(*mark, line, before, bytes, room));
        }
    }
    excerpts
}

impl<'a> Excerpt<'a> {
    /// `before` is the text of the line before the mark, and `bytes` is the line.
    fn around(mark: Mark<'a>, line: usize, before: &str, bytes: Range<usize>, room: Room) -> Self {
        let window = room.is_far(before, &mark).then(|| {
            let (mut begin, mut left) = (before.len(), room.before(&mark));
            for (at, character) in before.char_indices().rev() {
                let Some(rest) = left.checked_sub(column_of(character)) else { break };
                (begin, left) = (at, rest);
            }
            bytes.start + begin..bytes.end
        });
        Self { room, spot: mark.spot, lines: line..line + 1, window, marks: vec![(mark, line)] }
    }

    /// Adds a mark if it is in or near these lines.
    fn takes(&mut self, mark: Mark<'a>, line: usize, before: &str) -> bool {
        let start = mark.spot.start;
        let fits = mark.spot.id == self.spot.id
            && match &self.window {
                Some(window) => {
                    let shown = mark.spot.source.text.get(window.start..start).unwrap_or_default();
                    window.contains(&start) && columns(shown, WIDTH) < self.room.far() && self.lines.contains(&line)
                }
                None => {
                    let is_near = line + NEAR >= self.lines.start && line < self.lines.end + NEAR;
                    is_near && !self.room.is_far(before, &mark)
                }
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
            let shown = draw_line(&self.spot.source.text[window.clone()], self.room.columns, &mut drawing.text);
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

fn draw_line(text: &str, room: usize, out: &mut String) -> Shown {
    let mut starts = Vec::new();
    let (mut end, mut taken) = (0, 0);
    for (at, character) in text.char_indices() {
        taken += column_of(character);
        // Marks that take no column can follow each other without end.
        if taken > room || starts.len() == WIDTH {
            break;
        }
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
