//! What an export does not contain, for people.

use std::io;

use crate::export::Export;
use crate::text;
use crate::text::count;

/// Writes the objects and fields that are not exported, each with its reason, and then the counts.
pub fn export(err: &mut dyn io::Write, export: &Export) -> io::Result<()> {
    for object in &export.objects {
        for omitted in object.omitted() {
            let line = format!("{}: {} is not exported: {}", object.address(), omitted.field, omitted.reason);
            writeln!(err, "{}", text::line(&line))?;
        }
    }
    for line in export.left_out_lines() {
        writeln!(err, "{}", text::line(&line))?;
    }
    writeln!(err, "Exported: {}.{}", count(export.objects.len(), "object"), missing(export))
}

fn missing(export: &Export) -> String {
    let objects = export.left_out.len() + export.nameless;
    let fields: usize = export.objects.iter().map(|object| object.omitted().len()).sum();
    let parts = [(objects, "object"), (fields, "field")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(*n, what)).collect();
    if parts.is_empty() { String::new() } else { format!(" Not exported: {}, see above.", parts.join(" and ")) }
}
