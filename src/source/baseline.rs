//! The versions of the settings that those of the checkout are compared with.

use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;
use crate::text::and_more;

/// Maximum number of bases. A history with more was made to hide something, and is compared with the branch itself.
const MOST_BASES: usize = 20;

/// The newest commits that are surely not a part of the pull request.
pub(super) struct Baseline {
    /// A setting is changed if it differs from any of them: the author can add bases, but cannot remove one.
    pub(super) commits: Vec<CommitId>,
    /// The name for people, like `origin/main (3f2a9c01d7e4)`.
    pub(super) name: String,
    pub(super) kind: BaselineKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BaselineKind {
    /// Where the checkout left the branch that it will be merged into.
    Left,
    /// The commit that is checked out, and the branch contains it.
    Contained,
    /// The commit that is checked out, because this clone has none of the branches, or not enough of their history.
    Unknown,
}

/// The commits where the checkout left the branch that it will be merged into, so that later commits of that branch do not
/// count as changes; or else the commit that is checked out. `None` before the first commit.
pub(super) fn baseline(repository: &Repository, target: Option<&str>) -> Result<Option<Baseline>, GitError> {
    let Some(head) = repository.head()? else { return Ok(None) };
    let target = target.map(|branch| format!("refs/remotes/origin/{branch}"));
    let usual =
        ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main"];
    let names: Vec<&str> = target.as_deref().into_iter().chain(usual).collect();
    let mut kind = BaselineKind::Unknown;
    for (name, tip) in repository.branches(&names)? {
        let commits = bases(repository, &tip, &head)?;
        if commits.is_empty() {
            continue;
        }
        if commits.contains(&head) {
            kind = BaselineKind::Contained;
            break;
        }
        let ids: Vec<&str> = commits.iter().map(CommitId::short).collect();
        let name = format!("{} ({})", name.trim_start_matches("refs/remotes/"), and_more(&ids, 3, ", "));
        return Ok(Some(Baseline { commits, name, kind: BaselineKind::Left }));
    }
    let name = format!("HEAD ({})", head.short());
    Ok(Some(Baseline { commits: vec![head], name, kind }))
}

/// The commits where a checkout left a branch. None if that is not known, for example in a shallow clone.
pub(super) fn bases(repository: &Repository, tip: &CommitId, head: &CommitId) -> Result<Vec<CommitId>, GitError> {
    if tip == head {
        return Ok(vec![tip.clone()]);
    }
    let bases = repository.merge_bases(tip, head)?;
    Ok(if bases.len() > MOST_BASES { vec![tip.clone()] } else { bases })
}
