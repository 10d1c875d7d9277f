//! Tree → typed values. Collects all problems instead of stopping at the first.

use crate::rule::Rule;
use schemars::JsonSchema;

use super::mistyped;
use super::node::Content;
use super::node::Node;
use super::plain::is_null;
use super::plain::is_text;
use super::plain::whole_number;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceId;
use crate::diagnostic::did_you_mean;
use crate::manifest::rules;
use crate::text;

/// Maximum number of problems reported for one file; reading stops at the next one.
const MAX_PROBLEMS: usize = 1_000;

/// A value and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spanned<T> {
    pub value: T,
    pub place: Place,
}

/// The state of reading one file: the file and the problems found.
pub struct Reading {
    source: SourceId,
    diagnostics: Vec<Diagnostic>,
    is_over: bool,
    /// Whether only the fields that find an object are required.
    only_names: bool,
}

/// The fields without which the object of a manifest cannot be found in a store. Packages, users and API keys need only
/// their name.
const NAMES: [(&str, &str); 7] = [
    ("Application.spec", "user"),
    ("Plan.spec", "package"),
    ("PackageKey.spec", "user"),
    ("PackageKey.spec", "application"),
    ("PackageKey.spec", "package"),
    ("PackageKey.spec", "plan"),
    ("PackageKey.spec", "key"),
];

impl Reading {
    pub const fn new(source: SourceId) -> Self {
        Self { source, diagnostics: Vec::new(), is_over: false, only_names: false }
    }

    /// Reads a spec of which only the fields that find the object are required.
    pub fn only_names<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.only_names = true;
        let value = read(self);
        self.only_names = false;
        value
    }

    /// Whether a field that is required in general is required here.
    pub fn needs(&self, mapping: &str, field: &str) -> bool {
        !self.only_names || NAMES.contains(&(mapping, field))
    }

    pub const fn source(&self) -> SourceId {
        self.source
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_PROBLEMS {
            self.diagnostics.push(diagnostic);
        } else {
            self.is_over = true;
        }
    }

    /// Whether the limit of problems is exceeded, so that reading can stop.
    pub const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Bytes `start..end` of this file. Files are at most [`super::tree::MAX_FILE`] long, so the numbers fit.
    pub fn place(&self, start: usize, end: usize) -> Place {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place { source: self.source, start: byte(start), end: byte(end.max(start)) }
    }

    pub fn finish(mut self) -> Vec<Diagnostic> {
        if self.is_over {
            let last = self.diagnostics.last().and_then(|diagnostic| diagnostic.place);
            let message = format!("the file has more than {MAX_PROBLEMS} problems; the others are not shown");
            let mut diagnostic = rules::KW_003.finding(message).help("fix these first");
            diagnostic.place = last;
            self.diagnostics.push(diagnostic);
        }
        self.diagnostics
    }

    /// Reports that `node` is not a `wanted` value.
    pub fn mistyped(&mut self, node: &Node<'_>, wanted: &str) {
        let problem = match &node.content {
            Content::Scalar { text, plain: true } if is_null(text) => return self.null(node),
            // A single value in place of a mapping or list may be a misplaced secret, so the message does not repeat it.
            Content::Scalar { .. } if wanted.starts_with("a mapping") || wanted.starts_with("a list") => {
                rules::KW_007.finding(format!("expected {wanted}, found {}", node.content.describe()))
            }
            Content::Scalar { text, plain } => {
                let quoted = if *plain { "" } else { " in quotes" };
                rules::KW_007.finding(format!("expected {wanted}, found `{}`{quoted}", text::quoted(text)))
            }
            other => rules::KW_007.finding(format!("expected {wanted}, found {}", other.describe())),
        };
        let problem = problem.at(node.place);
        self.report(match mistyped::help(&node.content, wanted) {
            Some(help) => problem.help(help),
            None => problem,
        });
    }

    fn null(&mut self, node: &Node<'_>) {
        let help = "omit the field to leave it unmanaged, or set \"\" or [] to clear it";
        self.report(rules::KW_008.finding("the value is missing (null)").at(node.place).help(help));
    }
}

/// The fields of `spec` that find an object of a kind in a store.
pub fn names_in_spec(kind: crate::model::Kind) -> Vec<&'static str> {
    let of_kind = |(mapping, _): &&(&str, &str)| mapping.strip_suffix(".spec") == Some(kind.name());
    NAMES.iter().filter(of_kind).map(|(_, field)| *field).collect()
}

/// A type that can be read from a manifest.
pub trait FromNode: Sized + JsonSchema {
    /// Reads the value, or reports the problem.
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self>;
}

/// Reads a value with its place.
pub fn spanned<T: FromNode>(node: &Node<'_>, reading: &mut Reading) -> Option<Spanned<T>> {
    let value = T::from_node(node, reading)?;
    Some(Spanned { value, place: node.place })
}

/// Reads one of many values. `None` if there are too many problems.
fn more<T: FromNode>(node: &Node<'_>, reading: &mut Reading) -> Option<Option<Spanned<T>>> {
    (!reading.is_over()).then(|| spanned(node, reading))
}

/// Reads one of many names, which must not be empty. `None` if there are too many problems.
fn named(node: &Node<'_>, reading: &mut Reading) -> Option<Option<Spanned<Box<str>>>> {
    let name: Option<Spanned<Box<str>>> = more(node, reading)?;
    if name.as_ref().is_some_and(|name| name.value.trim().is_empty()) {
        let problem = rules::KW_007.finding("the name of a field is empty").at(node.place);
        reading.report(problem.help("write a name before the colon"));
        return Some(None);
    }
    Some(name)
}

impl FromNode for Box<str> {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        match &node.content {
            Content::Scalar { text, plain } if !plain || is_text(text) => Some(text.as_ref().into()),
            Content::Scalar { text, .. } if !is_null(text) => {
                // The message does not repeat the value: it may be the value of a key.
                let message = "expected text, found a value that YAML reads as a number or boolean";
                reading.report(rules::KW_007.finding(message).at(node.place).help("write it in quotes"));
                None
            }
            _ => {
                reading.mistyped(node, "text");
                None
            }
        }
    }
}

impl FromNode for bool {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        match &node.content {
            Content::Scalar { text, plain: true } if text == "true" => Some(true),
            Content::Scalar { text, plain: true } if text == "false" => Some(false),
            _ => {
                reading.mistyped(node, "true or false");
                None
            }
        }
    }
}

impl FromNode for i64 {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        if let Content::Scalar { text, plain: true } = &node.content
            && let Some(number) = whole_number(text)
        {
            return Some(number);
        }
        reading.mistyped(node, "a whole number");
        None
    }
}

impl<T: FromNode> FromNode for Vec<Spanned<T>>
where
    Spanned<T>: JsonSchema,
{
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let Content::List(items) = &node.content else {
            reading.mistyped(node, "a list");
            return None;
        };
        let read: Vec<_> = items.iter().map_while(|item| more(item, reading)).flatten().collect();
        (read.len() == items.len()).then_some(read)
    }
}

/// A mapping of custom names to texts, for custom attributes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextMap(pub Vec<(Spanned<Box<str>>, Spanned<Box<str>>)>);

impl FromNode for TextMap {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let Content::Mapping(pairs) = &node.content else {
            reading.mistyped(node, "a mapping of names to texts");
            return None;
        };
        let read: Vec<_> = pairs
            .iter()
            .map_while(|(key, value)| Some((named(key, reading)?, more(value, reading)?)))
            .filter_map(|(key, value)| Some((key?, value?)))
            .collect();
        (read.len() == pairs.len()).then_some(Self(read))
    }
}

/// The fields of a mapping, for a type with the known fields `known`; unknown ones are reported.
pub fn fields<'n, 'a>(
    node: &'n Node<'a>,
    known: &'static [&'static str],
    what: &str,
    reading: &mut Reading,
) -> Option<&'n [(Node<'a>, Node<'a>)]> {
    let Content::Mapping(pairs) = &node.content else {
        reading.mistyped(node, &format!("a mapping with the fields of {what}"));
        return None;
    };
    for (key, _) in pairs {
        if reading.is_over() {
            break;
        }
        let name = key_name(key);
        if !name.is_some_and(|name| known.contains(&name)) {
            unknown_field(key, name.unwrap_or("?"), known, what, reading);
        }
    }
    Some(pairs)
}

fn unknown_field(key: &Node<'_>, name: &str, known: &[&str], what: &str, reading: &mut Reading) {
    let problem = match refused_field(name, what) {
        Some((rule, message, help)) => rule.finding(message).help(help),
        None => {
            let below = mistyped::parent_of(name, what);
            let help = match did_you_mean(name, known.iter().copied()) {
                _ if name == MERGE => "YAML merge keys are not supported: write the fields out".to_owned(),
                Some(near) => format!("did you mean `{near}`?"),
                None if let Some(field) = below => format!("write it below `{field}`: `{field}: {{{name}: …}}`"),
                None => format!("the fields are {}", known.join(", ")),
            };
            // Below a secret, an unknown name may be the secret itself: repeat it only if it is similar to a field.
            let is_safe =
                !matches!(what, "secret" | "PackageKey.spec.key") || help.starts_with("did") || below.is_some();
            let name = if is_safe { format!("field `{}`", text::quoted(name)) } else { "such field".to_owned() };
            rules::KW_005.finding(format!("{what} has no {name}")).help(help)
        }
    };
    reading.report(problem.at(key.place));
}

/// The key that merges another mapping, in YAML 1.1.
const MERGE: &str = "<<";

/// Whether a field that is missing is there under a name that a finding corrects, or could be in a merged mapping.
pub fn is_misspelled(pairs: &[(Node<'_>, Node<'_>)], known: &[&str], missing: &str) -> bool {
    pairs
        .iter()
        .filter_map(|(key, _)| key_name(key))
        .filter(|name| !known.contains(name))
        .any(|name| name == MERGE || did_you_mean(name, known.iter().copied()) == Some(missing))
}

/// Fields of a store that a manifest cannot set: the rule, the message and the help.
fn refused_field(name: &str, what: &str) -> Option<(&'static Rule, &'static str, &'static str)> {
    const SERVER_SET: [&str; 8] =
        ["id", "name", "createdDate", "createdBy", "updatedDate", "updatedBy", "deletedDate", "deletedBy"];
    match what {
        "Package.spec" if name == "keyAdapter" => Some((
            &rules::CAM_017,
            "`keyAdapter` is not managed: only the vendor's engineers set it",
            "remove the field; Keywright leaves the value in the store as it is",
        )),
        "Application.spec" if name == "status" || name == "isPackaged" => Some((
            &rules::CAM_010,
            "an application's `status` and `isPackaged` cannot be set",
            "remove the field; the store sets it",
        )),
        "ApiKey.spec" if SERVER_SET.contains(&name) => Some((
            &rules::MFT_005,
            "the store sets this field, and an `id` may be the credential itself",
            "remove the field; Keywright finds the key by its metadata.name",
        )),
        "ApiKey.spec" if name == "deliver" => Some((
            &rules::MFT_046,
            "the value of an API key cannot be delivered: the API documents no answer that contains it",
            "remove `deliver`; copy the value from the portal to where it is used",
        )),
        _ => None,
    }
}

/// The place of the first key of a mapping, to avoid marking the whole mapping.
pub fn head(node: &Node<'_>) -> Place {
    match &node.content {
        Content::Mapping(pairs) => pairs.first().map_or(node.place, |(key, _)| key.place),
        Content::Scalar { .. } | Content::List(_) => node.place,
    }
}

/// The field `name` in `pairs`. The tree reports duplicates; the first one is used.
pub fn field<'n, 'a>(pairs: &'n [(Node<'a>, Node<'a>)], name: &str) -> Option<&'n Node<'a>> {
    pairs.iter().find(|(key, _)| key_name(key) == Some(name)).map(|(_, value)| value)
}

fn key_name<'n>(key: &'n Node<'_>) -> Option<&'n str> {
    match &key.content {
        Content::Scalar { text, .. } => Some(text),
        Content::List(_) | Content::Mapping(_) => None,
    }
}
