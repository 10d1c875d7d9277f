//! Repositories made by the git program, as a pull request, a runner and a stranger leave them.

use std::process::Command;

use tempfile::TempDir;

use super::*;

/// Runs git for a test, without the configuration of whoever runs the tests.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn commit(root: &Path) -> String {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "--allow-empty", "-m", "x"]);
    git(root, &["rev-parse", "HEAD"])
}

/// A repository with one commit on `main` that holds `keywright.yaml` and `pay/a.yaml`.
fn repository() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root =
        folder.path().join("r").canonicalize().unwrap_or_else(|_| folder.path().canonicalize().unwrap().join("r"));
    std::fs::create_dir(&root).unwrap();
    git(&root, &["init", "-q", "-b", "main"]);
    write(&root, "keywright.yaml", "trusted");
    write(&root, "pay/a.yaml", "a");
    commit(&root);
    (folder, root)
}

fn found(folder: &Path) -> Repository {
    Repository::find(folder).unwrap().unwrap()
}

fn kind<T: fmt::Debug>(result: Result<T, GitError>) -> GitErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn what_a_commit_holds_is_read_and_not_what_lies_there() {
    let (_keep, root) = repository();
    write(&root, "keywright.yaml", "changed");
    write(&root, "new.yaml", "new");
    let found = found(&root.join("pay"));
    assert_eq!((found.root(), found.checkout(), found.foreign()), (root.as_path(), Checkout::Main, None));
    let head = found.head().unwrap().unwrap();
    assert_eq!(found.read(&head, Path::new("keywright.yaml")).unwrap().unwrap(), b"trusted");
    assert_eq!(found.read(&head, &root.join("pay/a.yaml")).unwrap().unwrap(), b"a");
    assert_eq!(found.read(&head, Path::new("new.yaml")).unwrap(), None);
    assert_eq!(kind(found.read(&head, Path::new("pay"))), GitErrorKind::NotAFile);
    assert_eq!(kind(found.read(&head, Path::new("../x"))), GitErrorKind::Outside);
    assert_eq!(kind(found.read(&head, Path::new("/etc/passwd"))), GitErrorKind::Outside);
    assert!(found.tracks(&root.join("keywright.yaml")).unwrap());
    for untracked in ["new.yaml", "pay", "*.yaml", ":(top)keywright.yaml"] {
        assert!(!found.tracks(&root.join(untracked)).unwrap(), "{untracked}");
    }
    assert!(!found.tracks(Path::new("/etc/passwd")).unwrap());
    assert_eq!(found.tracked_below(Path::new("")).unwrap().len(), 2);
    assert_eq!(found.tracked_below(&root.join("pay")).unwrap(), [Path::new("pay/a.yaml")]);
}

#[test]
#[cfg(unix)]
fn a_link_or_a_submodule_in_the_tree_is_not_followed() {
    let (_keep, root) = repository();
    std::os::unix::fs::symlink("pay", root.join("link")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", root.join("l.yaml")).unwrap();
    let id = commit(&root);
    git(&root, &["update-index", "--add", "--cacheinfo", &format!("160000,{id},module")]);
    git(&root, &["commit", "-q", "-m", "x"]);
    let found = found(&root);
    let head = found.head().unwrap().unwrap();
    for path in ["l.yaml", "link", "link/a.yaml", "module", "module/a.yaml"] {
        assert_eq!(kind(found.read(&head, Path::new(path))), GitErrorKind::NotAFile, "{path}");
    }
    // From a folder that a link leads to, and out of the checkout.
    std::os::unix::fs::symlink("/", root.join("out")).unwrap();
    assert_eq!(kind(Repository::find(&root.join("out"))), GitErrorKind::Outside);
}

#[test]
fn a_folder_laid_out_like_a_bare_repository_takes_nothing_over() {
    let (_keep, root) = repository();
    let head = found(&root).head().unwrap();
    git(&root, &["init", "-q", "--bare", "-b", "main", "pay"]);
    write(&root, "pay/config", "[core]\nbare = true\nfsmonitor = touch /tmp/never\nworktree = /\n");
    assert_eq!(git(&root.join("pay"), &["rev-parse", "--git-dir"]), ".", "git itself is taken in");
    let found = found(&root.join("pay"));
    assert_eq!(found.root(), root);
    assert_eq!(found.head().unwrap(), head);
}

#[test]
fn what_only_looks_like_a_repository_is_refused() {
    let (_keep, root) = repository();
    for (text, cause) in [
        ("nothing", "does not begin with"),
        ("gitdir: ../.git/worktrees/none\n", "No such file"),
        ("gitdir: ../pay\n", "has no HEAD"),
    ] {
        write(&root, "sub/.git", text);
        let error = Repository::find(&root.join("sub")).unwrap_err();
        assert_eq!(error.kind(), GitErrorKind::NotRepository);
        assert!(error.to_string().contains(cause), "{error}");
    }
    assert!(Repository::find(Path::new("/")).unwrap().is_none());
}

#[test]
fn a_worktree_is_one_only_when_the_repository_knows_it() {
    let (keep, root) = repository();
    let tree = keep.path().canonicalize().unwrap().join("tree");
    git(&root, &["worktree", "add", "-q", "-b", "other", tree.to_str().unwrap()]);
    write(&tree, "more.yaml", "more");
    let id = commit(&tree);
    let there = found(&tree);
    assert_eq!((there.checkout(), there.root()), (Checkout::Worktree, tree.as_path()));
    assert_eq!(there.head().unwrap().unwrap().as_str(), id);
    assert!(there.tracks(Path::new("more.yaml")).unwrap());
    assert_ne!(there.resolve("main").unwrap(), there.resolve("other").unwrap());
    let copy = std::fs::read_to_string(tree.join(".git")).unwrap();
    write(&root, "copy/.git", &copy);
    assert_eq!(kind(Repository::find(&root.join("copy"))), GitErrorKind::NotRepository);
}

#[test]
fn a_submodule_is_told_from_a_repository_of_its_own() {
    let (_keep, root) = repository();
    let (_other, theirs) = repository();
    git(&root, &["submodule", "add", "-q", theirs.to_str().unwrap(), "module"]);
    assert_eq!(found(&root.join("module")).checkout(), Checkout::Submodule);
}

#[test]
fn a_name_means_one_commit_or_nothing() {
    let (_keep, root) = repository();
    let first = git(&root, &["rev-parse", "HEAD"]);
    let second = commit(&root);
    git(&root, &["update-ref", "refs/remotes/origin/main", &first]);
    let found = found(&root);
    let resolved = |name: &str| found.resolve(name).map(|id| id.to_string());
    for (name, id) in [
        ("main", &second),
        ("HEAD", &second),
        ("refs/heads/main", &second),
        ("origin/main", &first),
        (first.as_str(), &first),
        (first.to_uppercase().as_str(), &first),
    ] {
        assert_eq!(&resolved(name).unwrap(), id, "{name}");
    }
    git(&root, &["tag", "-a", "-m", "x", "v1", &first]);
    assert_eq!(resolved("v1").unwrap(), first, "an annotated tag means its commit");
    git(&root, &["tag", "origin/main", &second]);
    git(&root, &["tag", "main", &first]);
    let error = resolved("origin/main").unwrap_err();
    assert_eq!(error.kind(), GitErrorKind::Ambiguous);
    assert!(error.to_string().contains("refs/remotes/origin/main and refs/tags/origin/main"), "{error}");
    assert!(error.help().contains("refs/remotes/origin/main"), "{}", error.help());
    assert_eq!(resolved("main").unwrap_err().kind(), GitErrorKind::Ambiguous);
    assert_eq!(resolved("refs/remotes/origin/main").unwrap(), first);
    for odd in [&first[..10], "main~1", "main^", "@{u}", "-x", "", "a..b", "x y", "main:keywright.yaml", "ma*n"] {
        assert_eq!(resolved(odd).unwrap_err().kind(), GitErrorKind::Name, "{odd}");
    }
    let past = |name: &str| found.resolve_past(name).map(|id| id.to_string());
    for (name, id) in [
        ("HEAD~1", &first),
        ("@~", &first),
        ("HEAD^", &first),
        ("HEAD~0", &second),
        ("refs/heads/main~1", &first),
        (&second[..10], &second),
        (&*format!("{}~1", &second[..10]), &first),
    ] {
        assert_eq!(&past(name).unwrap(), id, "{name}");
    }
    let error = past("HEAD~9").unwrap_err();
    assert_eq!(error.kind(), GitErrorKind::Missing);
    assert!(error.to_string().contains("HEAD has no such ancestor in this clone"), "{error}");
    assert_eq!(past("main~1").unwrap_err().kind(), GitErrorKind::Ambiguous);
    assert_eq!(past("0123456789").unwrap_err().kind(), GitErrorKind::Missing);
    for odd in ["HEAD^{tree}", "HEAD~-1", "@{u}", "HEAD^!", "-x~1", "~1", "a..b", "HEAD~1:keywright.yaml"] {
        assert_eq!(past(odd).unwrap_err().kind(), GitErrorKind::Name, "{odd}");
    }
    let tree = git(&root, &["rev-parse", "HEAD^{tree}"]);
    assert_eq!(resolved(&tree).unwrap_err().kind(), GitErrorKind::Missing);
}

#[test]
fn branches_are_found_by_their_whole_names_and_paths_without_links() {
    let (_keep, root) = repository();
    let head = git(&root, &["rev-parse", "HEAD"]);
    git(&root, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    git(&root, &["tag", "refs/heads/other"]);
    let repository = found(&root);
    let names =
        ["refs/remotes/origin/main", "refs/heads/other", "refs/heads/a..b", "refs/remotes/origin", "refs/heads/main"];
    let branches = repository.branches(&names).unwrap();
    let named: Vec<_> = branches.iter().map(|(name, commit)| (name.as_str(), commit.as_str())).collect();
    assert_eq!(named, [(names[0], head.as_str()), (names[4], head.as_str())]);
    assert_eq!(repository.branches(&["-x"]).unwrap(), []);
    write(&root, "new.yaml", "new");
    let commit = repository.head().unwrap().unwrap();
    let paths = ["pay/a.yaml", "new.yaml", "pay/b.yaml", "keywright.yaml"].map(PathBuf::from);
    let existing = repository.existing(&commit, &paths).unwrap();
    assert_eq!(existing, ["keywright.yaml", "pay/a.yaml"].map(PathBuf::from));
    assert_eq!(repository.existing(&commit, &[]).unwrap(), [] as [PathBuf; 0]);
    assert_eq!(kind(repository.existing(&commit, &["../x".into()])), GitErrorKind::Outside);
}

#[test]
fn what_was_not_fetched_is_named_with_the_command_that_fetches_it() {
    let (keep, root) = repository();
    let first = git(&root, &["rev-parse", "HEAD"]);
    let second = commit(&root);
    git(&root, &["branch", "feature"]);
    let clone = keep.path().canonicalize().unwrap().join("clone");
    let from = format!("file://{}", root.display());
    git(keep.path(), &["clone", "-q", "--depth=1", "-b", "feature", &from, clone.to_str().unwrap()]);
    let shallow = found(&clone);
    assert!(shallow.is_shallow());
    let help = |revision: &str| {
        let error = shallow.resolve(revision).unwrap_err();
        assert_eq!(error.kind(), GitErrorKind::Missing, "{error}");
        error.help().to_owned()
    };
    let line = "run `git fetch --depth=1 origin +refs/heads/main:refs/remotes/origin/main`";
    assert_eq!(help("origin/main"), line);
    assert_eq!(help("refs/remotes/origin/main"), line);
    assert_eq!(help("main"), format!("{line}, and write refs/remotes/origin/main"));
    assert_eq!(help("refs/tags/v1"), "run `git fetch --depth=1 origin +refs/tags/v1:refs/tags/v1`");
    assert_eq!(help(&first), format!("run `git fetch --depth=1 origin {first}`"));
    assert_eq!(
        help("a;b"),
        "run `git fetch --depth=1 origin '+refs/heads/a;b:refs/remotes/origin/a;b'`, and write refs/remotes/origin/a;b"
    );
    // The line does what it says.
    git(&clone, &["fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main"]);
    assert_eq!(shallow.resolve("origin/main").unwrap().as_str(), second);
    assert_eq!(help("main"), "write refs/remotes/origin/main, which this clone has");
    let (whole, base) = (found(&root), found(&root).resolve("main").unwrap());
    assert_eq!(whole.merge_bases(&base, &whole.resolve("feature").unwrap()).unwrap(), std::slice::from_ref(&base));
}

/// Everything in a repository's own configuration that Git would run on the way.
#[test]
#[cfg(unix)]
fn nothing_that_the_repository_says_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let (keep, root) = repository();
    let canary = keep.path().join("ran");
    let program = keep.path().join("program");
    std::fs::write(&program, format!("#!/bin/sh\ntouch {}\nexit 1\n", canary.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = program.to_str().unwrap();
    write(&root, ".gitattributes", "* filter=evil diff=evil\n");
    commit(&root);
    let object = git(&root, &["rev-parse", "HEAD:pay/a.yaml"]);
    for (name, value) in [
        ("core.fsmonitor", run),
        ("core.sshCommand", run),
        ("core.gitProxy", run),
        ("core.pager", run),
        ("pager.ls-tree", run),
        ("core.alternateRefsCommand", run),
        ("core.askPass", run),
        ("credential.helper", run),
        ("gpg.program", run),
        ("diff.external", run),
        ("diff.evil.textconv", run),
        ("filter.evil.smudge", run),
        ("filter.evil.clean", run),
        ("filter.evil.process", run),
        ("alias.ls-tree", &format!("!{run}")),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", &format!("ext::{run}")),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
    ] {
        git(&root, &["-c", "core.fsmonitor=false", "config", name, value]);
    }
    for hook in ["post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"] {
        std::fs::create_dir_all(root.join(".git/hooks")).unwrap();
        std::fs::copy(&program, root.join(".git/hooks").join(hook)).unwrap();
    }
    std::fs::remove_file(root.join(".git/objects").join(&object[..2]).join(&object[2..])).unwrap();
    let found = found(&root);
    let head = found.resolve("main").unwrap();
    assert_eq!(found.read(&head, Path::new("keywright.yaml")).unwrap().unwrap(), b"trusted");
    assert_eq!(kind(found.read(&head, Path::new("pay/a.yaml"))), GitErrorKind::Missing);
    assert!(found.tracks(Path::new("keywright.yaml")).unwrap());
    found.merge_bases(&head, &head).unwrap();
    assert_eq!(kind(found.resolve("gone")), GitErrorKind::Missing);
    assert!(!canary.exists(), "a program of the repository ran");
}

/// What `refs/replace` puts in the place of the trusted commit is not what was trusted.
#[test]
fn an_object_is_not_replaced() {
    let (_keep, root) = repository();
    let first = git(&root, &["rev-parse", "HEAD"]);
    write(&root, "keywright.yaml", "evil");
    let second = commit(&root);
    git(&root, &["replace", &first, &second]);
    let found = found(&root);
    let trusted = found.resolve(&first).unwrap();
    assert_eq!(found.read(&trusted, Path::new("keywright.yaml")).unwrap().unwrap(), b"trusted");
}

/// Only root can give files away, so this needs root.
#[test]
#[cfg(unix)]
fn a_repository_of_another_user_is_refused() {
    let (keep, root) = repository();
    let outside = keep.path().join("r/ours");
    std::fs::create_dir(&outside).unwrap();
    if std::os::unix::fs::chown(root.join(".git"), Some(12345), None).is_err() {
        return;
    }
    let error = Repository::find(&outside).unwrap_err();
    assert_eq!(error.kind(), GitErrorKind::Foreign);
    assert!(error.to_string().contains("uid 12345"), "{error}");
    // Whoever owns the folder where we begin may say what it belongs to; but what its names mean is not trusted.
    std::os::unix::fs::chown(&root, Some(12345), None).unwrap();
    assert_eq!(found(&root).foreign().map(|(_, owner)| owner), Some(12345));
}

#[test]
fn many_files_are_read_from_a_commit_at_once() {
    let (_keep, root) = repository();
    write(&root, "empty.yaml", "");
    write(&root, "with space.yaml", "a\n\nb missing\n");
    commit(&root);
    write(&root, "pay/a.yaml", "changed");
    let repository = found(&root);
    let head = repository.head().unwrap().unwrap();
    let paths = ["pay/a.yaml", "none.yaml", "pay", "a\nb.yaml", "empty.yaml", "with space.yaml"].map(PathBuf::from);
    let contents = repository.contents(&head, &paths).unwrap();
    let expected = [Some("a"), None, None, None, Some(""), Some("a\n\nb missing\n")];
    assert_eq!(contents, expected.map(|text| text.map(|text| text.as_bytes().to_vec())));
}
