//! Areas and sites as a service sends them: properties that are missing, null, of another type or unknown, names that two
//! objects have, odd texts. Whatever the rows are, an export is valid, plans to no changes, and names everything that it
//! does not contain; and an apply of it writes nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value as Json;
use serde_json::json;

use super::tape::Tape;
use super::tape::tape;
use crate::exports::area::Shop;

/// Texts that are odd for a name, a word, a date or YAML.
const ODD: [&str; 40] = [
    "",
    " ",
    "a ",
    "on",
    "~",
    "null",
    "1_000",
    "0o7",
    "12:30:00",
    ".inf",
    "2027-06-30",
    "0000-00-00",
    "<<",
    "=",
    "- a",
    "a: b",
    "a #b",
    "*a",
    "[a]",
    "a\tb",
    "a\nb",
    "\r\n",
    "\u{feff}a",
    "a\u{2028}b",
    "a\u{85}b",
    "\u{fffe}",
    "é",
    "🦀",
    "\u{202e}x",
    "a/b",
    "../x",
    "50%",
    "##vso[x]",
    "week",
    "year",
    "suspended",
    "-5",
    "A",
    "unlimited",
    "never",
];

const NAMES: [&str; 8] = ["alice", "Alice", "bob", "a/b", "é", "on", "x.g2", "shop front"];

/// The properties of each list besides identity, with a usual value.
fn properties(list: &str) -> Vec<(&'static str, Json)> {
    match list {
        "members" => vec![
            ("email", json!("alice@example.com")),
            ("displayName", json!("Alice")),
            ("areaStatus", json!("active")),
            ("phone", json!("1")),
            ("countryCode", json!("DE")),
            ("externalId", json!("x")),
            ("roles", json!([{"id": "r1", "name": "Member"}])),
            ("costCenter", json!("c")),
        ],
        "applications" => vec![
            ("description", json!("Web")),
            ("commercial", json!(true)),
            ("tags", json!("a")),
            ("oauthRedirectUri", json!("https://example.com/?a=[b]#c")),
            ("team", json!("t")),
            ("password", json!("fake-secret-attribute")),
        ],
        "packages" => vec![
            ("description", json!("Card")),
            ("notifyAdminPeriod", json!("day")),
            ("notifyAdminEmails", json!("a@example.com, b@example.com")),
            ("nearQuotaThreshold", json!(50)),
            ("keyLength", json!(24)),
            ("eav", json!({"team": "pay"})),
        ],
        "plans" => vec![
            ("status", json!("active")),
            ("rateLimitPeriod", json!("day")),
            ("rateLimitCeiling", json!(5000)),
            ("rateLimitExempt", json!(false)),
            ("qpsLimitCeiling", json!(2)),
            ("qpsLimitExempt", json!(true)),
            ("rateLimitKeyOverrideAllowed", json!(false)),
            ("maxNumKeysAllowed", json!(1)),
            ("emailTemplateSetId", json!(7)),
            (
                "services",
                json!([{"id": "s-1", "endpoints": [{"id": "e-1"}, {"id": "e-2"}]}, {"id": "s-2", "endpoints": []}]),
            ),
            ("roles", json!([{"id": "r1", "name": "Member"}])),
        ],
        "packageKeys" => vec![
            ("status", json!("active")),
            ("rateLimitCeiling", json!(9)),
            ("qpsLimitExempt", json!(true)),
            ("expires", json!("2027-06-30")),
            ("secret", json!("fake-shared-secret")),
        ],
        _ => vec![
            ("allowedApis", json!("audit")),
            ("allowedOrgs", json!("41")),
            ("expirationDate", json!("2027-06-30T00:00:00Z")),
            ("createdDate", json!("2026-01-01T00:00:00")),
            ("createdBy", json!("someone")),
            ("name", json!("other")),
        ],
    }
}

/// A value that no page of the vendor shows.
fn odd(tape: &mut Tape, usual: &Json) -> Json {
    match tape.below(10) {
        0 => Json::Null,
        1 => json!(tape.chance(2)),
        2 => json!(-5),
        3 => json!("100"),
        4 => json!([1]),
        5 => json!({"a": "b"}),
        6 => json!(0),
        7 => json!([{"name": tape.choose(&ODD)}]),
        8 if usual.is_object() => json!({tape.choose(&ODD): tape.choose(&ODD), "team": "pay"}),
        _ => json!(tape.choose(&ODD)),
    }
}

fn row(list: &str, tape: &mut Tape, identity: Json) -> Json {
    let mut row = identity;
    // A part of the identity is odd once in a while; the id stays, because the law counts by it.
    let mut names: Vec<String> = row.as_object().unwrap().keys().filter(|name| *name != "id").cloned().collect();
    names.sort();
    if let Some(at) = tape.index(names.len()).filter(|_| tape.chance(12)) {
        row[&names[at]] = match tape.below(3) {
            0 => Json::Null,
            1 => json!({"id": "unknown"}),
            _ => json!(7),
        };
    }
    for (name, usual) in properties(list) {
        match tape.below(6) {
            0 => {}
            1 => row[name] = odd(tape, &usual),
            _ => row[name] = usual,
        }
    }
    row
}

fn name(tape: &mut Tape, at: usize) -> String {
    match tape.below(8) {
        0 => tape.choose(&NAMES).to_owned(),
        1 => format!("{}{at}", tape.choose(&ODD)),
        2 => "x".repeat(100 + 20 * tape.below(12)),
        _ => format!("name{at}"),
    }
}

/// Services with odd names, or with the same.
fn services(tape: &mut Tape) -> Json {
    let mut named = |id: String| {
        let name = if tape.chance(3) { "same" } else { tape.choose(&ODD) };
        json!({"id": id, "name": name})
    };
    let mut service = |number: usize| {
        let mut service = named(format!("s-{number}"));
        service["endpoints"] = (1..4).map(|number| named(format!("e-{number}"))).collect();
        service
    };
    (1..4).map(&mut service).collect()
}

/// The rows of an area and a site.
fn rows(mut tapes: Vec<Tape>) -> Json {
    let mut rows = json!({
        "members": [], "applications": [], "packages": [], "plans": {}, "packageKeys": [], "apiKeys": [],
        "roles": [{"id": "r1", "name": "Member"}], "organizations": [{"id": 41, "publicCode": "ACME"}],
    });
    let count = tapes.len();
    rows["services"] = tapes.first_mut().map_or(Json::Null, services);
    for (at, tape) in tapes.iter_mut().enumerate() {
        let list = ["members", "packages", "applications", "plans", "packageKeys", "apiKeys"][at * 6 / count];
        let known = |rows: &Json, list: &str, tape: &mut Tape| -> Option<Json> {
            let list = rows[list].as_array()?;
            Some(list[tape.index(list.len())?].clone())
        };
        let id = format!("id-{at}");
        match list {
            "members" => {
                let identity = json!({"id": id, "username": name(tape, at)});
                rows[list].as_array_mut().unwrap().push(row(list, tape, identity));
            }
            "packages" => {
                let identity = json!({"id": id, "name": name(tape, at)});
                rows[list].as_array_mut().unwrap().push(row(list, tape, identity));
            }
            "applications" => {
                let owner = known(&rows, "members", tape).filter(|_| !tape.chance(9));
                let owner = owner.map_or_else(|| json!("gone"), |owner| owner["username"].clone());
                let identity = json!({"id": id, "name": name(tape, at), "username": owner});
                rows[list].as_array_mut().unwrap().push(row(list, tape, identity));
            }
            "plans" => {
                let Some(package) = known(&rows, "packages", tape) else { continue };
                let identity = json!({"id": id, "name": name(tape, at)});
                let plan = row(list, tape, identity);
                let plans = &mut rows["plans"][package["id"].as_str().unwrap()];
                if plans.is_null() {
                    *plans = json!([]);
                }
                plans.as_array_mut().unwrap().push(plan);
            }
            "packageKeys" => {
                let (application, package) = (known(&rows, "applications", tape), known(&rows, "packages", tape));
                let (Some(application), Some(package)) = (application, package) else { continue };
                let plans = rows["plans"][package["id"].as_str().unwrap()].as_array();
                let plan = plans.map_or(Json::Null, |plans| json!({"id": plans[tape.below(plans.len())]["id"]}));
                let identity = json!({
                    "id": id, "apikey": format!("fake-value-{at}"), "plan": plan,
                    "application": {"id": application["id"]}, "package": {"id": package["id"]},
                });
                rows[list].as_array_mut().unwrap().push(row(list, tape, identity));
            }
            _ => {
                let mut name = name(tape, at);
                if tape.chance(3) {
                    tape.choose(&["erp", "erp.g2", "erp.g3", "erp.g4"]).clone_into(&mut name);
                }
                let identity = json!({"id": format!("fake-id-{at}"), "keyName": name, "enabled": tape.chance(2)});
                rows[list].as_array_mut().unwrap().push(row(list, tape, identity));
            }
        }
    }
    rows
}

/// The ids of the area's objects.
fn ids(rows: &Json) -> BTreeSet<String> {
    let lists = ["members", "applications", "packages", "packageKeys"].iter().map(|list| &rows[list]);
    // The plans of a package that is not understood are not read; the package itself is named.
    let is_read = |package: &str| {
        let packages = rows["packages"].as_array().unwrap();
        packages.iter().any(|row| row["id"] == package && (row["name"].is_string() || row["name"].is_number()))
    };
    let plans = rows["plans"].as_object().unwrap();
    let lists = lists.chain(plans.iter().filter(|(package, _)| is_read(package)).map(|(_, plans)| plans));
    lists.flat_map(|list| list.as_array().unwrap()).map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn ids_in(document: &Json, list: &str) -> Vec<String> {
    let rows = document[list].as_array().unwrap().iter();
    rows.filter_map(|row| Some(row["id"].as_str()?.to_owned())).collect()
}

fn check(rows: Json) -> Result<(), TestCaseError> {
    let shop = Shop::of(rows.clone(), "");
    let ran = shop.run("export");
    prop_assert!(matches!(ran.exit, 0 | 6), "{}{}", ran.out, ran.err);
    prop_assert!(!ran.out.contains("fake-") && !ran.err.contains("fake-"), "{}{}", ran.out, ran.err);
    let document: Json = serde_json::from_str(&shop.run("export --format json").out).expect("a document");
    let (exported, missing) = (ids_in(&document, "exported"), ids_in(&document, "notExported"));
    let named: BTreeSet<String> = exported.iter().chain(&missing).cloned().collect();
    prop_assert_eq!(named, ids(&rows));
    prop_assert!(document["problems"].as_array().unwrap().is_empty(), "{}", document["problems"]);
    let of_transfer = |list: &str| document[list].as_array().unwrap().iter().filter(|row| row["id"].is_null()).count();
    prop_assert_eq!(of_transfer("exported") + of_transfer("notExported"), rows["apiKeys"].as_array().unwrap().len());
    prop_assert_eq!(ran.out.matches("\n# not exported: ").count() + usize::from(ran.out.starts_with("# not")), {
        document["notExported"].as_array().unwrap().len()
    });
    prop_assert_eq!(ran.exit == 0, document["notExportedCount"] == 0);
    if document["exported"].as_array().unwrap().is_empty() {
        return Ok(());
    }
    shop.write("all.yaml", &ran.out);
    prop_assert!(shop.check().is_ok(), "{}\n{}", shop.check().unwrap_err(), ran.out);
    std::fs::remove_file(shop.path().join("all.yaml")).expect("the file");
    let tree = shop.run("export --out .");
    prop_assert!(tree.exit == ran.exit, "{}", tree.err);
    prop_assert!(shop.check().is_ok(), "{}", shop.check().unwrap_err());
    Ok(())
}

proptest! {
    #![proptest_config(super::cases(24))]

    #[test]
    fn an_export_of_any_rows_plans_to_no_changes(tapes in proptest::collection::vec(tape(40), 0..28)) {
        check(rows(tapes))?;
    }

    #[test]
    fn other_yaml_readers_read_every_text(texts in proptest::collection::vec(any::<String>(), 1..40)) {
        if crate::exports::readers::has_python() {
            let read = crate::exports::readers::check_with_python(&texts);
            prop_assert!(read.is_ok(), "{}", read.unwrap_err());
        }
    }
}
