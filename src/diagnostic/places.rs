//! Fast lookup of lines and columns in large texts.

use std::cell::OnceCell;
use std::ops::Range;

use super::FileLine;
use super::Place;
use super::Source;
use super::SourceId;
use super::Sources;

/// Number of bytes between two counts. A list of all lines could be eight times as large as the text.
const BLOCK: usize = 4096;

/// Looks up places. Indexes each text on first use.
pub struct Places<'a> {
    sources: &'a Sources,
    indexes: Vec<OnceCell<Index>>,
}

struct Index {
    /// Number of line breaks and characters before each multiple of [`BLOCK`].
    counts: Vec<Counts>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    breaks: usize,
    characters: usize,
}

/// A valid place: inside its text, on character boundaries, with start before end.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    pub id: SourceId,
    pub source: &'a Source,
    pub start: usize,
    pub end: usize,
}

impl<'a> Places<'a> {
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, indexes: sources.0.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The place, limited to its text. `None` if there is no such text.
    pub fn spot(&self, place: Place) -> Option<Spot<'a>> {
        let source = self.sources.get(place.source)?;
        let start = source.text.floor_char_boundary(place.start as usize);
        let end = source.text.floor_char_boundary(place.end as usize).max(start);
        Some(Spot { id: place.source, source, start, end })
    }

    /// The file and line of a place.
    pub fn line(&self, place: Place) -> Option<FileLine> {
        let spot = self.spot(place)?;
        let before = self.index(&spot).counts_before(spot.source.text.as_bytes(), spot.start);
        Some(FileLine { file: spot.source.name.clone(), line: before.breaks + 1 })
    }

    /// The bytes of a line, counted from 0, without its line break.
    pub fn line_bytes(&self, spot: &Spot<'_>, line: usize) -> Range<usize> {
        let text = spot.source.text.as_bytes();
        let index = self.index(spot);
        let Some(start) = index.line_start(text, line) else { return text.len()..text.len() };
        match index.line_start(text, line + 1) {
            Some(next) => start..next - 1 - usize::from(text[start..next - 1].ends_with(b"\r")),
            None => start..text.len(),
        }
    }

    /// Line and column of a byte, counted from 1.
    pub fn position(&self, spot: &Spot<'_>, at: usize) -> (usize, usize) {
        let index = self.index(spot);
        let text = spot.source.text.as_bytes();
        let before = index.counts_before(text, at);
        let start = index.line_start(text, before.breaks).unwrap_or_default();
        (before.breaks + 1, before.characters - index.counts_before(text, start).characters + 1)
    }

    fn index(&self, spot: &Spot<'_>) -> &Index {
        self.indexes[spot.id.0 as usize].get_or_init(|| Index::of(spot.source.text.as_bytes()))
    }
}

impl Index {
    fn of(text: &[u8]) -> Self {
        let mut counts = vec![Counts::default()];
        let mut count = Counts::default();
        for block in text.chunks(BLOCK) {
            count = count.and(block);
            counts.push(count);
        }
        Self { counts }
    }

    fn counts_before(&self, text: &[u8], at: usize) -> Counts {
        let block = at / BLOCK;
        self.counts[block].and(&text[block * BLOCK..at])
    }

    /// The start of a line, counted from 0. `None` if there are fewer lines.
    fn line_start(&self, text: &[u8], line: usize) -> Option<usize> {
        let Some(skipped) = line.checked_sub(1) else { return Some(0) };
        // The break before the line lies in the last block that begins with fewer breaks before it.
        let block = self.counts.partition_point(|count| count.breaks < line).checked_sub(1)?;
        let from = block * BLOCK;
        let breaks = text.get(from..)?.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        breaks.map(|(at, _)| from + at + 1).nth(skipped - self.counts[block].breaks)
    }
}

impl Counts {
    fn and(self, bytes: &[u8]) -> Self {
        Self {
            breaks: self.breaks + bytes.iter().filter(|&&byte| byte == b'\n').count(),
            characters: self.characters + bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use crate::diagnostic::Place;
    use crate::diagnostic::Source;
    use crate::diagnostic::SourceId;
    use crate::diagnostic::Sources;

    fn sources(text: &str) -> Sources {
        Sources(vec![Source { name: "a.yaml".into(), text: text.into(), readable: true }])
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let text = "é: 1\r\nab: 2\n\n".to_owned() + &"漢".repeat(5000) + "\nlast";
        let sources = sources(&text);
        let places = Places::new(&sources);
        for start in (0..40).chain(12_000..12_040).chain(15_000..15_030) {
            let place = Place { source: SourceId(0), start, end: start };
            let spot = places.spot(place).unwrap();
            let before = &text[..spot.start];
            let (line, column) =
                (before.split('\n').count(), before.split('\n').next_back().unwrap().chars().count() + 1);
            assert_eq!(places.position(&spot, spot.start), (line, column), "{start}");
            assert_eq!(places.line(place).unwrap().to_string(), format!("a.yaml:{line}"));
        }
    }

    #[test]
    fn places_are_limited_to_their_text() {
        let sources = sources("é\r\nb");
        let places = Places::new(&sources);
        let spot = |start, end| {
            let spot = places.spot(Place { source: SourceId(0), start, end }).unwrap();
            (spot.start, spot.end)
        };
        assert_eq!(spot(1, 1), (0, 0));
        assert_eq!(spot(4, 2), (4, 4));
        assert_eq!(spot(9, u32::MAX), (5, 5));
        assert!(places.spot(Place { source: SourceId(1), start: 0, end: 0 }).is_none());
        let spot = places.spot(Place::default()).unwrap();
        assert_eq!(places.line_bytes(&spot, 0), 0..2);
        assert_eq!(places.line_bytes(&spot, 1), 4..5);
        assert_eq!(places.line_bytes(&spot, 7), 5..5);
    }
}
