//! `export --out`: a tree that is a workspace of its own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;

use super::area::Shop;
use super::objects::rows;

fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

fn below(root: &Path) -> Vec<String> {
    let start = format!("{}/", root.to_str().unwrap());
    files(root).into_iter().map(|path| path.strip_prefix(&start).unwrap().to_owned()).collect()
}

#[test]
fn a_tree_elsewhere_is_a_workspace_that_owns_nothing() {
    let mut rows = rows();
    rows["apiKeys"] =
        json!([{"id": "fake", "keyName": "erp", "enabled": false, "allowedApis": null, "allowedOrgs": "41"}]);
    rows["applications"].as_array_mut().unwrap().push(json!({"id": "a9", "name": "x", "username": "gone"}));
    let shop = Shop::of(rows, "  ownership: {users: declared}\n");
    let folder = tempfile::tempdir().unwrap();
    let area = folder.path().join("area");
    let ran = shop.run(&format!("export --out {}", area.display()));
    assert_eq!(ran.exit, 6, "{}{}", ran.out, ran.err);
    let expected =
        ["api-keys/erp.yaml", "keywright.yaml", "not-exported.txt", "packages/payments.yaml", "users/alice.yaml"];
    assert_eq!(below(&area), expected);
    let settings = fs::read_to_string(area.join("keywright.yaml")).unwrap();
    assert!(settings.contains("cloudApiManagement") && !settings.contains("ownership"), "{settings}");
    assert!(fs::read_to_string(area.join("not-exported.txt")).unwrap().contains("application/gone/x (a9)"));
    let user = fs::read_to_string(area.join("users/alice.yaml")).unwrap();
    assert_eq!(user.matches("kind: ").count(), 3);
    assert!(!user.contains("expires: never"), "{user}");
    for line in ["validate", "plan --detailed-exitcode", "apply --prune --auto-approve"] {
        let ran = shop.run(&format!("{line} {}", area.display()));
        assert_eq!(ran.exit, 0, "{line}: {}{}", ran.out, ran.err);
    }
    assert!(shop.raw.writes().is_empty());
    // The same export changes nothing; another one would.
    let ran = shop.run(&format!("export --out {} --format json", area.display()));
    assert!(ran.exit == 6 && ran.err.contains("0 files written"), "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["exported"][0]["file"], "packages/payments.yaml");
    let before: Vec<_> = files(&area).iter().map(|path| fs::read(path).unwrap()).collect();
    let ran = shop.run(&format!("export --all --out {}", area.display()));
    assert!(ran.exit == 1 && ran.err.contains("exists and has another content"), "{}", ran.err);
    assert_eq!(files(&area).iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>(), before);
}

#[test]
fn a_tree_of_the_embedded_store_finds_the_store_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("work");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("m.yaml"), crate::team::TEAM).unwrap();
    let console = crate::console::Console::new(root.clone());
    assert_eq!(console.run("apply --auto-approve").exit, 0);
    let ran = console.run("export --out ../tree");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let ran = console.run("plan --detailed-exitcode ../tree");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    // Inside of the workspace, its settings apply.
    fs::remove_file(root.join("m.yaml")).unwrap();
    assert_eq!(console.run("export --out inside").exit, 0);
    assert!(!root.join("inside/keywright.yaml").exists());
    let ran = console.run("plan --detailed-exitcode");
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn odd_names_give_safe_files_and_no_link_is_followed() {
    let mut rows = rows();
    let names = ["../../up", "CON", "Ann", "ann", "a/b", "a b", "é", "x\u{301}"];
    rows["members"] = names
        .iter()
        .enumerate()
        .map(|(at, name)| json!({"id": format!("m{at}"), "username": name, "email": "a@b", "displayName": "A"}))
        .collect();
    rows["applications"] = json!([]);
    rows["packageKeys"] = json!([]);
    let shop = Shop::of(rows, "");
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), shop.path().join("users")).unwrap();
    let ran = shop.run("export --out .");
    assert!(ran.exit == 1 && ran.err.contains("users is a link"), "{}", ran.err);
    assert_eq!(below(shop.path()), ["keywright.yaml"]);
    fs::remove_file(shop.path().join("users")).unwrap();
    let ran = shop.run("export --out .");
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let mut found = below(shop.path());
    assert_eq!(found.len(), names.len() + 2);
    assert!(found.iter().all(|path| path.is_ascii() && !path.contains("..")), "{found:?}");
    for path in &mut found {
        *path = path.to_lowercase();
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), names.len() + 2);
    shop.check().unwrap();
}

#[test]
fn the_report_of_an_earlier_export_is_replaced_and_nothing_else_is() {
    let mut rows = rows();
    rows["applications"].as_array_mut().unwrap().push(json!({"id": "a9", "name": "x", "username": "gone"}));
    let shop = Shop::of(rows.clone(), "");
    let folder = tempfile::tempdir().unwrap();
    let area = folder.path().join("area");
    let report = area.join("not-exported.txt");
    let export = format!("export --out {}", area.display());
    assert_eq!(shop.run(&export).exit, 6);
    // Another row is left out.
    rows["applications"][1] = json!({"id": "a8", "name": "y", "username": "gone"});
    let other = Shop::of(rows.clone(), "");
    fs::remove_file(area.join("keywright.yaml")).unwrap();
    let ran = other.run(&export);
    assert!(ran.exit == 6 && fs::read_to_string(&report).unwrap().contains("(a8)"), "{}", ran.err);
    // What a person wrote stays.
    fs::write(&report, "# not exported: mine\nmy notes\n").unwrap();
    let ran = other.run(&export);
    assert!(ran.exit == 1 && ran.err.contains("not-exported.txt exists and has another content"), "{}", ran.err);
    fs::write(&report, "# not exported: mine\n").unwrap();
    // Nothing is left out any more.
    rows["applications"].as_array_mut().unwrap().pop();
    fs::remove_file(area.join("keywright.yaml")).unwrap();
    let ran = Shop::of(rows, "").run(&export);
    assert!(ran.exit == 0 && !report.exists(), "{}", ran.err);
}

#[test]
fn no_file_is_taken_for_settings_and_none_is_written_where_git_ignores_it() {
    let mut rows = rows();
    for (at, name) in ["keywright", "Keywright", "keywright.yaml"].iter().enumerate() {
        let user = json!({"id": format!("n{at}"), "username": name, "email": "a@b", "displayName": "A", "areaStatus": "active"});
        rows["members"].as_array_mut().unwrap().push(user);
    }
    rows["packages"].as_array_mut().unwrap().push(json!({"id": "p9", "name": "keywright"}));
    rows["apiKeys"] =
        json!([{"id": "fake-id", "keyName": "keywright", "enabled": false, "allowedApis": null, "allowedOrgs": "41"}]);
    let shop = Shop::of(rows, "");
    let folder = tempfile::tempdir().unwrap();
    let area = folder.path().join("area");
    let ran = shop.run(&format!("export --out {}", area.display()));
    assert_eq!(ran.exit, 0, "{}", ran.err);
    for line in ["validate", "plan --detailed-exitcode", "apply --auto-approve"] {
        let ran = shop.run(&format!("{line} {}", area.display()));
        assert_eq!(ran.exit, 0, "{line}: {}{}", ran.out, ran.err);
    }
    for own in [".keywright", ".keywright/area"] {
        let ran = shop.run(&format!("export --out {own}"));
        assert!(ran.exit == 1 && ran.err.contains(".keywright belongs to Keywright"), "{}", ran.err);
        assert!(!shop.path().join(".keywright/users").exists() && !shop.path().join(".keywright/area").exists());
    }
}
