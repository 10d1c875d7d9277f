//! `apply --approved`: what was reviewed is compared with what is planned, and never carried out.

use std::fs;

use super::repository::PACKAGE;
use super::repository::Repository;

#[test]
fn the_same_changes_are_applied_and_others_are_not() {
    let team = Repository::new();
    assert_eq!(team.run("plan --out plan.json").exit, 0);
    for (text, told) in [
        (
            PACKAGE.replace("Card", "All"),
            "description approved not set → \"Card payments\", now not set → \"All payments\"",
        ),
        (PACKAGE.replace("name: payments", "name: other"), "create package/other: not in the approved plan"),
        (PACKAGE.replace("name: payments", "name: other"), "create package/payments: only in the approved plan"),
    ] {
        team.write("payments.yaml", &text);
        let run = team.run("apply --approved plan.json");
        assert_eq!(run.exit, 5, "{}", run.err);
        assert!(run.err.contains(told), "{}", run.err);
    }
    assert!(!team.run("export").out.contains("payments"), "nothing was changed");
    team.write("payments.yaml", PACKAGE);
    let run = team.run("apply --prune --approved plan.json");
    assert!(run.exit == 5 && run.err.contains("--prune: approved no, now yes"), "{}", run.err);
    let mut team = team;
    team.console.now = "2026-11-22T12:00:00Z".to_owned();
    team.write("comment.yaml", "# moves nothing\n");
    fs::remove_file(team.root().join("comment.yaml")).unwrap();
    let run = team.run("apply --approved plan.json --trust origin/main");
    assert_eq!(run.exit, 0, "{}", run.err);
    assert!(team.run("export").out.contains("payments"));
    assert_eq!(team.run("apply --approved plan.json").exit, 5, "it was done, and is not done again");
    assert_eq!(team.run("apply plan.json --approved plan.json").exit, 64);
    assert_eq!(team.run("apply --approved none.json").exit, 1);
}
