//! The commit that a plan is made from, and whether the manifests changed since.

use std::path::Path;
use std::path::PathBuf;

use super::Snapshot;
use crate::cli::Console;
use crate::cli::saved_plan::LoadedPlan;
use crate::diagnostic::Diagnostic;
use crate::files::settled;
use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;
use crate::plan::Commit;
use crate::plan::Manifests;
use crate::rules;
use crate::source::Loaded;

impl Snapshot {
    /// What a plan of this snapshot is made from.
    pub(in crate::cli) fn manifests(&self, console: &Console<'_>) -> Manifests {
        Manifests::of(&self.desired, commit(&self.loaded, &console.folder))
    }

    /// KW-067: the manifests declare something else than those of a saved plan. The parts of a workspace are not compared,
    /// because the plan does not name them.
    pub(super) fn moved_on(&self, saved: &LoadedPlan, console: &Console<'_>) -> Option<Diagnostic> {
        let made = saved.plan.origin.manifests.as_ref()?;
        if saved.plan.options.is_part || !self.loaded.is_whole {
            return None;
        }
        if Manifests::of(&self.desired, None).declared == made.declared {
            return None;
        }
        let message = format!("the manifests changed since the plan {} was made", saved.name);
        let message = match (&made.commit, commit(&self.loaded, &console.folder)) {
            (Some(then), Some(now)) => format!("{message}: it was made from commit {then}, and HEAD is now {now}"),
            (Some(then), None) => format!("{message}: it was made from commit {then}"),
            (None, _) => message,
        };
        let help =
            "the plan does what was reviewed; plan again to apply the manifests of now, or use --strict to stop here";
        Some(rules::KW_067.finding(message).help(help))
    }
}

/// The commit of the workspace. `None` outside of a repository, before the first commit, or if Git cannot be run: a plan does
/// not need it.
fn commit(loaded: &Loaded, folder: &Path) -> Option<Commit> {
    let repository = Repository::find_of_anyone(&settled(&loaded.root)).ok()??;
    let head = repository.head().ok()??;
    // What cannot be compared counts as changed.
    let is_changed = is_changed(&repository, &head, loaded, folder).unwrap_or(true);
    Some(Commit { id: head.as_str().to_owned(), is_changed })
}

/// Whether the manifests are not those of the commit: changed, added or deleted. Line ends do not count.
fn is_changed(repository: &Repository, head: &CommitId, loaded: &Loaded, folder: &Path) -> Result<bool, GitError> {
    let manifests: Vec<_> = loaded.sources.0.iter().filter(|source| source.readable).collect();
    let inside = |name: &str| repository.inside(&folder.join(name));
    let paths = manifests.iter().map(|source| inside(&source.name)).collect::<Result<Vec<PathBuf>, _>>()?;
    let committed = repository.contents(head, &paths)?;
    let is_same = |(committed, text): (&Option<Vec<u8>>, &str)| {
        let committed = committed.as_deref().map(String::from_utf8_lossy);
        committed.is_some_and(|committed| plain(&committed) == plain(text))
    };
    if !committed.iter().zip(manifests.iter().map(|source| &*source.text)).all(is_same) {
        return Ok(true);
    }
    let is_manifest = |path: &&PathBuf| path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    let tracked = repository.tracked_below(&settled(&loaded.root))?;
    Ok(tracked.iter().filter(is_manifest).any(|path| !repository.root().join(path).exists()))
}

fn plain(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}
