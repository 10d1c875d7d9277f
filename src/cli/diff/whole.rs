//! KW-138: what becomes of a workspace that the newer version does not have, or has in another folder.

use crate::diagnostic::Diagnostic;
use crate::rules;
use crate::source::Loaded;
use crate::text::line;
use crate::workspace::DatabaseAt;
use crate::workspace::Workspace;

/// The workspace is gone.
pub(super) fn deleted(before: &Loaded, after: &str, folder: &str) -> Diagnostic {
    let workspace = line(&before.workspace.name);
    let message =
        format!("{after} deletes the workspace {workspace} in {}: no run manages its objects any more", line(folder));
    let help = "they stay in the store, and keys keep working; to delete them, apply their manifests with `removed: true` \
                below `metadata` first, and delete the folder after that";
    rules::KW_138.finding(message).help(help)
}

/// The workspace is in another folder.
pub(super) fn moved(workspace: &Workspace, after: &str, from: &str, to: &str) -> Diagnostic {
    let (name, from, to) = (line(&workspace.name), line(from), line(to));
    let message = format!("{after} moves the workspace {name} from {from} to {to}");
    let help = match &workspace.database {
        DatabaseAt::File(file) => format!(
            "its database {} is not in Git: after the merge, move it to {to} on every machine that runs the workspace; \
             without it, the next run knows nothing of earlier ones, and an embedded store is empty",
            line(file)
        ),
        DatabaseAt::Server { .. } => format!("name {to} where pipelines name {from}"),
    };
    rules::KW_138.finding(message).help(help)
}
