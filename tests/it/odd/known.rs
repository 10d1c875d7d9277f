//! Rows that lost what identifies them, after an apply remembered their ids: their manifests are held back, and no
//! second object is created.

use serde_json::Value as Json;
use serde_json::json;

use super::area::Shared;
use super::area::TEAM;
use crate::console::Console;
use crate::console::Ran;
use crate::transfer::Scripted;

/// Replaces a property of the rows of one list for which `is_it` holds.
fn spoil(shared: &Shared, list: &'static str, is_it: fn(&Json) -> bool, property: &'static str, value: Json) {
    shared.proxy.rewrite(move |path, rows| {
        let is_list = path.ends_with(&format!("/{list}")) || path.contains(&format!("/{list}/"));
        for row in rows.iter_mut().filter(|row| is_list && is_it(row)) {
            row[property] = value.clone();
        }
    });
}

fn counts(shared: &Shared) -> [usize; 4] {
    ["/packageKeys", "/members", "/applications", "/packages"].map(|list| shared.count(list))
}

#[test]
fn a_row_without_its_name_is_still_the_object_that_an_apply_knew() {
    let cases: [(&str, fn(&Json) -> bool, &str, &str); 4] = [
        ("members", |row| row["username"] == "alice", "username", "user/alice"),
        ("applications", |row| row["name"] == "checkout", "name", "application/alice/checkout"),
        ("packages", |row| row["name"] == "payments", "name", "package/payments"),
        ("plans", |row| row["name"] == "gold", "name", "plan/payments/gold"),
    ];
    for (list, is_it, property, address) in cases {
        let shared = Shared::new();
        spoil(&shared, list, is_it, property, Json::Null);
        let before = counts(&shared);
        // An unrelated object is created.
        let more = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: extra}\nspec: {}\n";
        shared.world.write(&format!("{TEAM}{more}"));
        let said = shared.apply();
        assert!(said.exit == 6 && said.text.contains("error[CAM-066]"), "{list}: {}\n{}", said.exit, said.text);
        assert!(said.text.contains(address) && said.text.contains(property), "{list}: {}", said.text);
        let [keys, users, applications, packages] = before;
        let after = [keys, users, applications, packages + 1];
        assert_eq!(counts(&shared), after, "{list}: {}", said.text);
        // That apply still remembers the row, also one that changes the store.
        shared.world.write(&format!("{TEAM}{}", more.replace("spec: {}", "spec: {description: Changed}")));
        assert_eq!(shared.apply().exit, 6, "{list}");
        let said = shared.apply();
        assert!(said.exit == 3 && said.text.contains("error[CAM-066]"), "{list}: {}\n{}", said.exit, said.text);
        assert_eq!(counts(&shared), after, "{list}: {}", said.text);
    }
}

#[test]
fn without_memory_a_row_without_its_name_is_said_beside_what_is_created() {
    let shared = Shared::new();
    std::fs::remove_dir_all(shared.world.workspace().join(".keywright")).unwrap();
    let is_theirs: fn(&Json) -> bool = |row| row["name"] == "ledger";
    spoil(&shared, "packages", is_theirs, "name", Json::Null);
    let more = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: extra}\nspec: {}\n";
    shared.world.write(&format!("{TEAM}{more}"));
    let said = shared.world.keywright(&["plan"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert!(
        said.text
            .contains("package/extra is created, but one of the packages in the store has no name that is understood"),
        "{}",
        said.text
    );
}

fn others(key: &str) -> String {
    format!(
        "{TEAM}---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: bob}}\nspec: {{email: bob@example.com, \
         displayName: Bob, status: active}}\n---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: \
         shop}}\nspec: {{user: bob}}\n---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: ledger}}\nspec: \
         {{}}\n---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: basic}}\nspec: {{package: ledger}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: shop}}\nspec: {{user: bob, application: shop, \
         package: ledger, plan: basic, key: {key}}}\n"
    )
}

#[test]
fn a_key_that_is_declared_by_its_id_is_there_although_its_row_is_odd() {
    for (property, value) in [
        ("application", Json::Null),
        ("application", json!({"id": "unknown"})),
        ("package", Json::Null),
        ("apikey", Json::Null),
        ("id", Json::Null),
    ] {
        for source in ["{existing: ID}", "{existing: ID, generate: {prefix: new_}}"] {
            let what = format!("{property} {value} {source}");
            let shared = Shared::new();
            spoil(&shared, "packageKeys", |row| row["apikey"] == super::area::VALUE, property, value.clone());
            shared.world.write(&others(&source.replace("ID", &shared.others.key)));
            let before = counts(&shared);
            let said = shared.world.keywright(&["apply", "--auto-approve", "--allow", "key/shop"]);
            assert!(said.exit != 0 && said.text.contains("CAM-066"), "{what}: {}\n{}", said.exit, said.text);
            let is_gone = said.text.contains("error[CAM-063]") || said.text.contains("KW-108");
            assert!(property == "id" || !is_gone, "{what}: {}", said.text);
            assert_eq!(counts(&shared), before, "{what}: {}", said.text);
        }
    }
}

#[test]
fn a_masked_value_is_no_reason_for_a_second_key() {
    for (masked, memory) in [("****", true), ("****", false), ("chk_****", true), ("not-the-value-it-had", true)] {
        let shared = Shared::new();
        if !memory {
            std::fs::remove_dir_all(shared.world.workspace().join(".keywright")).unwrap();
        }
        let is_ours = |row: &Json| row["apikey"].as_str().is_some_and(|value| value.starts_with("chk_"));
        spoil(&shared, "packageKeys", is_ours, "apikey", json!(masked));
        let before = counts(&shared);
        let said = shared.apply();
        let what = format!("{masked} {memory}");
        assert_eq!(counts(&shared), before, "{what}: {}", said.text);
        if masked.starts_with("chk_") {
            assert_eq!(said.exit, 0, "{what}: {}", said.text);
        } else {
            assert!(said.exit == 3 && said.text.contains("error[CAM-066]"), "{what}: {}\n{}", said.exit, said.text);
            assert!(said.text.contains("key/checkout"), "{what}: {}", said.text);
        }
    }
}

/// A workspace of a scripted site, which keeps its memory between commands.
struct Site {
    folder: tempfile::TempDir,
    console: Console,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut console = Console::new(folder.path().to_path_buf());
        console.environment.insert("KEYWRIGHT_K".to_owned(), "fake-credential".to_owned());
        Self { folder, console }
    }

    fn run(&self, site: &Scripted, line: &str) -> Ran {
        let workspace = format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: t}}\nspec:\n  stores:\n    \
             managedFileTransfer:\n      url: {}\n      credentials: {{apiKey: {{env: KEYWRIGHT_K}}}}\n      operations: \
             {{list: GET /api/ApiKey/list, create: POST /api/ApiKey, update: PUT /api/ApiKey}}\n      limits: \
             {{callsPerSecond: 1000, visibilityLag: 0s}}\n      allowedApis: [audit]\n      ownKey: none-of-these\n",
            site.url
        );
        std::fs::write(self.folder.path().join("keywright.yaml"), workspace).unwrap();
        let ran = self.console.run(line);
        for id in site.ids() {
            assert!(!ran.out.contains(&id) && !ran.err.contains(&id), "{id} is shown\n{}{}", ran.out, ran.err);
        }
        ran
    }

    fn declare(&self, name: &str) {
        let text = format!(
            "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: {name}}}\nspec: {{enabled: true, allowedApis: \
             [audit], allowedOrgs: [\"id:41\"], expires: 2027-06-30T00:00:00Z}}\n"
        );
        std::fs::write(self.folder.path().join("m.yaml"), text).unwrap();
    }
}

fn site(names: &[Option<&str>]) -> Scripted {
    let keys: Vec<Json> =
        names.iter().zip(1..).map(|(name, at)| row(*name, &format!("fake-value-of-key-{at}"))).collect();
    Scripted::start(json!({"keys": keys, "organizations": null, "account": null, "answers": []}))
}

fn row(name: Option<&str>, id: &str) -> Json {
    let mut row = super::site::row(name.unwrap_or_default(), id);
    row["keyName"] = json!(name);
    row["name"] = json!(name);
    row
}

fn posts(site: &Scripted) -> usize {
    site.requests().iter().filter(|request| request.starts_with("POST")).count()
}

#[test]
fn an_api_key_without_its_name_is_still_the_one_that_an_apply_knew() {
    let (workspace, first) = (Site::new(), site(&[Some("erp")]));
    workspace.declare("erp");
    let ran = workspace.run(&first, "apply --auto-approve");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    // The same site, at another port.
    let second = site(&[None, Some("other")]);
    let ran = workspace.run(&second, "apply --auto-approve");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(ran.exit == 3 && said.contains("error[MFT-043]") && said.contains("apikey/erp"), "{}\n{said}", ran.exit);
    assert_eq!(posts(&second), 0, "{said}");
    // Another key is none of it.
    workspace.declare("new");
    let ran = workspace.run(&second, "apply --auto-approve");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(ran.exit == 0 && posts(&second) == 1, "{}\n{said}", ran.exit);
    assert!(!said.contains("apikey/new is created, but"), "{said}");
}

#[test]
fn without_memory_a_nameless_api_key_is_said_beside_what_is_created() {
    let (workspace, site) = (Site::new(), site(&[None, Some("other")]));
    workspace.declare("erp");
    let ran = workspace.run(&site, "plan");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(
        ran.exit == 0
            && said
                .contains("apikey/erp is created, but one of the API keys in the store has no name that is understood"),
        "{}\n{said}",
        ran.exit
    );
}
