//! Custom attributes cannot reach properties of the API, are not secrets, and are sent with the create if the area
//! requires them.

use keywright::rules::catalogue;

use super::planted::World;
use crate::cloud::area::Area;

/// A user who is protected, with an attribute.
fn alice(attributes: &str) -> String {
    format!(
        "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice, protect: true}}\n\
         spec: {{email: alice@example.com, displayName: Alice, {attributes}}}\n"
    )
}

#[test]
fn an_attribute_named_like_a_property_reaches_nothing() {
    let world = World::new(&alice("status: active"));
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    assert!(world.run(&["apply", "--auto-approve"]).status.success());
    for name in ["areaStatus", "AreaStatus", "username", "passwdNew", "id", "x-password"] {
        world.write(&alice(&format!("extendedAttributes: {{{name}: disabled}}")));
        for command in [&["validate"][..], &["plan"], &["apply", "--auto-approve"]] {
            let output = world.run(command);
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{name}: {text}");
            assert!(text.contains("[CAM-060]") || text.contains("[CAM-061]"), "{name}: {text}");
        }
    }
    let connection = rusqlite::Connection::open(world.path().join("area/area.db")).unwrap();
    let sql = "SELECT json_extract(attributes, '$.status') FROM users";
    let status: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(status, "active");
}

/// A forged plan with a valid checksum: the client refuses what no manifest could contain.
#[test]
fn a_forged_plan_does_not_reach_a_property_either() {
    let world = World::new(&alice("status: active"));
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    assert!(world.run(&["apply", "--auto-approve"]).status.success());
    world.write(&alice("status: active, extendedAttributes: {team: red}"));
    assert!(world.run(&["plan", "--out", "plan.json"]).status.success());
    let path = world.workspace().join("plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let edited =
        text.replace("extendedAttributes.team", "extendedAttributes.areaStatus").replace("\"red\"", "\"disabled\"");
    assert_ne!(text, edited);
    std::fs::write(&path, keywright::saved_plan::sealed(edited.as_bytes()).unwrap()).unwrap();
    let output = world.run(&["apply", "plan.json"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{told}");
    let connection = rusqlite::Connection::open(world.path().join("area/area.db")).unwrap();
    let sql = "SELECT json_extract(attributes, '$.status') FROM users";
    let status: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(status, "active", "{told}");
}

#[test]
fn the_advice_of_explain_for_a_mandatory_attribute_works() {
    let rule = catalogue::find("CAM-053").unwrap();
    let advised = rule.right.split('`').nth(1).unwrap();
    assert!(advised.starts_with("extendedAttributes: {costCentre: "), "{advised}");
    let world = World::new(&alice("status: active"));
    let area = Area::start(&world.path().join("area"), &["--quirk", "mandatory-attribute"]);
    world.point_at(&area.url, "");
    assert!(!world.run(&["apply", "--auto-approve"]).status.success(), "the area requires nothing");
    world.write(&alice(&format!("status: active, {advised}")));
    let output = world.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let output = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Attributes that are secrets, inserted into the store with SQL.
#[test]
fn a_secret_among_live_attributes_is_in_no_plan_and_no_export() {
    let world = World::new(&alice("status: active, extendedAttributes: {team: red}"));
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    assert!(world.run(&["apply", "--auto-approve"]).status.success());
    drop(area);
    let connection = rusqlite::Connection::open(world.path().join("area/area.db")).unwrap();
    let sql = "INSERT INTO packages (id, name, attributes, created, updated)
               VALUES ('p-1', 'hidden', '{\"eav.dbToken\": \"canary-api-key-0001\"}', 0, 0);
               UPDATE users SET attributes =
               json_set(attributes, '$.\"extendedAttributes.dbPassword\"', 'canary-api-key-0001')";
    connection.execute_batch(sql).unwrap();
    drop(connection);
    let area = Area::start(&world.path().join("area"), &["--quirk", "custom-attributes-with-fields"]);
    world.point_at(&area.url, "  ownership: {packages: all}\n");
    world.write(&alice("status: active, extendedAttributes: {team: blue}"));
    for command in [
        &["plan", "--allow", "package/hidden", "--prune"][..],
        &["plan", "--allow", "package/hidden", "--prune", "--format=json"],
        &["plan", "--allow", "package/hidden", "--prune", "--diff=unified"],
        &["plan", "--allow", "package/hidden", "--prune", "--out", "plan.json"],
        &["export"],
    ] {
        let output = world.run(command);
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("hidden") || command.contains(&"--out"), "the package is not in the output: {text}");
    }
    let saved = std::fs::read(world.workspace().join("plan.json")).unwrap();
    super::planted::assert_no_guess("the saved plan", &saved, &world.secrets());
    let output = world.run(&["apply", "plan.json", "--allow", "package/hidden"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
