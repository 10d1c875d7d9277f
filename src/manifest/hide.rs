//! Replaces secrets in source texts by stars. All places stay valid.

use super::node::Content;
use super::node::Node;
use super::plain::is_null;
use super::read::Reading;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::diagnostic::has_errors;
use crate::model::built_in::is_secret_name;

/// The texts selected by `is_wanted`, with stars in place of secrets. The others are empty.
pub fn without_secrets(sources: &Sources, is_wanted: impl Fn(SourceId) -> bool) -> Sources {
    let hidden = |(index, source): (usize, &Source)| {
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        let text = if is_wanted(id) { hidden(id, source) } else { "".into() };
        Source { name: source.name.clone(), text, readable: source.readable }
    };
    Sources(sources.0.iter().enumerate().map(hidden).collect())
}

fn hidden(id: SourceId, source: &Source) -> Box<str> {
    let mut places = Vec::new();
    // All texts, because the workspace file can contain misplaced secrets too.
    let mut reading = Reading::new(id);
    super::tree::documents(&source.text, &mut reading, |root, _| find(root, false, &mut places));
    if has_errors(&reading.finish()) {
        find_in_lines(id, &source.text, &mut places);
    }
    let mut text = source.text.to_string();
    for place in places {
        hide_place(&mut text, place);
    }
    text.into()
}

/// Hides the text at a place that a finding treats as a secret.
pub fn hide(sources: &mut Sources, place: Place) {
    if let Some(source) = sources.0.get_mut(place.source.0 as usize) {
        let mut text = std::mem::take(&mut source.text).into_string();
        hide_place(&mut text, place);
        source.text = text.into();
    }
}

fn hide_place(text: &mut String, place: Place) {
    let (start, end) = (place.start as usize, place.end as usize);
    let Some(secret) = text.get(start..end) else { return };
    // As many bytes as before, and the same lines.
    let hidden: String =
        secret.bytes().map(|byte| if byte.is_ascii_whitespace() { char::from(byte) } else { '*' }).collect();
    text.replace_range(start..end, &hidden);
}

/// Fields below `key`, `custom`, `secret`, `credentials` and `databasePassword` that say where a secret is, and not what it is.
const SECRET_SOURCES: [&str; 5] = ["env", "file", "command", "prefix", "by"];

/// Finds every value below a field about secrets, except sources of secrets. Misplaced secrets count too.
fn find(node: &Node<'_>, is_secret: bool, places: &mut Vec<Place>) {
    match &node.content {
        // `secret: true` of a place of delivery.
        Content::Scalar { text, plain: true } if matches!(text.as_ref(), "true" | "false") => {}
        Content::Scalar { .. } if is_secret => places.push(node.place),
        Content::Scalar { text, .. } if holds_password(text) => places.push(node.place),
        Content::Scalar { .. } => {}
        Content::List(items) => items.iter().for_each(|item| find(item, is_secret, places)),
        Content::Mapping(pairs) => {
            for (key, value) in pairs {
                let Content::Scalar { text, .. } = &key.content else {
                    find(key, is_secret, places);
                    find(value, is_secret, places);
                    continue;
                };
                // `custom: {the-value}`, where `value:` is missing.
                let is_alone = matches!(&value.content, Content::Scalar { text, plain: true } if is_null(text));
                if is_secret && is_alone && !KNOWN.contains(&text.as_ref()) {
                    places.push(key.place);
                }
                let about_secrets = ABOUT_SECRETS.contains(&text.as_ref()) || is_secret_name(text);
                find(value, (is_secret || about_secrets) && !SECRET_SOURCES.contains(&text.as_ref()), places);
            }
        }
    }
}

/// Whether a text may be a URL with a password.
fn holds_password(text: &str) -> bool {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let sign_in = rest.rsplit_once('@').map_or("", |(sign_in, _)| sign_in);
    let is_address = !scheme.is_empty() || text.starts_with("postgres");
    (is_address && (sign_in.contains(':') || (rest.contains('?') && rest.contains('%'))))
        || (scheme.starts_with("http") && !sign_in.is_empty())
        || text.to_ascii_lowercase().contains("password=")
}

/// Fields that are about secrets.
const ABOUT_SECRETS: [&str; 6] = ["key", "custom", "secret", "credentials", "value", "databasePassword"];

/// Fields below them that are not secrets.
const KNOWN: [&str; 13] = [
    "env",
    "file",
    "command",
    "prefix",
    "by",
    "existing",
    "value",
    "generate",
    "custom",
    "apiKey",
    "apiSecret",
    "username",
    "password",
];

/// Searches invalid YAML by line: the text after a field about secrets, and deeper lines below it, may be secret.
fn find_in_lines(source: SourceId, text: &str, places: &mut Vec<Place>) {
    let mut below = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let is_below = below.is_some_and(|outer| depth > outer || is_loose(line));
        let start = if is_below || holds_password(line) { Some(0) } else { value_in(line) };
        if let Some(start) = start {
            let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            places.push(Place { source, start: byte(at + start), end: byte(at + line.len()) });
        }
        if !is_below {
            below = start.map(|_| depth);
        }
        at += line.len();
    }
}

/// Whether a line is neither a field nor an item, so that it may be the rest of a text that lost its indentation.
fn is_loose(line: &str) -> bool {
    let line = line.trim();
    !line.contains(':') && !line.starts_with('-') || line.starts_with("-----")
}

/// The start of the text after a field about secrets.
fn value_in(line: &str) -> Option<usize> {
    let names = ABOUT_SECRETS.iter().chain(&["apiKey", "apiSecret", "password"]);
    let after = |name: &str| {
        let at = line.find(name)?;
        let is_word = !line[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
        let rest = line[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
        (is_word && rest.starts_with(':')).then(|| line.len() - rest.len() + 1)
    };
    names.filter_map(|name| after(name)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let source = Source { name: "a.yaml".into(), text: text.into(), readable: true };
        let sources = Sources(vec![source, Source { name: "b.yaml".into(), text: text.into(), readable: true }]);
        let shown = without_secrets(&sources, |id| id.0 == 0);
        assert!(shown.0[1].text.is_empty());
        shown.0[0].text.to_string()
    }

    #[test]
    fn secrets_become_stars_and_everything_else_stays_where_it_is() {
        let text = "a: {key: {custom: {value: \"fäke\"}}}\nsecret:\n  value: |\n    one\n    two\nother: seen\n";
        let expected = "a: {key: {custom: {value: *******}}}\nsecret:\n  value: |\n    ***\n    ***\nother: seen\n";
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_hidden_too() {
        let text =
            "key: fake\ncustom: {vaule: fake}\nsecret: {env: APP_X}\ncredentials: {pasword: fake}\nvalue: fake\n";
        let expected =
            "key: ****\ncustom: {vaule: ****}\nsecret: {env: APP_X}\ncredentials: {pasword: ****}\nvalue: ****\n";
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn the_rest_of_a_text_without_indentation_is_hidden() {
        let text = "a: {custom:\n  value: |\n    fake-1\nfake-2\n-----END FAKE-----\nb: [seen\n";
        assert_eq!(shown(text).matches("fake").count(), 0, "{}", shown(text));
        assert!(shown(text).contains("b: [seen"), "{}", shown(text));
    }

    #[test]
    fn a_password_of_the_database_is_hidden() {
        let text = "database: postgres://u:fake@h/d\ndatabasePassword: fake\nurl: https://api.example.com\n";
        let expected = "database: *********************\ndatabasePassword: ****\nurl: https://api.example.com\n";
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn a_secret_in_the_place_of_a_field_is_hidden() {
        let text = "custom: {my-fake}\nsecret: {fake: }\nvalue: {{fake}}\nkey: {generate: {prefix: a_}}\n";
        let expected = "custom: {*******}\nsecret: {****: }\nvalue: {{****}}\nkey: {generate: {prefix: a_}}\n";
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn what_is_not_yaml_hides_whatever_follows_a_value() {
        let text = "a: {custom: {value: fake}}\nb:\n  value: |\n    one\n\n    two\n  \"value\" : x\nc: [\n";
        let expected = "a: {custom: ******* ******\nb:\n  value: *\n    ***\n\n    ***\n  \"value\" : *\nc: [\n";
        assert_eq!(shown(text), expected);
    }
}
