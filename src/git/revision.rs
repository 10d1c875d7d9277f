//! From what people write for a revision to one commit, or to an error that says what to do.
//!
//! Git itself takes the first ref that fits and warns. Here a name must mean one ref: whoever may push a tag named
//! `origin/main` would otherwise decide which settings are trusted.

use std::ffi::OsStr;

use super::CommitId;
use super::GitError;
use super::GitErrorKind;
use super::Repository;
use super::run::failed;

/// Where a short name may be found, as Git does it, with the name in place of `{}`.
const PLACES: [&str; 5] = ["refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD"];

/// Most bytes of a list of refs.
const MOST: u64 = 64 << 20;

pub(super) fn resolve(repository: &Repository, revision: &str) -> Result<CommitId, GitError> {
    check_name(revision)?;
    if revision == "HEAD" {
        return repository.head()?.ok_or_else(|| missing(repository, revision));
    }
    if CommitId::parse(revision).is_some() {
        return peel(repository, revision)?.ok_or_else(|| missing(repository, revision));
    }
    if revision == "@" || revision.ends_with("_HEAD") && revision.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        return Err(refused_name(revision, "it means another commit after the next git command"));
    }
    let is_id = is_part_of_id(revision);
    let found = candidates(repository, revision)?;
    match found.as_slice() {
        [] if is_id => Err(refused_name(revision, "a part of a commit id can come to mean another commit")),
        [] => Err(missing(repository, revision)),
        [(name, object)] => peel(repository, object)?.ok_or_else(|| missing(repository, name)),
        [(first, _), ..] => {
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            let message =
                format!("find the commit `{revision}`: more than one ref has this name: {}", names.join(" and "));
            let branch = names.iter().find(|name| name.starts_with("refs/remotes/")).copied().unwrap_or(first);
            let help = format!("write the whole name of the one that you mean, like {branch}");
            Err(GitError::new(GitErrorKind::Ambiguous, message, help))
        }
    }
}

/// A revision as [`resolve`] takes it, or an ancestor of one: `HEAD~1`, `main^`. Also `@` and a part of a commit id, which mean
/// another commit later and so are no answer to what is trusted.
pub(super) fn resolve_past(repository: &Repository, revision: &str) -> Result<CommitId, GitError> {
    let (base, steps) = revision.find(['~', '^']).map_or((revision, ""), |at| revision.split_at(at));
    let are_steps = steps.len() <= 100 && steps.chars().all(|c| c == '~' || c == '^' || c.is_ascii_digit());
    if !are_steps {
        return Err(refused_name(revision, "only ancestors like HEAD~1 and main^2 are understood"));
    }
    let commit = match resolve(repository, if base == "@" { "HEAD" } else { base }) {
        Err(error) if is_part_of_id(base) && error.kind() == GitErrorKind::Name => {
            peel(repository, base)?.ok_or_else(|| part_of_id(base))?
        }
        resolved => resolved?,
    };
    if steps.is_empty() {
        return Ok(commit);
    }
    // Git calculates from a whole id, so no ref decides which commit this is.
    peel(repository, &format!("{commit}{steps}"))?.ok_or_else(|| {
        let message = format!("find the revision `{revision}`: {base} has no such ancestor in this clone");
        let help = if repository.is_shallow() {
            "run `git fetch --unshallow`, which fetches the whole history"
        } else {
            "name a later commit; `git log --oneline` lists them"
        };
        GitError::new(GitErrorKind::Missing, message, help.to_owned())
    })
}

fn is_part_of_id(revision: &str) -> bool {
    (7..40).contains(&revision.len()) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn part_of_id(revision: &str) -> GitError {
    let message = format!("find the commit `{revision}`: this clone has none, or several, whose id begins with that");
    GitError::new(GitErrorKind::Missing, message, "write the whole commit id; `git log` prints it".to_owned())
}

pub(super) fn reference(repository: &Repository, name: &str) -> Result<Option<CommitId>, GitError> {
    check_name(name)?;
    match exact(repository, &[name.to_owned()])?.first() {
        Some((_, object)) => peel(repository, object),
        None => Ok(None),
    }
}

pub(super) fn branches(repository: &Repository, names: &[&str]) -> Result<Vec<(String, CommitId)>, GitError> {
    // A name that no ref can have is not a branch.
    let names: Vec<String> =
        names.iter().filter(|name| check_name(name).is_ok()).map(|&name| name.to_owned()).collect();
    let found = exact(repository, &names)?;
    let object = |name: &String| found.iter().find(|(of, _)| of == name).map(|(_, object)| object);
    let commit = |name: &String| Some((name.clone(), CommitId::parse(object(name)?)?));
    Ok(names.iter().filter_map(commit).collect())
}

/// The commit that an object is or, for a tag, names.
pub(super) fn peel(repository: &Repository, object: &str) -> Result<Option<CommitId>, GitError> {
    let what = format!("find the commit {object}");
    let format = "--batch-check=%(objectname) %(objecttype)";
    let input = format!("{object}^{{commit}}\n");
    let out = repository.git.run(&what, &[OsStr::new("cat-file"), OsStr::new(format)], input.as_bytes(), MOST)?;
    let line = String::from_utf8_lossy(&out);
    Ok(line.trim_end().strip_suffix(" commit").and_then(CommitId::parse))
}

pub(super) fn merge_bases(
    repository: &Repository,
    one: &CommitId,
    other: &CommitId,
) -> Result<Vec<CommitId>, GitError> {
    let what = "find where two histories part";
    let arguments = ["merge-base", "--all", one.as_str(), other.as_str()].map(OsStr::new);
    let ran = repository.git.try_run(what, &arguments, b"", MOST)?;
    match ran.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&ran.out).lines().filter_map(CommitId::parse).collect()),
        Some(1) => Ok(Vec::new()),
        _ => Err(failed(what, &ran)),
    }
}

/// The refs that a name may mean, with the objects that they point to.
fn candidates(repository: &Repository, name: &str) -> Result<Vec<(String, String)>, GitError> {
    let mut names: Vec<String> = PLACES.iter().map(|place| place.replace("{}", name)).collect();
    if name.starts_with("refs/") {
        // A whole name means itself, and nobody can take it by a tag named `refs/…`.
        names = vec![name.to_owned()];
    }
    exact(repository, &names)
}

fn exact(repository: &Repository, names: &[String]) -> Result<Vec<(String, String)>, GitError> {
    let mut arguments = vec![OsStr::new("for-each-ref"), OsStr::new("--format=%(objectname) %(refname)")];
    arguments.extend(names.iter().map(OsStr::new));
    let out = repository.git.run("list the refs", &arguments, b"", MOST)?;
    let out = String::from_utf8_lossy(&out);
    let found = out.lines().filter_map(|line| line.split_once(' '));
    // A pattern also fits what is below it.
    let found = found.filter(|(_, name)| names.iter().any(|wanted| wanted == name));
    Ok(found.map(|(object, name)| (name.to_owned(), object.to_owned())).collect())
}

/// What no ref can be named, and what Git would calculate with (`main~1`), is refused.
fn check_name(revision: &str) -> Result<(), GitError> {
    let is_odd = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let is_bad = revision.is_empty()
        || revision.len() > 1000
        || revision.starts_with('-')
        || revision.contains(is_odd)
        || revision.contains("..")
        || revision.contains("@{");
    if is_bad { Err(refused_name(revision, "it is neither a name nor a commit id")) } else { Ok(()) }
}

fn refused_name(revision: &str, cause: &str) -> GitError {
    let shown = revision.escape_debug();
    let message = format!("take `{shown}` for a revision: {cause}");
    let help = "write a whole ref like refs/remotes/origin/main, a whole commit id, or the name of a branch or a tag";
    GitError::new(GitErrorKind::Name, message, help)
}

fn missing(repository: &Repository, revision: &str) -> GitError {
    let message = format!("find the revision `{revision}`: this clone does not have it");
    GitError::new(GitErrorKind::Missing, message, fetch_line(repository, revision))
}

/// The command that fetches a revision, and what to write then.
fn fetch_line(repository: &Repository, revision: &str) -> String {
    // `--depth` on a clone that is whole would cut its history off.
    let depth = if repository.is_shallow() { " --depth=1" } else { "" };
    let fetch = |remote: &str, refspec: &str| format!("run `git fetch{depth} {remote} {}`", quoted(refspec));
    if CommitId::parse(revision).is_some() {
        return fetch("origin", revision);
    }
    if revision == "HEAD" {
        return "commit something first".to_owned();
    }
    if let Some(tag) = revision.strip_prefix("refs/tags/") {
        return fetch("origin", &format!("+refs/tags/{tag}:refs/tags/{tag}"));
    }
    let name = revision.strip_prefix("refs/remotes/").or(revision.strip_prefix("refs/heads/")).unwrap_or(revision);
    let is_remote = |name: &str| name == "origin" || remotes(repository).iter().any(|known| known == name);
    let (remote, branch) = name.split_once('/').filter(|(remote, _)| is_remote(remote)).unwrap_or(("origin", name));
    let tracking = format!("refs/remotes/{remote}/{branch}");
    if matches!(reference(repository, &tracking), Ok(Some(_))) {
        return format!("write {tracking}, which this clone has");
    }
    let line = fetch(remote, &format!("+refs/heads/{branch}:{tracking}"));
    if revision == tracking || name == format!("{remote}/{branch}") && name == revision {
        line
    } else {
        format!("{line}, and write {tracking}")
    }
}

pub(super) fn fetch_whole(repository: &Repository, branch: &str) -> String {
    let history = if repository.is_shallow() { " --unshallow" } else { "" };
    let refspec = format!("+refs/heads/{branch}:refs/remotes/origin/{branch}");
    format!("git fetch{history} origin {}", quoted(&refspec))
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+/:._-@".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The names of the remotes; none when they cannot be read, because it is only for a hint.
fn remotes(repository: &Repository) -> Vec<String> {
    let arguments = ["config", "--local", "--name-only", "--get-regexp", r"^remote\..*\.url$"].map(OsStr::new);
    let Ok(ran) = repository.git.try_run("list the remotes", &arguments, b"", MOST) else { return Vec::new() };
    let names = String::from_utf8_lossy(&ran.out).into_owned();
    let name = |line: &str| Some(line.strip_prefix("remote.")?.strip_suffix(".url")?.to_owned());
    names.lines().filter_map(name).collect()
}
