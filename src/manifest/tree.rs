//! YAML events → one tree per document, within fixed limits.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::Event;
use granit_parser::Parser;
use granit_parser::ScalarStyle;
use granit_parser::ScanError;
use granit_parser::Span;
use granit_parser::Tag;

use super::node::Content;
use super::node::Node;
use super::read::Reading;
use super::slips;
use super::slips::Slip;
use crate::diagnostic::Place;
use crate::manifest::rules;

/// Deepest nesting of lists and mappings. Manifests need 7.
pub const MAX_DEPTH: usize = 64;

/// Maximum number of nodes in one file, including those that aliases repeat. A manifest needs about 20.
pub const MAX_NODES: usize = 1_000_000;

/// Maximum number of nodes that anchors and aliases of one file may repeat; 16 bytes of text count as one node. Without
/// it, a few lines could grow to gigabytes.
const MAX_REPEATED: usize = 200_000;

/// Largest text of one file, in bytes.
pub const MAX_FILE: usize = 16 << 20;

/// Calls `each` with the root of every document that could be read. After invalid YAML, reading continues at the next
/// line that starts with `---`, so that one mistake does not hide others, unless the file exceeds a limit. Returns the
/// number of nodes, including those that aliases repeat.
pub fn documents<'a>(text: &'a str, reading: &mut Reading, mut each: impl FnMut(&Node<'a>, &mut Reading)) -> usize {
    if slips::report_conflicts(text, reading) {
        return 0;
    }
    let mut used = Used::default();
    let mut from = 0;
    while from < text.len() && !reading.is_over() {
        from += usize::from(text[from..].starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
        let end = from + slips::end_of_file(&text[from..]);
        used = file(&text[..end], from, used, reading, &mut each);
        from = end;
    }
    used.nodes
}

/// Reads the documents of `text` after the byte `from`.
fn file<'a>(
    text: &'a str,
    mut from: usize,
    mut used: Used,
    reading: &mut Reading,
    each: &mut impl FnMut(&Node<'a>, &mut Reading),
) -> Used {
    while let Some(rest) = text.get(from..) {
        let mut builder = Builder::new(reading, from, used);
        let end = builder.run(rest, each);
        used = builder.used;
        let Err(Stopped::At(stopped)) = end else { break };
        if reading.is_over() {
            break;
        }
        // Reading may have stopped at the start of a document: step back to the line break before it.
        let begin = if stopped > from { stopped - 1 } else { stopped };
        let rest = text.as_bytes().get(begin..).unwrap_or_default();
        let Some(next) = rest.windows(4).position(|four| four == b"\n---") else { break };
        from = begin + next + 1;
    }
    used
}

/// An open list or mapping.
struct Open<'a> {
    start: u32,
    anchor: usize,
    /// The items of a list, or the alternating keys and values of a mapping.
    children: Vec<Node<'a>>,
    is_mapping: bool,
}

/// What the documents of one file have used so far.
#[derive(Clone, Copy, Default)]
struct Used {
    nodes: usize,
    repeated: usize,
}

struct Builder<'a, 'r> {
    reading: &'r mut Reading,
    base: usize,
    used: Used,
    open: Vec<Open<'a>>,
    anchors: BTreeMap<usize, Node<'a>>,
}

/// Why reading of a document stopped.
enum Stopped {
    /// The document is invalid from this byte; the next one may be valid.
    At(usize),
    /// The file exceeds a limit.
    LimitExceeded,
}

impl<'a, 'r> Builder<'a, 'r> {
    const fn new(reading: &'r mut Reading, base: usize, used: Used) -> Self {
        Self { reading, base, used, open: Vec::new(), anchors: BTreeMap::new() }
    }

    fn run(&mut self, text: &'a str, each: &mut impl FnMut(&Node<'a>, &mut Reading)) -> Result<(), Stopped> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| self.not_yaml(&error, text))?;
            if self.reading.is_over() {
                return Err(Stopped::LimitExceeded);
            }
            match event {
                Event::DocumentStart(..) => self.anchors.clear(),
                Event::Scalar(value, style, anchor, tag) => {
                    let plain = self.is_plain(style, tag.as_deref(), span);
                    let place = self.place(span);
                    // The parser returns `~` for a missing value.
                    let text = if plain && place.start == place.end { Cow::Borrowed("") } else { value };
                    self.add(Node { place, content: Content::Scalar { text, plain } }, anchor, each)?;
                }
                Event::SequenceStart(_, anchor, tag) => self.enter(span, anchor, tag.as_deref(), false)?,
                Event::MappingStart(_, anchor, tag) => self.enter(span, anchor, tag.as_deref(), true)?,
                Event::SequenceEnd | Event::MappingEnd => self.leave(span, each)?,
                Event::Alias(anchor) => {
                    let node = self.resolve(anchor, span)?;
                    self.add(node, 0, each)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `!!str` turns a plain value into text. Other tags are refused, because their meaning would be surprising.
    fn is_plain(&mut self, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> bool {
        match tag {
            Some(tag) if tag.is_yaml_core_schema_tag("str") => false,
            Some(tag) => {
                self.refuse_tag(tag, span);
                false
            }
            None => style == ScalarStyle::Plain,
        }
    }

    fn refuse_tag(&mut self, tag: &Tag, span: Span) {
        let expected = ["str", "map", "seq"].iter().any(|known| tag.is_yaml_core_schema_tag(known));
        if !expected {
            let place = self.place(span);
            let problem = rules::KW_002.finding("a YAML tag is not allowed here").at(place);
            self.reading.report(problem.help("remove the tag; manifests support only !!str"));
        }
    }

    fn enter(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, is_mapping: bool) -> Result<(), Stopped> {
        if let Some(tag) = tag {
            self.refuse_tag(tag, span);
        }
        let place = self.place(span);
        self.check_depth(1, place)?;
        self.open.push(Open { start: place.start, anchor, children: Vec::new(), is_mapping });
        Ok(())
    }

    /// Checks that `levels` more levels are allowed.
    fn check_depth(&mut self, levels: usize, place: Place) -> Result<(), Stopped> {
        if self.open.len() + levels <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("the document is nested more than {MAX_DEPTH} levels deep");
        self.reading.report(rules::KW_003.finding(message).at(place));
        Err(Stopped::At(place.end as usize))
    }

    fn leave(&mut self, span: Span, each: &mut impl FnMut(&Node<'a>, &mut Reading)) -> Result<(), Stopped> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let end = self.place(span).start.max(open.children.last().map_or(open.start, |child| child.place.end));
        let place = Place { source: self.reading.source(), start: open.start, end };
        let content = if open.is_mapping { self.mapping(open.children) } else { Content::List(open.children) };
        self.add(Node { place, content }, open.anchor, each)
    }

    fn mapping(&mut self, children: Vec<Node<'a>>) -> Content<'a> {
        let mut pairs: Vec<(Node<'a>, Node<'a>)> = Vec::with_capacity(children.len() / 2);
        let mut children = children.into_iter();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            pairs.push((key, value));
        }
        self.report_duplicates(&pairs);
        Content::Mapping(pairs)
    }

    fn report_duplicates(&mut self, pairs: &[(Node<'a>, Node<'a>)]) {
        let name = |node: &Node<'a>| match &node.content {
            Content::Scalar { text, .. } => Some(text.clone()),
            Content::List(_) | Content::Mapping(_) => None,
        };
        // For the few keys of a typical mapping, pairwise comparison is faster than a set.
        if pairs.len() <= 24 && pairs.iter().enumerate().all(|(at, (key, _))| !is_repeated(key, &pairs[..at])) {
            return;
        }
        let mut first: BTreeMap<Cow<'a, str>, Place> = BTreeMap::new();
        for (key, _) in pairs {
            if self.reading.is_over() {
                return;
            }
            let Some(text) = name(key) else { continue };
            if let Some(earlier) = first.get(&text) {
                if self.open.is_empty() && matches!(text.as_ref(), "apiVersion" | "kind") {
                    let problem = rules::KW_004.finding("a second manifest begins in the same document").at(key.place);
                    let problem = problem.label(*earlier, "the first one");
                    self.reading.report(problem.help("write `---` on a line of its own before it"));
                    return;
                }
                let message = format!("duplicate key `{}`", crate::text::quoted(&text));
                let problem = rules::KW_004.finding(message).at(key.place);
                let problem = problem.label(*earlier, "first here");
                self.reading.report(problem.help("keep one of the two; YAML does not define which one is used"));
            } else {
                first.insert(text, key.place);
            }
        }
    }

    fn resolve(&mut self, anchor: usize, span: Span) -> Result<Node<'a>, Stopped> {
        let place = self.place(span);
        let Some(node) = self.anchors.get(&anchor) else {
            let problem = rules::KW_002.finding("the alias refers to itself").at(place);
            self.reading.report(problem.help("write the value out instead of the alias"));
            return Err(Stopped::At(place.end as usize));
        };
        let size = Size::of(node);
        self.check_depth(size.levels, place)?;
        // `add` counts the node itself.
        self.used.nodes += size.nodes - 1;
        self.repeat(size, place)?;
        // A second lookup, because the borrow must end before the counts change.
        Ok(self.anchors[&anchor].clone())
    }

    fn add(
        &mut self,
        node: Node<'a>,
        anchor: usize,
        each: &mut impl FnMut(&Node<'a>, &mut Reading),
    ) -> Result<(), Stopped> {
        self.used.nodes += 1;
        if anchor != 0 {
            // Anchored nodes are copied too, so nested anchors would grow without limit.
            let size = Size::of(&node);
            self.used.nodes += size.nodes;
            self.repeat(size, node.place)?;
        }
        if self.used.nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} YAML nodes, including those that aliases repeat");
            self.reading.report(rules::KW_003.finding(message).at(node.place).help("split the file"));
            return Err(Stopped::LimitExceeded);
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => each(&node, self.reading),
        }
        Ok(())
    }

    /// Counts repeated content.
    fn repeat(&mut self, size: Size, place: Place) -> Result<(), Stopped> {
        self.used.repeated += size.nodes + size.text / 16;
        if self.used.repeated <= MAX_REPEATED {
            return Ok(());
        }
        let problem = rules::KW_003.finding("the anchors and aliases of the file repeat too much").at(place);
        self.reading.report(problem.help("write the values out instead of anchors and aliases"));
        Err(Stopped::LimitExceeded)
    }

    fn not_yaml(&mut self, error: &ScanError, text: &str) -> Stopped {
        let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
        // An error at the end points past the text; mark the last character instead.
        let start = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let said = error.info();
        let Slip { place, why, help } = slips::slip(text, start, &said);
        let message = format!("not valid YAML: {}", why.unwrap_or(&said));
        let place = self.reading.place(self.base + place.start, self.base + place.end);
        self.reading.report(rules::KW_002.finding(message).at(place).help(help));
        Stopped::At(self.base + start)
    }

    fn place(&self, span: Span) -> Place {
        let offset = |marker: granit_parser::Marker| self.base + marker.byte_offset().unwrap_or(0);
        self.reading.place(offset(span.start), offset(span.end))
    }
}

fn is_repeated(key: &Node<'_>, earlier: &[(Node<'_>, Node<'_>)]) -> bool {
    let Content::Scalar { text, .. } = &key.content else { return false };
    earlier.iter().any(|(other, _)| matches!(&other.content, Content::Scalar { text: other, .. } if other == text))
}

/// The size of a copy of a node.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    /// Bytes of text.
    text: usize,
    /// Levels of lists and mappings.
    levels: usize,
}

impl Size {
    fn of(node: &Node<'_>) -> Self {
        let mut size = Self::default();
        match &node.content {
            Content::Scalar { text, .. } => size.text = text.len(),
            Content::List(items) => items.iter().for_each(|item| size.hold(item)),
            Content::Mapping(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).for_each(|n| size.hold(n)),
        }
        let is_scalar = matches!(node.content, Content::Scalar { .. });
        Self { nodes: size.nodes + 1, levels: size.levels + usize::from(!is_scalar), ..size }
    }

    fn hold(&mut self, child: &Node<'_>) {
        let child = Self::of(child);
        self.nodes += child.nodes;
        self.text += child.text;
        self.levels = self.levels.max(child.levels);
    }
}

#[cfg(test)]
mod tests;
