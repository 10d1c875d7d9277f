//! What a person took away at the site comes back only with consent. The person uses the account of Keywright, so the site
//! does not show who it was. Whatever is held back, the unrelated change of every run is made.

use serde_json::Value as Json;
use serde_json::json;

use super::site::Said;
use super::site::Team;
use super::site::ask;
use crate::cloud::area::Area;
use crate::consents::copy;

/// What a person did before the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Nothing,
    Disabled,
    Deleted,
    Ended,
    NearerEnd,
    LostApi,
    LostOrganization,
}

impl Deed {
    /// The property that the person changed, and its value.
    const fn narrowed(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Ended => Some(("expirationDate", "2026-11-01T00:00:00Z")),
            Self::NearerEnd => Some(("expirationDate", "2026-12-24T00:00:00Z")),
            Self::LostApi => Some(("allowedApis", "audit")),
            Self::LostOrganization => Some(("allowedOrgs", "41")),
            Self::Nothing | Self::Disabled | Self::Deleted => None,
        }
    }
}

/// What the manifest says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    Enabled,
    Disabled,
    Absent,
}

/// What the workspace database knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Memory {
    None,
    /// Keywright applied the manifests before the person came.
    Right,
    /// Another machine applied a later end since.
    Older,
    /// The database is that of another site with the same names.
    Wrong,
}

fn manifest(name: &str, spec: &str) -> String {
    format!("---\napiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n")
}

fn declare(team: &Team, word: Word, end: &str) {
    declare_until(team, word, end, "2027-06-30");
}

fn declare_until(team: &Team, word: Word, end: &str, of_key: &str) {
    let key =
        format!("allowedOrgs: [\"id:41\", \"id:42\"], allowedApis: [audit, billing], expires: {of_key}T00:00:00Z");
    let key = match word {
        Word::Enabled => format!("{key}, enabled: true"),
        Word::Disabled => format!("{key}, enabled: false"),
        Word::Absent => "state: absent".to_owned(),
    };
    let unrelated = format!("allowedOrgs: [\"id:41\"], allowedApis: [audit], enabled: true, expires: {end}T00:00:00Z");
    team.declare(&[manifest("k", &key), manifest("unrelated", &unrelated)].concat());
}

/// The keys of the site as it lists them.
fn listed(area: &Area) -> Vec<Json> {
    let answer = ask(area, "GET", "/api/ApiKey/getApiKeys", None);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn listed_as(area: &Area, name: &str) -> Option<Json> {
    listed(area).into_iter().find(|key| key["keyName"] == name)
}

fn person(area: &Area, deed: Deed) {
    let mut key = listed_as(area, "k").unwrap();
    let answer = match deed {
        Deed::Nothing => return,
        Deed::Disabled => {
            key["enabled"] = json!(false);
            key.as_object_mut().unwrap().remove("name");
            ask(area, "PUT", "/api/ApiKey", Some(&key))
        }
        Deed::Deleted => ask(area, "DELETE", &format!("/api/ApiKey?id={}", key["id"].as_str().unwrap()), None),
        Deed::Ended | Deed::NearerEnd | Deed::LostApi | Deed::LostOrganization => {
            let (property, value) = deed.narrowed().unwrap();
            key[property] = json!(value);
            key.as_object_mut().unwrap().remove("name");
            ask(area, "PUT", "/api/ApiKey", Some(&key))
        }
    };
    assert!(answer.contains(" 200 "), "{answer}");
}

/// A site with two keys that people made.
fn site(team: &Team) -> Area {
    let area = team.site(&["--quirk", "mft-delete"]);
    for name in ["k", "unrelated"] {
        let end = "2027-06-30T00:00:00Z";
        let (apis, orgs) = if name == "k" { ("audit,billing", "41,42") } else { ("audit", "41") };
        let key =
            json!({"keyName": name, "enabled": true, "allowedApis": apis, "allowedOrgs": orgs, "expirationDate": end});
        let answer = ask(&area, "POST", "/api/ApiKey", Some(&key));
        assert!(answer.contains(" 200 "), "{answer}");
    }
    area
}

fn remember(team: &Team, memory: Memory) {
    match memory {
        Memory::None => {}
        Memory::Right => {
            declare(team, Word::Enabled, "2027-06-30");
            assert_eq!(team.apply().exit, 0);
        }
        Memory::Older => {
            declare_until(team, Word::Enabled, "2027-06-30", "2027-03-31");
            let said = team.run(&["apply", "--auto-approve", "--allow", "apikey/k"]);
            assert_eq!(said.exit, 0, "{}", said.text);
            let (database, older) = (team.workspace().join(".keywright"), team.workspace().join(".older"));
            copy(&database, &older);
            remember(team, Memory::Right);
            std::fs::remove_dir_all(&database).unwrap();
            copy(&older, &database);
        }
        Memory::Wrong => {
            let other = Team::new();
            let _area = site(&other);
            remember(&other, Memory::Right);
            copy(&other.workspace().join(".keywright"), &team.workspace().join(".keywright"));
        }
    }
}

/// What a run without consent does: its exit code, what it says, and whether the key is enabled afterwards.
#[expect(clippy::match_same_arms, reason = "one row for each case")]
fn expected(deed: Deed, word: Word, memory: Memory) -> (i32, &'static [&'static str], Option<bool>) {
    let knows = matches!(memory, Memory::Right | Memory::Older);
    match (deed, word) {
        (Deed::Nothing, Word::Enabled) => (0, &[], Some(true)),
        (Deed::Disabled, Word::Enabled) => {
            let says = &["MFT-041", "apikey/k is disabled in the store and would be enabled", "--allow apikey/k"];
            (4, says, Some(false))
        }
        (Deed::Ended, Word::Enabled) => {
            let says = &[
                "MFT-045",
                "apikey/k ended on 2026-11-01T00:00:00Z in the store and would work again",
                "--allow apikey/k",
            ];
            (4, says, Some(true))
        }
        // Only memory knows that it was more.
        (Deed::NearerEnd, Word::Enabled) if knows => {
            (4, &["MFT-045", "apikey/k has `expires` 2026-12-24", "--allow apikey/k"], Some(true))
        }
        (Deed::LostApi, Word::Enabled) if knows => {
            (4, &["MFT-045", "apikey/k lost billing of `allowedApis`", "--allow apikey/k"], Some(true))
        }
        (Deed::LostOrganization, Word::Enabled) if knows => {
            (4, &["MFT-045", "apikey/k lost id:42 of `allowedOrgs`", "--allow apikey/k"], Some(true))
        }
        (Deed::NearerEnd | Deed::LostApi | Deed::LostOrganization, Word::Enabled) => (0, &[], Some(true)),
        (Deed::Deleted, Word::Absent) => (0, &[], None),
        // Only memory knows that there was a key. If it is wrong, the run asks once too often, and never too seldom.
        (Deed::Deleted, _) if memory != Memory::None => {
            (4, &["KW-126", "apikey/k was in the store when it was last applied", "--allow apikey/k"], None)
        }
        (Deed::Deleted, Word::Enabled) => (0, &[], Some(true)),
        // What is disabled can be given back: it opens nothing.
        (_, Word::Disabled | Word::Absent) => (0, &[], Some(false)),
    }
}

fn run(memory: Memory, deed: Deed, word: Word) {
    let team = Team::new();
    let area = site(&team);
    remember(&team, memory);
    person(&area, deed);
    let what = format!("{deed:?}, manifest {word:?}, memory {memory:?}");
    let (exit, says, is_enabled) = expected(deed, word, memory);
    // A second run asks again, and changes nothing.
    for end in ["2027-07-01", "2027-07-02"] {
        declare(&team, word, end);
        let said: Said = team.apply();
        assert_eq!(said.exit, exit, "{what}\n{}", said.text);
        for words in says {
            assert!(said.text.contains(words), "{what}: {words}\n{}", said.text);
        }
        let key = listed_as(&area, "k");
        assert_eq!(key.as_ref().map(|key| key["enabled"] == true), is_enabled, "{what}\n{}", said.text);
        if let (Some((property, value)), 4) = (deed.narrowed(), exit) {
            let is_there = key.unwrap()[property].as_str().unwrap().starts_with(&value[..value.len().min(19)]);
            assert!(is_there, "{what}\n{}", said.text);
        }
        let unrelated = listed_as(&area, "unrelated").unwrap();
        let ends = unrelated["expirationDate"].as_str().unwrap_or_default();
        assert!(ends.starts_with(end), "{what}: {ends}\n{}", said.text);
    }
    let consent = team.run(&["apply", "--auto-approve", "--allow", "apikey/k"]);
    assert_eq!(consent.exit, 0, "{what}\n{}", consent.text);
    team.assert_settled(&what);
}

#[test]
fn what_a_person_took_away_needs_consent_with_and_without_memory() {
    for memory in [Memory::None, Memory::Right, Memory::Older, Memory::Wrong] {
        let deeds = [
            Deed::Nothing,
            Deed::Disabled,
            Deed::Deleted,
            Deed::Ended,
            Deed::NearerEnd,
            Deed::LostApi,
            Deed::LostOrganization,
        ];
        for deed in deeds {
            let words = [Word::Enabled, Word::Disabled, Word::Absent];
            let known = if memory == Memory::Wrong && deed.narrowed().is_some() { 1 } else { words.len() };
            for word in words.into_iter().take(known) {
                run(memory, deed, word);
            }
        }
    }
}
