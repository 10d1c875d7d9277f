//! The comments on several workspaces as one comment.

use std::fmt::Write as _;
use std::io;

use super::Host;
use super::LONGEST_NAME;
use super::Topic;
use super::escape::prose;
use crate::render::Workspace;
use crate::text;

/// Writes a table of the workspaces, and then the comment on each of them while they fit. Counts those that do not.
pub fn workspaces(
    out: &mut dyn io::Write,
    host: Host,
    topic: Topic,
    pattern: Option<&str>,
    workspaces: &[Workspace<'_>],
) -> io::Result<()> {
    let pattern = pattern.map(|pattern| text::cut(pattern, LONGEST_NAME).into_owned());
    let mut page = host.marker(topic.word(), pattern.as_deref());
    let count = text::count(workspaces.len(), "workspace");
    let _ = writeln!(page, "\n\n### {} of {count}\n\n| Workspace | Exit | Result |\n|---|---|---|", topic.title());
    let mut omitted = 0;
    for Workspace { name, exit, words, .. } in workspaces {
        let row = format!("| {} | {exit} | {words} |\n", host.code(&text::cut(name, LONGEST_NAME)));
        if omitted > 0 || page.len() + row.len() > host.longest() / 2 {
            omitted += 1;
        } else {
            page.push_str(&row);
        }
    }
    if omitted > 0 {
        let _ = writeln!(page, "\n…and {}.", text::count(omitted, "more workspace*"));
    }
    let mut omitted = 0;
    for workspace in workspaces {
        let comment = String::from_utf8_lossy(workspace.document);
        // The markers of single workspaces would name another comment.
        let (_, body) = comment.split_once('\n').unwrap_or_default();
        if page.len() + body.len() > host.longest() {
            omitted += 1;
        } else {
            page.push_str(body);
        }
    }
    if omitted > 0 {
        let omitted = text::count(omitted, "workspace");
        let _ = writeln!(page, "\n{}", prose(&format!("The details of {omitted} do not fit; --workspace shows each.")));
    }
    out.write_all(page.as_bytes())
}
