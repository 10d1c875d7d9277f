//! The values of the embedded store are not in the log of a server that logs statements.

use super::server::Postgres;
use super::stored::name_database;
use crate::cloud::area::World;

/// How many of the values of all keys in the schema are in the server's log.
fn logged(server: &Postgres, schema: &str) -> (usize, usize) {
    let (values, log) = (server.ask(&format!("SELECT value FROM {schema}.package_keys")), server.log());
    let values: Vec<&str> = values.lines().collect();
    (values.iter().filter(|value| log.contains(**value)).count(), values.len())
}

#[test]
fn a_server_that_logs_statements_does_not_log_key_values() {
    let Some(server) = Postgres::start_with("log_statement = all") else { return };
    // A superuser keeps the values out of the log.
    let world = World::of_example("quickstart");
    name_database(&world, &server.url("of_superuser"));
    let said = world.apply();
    assert!(said.exit == 0 && !said.text.contains("KW-052"), "{}", said.text);
    let (in_log, keys) = logged(&server, "of_superuser");
    assert!(keys > 0 && server.log().contains("INSERT INTO package_keys"));
    assert_eq!(in_log, 0, "of {keys} values");
    // Another role may not, so the run says who can.
    server.ask("CREATE ROLE \"app-1\" LOGIN; GRANT CREATE ON DATABASE postgres TO \"app-1\"");
    let world = World::of_example("quickstart");
    name_database(&world, &server.url("of_role").replace("//keywright@", "//app-1@"));
    let said = world.keywright(&["plan"]);
    assert!(said.exit == 0 && said.text.contains("[KW-052]"), "{}", said.text);
    let (_, help) = said.text.split_once("run `").unwrap();
    server.ask(help.split_once('`').unwrap().0);
    let said = world.apply();
    assert!(said.exit == 0 && !said.text.contains("KW-052"), "{}", said.text);
    let (in_log, keys) = logged(&server, "of_role");
    assert!(keys > 0);
    assert_eq!(in_log, 0, "of {keys} values");
}
