//! The kill matrix of MFT, beside the one of the other stores: `KEYWRIGHT_KILLS=all cargo test --test it killed --
//! --nocapture` runs both completely.

use super::site::Team;
use crate::trust::killed::committed;
use crate::trust::killed::intended;
use crate::trust::killed::killed_when;
use crate::trust::killed::sampled;

/// Keys of each kind: to create, to change, and to disable.
const OF_A_SORT: usize = 13;

fn key(name: &str, number: usize, spec: &str) -> String {
    format!(
        "---\napiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: {name}-{number}}}\nspec: {{allowedOrgs: \
         [\"id:41\"], expires: 2027-06-30T00:00:00Z, {spec}}}\n"
    )
}

fn keys(name: &str, spec: &str) -> String {
    (0..OF_A_SORT).map(|number| key(name, number, spec)).collect()
}

/// A site with two thirds of the keys, and a workspace that wants 39 changes of it.
fn team() -> Team {
    let team = Team::new();
    team.edit("\nspec:\n", "\nspec:\n  guards: {restrictions: {percent: 100, count: 100}}\n");
    let area = team.site(&[]);
    let (on, more) = ("enabled: true, allowedApis: [audit]", "enabled: true, allowedApis: [audit, management]");
    team.declare(&[keys("changed", on), keys("ended", on)].concat());
    team.assert_applies("the site before");
    drop(area);
    let off = "enabled: false, allowedApis: [audit]";
    team.declare(&[keys("changed", more), keys("ended", off), keys("made", on)].concat());
    team
}

#[test]
fn a_run_that_is_killed_at_a_write_of_the_site_is_taken_up_by_the_next() {
    let mut kills = 0;
    for write in sampled(3 * OF_A_SORT) {
        for kind in ["delay-1000s", "drip-1000s"] {
            let what = format!("{kind} at write {write}");
            let team = team();
            let before = intended(&team.workspace());
            let area = team.site(&["--fault", &format!("{kind}@w{write}")]);
            let mut apply = team.command(&["apply", "--auto-approve"]);
            let was_killed = killed_when(&mut apply, || {
                intended(&team.workspace()) >= before + write && (kind == "delay-1000s" || committed(&area) >= write)
            });
            assert!(was_killed, "{what}: the run ended by itself");
            kills += 1;
            drop(area);
            let _area = team.site(&[]);
            let said = team.run(&["plan"]);
            assert!(said.text.contains("KW-023") && said.text.contains("was interrupted"), "{what}: {}", said.text);
            team.assert_applies(&what);
            team.assert_unharmed(&what);
            let keys = team.keys();
            assert_eq!(keys.len(), 3 * OF_A_SORT, "{what}: {keys:?}");
            assert!(keys.iter().all(|(name, (_, is_on))| *is_on != name.starts_with("ended")), "{what}: {keys:?}");
        }
    }
    println!("{kills} kills at writes of the site");
}
