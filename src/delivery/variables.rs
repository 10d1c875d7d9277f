//! The text of a delivery file: lines of `NAME=value`, comments and blank lines.

use zeroize::Zeroizing;

use crate::model::Secret;

/// The value that a line assigns to the variable, possibly after `export`.
pub(super) fn value_of<'t>(line: &'t str, variable: &str) -> Option<&'t str> {
    line.strip_prefix(EXPORT).unwrap_or(line).strip_prefix(variable)?.strip_prefix('=')
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

/// The text with the value in every line that sets the variable, or in a new last line.
pub(super) fn with_value(text: &str, variable: &str, value: &Secret) -> Zeroizing<String> {
    let mut whole = Zeroizing::new(String::with_capacity(text.len() + variable.len() + value.expose().len() + 2));
    let mut is_set = false;
    for line in text.split_inclusive('\n') {
        if value_of(line, variable).is_none() {
            whole.push_str(line);
            continue;
        }
        is_set = true;
        if line.starts_with(EXPORT) {
            whole.push_str(EXPORT);
        }
        let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
        push(&mut whole, variable, value, end);
    }
    if !is_set {
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        push(&mut whole, variable, value, "\n");
    }
    whole
}

fn push(text: &mut String, variable: &str, value: &Secret, end: &str) {
    for part in [variable, "=", value.expose(), end] {
        text.push_str(part);
    }
}
