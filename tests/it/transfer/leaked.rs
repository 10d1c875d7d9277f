//! API keys that leaked: the service shows no values, so they are named.

use super::site::OTHERS;
use super::site::Said;
use super::site::Team;
use super::site::ask;
use crate::cloud::area::Area;
use crate::program::keywright;

/// The key that the settings name as the one of Keywright.
fn add_own_key(area: &Area) {
    let key =
        serde_json::json!({"keyName": "ci-keywright", "enabled": true, "allowedApis": "audit", "allowedOrgs": "41"});
    let answer = ask(area, "POST", "/api/ApiKey", Some(&key));
    assert!(answer.contains(" 200 "), "{answer}");
}

fn here(team: &Team, arguments: &[&str]) -> Said {
    let mut command = keywright();
    command.args(arguments).current_dir(team.workspace()).stdin(std::process::Stdio::null());
    command.env("KEYWRIGHT_MFT_API_KEY", "not-a-real-credential").env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z");
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(!text.contains("not-a-real-credential"), "{text}");
    Said { text, exit: output.status.code().unwrap_or(-1) }
}

#[test]
fn an_api_key_is_disabled_by_its_name_but_not_the_own_one() {
    let team = Team::with_others();
    let area = team.site(&[]);
    let said = here(&team, &["keys", "revoke", "--name", OTHERS[0], "--auto-approve"]);
    assert!(
        said.exit == 4 && said.text.contains("it is unknown which API key Keywright itself signs in with"),
        "{}",
        said.text
    );
    add_own_key(&area);
    team.assert_applies("the first apply");
    let said = here(&team, &["keys", "revoke", "--name", OTHERS[0], "--name", "ci-keywright", "--auto-approve"]);
    assert!(said.exit == 4 && said.text.contains("with which Keywright itself signs in"), "{}", said.text);
    assert!(team.keys()[OTHERS[0]].1, "{:?}", team.keys());
    let said = here(&team, &["keys", "revoke", "--name", OTHERS[0], "--auto-approve"]);
    assert!(said.exit == 0 && said.text.contains("apikey/other-team is disabled"), "{}", said.text);
    assert!(!team.keys()[OTHERS[0]].1, "{:?}", team.keys());
    let said = here(&team, &["keys", "revoke", "--name", "ft-none", "--auto-approve"]);
    assert!(said.exit == 1 && said.text.contains("no key has this address"), "{}", said.text);
    let said = here(&team, &["keys", "reveal", "apikey/reporting", "--out", "value.txt", "--auto-approve"]);
    assert!(said.exit == 1 && said.text.contains("shows the value of an API key only once"), "{}", said.text);
}

/// Which of two keys of one name a manifest means is unknown: neither is undeclared, and both are named.
#[test]
fn two_api_keys_of_one_name_are_both_named() {
    let team = Team::new();
    let area = team.site(&["--quirk", "mft-duplicate-names=allow"]);
    team.declare(
        "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {name: other-team}\n\
         spec: {enabled: true, allowedApis: [audit], allowedOrgs: ['id:41']}\n",
    );
    add_own_key(&area);
    Team::add_others(&area);
    Team::add_others(&area);
    let said = here(&team, &["keys", "--only", "apikey/other-team"]);
    assert_eq!(said.text.matches("same-name: another key has the same declared name").count(), 2, "{}", said.text);
    assert!(!said.text.contains("undeclared"), "{}", said.text);
    let said = here(&team, &["keys", "revoke", "--name", "other-team", "--auto-approve"]);
    assert!(said.exit == 4 && said.text.contains("--all"), "{}", said.text);
    let said = here(&team, &["keys", "revoke", "--name", "other-team", "--auto-approve", "--all"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    let said = here(&team, &["keys", "--only", "apikey/other-team", "--state", "disabled"]);
    assert!(said.text.contains("2 keys: 2 disabled"), "{}", said.text);
}
