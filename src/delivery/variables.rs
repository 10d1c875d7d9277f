//! The text of a delivery file: lines of `NAME=value`, comments and blank lines.

use zeroize::Zeroizing;

use super::causes::Cause;
use crate::model::Secret;
use crate::rules::NO_QUOTES;
use crate::rules::is_key_text;
use crate::rules::quote_for;

/// The value that a line assigns to the variable, possibly after `export`, as a shell and other readers of such files take it:
/// without quotes, blanks around it, and a comment after it.
pub(super) fn value_of<'t>(line: &'t str, variable: &str) -> Option<&'t str> {
    let text = assigned(line, variable)?;
    let is_quoted = |value: &str, quote: &str| text.starts_with(quote) && text.len() == value.len() + 2 * quote.len();
    let is_ours = |value: &str| quote_for(value).is_some_and(|quote| is_quoted(value, quote));
    // Readers differ in what they make of other texts, and keys made in the store can have any value.
    Some(plain(text).filter(|value| !value.is_empty() && (is_key_text(value) || is_ours(value))).unwrap_or(text))
}

/// What follows after the variable and `=`.
fn assigned<'t>(line: &'t str, variable: &str) -> Option<&'t str> {
    let line = line.trim_ascii_start();
    line.strip_prefix(EXPORT).unwrap_or(line).strip_prefix(variable)?.strip_prefix('=')
}

/// One word, in quotes or not, and nothing after it but a comment.
fn plain(text: &str) -> Option<&str> {
    let (value, rest) = match text.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => text[1..].split_once(char::from(*quote))?,
        _ => text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len())),
    };
    let is_apart = rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_whitespace());
    let rest = rest.trim_ascii();
    (is_apart && (rest.is_empty() || rest.starts_with('#'))).then_some(value)
}

/// What a shell needs before a variable that programs receive.
const EXPORT: &str = "export ";

/// Whether a line is blank, a comment, or `NAME=value`, possibly after `export`.
pub(super) fn is_of_variables(line: &str) -> bool {
    let line = line.trim_ascii();
    if line.is_empty() || (line.starts_with('#') && !line.starts_with("#!")) {
        return true;
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').is_some_and(|(name, _)| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.bytes().all(is_letter)
    })
}

/// The text with the value in every line that sets the variable, or in a new last line. An error if a line cannot hold it.
pub(super) fn with_value(text: &str, variable: &str, value: &Secret) -> Result<Zeroizing<String>, Cause> {
    let Some(quote) = quote_for(value.expose()) else {
        let (message, help) = NO_QUOTES;
        return Err(Cause::new(message, help));
    };
    let assignment = |end| [variable, "=", quote, value.expose(), quote, end];
    let mut whole = Zeroizing::new(String::with_capacity(text.len() + variable.len() + value.expose().len() + 4));
    let mut is_set = false;
    for line in text.split_inclusive('\n') {
        if assigned(line, variable).is_none() {
            whole.push_str(line);
            continue;
        }
        is_set = true;
        if line.trim_ascii_start().starts_with(EXPORT) {
            whole.push_str(EXPORT);
        }
        let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
        whole.extend(assignment(end));
    }
    if !is_set {
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        whole.extend(assignment("\n"));
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_the_readers_of_the_file_take_it() {
        for line in
            ["K=a-1", "export K=a-1", "K=\"a-1\"", "K='a-1'", "export K=\"a-1\" # ours", "  K=a-1  ", "K=a-1\t# ours"]
        {
            assert_eq!(value_of(line, "K"), Some("a-1"), "{line}");
        }
        // No certain reading, and keys of the store with other characters.
        for text in ["a b", "\"a b\"", "\"a", "\"a\"b", "a$b", "\"\"", "'a\"", "a#b", "\"a\\\"b\""] {
            assert_eq!(value_of(&format!("K={text}"), "K"), Some(text), "{text}");
        }
        assert_eq!(value_of("K2=a", "K"), None);
        assert_eq!(value_of("# K=a", "K"), None);
    }

    #[test]
    fn a_value_replaces_each_line_of_its_variable() {
        let whole = |value| with_value("  export K=\"a\" # x\n K=a\nL=\"K=a\"\n", "K", &Secret::new(value));
        for (value, text) in [("b", "b"), ("b#$\"", "'b#$\"'"), ("b'", "\"b'\"")] {
            let whole = whole(value).unwrap_or_else(|_| unreachable!("quotes hold it"));
            assert_eq!(&**whole, format!("export K={text}\nK={text}\nL=\"K=a\"\n"));
            assert!(whole.lines().take(2).all(|line| value_of(line, "K") == Some(value)), "{value}");
        }
        for value in ["b'$", "b\nL=c", "b\0"] {
            assert!(whole(value).is_err(), "{value:?}");
        }
    }
}
