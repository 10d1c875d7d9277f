//! The version of the settings that those of the checkout are compared with when `--trust` names none.

use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;

/// The newest commit that is surely not a part of the pull request.
pub(super) struct Baseline {
    pub(super) commit: CommitId,
    /// The name for people, like `origin/main (3f2a9c01d7e4)`.
    pub(super) name: String,
    /// Whether it is the commit that is checked out.
    pub(super) is_head: bool,
}

/// The commit where the checkout left the branch that it will be merged into, so that later commits of that branch do not
/// count as changes; or else the commit that is checked out. `None` before the first commit.
pub(super) fn baseline(repository: &Repository, target: Option<&str>) -> Result<Option<Baseline>, GitError> {
    let Some(head) = repository.head()? else { return Ok(None) };
    let target = target.map(|branch| format!("refs/remotes/origin/{branch}"));
    let usual =
        ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main"];
    let names: Vec<&str> = target.as_deref().into_iter().chain(usual).collect();
    for (name, tip) in repository.branches(&names)? {
        let base = if tip == head { Some(tip) } else { repository.merge_base(&tip, &head)? };
        let Some(commit) = base else { continue };
        if commit == head {
            // The branch has everything that is committed here.
            break;
        }
        let name = format!("{} ({})", name.trim_start_matches("refs/remotes/"), commit.short());
        return Ok(Some(Baseline { commit, name, is_head: false }));
    }
    let name = format!("HEAD ({})", head.short());
    Ok(Some(Baseline { commit: head, name, is_head: true }))
}
