//! What the settings are compared with, in histories that an author arranged and in clones that were cut off.

use super::repository::Repository;
use super::repository::SETTINGS;
use super::repository::git;
use crate::console::Console;

/// Two branches make a weak setting of main strong, each another one, and main merges both. A merge that keeps nothing of
/// one of them hides from the comparison with the other that it takes a setting back.
#[test]
fn a_setting_that_only_one_of_several_merge_bases_shows_is_reported() {
    // Far enough from each other that git merges both lines.
    let apart = SETTINGS.replace("  ownership", "  # 1\n  # 2\n  # 3\n  ownership");
    let weak = apart.replace("count: 5", "count: 500").replace("packages: declared", "packages: all");
    for (from, over, field) in [
        ("guards", "ownership", "`spec.ownership.packages`: declared → all"),
        ("ownership", "guards", "`spec.guards.deletes.count`: 5 → 500"),
    ] {
        let team = Repository::new();
        let commit = |branch: &str, at: &str, text: &str| {
            team.git(&format!("checkout -q -B {branch} {at}"));
            team.write("keywright.yaml", text);
            team.commit();
        };
        commit("main", "main", &weak);
        commit("guards", "main", &weak.replace("count: 500", "count: 5"));
        commit("ownership", "main", &weak.replace("packages: all", "packages: declared"));
        team.git("checkout -q main");
        team.git("merge -q --no-ff -m x guards");
        team.git("merge -q --no-ff -m x ownership");
        team.git("update-ref refs/remotes/origin/main HEAD");
        team.git(&format!("checkout -q -b evil {from}"));
        team.git(&format!("merge -q -s ours -m x {over}"));
        assert_eq!(team.git("merge-base --all main evil").lines().count(), 2);
        let run = team.run("validate --trust origin/main");
        assert!(run.out.contains(&format!("{field} takes effect after the merge")), "{from}: {}", run.out);
        let run = team.run("validate");
        assert!(run.out.contains(&format!("{field} is weaker")), "{from}: {}", run.out);
    }
}

/// A clone with one commit of a pull request that lifts a guard.
fn shallow() -> (Repository, Console) {
    let team = Repository::new();
    team.write("keywright.yaml", &SETTINGS.replace("count: 5", "count: 500"));
    team.commit();
    team.git("checkout -q main");
    let from = format!("file://{}", team.root().display());
    git(&team.outside(), &format!("clone -q --depth=1 -b change {from} shallow"));
    let shallow = Console::new(team.outside().join("shallow"));
    (team, shallow)
}

#[test]
fn a_clone_without_the_target_branch_says_that_nothing_is_compared() {
    let (_team, shallow) = shallow();
    let run = shallow.run("plan");
    assert!(run.err.contains("KW-062") && !run.err.contains("KW-060"), "{}{}", run.out, run.err);
    let line = "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main";
    assert!(run.err.contains(line), "{}", run.err);
    git(&shallow.folder, line.strip_prefix("git ").unwrap());
    let run = shallow.run("plan");
    assert!(!run.err.contains("KW-062") && run.err.contains("5 → 500 is weaker"), "{}", run.err);
    // A pipeline that cloned only the branch, but all of its history.
    git(&shallow.folder, "symbolic-ref HEAD refs/heads/none");
    let from = shallow.folder.display();
    git(shallow.folder.parent().unwrap(), &format!("clone -q --single-branch -b change file://{from} single"));
    let mut single = Console::new(shallow.folder.parent().unwrap().join("single"));
    assert!(!single.run("plan").err.contains("KW-062"));
    single.environment.insert("CI".to_owned(), "true".to_owned());
    single.environment.insert("GITHUB_BASE_REF".to_owned(), "v1".to_owned());
    let run = single.run("plan");
    assert!(run.err.contains("`git fetch origin +refs/heads/v1:refs/remotes/origin/v1`"), "{}", run.err);
}

#[test]
fn a_base_with_broken_settings_is_no_base() {
    let team = Repository::new();
    team.git("checkout -q main");
    team.write("keywright.yaml", "kind: Workspace\nspec: {guards: 5}\n");
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.git("checkout -q -b evil");
    team.write("keywright.yaml", &SETTINGS.replace("count: 5", "count: 500"));
    team.commit();
    let run = team.run("plan");
    assert!(run.err.contains("KW-062") && run.err.contains("has errors"), "{}", run.err);
}

#[test]
fn a_shallow_clone_with_trust_says_that_the_base_is_unknown() {
    let (team, shallow) = shallow();
    team.write("keywright.yaml", &SETTINGS.replace("packages: declared", "apiKeys: {prefix: a}"));
    team.commit();
    git(&shallow.folder, "fetch -q --depth=1 origin +refs/heads/main:refs/remotes/origin/main");
    let unknown = "this clone does not have the commit where it left the branch";
    let run = shallow.run("validate --trust origin/main");
    assert!(run.out.contains("KW-061") && run.out.contains(unknown), "{}", run.out);
    git(&shallow.folder, "fetch -q --unshallow origin");
    let run = shallow.run("validate --trust origin/main");
    assert!(run.out.contains("KW-060") && !run.out.contains("KW-061") && !run.out.contains(unknown), "{}", run.out);
}
