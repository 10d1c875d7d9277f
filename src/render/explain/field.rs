//! The description of a manifest field, from the JSON Schema of its kind that editors use too.

use std::io;

use serde_json::Value as Json;

use crate::render::style;
use crate::text;
use crate::text::wrap;

/// Texts in a narrower column go below the name of their field.
const NARROWEST: usize = 30;

/// Writes the meaning, the type and the subfields of a field. `path` is below `spec`, like `rotation.every`, or begins
/// with `metadata`; an empty path describes the kind itself. Returns false and writes nothing if the field is unknown. Texts have lines
/// of at most `width` columns.
pub fn field(out: &mut dyn io::Write, path: &str, schema: &Json, width: usize) -> io::Result<bool> {
    let schema = with_required(schema);
    let Some((schema, required)) = find(path, &schema) else {
        return Ok(false);
    };
    let (bold, dim) = (style::BOLD, style::DIM);
    let name = if path.is_empty() { "spec" } else { path };
    writeln!(out, "{bold}{}{bold:#}  {dim}{}{dim:#}", text::line(name), kind_of_value(schema, required))?;
    if let Some(description) = text(schema, "description") {
        writeln!(out)?;
        wrap(description, width.saturating_sub(2)).into_iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    if let Some(pattern) = text(schema, "pattern") {
        writeln!(out, "\n  {dim}pattern{dim:#}  {pattern}")?;
    }
    write_fields(out, schema, width)?;
    Ok(true)
}

/// A field of a manifest, for the reference.
pub struct Described {
    /// As `explain` takes it, without the kind: `rotation.every`, `metadata.name`. `NAME` is any name of a mapping.
    pub path: String,
    /// The type: `text, required`.
    pub kind: String,
    pub about: String,
}

/// All fields of the schema of a kind, each followed by its subfields.
pub fn described(schema: &Json) -> Vec<Described> {
    let schema = with_required(schema);
    let mut all = Vec::new();
    for (part, start) in [("metadata", "metadata."), ("spec", "")] {
        if let Some((schema, _)) = property(&schema, part) {
            describe(start, schema, &mut all);
        }
    }
    all
}

/// The schema of a kind, whose `spec` says which fields it requires: a manifest with `removed: true` does not, so the schema says it
/// beside `spec`.
fn with_required(schema: &Json) -> Json {
    let mut schema = schema.clone();
    if let Some(names) = schema.pointer("/else/properties/spec/required").cloned()
        && let Some(spec) = schema.pointer_mut("/properties/spec").and_then(Json::as_object_mut)
    {
        spec.insert("required".to_owned(), names);
    }
    schema
}

fn describe(start: &str, schema: &Json, all: &mut Vec<Described>) {
    for Field { name, schema, required } in fields(schema) {
        let path = format!("{start}{name}");
        // Two forms of a value can have the same field.
        if all.iter().all(|known| known.path != path) {
            let below = format!("{path}.");
            let about = text(schema, "description").unwrap_or_default().to_owned();
            let kind = kind_of_value(schema, required);
            all.push(Described { path, kind, about });
            describe(&below, schema, all);
        }
    }
    let any = schema.get("additionalProperties").filter(|any| any.is_object());
    if let Some(any) = any {
        describe(&format!("{start}NAME."), any, all);
    }
}

fn write_fields(out: &mut dyn io::Write, schema: &Json, width: usize) -> io::Result<()> {
    let fields: Vec<Field<'_>> = fields(schema);
    let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let names = longest(&mut fields.iter().map(|field| field.name.chars().count()));
    let kinds: Vec<String> = fields.iter().map(|field| kind_of_value(field.schema, field.required)).collect();
    let widest = longest(&mut kinds.iter().map(|kind| kind.chars().count())).min(36);
    if !fields.is_empty() {
        writeln!(out)?;
    }
    let (cyan, dim) = (style::CYAN, style::DIM);
    let column = 2 + names + 2 + widest + 2;
    let is_beside = column + NARROWEST <= width;
    let indent = if is_beside { column } else { 6 };
    for (field, kind) in fields.iter().zip(&kinds) {
        write!(out, "  {cyan}{:<names$}{cyan:#}  {dim}{kind}{dim:#}", field.name)?;
        let Some(description) = text(field.schema, "description") else {
            writeln!(out)?;
            continue;
        };
        // A type that is too long for its column gets its own line.
        let gap = (widest + 2).checked_sub(kind.chars().count()).filter(|gap| is_beside && *gap >= 2);
        match gap {
            Some(gap) => write!(out, "{:gap$}", "")?,
            None => write!(out, "\n{:indent$}", "")?,
        }
        let lines = wrap(first_sentence(description), width.saturating_sub(indent));
        writeln!(out, "{}", lines.join(&format!("\n{:indent$}", "")))?;
    }
    Ok(())
}

/// The schema at a path, and whether the field is required there.
fn find<'a>(path: &str, root: &'a Json) -> Option<(&'a Json, bool)> {
    let spec = property(root, "spec").map_or(root, |(spec, _)| spec);
    let names: Vec<&str> =
        path.split('.').map(|name| name.trim_end_matches("[]")).filter(|name| !name.is_empty()).collect();
    let below = |start| names.iter().try_fold((start, false), |(schema, _), name| property(schema, name));
    below(spec).or_else(|| below(root).filter(|_| !names.is_empty()))
}

struct Field<'a> {
    name: &'a str,
    schema: &'a Json,
    required: bool,
}

/// The fields of a mapping, of the items of a list, or of the alternatives of a value.
fn fields(schema: &Json) -> Vec<Field<'_>> {
    let required = |name: &str| {
        let names = schema.get("required").and_then(Json::as_array);
        names.is_some_and(|names| names.iter().any(|other| other == name))
    };
    let own = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
    let own = own.map(|(name, schema)| Field { name, schema, required: required(name) });
    own.chain(inner(schema).flat_map(fields)).collect()
}

/// The items of a list and the alternatives of a value.
fn inner(schema: &Json) -> impl Iterator<Item = &Json> {
    let forms = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|word| schema.get(word)?.as_array());
    schema.get("items").into_iter().chain(forms.flatten())
}

fn property<'a>(schema: &'a Json, name: &str) -> Option<(&'a Json, bool)> {
    if let Some(field) = fields(schema).into_iter().find(|field| field.name == name) {
        return Some((field.schema, field.required));
    }
    schema.get("additionalProperties").filter(|any| any.is_object()).map(|any| (any, false))
}

fn text<'a>(schema: &'a Json, word: &str) -> Option<&'a str> {
    schema.get(word).and_then(Json::as_str)
}

/// The type: `text, required`, `active | waiting | disabled`.
fn kind_of_value(schema: &Json, required: bool) -> String {
    let kind = words(schema);
    if required { format!("{kind}, required") } else { kind }
}

fn words(schema: &Json) -> String {
    let join = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(" | ");
    let word = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
        return join(&mut choices.iter().map(word));
    }
    if let Some(only) = schema.get("const") {
        return word(only);
    }
    let forms = ["anyOf", "oneOf"].into_iter().find_map(|word| schema.get(word)?.as_array());
    if let Some(forms) = forms {
        return join(&mut forms.iter().map(words));
    }
    match text(schema, "type") {
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "true | false".to_owned(),
        Some("array") => format!("list of {}", schema.get("items").map_or_else(|| "values".to_owned(), many)),
        Some("object") => match schema.get("additionalProperties").filter(|any| any.is_object()) {
            Some(any) => format!("mapping of names to {}", many(any)),
            None => "mapping".to_owned(),
        },
        _ => "any value".to_owned(),
    }
}

fn many(schema: &Json) -> String {
    match words(schema).as_str() {
        "text" => "texts".to_owned(),
        "mapping" => "mappings".to_owned(),
        "whole number" => "whole numbers".to_owned(),
        other => other.to_owned(),
    }
}

fn first_sentence(text: &str) -> &str {
    let ends = text.match_indices(". ").map(|(at, _)| at);
    let end = ends.into_iter().find(|at| text[at + 2..].starts_with(char::is_uppercase));
    end.map_or(text, |at| &text[..=at])
}
