//! Sinks that are files of the workspace.

use std::fs;

use super::Workspace;
use super::has_no_value;
use super::says;

/// The recipient of the example in the documentation of age. Nobody of the tests has its private key.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

fn sealed() -> Workspace {
    let sink = format!("    sealed: {{age: {{recipients: [{RECIPIENT}], folder: deploy/sealed}}}}\n");
    Workspace::new(&sink, "deliver: [{to: sealed, path: teams/checkout, as: KEY}]")
}

const FILE: &str = "deploy/sealed/teams/checkout/KEY.age";

#[test]
fn an_encrypted_file_changes_only_with_its_value() {
    let workspace = sealed();
    let ran = workspace.applies();
    says(&ran, "delivered to teams/checkout of sealed (KEY)");
    has_no_value(&ran, &workspace.live());
    let first = fs::read_to_string(workspace.path(FILE)).unwrap();
    assert!(first.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{first}");
    // It is meant to be committed.
    assert!(!workspace.path("deploy/.gitignore").exists() && !workspace.path("deploy/sealed/.gitignore").exists());
    workspace.is_settled();
    workspace.runs("apply --auto-approve --deliver key/k", 0);
    assert_eq!(fs::read_to_string(workspace.path(FILE)).unwrap(), first);
    // The pipeline could not push its commit: the value is nowhere, whatever the database says.
    fs::remove_dir_all(workspace.path("deploy")).unwrap();
    workspace.runs("plan --detailed-exitcode", 2);
    workspace.applies();
    let second = fs::read_to_string(workspace.path(FILE)).unwrap();
    assert_ne!(second, first, "every encryption has randomness of its own");
    workspace.is_settled();
    // Another recipient has to be able to read it.
    let settings = fs::read_to_string(workspace.path("keywright.yaml")).unwrap();
    let more = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    fs::write(workspace.path("keywright.yaml"), settings.replace("[age1", &format!("[{more}, age1"))).unwrap();
    workspace.applies();
    assert_ne!(fs::read_to_string(workspace.path(FILE)).unwrap(), second);
    assert_eq!(workspace.live().len(), 1);
    workspace.is_settled();
}

#[test]
fn a_file_that_keywright_did_not_write_is_left_alone() {
    let workspace = sealed();
    fs::create_dir_all(workspace.path("deploy/sealed/teams/checkout")).unwrap();
    fs::write(workspace.path(FILE), "something else\n").unwrap();
    says(&workspace.runs("apply --auto-approve", 6), "Keywright did not write the existing file");
    assert!(workspace.live().is_empty());
    assert_eq!(fs::read_to_string(workspace.path(FILE)).unwrap(), "something else\n");
}

#[test]
fn files_hold_values_in_three_forms() {
    for (format, file, text) in [
        ("dotenv", "secrets/app", "KEY=VALUE\n"),
        ("raw", "secrets/app/KEY", "VALUE"),
        ("json", "secrets/app", "{\n  \"KEY\": \"VALUE\"\n}\n"),
    ] {
        let sink = format!("    local: {{file: {{folder: secrets, format: {format}}}}}\n");
        let workspace = Workspace::new(&sink, "deliver: [{to: local, path: app, as: KEY}]");
        workspace.applies();
        let value = &workspace.live()[0];
        assert_eq!(fs::read_to_string(workspace.path(file)).unwrap(), text.replace("VALUE", value), "{format}");
        assert!(workspace.path("secrets/.gitignore").exists(), "{format}");
        workspace.is_settled();
        fs::write(workspace.path(file), text.replace("VALUE", "fake-other")).unwrap();
        workspace.runs("plan --detailed-exitcode", 2);
        workspace.applies();
        assert_eq!(fs::read_to_string(workspace.path(file)).unwrap(), text.replace("VALUE", value), "{format}");
    }
}

#[test]
fn other_fields_of_a_file_stay() {
    let workspace = Workspace::new(
        "    local: {file: {folder: secrets, format: json}}\n",
        "deliver: [{to: local, path: app, as: KEY}]",
    );
    fs::create_dir_all(workspace.path("secrets")).unwrap();
    fs::write(workspace.path("secrets/app"), "{\"port\": 80}").unwrap();
    workspace.applies();
    let text = fs::read_to_string(workspace.path("secrets/app")).unwrap();
    assert_eq!(text, format!("{{\n  \"port\": 80,\n  \"KEY\": \"{}\"\n}}\n", workspace.live()[0]));
    fs::write(workspace.path("secrets/app"), "[]").unwrap();
    says(&workspace.runs("plan", 3), "the file is not a JSON object");
    assert_eq!(fs::read_to_string(workspace.path("secrets/app")).unwrap(), "[]");
}

/// A shell that reads the file has the value, and runs nothing that is in it.
#[test]
fn a_file_of_variables_holds_any_shared_secret() {
    let special = "fake#$HOME\"`id`\\\\&;~!";
    for (secret, line) in [
        (special, format!("S='{special}'\n")),
        ("fake'secret", "S=\"fake'secret\"\n".to_owned()),
        ("fake-secret.1", "S=fake-secret.1\n".to_owned()),
    ] {
        for to in ["file: secrets/app.env", "to: local, path: app.env"] {
            let workspace = Workspace::new("    local: {file: {folder: secrets, format: dotenv}}\n", "");
            let literal = serde_json::to_string(secret).unwrap();
            workspace.key(&format!("secret: {{value: {literal}}}\ndeliver: [{{{to}, as: S, secret: true}}]"));
            workspace.applies();
            let text = fs::read_to_string(workspace.path("secrets/app.env")).unwrap();
            assert_eq!(text, line);
            let script = ". ./secrets/app.env; printf %s \"$S\"";
            let shell = std::process::Command::new("sh").args(["-c", script]).current_dir(workspace.path("")).output();
            assert_eq!(String::from_utf8(shell.unwrap().stdout).unwrap(), secret);
            workspace.is_settled();
        }
    }
}

/// No form of quotes holds all of it. Before anything is created, also where only the plan can know it.
#[test]
fn a_shared_secret_that_no_quotes_hold_is_refused_before_a_key_exists() {
    let secret = "fake'$secret";
    let says_so = |workspace: &Workspace, line: &str, source: &str| {
        let ran = workspace.runs(line, 3);
        says(&ran, "error[KW-041]");
        says(&ran, "has quotes or other characters that a file of variables cannot hold");
        says(&ran, source);
        has_no_value(&ran, &[secret.to_owned()]);
        assert!(!workspace.path(".keywright/keywright.db").exists() && !workspace.path("secrets").exists());
    };
    for to in ["file: secrets/s.env", "to: local, path: s.env"] {
        let sinks = "    local: {file: {folder: secrets}}\n";
        let workspace = Workspace::new(
            sinks,
            &format!("secret: {{value: \"{secret}\"}}\ndeliver: [{{{to}, as: S, secret: true}}]"),
        );
        workspace.runs("validate", 3);
        says_so(&workspace, "apply --auto-approve", "s.env");
        let mut workspace =
            Workspace::new(sinks, &format!("secret: {{env: APP_SECRET}}\ndeliver: [{{{to}, as: S, secret: true}}]"));
        let settings = fs::read_to_string(workspace.path("keywright.yaml")).unwrap();
        let settings = settings.replace("{commandTimeout: 3s}", "{commandTimeout: 3s, allow: [APP_]}");
        fs::write(workspace.path("keywright.yaml"), settings).unwrap();
        workspace.console.environment.insert("APP_SECRET".to_owned(), secret.to_owned());
        says_so(&workspace, "plan", "s.env");
        says_so(&workspace, "apply --auto-approve", "s.env");
        workspace.console.environment.insert("APP_SECRET".to_owned(), "fake-secret".to_owned());
        workspace.applies();
    }
    // JSON and a file of its own hold any text.
    for format in ["json", "raw"] {
        let sinks = format!("    local: {{file: {{folder: secrets, format: {format}}}}}\n");
        let key = format!("secret: {{value: \"{secret}\"}}\ndeliver: [{{to: local, path: s, as: S, secret: true}}]");
        let workspace = Workspace::new(&sinks, &key);
        workspace.applies();
        workspace.is_settled();
    }
}
