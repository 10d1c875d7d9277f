//! How a workspace names a server and signs in to it, and how it handles what exists there.

use super::server::Postgres;
use super::server::give_away;
use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::cloud::area::said;

fn named(url: &str, more: &str) -> World {
    let world = World::of_example("quickstart");
    let text = format!("apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  database: {url}\n{more}");
    std::fs::write(world.workspace().join("keywright.yaml"), text).unwrap();
    world
}

fn with(world: &World, variables: &[(&str, &str)]) -> Said {
    said(world.command(&["apply", "--auto-approve"]).envs(variables.iter().copied()))
}

#[test]
fn a_password_comes_from_the_usual_places_or_from_the_workspace() {
    let Some(server) = Postgres::start() else { return };
    server.ask("ALTER ROLE keywright PASSWORD 'not-a-real-password'");
    let rules = server.path().join("data/pg_hba.conf");
    std::fs::write(&rules, "host all all 127.0.0.1/32 scram-sha-256\n").unwrap();
    server.restart("fast");
    let world = named(&server.url("a"), "");
    let refused = with(&world, &[]);
    assert!(refused.exit == 1 && refused.text.contains("PGPASSWORD"), "{}", refused.text);
    let wrong = with(&world, &[("PGPASSWORD", "wrong-password")]);
    assert!(wrong.exit == 1 && wrong.text.contains("password authentication failed"), "{}", wrong.text);
    assert!(!wrong.text.contains("wrong-password"), "{}", wrong.text);
    let right = with(&world, &[("PGPASSWORD", "not-a-real-password")]);
    assert!(right.exit == 0 && !right.text.contains("not-a-real-password"), "{}", right.text);
    let world = named(
        &server.url("a"),
        "  databasePassword: {env: TEST_PASSWORD}\n  environment: {credentials: [TEST_PASSWORD]}\n",
    );
    let right = with(&world, &[("TEST_PASSWORD", "not-a-real-password"), ("PGPASSWORD", "wrong-password")]);
    assert!(right.exit == 0 && right.text.contains("6 objects are as declared"), "{}", right.text);
    let missing = with(&world, &[]);
    assert!(missing.exit == 1 && missing.text.contains("TEST_PASSWORD"), "{}", missing.text);
}

#[test]
fn foreign_schemas_and_later_versions_are_unchanged() {
    let Some(server) = Postgres::start() else { return };
    server.ask("CREATE SCHEMA theirs; CREATE TABLE theirs.users (name text)");
    let said = with(&named(&server.url("theirs"), ""), &[]);
    assert!(said.exit == 1 && said.text.contains("not Keywright's") && said.text.contains("?schema="), "{}", said.text);
    assert_eq!(server.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'theirs'"), "1");
    // A schema that an administrator created beforehand is used.
    server.ask("CREATE SCHEMA made; CREATE ROLE plain LOGIN; GRANT ALL ON SCHEMA made TO plain");
    let url = server.url("made").replace("keywright@", "plain@");
    let world = named(&url, "");
    assert_eq!(with(&world, &[]).exit, 0);
    server.ask("UPDATE made.keywright_version SET number = 99");
    let said = with(&world, &[]);
    assert!(said.exit == 1 && said.text.contains("version 99"), "{}", said.text);
    // A role that may not create a schema gets an error.
    let said = with(&named(&server.url("other").replace("keywright@", "plain@"), ""), &[]);
    assert!(said.exit == 1 && said.text.contains("permission denied"), "{}", said.text);
}

#[test]
fn a_certificate_is_checked() {
    let Some(server) = Postgres::start() else { return };
    let (certificate, key) = (server.path().join("server.crt"), server.path().join("server.key"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    give_away(&key);
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    server.ask(&format!("ALTER SYSTEM SET ssl_cert_file = '{certificate}'"));
    server.ask(&format!("ALTER SYSTEM SET ssl_key_file = '{key}'"));
    server.ask("ALTER SYSTEM SET ssl = on");
    server.restart("fast");
    let url = server.url("a") + "&sslmode=require";
    let said = with(&named(&url, ""), &[]);
    assert!(said.exit == 1 && said.text.contains("certificate"), "{}", said.text);
    let said = with(&named(&url, ""), &[("SSL_CERT_FILE", certificate)]);
    assert_eq!(said.exit, 0, "{}", said.text);
    // A name that differs from the certificate's.
    let other = url.replace("127.0.0.1", "127.0.0.2");
    let said = with(&named(&other, ""), &[("SSL_CERT_FILE", certificate)]);
    assert_eq!(said.exit, 1, "{}", said.text);
    // Encryption that only one side wants is not used, so the connection is refused.
    server.ask("ALTER SYSTEM SET ssl = off");
    server.restart("fast");
    let said = with(&named(&url, ""), &[("SSL_CERT_FILE", certificate)]);
    assert!(said.exit == 1 && said.text.contains("TLS"), "{}", said.text);
}

#[test]
fn an_invalid_address_is_refused_before_any_call() {
    let cases = [
        ("postgres://u:not-a-real-password@host/d", "credential"),
        ("postgres://u@host/d?password=not-a-real-password", "credential"),
        ("postgres://", "not the address"),
        ("postgres://u@host/d?schema=Team-A", "not a valid schema name"),
        ("postgres://u@host/d?schema=pg_mine", "not a valid schema name"),
        ("postgres://u@host/d?colour=red", "colour"),
        ("mysql://u:not-a-real-password@host/d", "does not support this database"),
        ("postgres://u@host/d?%70assword=not-a-real-password", "contains a password"),
        ("postgres://host/d?application_name=a@b", "not the address"),
        ("sqlite:", "does not support this database"),
    ];
    for (url, expected) in cases {
        let said = with(&named(&format!("\"{url}\""), ""), &[]);
        assert!(said.exit != 0 && said.text.contains(expected), "{url}: {}", said.text);
        assert!(!said.text.contains("not-a-real-password"), "{url}: {}", said.text);
    }
    let credentials = "  stores: {cloudApiManagement: {credentials: {apiKey: {value: not-a-real-password}}}}\n";
    let said = with(&named("sqlite:k.db", credentials), &[]);
    assert!(said.exit != 0 && !said.text.contains("not-a-real-password"), "{}", said.text);
    let said = with(&named("sqlite:k.db", "  databasePassword: not-a-real-password\n"), &[]);
    assert!(said.exit != 0 && !said.text.contains("not-a-real-password"), "{}", said.text);
    let said = with(&named("sqlite:k.db", "  databasePassword: {env: TEST_X}\n"), &[]);
    assert!(said.exit != 0 && said.text.contains("no password"), "{}", said.text);
}
