//! YAML events → one small tree a document, within bounds that no input can exceed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::Event;
use granit_parser::Parser;
use granit_parser::ScalarStyle;
use granit_parser::ScanError;
use granit_parser::Span;
use granit_parser::Tag;

use super::read::Reading;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;

/// Deepest nesting of lists and mappings. Manifests need 7.
pub const MAX_DEPTH: usize = 64;

/// Most nodes of one file, with those that aliases repeat. A manifest needs about 20.
pub const MAX_NODES: usize = 1_000_000;

/// Largest text of one file, in bytes.
pub const MAX_FILE: usize = 16 << 20;

/// A node of a document.
#[derive(Clone)]
pub struct Node<'a> {
    pub place: Place,
    pub content: Content<'a>,
}

#[derive(Clone)]
pub enum Content<'a> {
    /// `plain` is true for text without quotes, whose meaning depends on what it looks like.
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
    },
    List(Vec<Node<'a>>),
    Mapping(Vec<(Node<'a>, Node<'a>)>),
}

impl Content<'_> {
    /// What the node is, for messages.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Scalar { .. } => "a single value",
            Self::List(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

/// Calls `each` with the root of every document that could be read. After a document that is not YAML, reading goes
/// on at the next line that begins with `---`, so that one mistake does not hide the rest of the file.
pub fn documents<'a>(text: &'a str, reading: &mut Reading, mut each: impl FnMut(&Node<'a>, &mut Reading)) {
    let mut from = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    while let Some(rest) = text.get(from..) {
        let mut builder = Builder::new(reading, from);
        let Err(stopped) = builder.run(rest, &mut each) else { return };
        let Some(next) = text.get(stopped..).and_then(|after| after.find("\n---")) else { return };
        from = stopped + next + 1;
    }
}

/// An open list or mapping.
struct Open<'a> {
    start: u32,
    anchor: usize,
    /// Items of a list; keys and values in turn of a mapping.
    children: Vec<Node<'a>>,
    is_mapping: bool,
}

struct Builder<'a, 'r> {
    reading: &'r mut Reading,
    base: usize,
    nodes: usize,
    open: Vec<Open<'a>>,
    anchors: BTreeMap<usize, Node<'a>>,
}

/// Reading can not go on in this document; holds the byte at which it stopped.
type Stopped = usize;

impl<'a, 'r> Builder<'a, 'r> {
    const fn new(reading: &'r mut Reading, base: usize) -> Self {
        Self { reading, base, nodes: 0, open: Vec::new(), anchors: BTreeMap::new() }
    }

    fn run(&mut self, text: &'a str, each: &mut impl FnMut(&Node<'a>, &mut Reading)) -> Result<(), Stopped> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| self.not_yaml(&error, text))?;
            match event {
                Event::DocumentStart(..) => self.anchors.clear(),
                Event::Scalar(value, style, anchor, tag) => {
                    let plain = self.is_plain(style, tag.as_deref(), span);
                    let node = Node { place: self.place(span), content: Content::Scalar { text: value, plain } };
                    self.add(node, anchor, each)?;
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

    /// `!!str` makes a plain value text; every other tag is refused, because its meaning would be a surprise.
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
            let problem = Diagnostic::error("KW-002", "a YAML tag is not allowed here").at(place);
            self.reading.report(problem.help("remove the tag; only !!str has a use in a manifest"));
        }
    }

    fn enter(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, is_mapping: bool) -> Result<(), Stopped> {
        if let Some(tag) = tag {
            self.refuse_tag(tag, span);
        }
        let place = self.place(span);
        if self.open.len() >= MAX_DEPTH {
            let message = format!("the document is nested more than {MAX_DEPTH} levels deep");
            self.reading.report(Diagnostic::error("KW-003", message).at(place));
            return Err(place.end as usize);
        }
        self.open.push(Open { start: place.start, anchor, children: Vec::new(), is_mapping });
        Ok(())
    }

    fn leave(&mut self, span: Span, each: &mut impl FnMut(&Node<'a>, &mut Reading)) -> Result<(), Stopped> {
        // The parser ends only what it began.
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
        // Manifests have few keys a mapping, where comparing each with each is faster than a set.
        if pairs.len() <= 24 && pairs.iter().enumerate().all(|(at, (key, _))| !is_repeated(key, &pairs[..at])) {
            return;
        }
        let mut first: BTreeMap<Cow<'a, str>, Place> = BTreeMap::new();
        for (key, _) in pairs {
            let Some(text) = name(key) else { continue };
            if let Some(earlier) = first.get(&text) {
                let message = format!("the key `{}` stands twice", super::read::shown(&text));
                let problem = Diagnostic::error("KW-004", message).at(key.place);
                let problem = problem.label(*earlier, "first here");
                self.reading.report(problem.help("keep one of the two; YAML itself leaves open which one counts"));
            } else {
                first.insert(text, key.place);
            }
        }
    }

    fn resolve(&mut self, anchor: usize, span: Span) -> Result<Node<'a>, Stopped> {
        let place = self.place(span);
        let Some(node) = self.anchors.get(&anchor) else {
            let problem = Diagnostic::error("KW-002", "the alias stands inside of what it repeats").at(place);
            self.reading.report(problem.help("write the value out instead of the alias"));
            return Err(place.end as usize);
        };
        let size = size_of(node);
        if self.nodes + size > MAX_NODES {
            return Err(self.too_many(place));
        }
        // `add` counts the node itself.
        self.nodes += size - 1;
        Ok(node.clone())
    }

    fn add(
        &mut self,
        node: Node<'a>,
        anchor: usize,
        each: &mut impl FnMut(&Node<'a>, &mut Reading),
    ) -> Result<(), Stopped> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.too_many(node.place));
        }
        if anchor != 0 {
            // What an anchor keeps counts too: anchors inside of anchors would multiply without bound.
            self.nodes += size_of(&node);
            if self.nodes > MAX_NODES {
                return Err(self.too_many(node.place));
            }
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => each(&node, self.reading),
        }
        Ok(())
    }

    fn too_many(&mut self, place: Place) -> Stopped {
        let message = format!("the file holds more than {MAX_NODES} YAML nodes, with those that aliases repeat");
        self.reading.report(Diagnostic::error("KW-003", message).at(place).help("split the file"));
        place.end as usize
    }

    fn not_yaml(&mut self, error: &ScanError, text: &str) -> Stopped {
        let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
        // An error at the very end points past the text; the last character shows better where.
        let start = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let end = text[start..].chars().next().map_or(start, |next| start + next.len_utf8());
        let place = self.reading.place(self.base + start, self.base + end);
        let problem = Diagnostic::error("KW-002", format!("not valid YAML: {}", error.info())).at(place);
        let tab = text[..start].rfind('\n').map_or(text, |line| &text[line..]).starts_with("\n\t");
        let help =
            if tab { "indent with spaces; YAML allows no tabs there" } else { "mend the text at the marked place" };
        self.reading.report(problem.help(help));
        self.base + start
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

fn size_of(node: &Node<'_>) -> usize {
    1 + match &node.content {
        Content::Scalar { .. } => 0,
        Content::List(items) => items.iter().map(size_of).sum(),
        Content::Mapping(pairs) => pairs.iter().map(|(key, value)| size_of(key) + size_of(value)).sum(),
    }
}
