//! Files of the workspace that hold values as they are.

use std::borrow::Cow;
use std::path::Path;

use zeroize::Zeroizing;

use super::Inner;
use super::Reach;
use super::Seen;
use crate::delivery::Cause;
use crate::delivery::MAX_FILE;
use crate::delivery::Places;
use crate::delivery::cause;
use crate::delivery::existing;
use crate::delivery::text;
use crate::delivery::value_of;
use crate::delivery::with_value;
use crate::files::Place;
use crate::model::Delivery;
use crate::model::Secret;
use crate::workspace::FileFormat;

pub(super) fn look(
    inner: &Inner,
    folder: &str,
    format: FileFormat,
    to: &Delivery,
    reach: Reach,
) -> Result<Seen, Cause> {
    let file = format.file(folder, &to.file, &to.variable);
    if reach == Reach::Writes {
        Places::new(&inner.root, &inner.database).check_path(&file)?;
    }
    let Some(place) = Place::find(&inner.root, Path::new(&file)).map_err(cause)? else { return Ok(Seen::Unknown) };
    let value = match content(&place, format)? {
        // The file may be on another machine.
        None => return Ok(Seen::Unknown),
        Some(Content::Lines(text)) => text.lines().rev().find_map(|line| value_of(line, &to.variable)).map(Secret::new),
        Some(Content::Value(value)) => Some(value),
        Some(Content::Fields(fields)) => fields.get(&*to.variable).and_then(|value| value.as_str()).map(Secret::new),
    };
    if reach == Reach::Writes {
        place.check_writable().map_err(|error| cause(error.into()))?;
    }
    Ok(value.map_or(Seen::Nothing, Seen::Value))
}

/// The receipt is empty: a file has no versions.
pub(super) fn write(
    inner: &Inner,
    folder: &str,
    format: FileFormat,
    to: &Delivery,
    value: &Secret,
) -> Result<Box<str>, Cause> {
    let file = format.file(folder, &to.file, &to.variable);
    Places::new(&inner.root, &inner.database).check_path(&file)?;
    let place = Place::make(&inner.root, Path::new(&file)).map_err(cause)?;
    let whole = match content(&place, format)? {
        Some(Content::Lines(text)) => with_value(&text, &to.variable, value)?,
        None if format == FileFormat::Dotenv => with_value("", &to.variable, value)?,
        Some(Content::Value(_)) => Zeroizing::new(value.expose().to_owned()),
        None if format == FileFormat::Raw => Zeroizing::new(value.expose().to_owned()),
        Some(Content::Fields(fields)) => with_field(fields, to, value),
        None => with_field(serde_json::Map::new(), to, value),
    };
    place.sweep();
    place.replace(whole.as_bytes()).map_err(|error| cause(error.into()))?;
    Ok(Box::default())
}

/// What a file holds.
enum Content {
    Lines(Zeroizing<String>),
    Value(Secret),
    Fields(serde_json::Map<String, serde_json::Value>),
}

/// `None` if there is no file. A file of another form has another use.
fn content(place: &Place, format: FileFormat) -> Result<Option<Content>, Cause> {
    if format == FileFormat::Dotenv {
        return Ok(existing(place)?.map(Content::Lines));
    }
    let Some(bytes) = place.read(MAX_FILE).map_err(cause)? else { return Ok(None) };
    let other = |message: &'static str| {
        Cause::new(message, "deliver to a path of its own, or remove the existing file").on_this_machine()
    };
    if place.is_program() {
        return Err(other("the file is a program"));
    }
    let text = text(bytes).ok_or_else(|| other("the file is not text"))?;
    if format == FileFormat::Raw {
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let is_value = !line.contains(char::is_whitespace) && line.len() <= 1_000;
        return if is_value {
            Ok(Some(Content::Value(Secret::new(line))))
        } else {
            Err(other("the file is not a value"))
        };
    }
    match serde_json::from_str(&text) {
        Ok(serde_json::Value::Object(fields)) => Ok(Some(Content::Fields(fields))),
        _ => Err(other("the file is not a JSON object")),
    }
}

fn with_field(
    mut fields: serde_json::Map<String, serde_json::Value>,
    to: &Delivery,
    value: &Secret,
) -> Zeroizing<String> {
    fields.insert(to.variable.to_string(), value.expose().into());
    let text = serde_json::to_string_pretty(&fields).map_or(Cow::Borrowed("{}"), Cow::Owned);
    Zeroizing::new(format!("{text}\n"))
}
