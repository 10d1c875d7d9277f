//! Reading of the store, and its durability.

use tempfile::TempDir;

use super::*;
use crate::database::Mode;
use crate::stores::embedded::EmbeddedReader;
use crate::stores::embedded::ROLES;

#[test]
fn a_store_that_was_never_written_to_is_empty_and_complete() {
    let live = read(&EmbeddedReader { database: None });
    assert!(live.is_empty());
    assert!(Kind::ALL.into_iter().all(|kind| live.is_complete(kind)));
    assert_eq!(live.roles.map(|roles| roles.len()), Some(12));
}

#[test]
fn only_the_requested_kinds_are_read() {
    let world = World::new();
    let live = block_on(world.0.read(&Query { kinds: [Kind::User].into(), ..Query::default() })).unwrap();
    assert!(live.is_complete(Kind::User) && !live.is_complete(Kind::Plan));
    assert_eq!(live.len(), 1);
    let roles: Vec<_> = live.roles.unwrap().into_iter().map(String::from).collect();
    assert_eq!(roles, ROLES);
}

#[test]
fn a_thousand_objects_are_read_in_the_order_of_their_addresses() {
    let world = World::new();
    let connection = world.0.database.connection();
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
        SELECT 'id-' || i, a.row, p.row, t.row, 'value-' || i, '{\"settings.status\":\"active\"}', i, i
          FROM n, applications a, packages p, plans t";
    connection.execute(sql, &[]).unwrap();
    let live = world.live();
    let keys = live.of(Kind::PackageKey);
    assert!(live.is_complete(Kind::PackageKey));
    assert_eq!(keys.len(), 1000);
    assert!(keys.is_sorted_by(|a, b| a.address < b.address));
    assert!(keys.iter().all(|key| key.attributes.text("plan") == Some("gold") && key.key.is_some()));
}

#[test]
fn written_objects_exist_after_reopening() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(".keywright/keywright.db");
    let open = |mode| Database::in_file(&path, mode).unwrap();
    let world = World::in_database(open(Mode::Write).unwrap());
    create_key("value").secret("fake-secret").done(&world);
    let before = world.fingerprints();
    let reader = EmbeddedReader { database: open(Mode::Read) };
    assert_eq!(read(&reader).of(Kind::PackageKey).len(), 1, "while the writer is open");
    drop(world);
    let later = World(Embedded::new(open(Mode::Write).unwrap(), now()));
    assert_eq!(later.fingerprints(), before);
    let key = later.key().key.unwrap();
    assert!(key.value.expose() == "value" && key.secret.unwrap().expose() == "fake-secret");
}

#[test]
fn an_update_changes_only_the_time_of_the_last_change() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keywright.db");
    let open = || Database::in_file(&path, Mode::Write).unwrap().unwrap();
    let first = World::in_database(open());
    let later = World(Embedded::new(open(), now() + chrono::Duration::days(1)));
    for address in [Address::user("alice"), Address::plan("pay", "gold"), Address::package("pay")] {
        let field = if address.kind() == Kind::User { "phone" } else { "description" };
        update(&first.get(&address)).set(field, text("1")).done(&later);
        let after = later.get(&address);
        assert_eq!(after.created, Some(now()));
        assert_eq!(after.updated, Some(now() + chrono::Duration::days(1)));
    }
}

#[test]
fn a_damaged_row_is_odd_and_the_list_is_complete() {
    let world = World::new();
    world.0.database.connection().execute("UPDATE users SET attributes = '{\"status\":'", &[]).unwrap();
    let live = block_on(world.0.read(&Query { kinds: [Kind::User].into(), ..Query::default() })).ok().unwrap();
    let rows: Vec<_> = live.odd().iter().map(|row| (row.name.as_deref(), &*row.property)).collect();
    assert_eq!(rows, [(Some("alice"), "attributes")]);
    assert!(live.is_complete(Kind::User) && live.of(Kind::User).is_empty());
}

#[test]
fn sqlite_enforces_the_references() {
    let world = World::new();
    create_key("value").done(&world);
    let connection = world.0.database.connection();
    for table in ["users", "applications", "packages", "plans"] {
        assert!(connection.execute(&format!("DELETE FROM {table}"), &[]).is_err(), "{table}");
    }
    assert!(connection.execute("UPDATE package_keys SET plan = 99", &[]).is_err());
}

#[test]
fn a_store_opened_for_reading_refuses_to_write() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keywright.db");
    drop(World::in_database(Database::in_file(&path, Mode::Write).unwrap().unwrap()));
    let database = Database::in_file(&path, Mode::Read).unwrap().unwrap();
    let store = Embedded::new(database, now());
    let refusal = create_user("bob").perform(&store).err().unwrap();
    assert_eq!(refusal.kind, RefusalKind::Unavailable);
    assert_eq!(read(&store).of(Kind::User).len(), 1);
}
