//! Each setting weakens in one direction, and reports show it.

use super::*;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::manifest::workspace::parse;

fn workspace(spec: &str) -> Workspace {
    let text = format!("apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n{spec}\n");
    let source = Source { name: "keywright.yaml".into(), text: text.into(), readable: true };
    let (file, problems) = parse(SourceId(0), &source);
    let (workspace, more) = crate::rules::workspace::check(&file, "w");
    assert!(problems.is_empty() && more.is_empty(), "{problems:?}{more:?}");
    workspace
}

fn effects(before: &str, after: &str) -> Vec<(Effect, String)> {
    let changes = settings_diff(&workspace(before), &workspace(after));
    changes.into_iter().map(|change| (change.effect, change.field)).collect()
}

#[test]
fn what_opens_is_weaker_and_what_closes_is_stronger() {
    for (field, closed, open) in [
        ("spec.guards.deletes.count", "guards: {deletes: {count: 5}}", "guards: {deletes: {count: 50}}"),
        ("spec.guards.deletes.percent", "guards: {deletes: {percent: 5}}", "guards: {}"),
        ("spec.ignores.users", "ignores: {users: [company]}", "ignores: {users: [company, phone]}"),
        ("spec.ownership.users", "ownership: {users: declared}", "ownership: {users: all}"),
        ("spec.ownership.apiKeys", "ownership: {}", "ownership: {apiKeys: {prefix: ci-}}"),
        ("spec.rules.CAM-043", "rules: {CAM-043: error}", "rules: {}"),
        ("spec.rules.CAM-043", "rules: {CAM-043: info}", "rules: {CAM-043: off}"),
        ("spec.environment.allow", "environment: {allow: [A_]}", "environment: {allow: [A_, B_]}"),
        ("spec.environment.commands", "environment: {}", "environment: {commands: [sh]}"),
        (
            "spec.environment.commands",
            "environment: {commands: [[a, b]]}",
            "environment: {commands: [[a, b], [a, '*']]}",
        ),
        ("spec.environment.commandVariables", "environment: {}", "environment: {commandVariables: [A]}"),
        ("spec.guards.restrictions.count", "guards: {}", "guards: {restrictions: {count: 6}}"),
        ("spec.consents", "guards: {}", "consents: [{allow: key/k, why: moved, until: 2026-12-31}]"),
        ("spec.environment.files", "environment: {files: [/a]}", "environment: {files: [/a, /b]}"),
        ("spec.sinks", "sinks: {}", "sinks: {a: {command: {program: [x]}}}"),
    ] {
        let (closed, open) = (format!("  {closed}"), format!("  {open}"));
        assert_eq!(effects(&closed, &open), [(Effect::Weaker, field.to_owned())]);
        assert_eq!(effects(&open, &closed), [(Effect::Stronger, field.to_owned())]);
        assert_eq!(effects(&open, &open), []);
    }
}

/// A pull request that changes where values go is reported as weaker, whatever it changes.
#[test]
fn a_sink_that_differs_at_all_is_weaker() {
    let vault = "address: 'https://v.example.com', token: {env: VAULT_TOKEN}";
    let age = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let more = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    for (before, after) in [
        ("command: {program: [x, a]}", "command: {program: [x, b]}"),
        ("command: {program: [x], paths: [a/*]}", "command: {program: [x], paths: [a/*, b/*]}"),
        ("command: {program: [x], paths: [a/*]}", "command: {program: [x]}"),
        ("command: {program: [x]}", "command: {program: [x], variables: [GH_TOKEN]}"),
        ("command: {program: [x]}", "command: {program: [x], probe: [y]}"),
        ("command: {program: [x]}", "command: {program: [x], receipt: none}"),
        ("command: {program: [x]}, check: {program: [a]}", "command: {program: [x]}"),
        (&format!("vault: {{{vault}}}"), "vault: {address: 'https://w.example.com', token: {env: VAULT_TOKEN}}"),
        (&format!("vault: {{{vault}}}"), &format!("vault: {{{vault}, mount: kv}}")),
        (&format!("vault: {{{vault}}}"), &format!("vault: {{{vault}, namespace: a}}")),
        (&format!("vault: {{{vault}}}"), "vault: {address: 'https://v.example.com', token: {command: [sh]}}"),
        (
            &format!("age: {{folder: a, recipients: [{age}]}}"),
            &format!("age: {{folder: a, recipients: [{age}, {more}]}}"),
        ),
        ("file: {folder: a}", "file: {folder: a, format: raw}"),
        ("file: {folder: a}", "file: {folder: b}"),
    ] {
        let [before, after] = [before, after].map(|sink| format!("  sinks: {{s: {{{sink}}}}}"));
        assert_eq!(effects(&before, &after), [(Effect::Weaker, "spec.sinks".to_owned())], "{after}");
    }
}

#[test]
fn a_consent_that_lasts_longer_is_weaker() {
    let consents = |until: &str| format!("  consents: [{{allow: key/k, why: moved, until: {until}}}]");
    let found = effects(&consents("2026-12-31"), &consents("2027-12-31"));
    assert_eq!(found, [(Effect::Weaker, "spec.consents".to_owned())]);
}

const CLOUD: &str = "  stores:
    cloudApiManagement:
      url: https://api.example.com
      area: 00000000-0000-0000-0000-000000000000
      credentials:
        apiKey: {env: KEYWRIGHT_CAM_API_KEY}
        apiSecret: {env: KEYWRIGHT_CAM_API_SECRET}
        username: {env: KEYWRIGHT_CAM_USERNAME}
        password: {env: KEYWRIGHT_CAM_PASSWORD}";

#[test]
fn hosts_credentials_and_the_database_are_weaker_whatever_they_become() {
    let weaker = |after: &str, field: &str| {
        assert_eq!(effects(CLOUD, after), [(Effect::Weaker, field.to_owned())]);
    };
    weaker(&CLOUD.replace("api.example", "evil.example"), "spec.stores.cloudApiManagement.url");
    weaker(&CLOUD.replace("00000000-", "10000000-"), "spec.stores.cloudApiManagement.area");
    let field = "spec.stores.cloudApiManagement.credentials.password";
    weaker(&CLOUD.replace("KEYWRIGHT_CAM_PASSWORD", "KEYWRIGHT_OTHER"), field);
    weaker(&format!("{CLOUD}\n  database: sqlite:other.db"), "spec.database");
    assert_eq!(effects(CLOUD, "  {}"), [(Effect::Weaker, "spec.stores.cloudApiManagement".to_owned())]);
    let field = "spec.environment.credentials";
    let (none, some) = ("  environment: {}", "  environment: {credentials: [A]}");
    assert_eq!(effects(none, some), [(Effect::Weaker, field.to_owned())]);
    assert_eq!(effects(some, none), [(Effect::Weaker, field.to_owned())]);
    let other = [(Effect::Other, "spec.environment.commandTimeout".to_owned())];
    assert_eq!(effects("  {}", "  environment: {commandTimeout: 60s}"), other);
    let field = "spec.manifests";
    for (before, after, effect) in
        [("[.]", "[a]", Effect::Weaker), ("[a, b]", "[b]", Effect::Weaker), ("[a]", "[b, a]", Effect::Other)]
    {
        let manifests = |list: &str| format!("  manifests: {list}");
        assert_eq!(effects(&manifests(before), &manifests(after)), [(effect, field.to_owned())]);
    }
    assert_eq!(effects("  manifests: [a, b]", "  manifests: [b, a]"), [], "the order means nothing");
    let limited = format!("{CLOUD}\n      limits: {{callsPerDay: 5000}}");
    let field = "spec.stores.cloudApiManagement.limits.callsPerDay";
    assert_eq!(effects(&limited, CLOUD), [(Effect::Weaker, field.to_owned())]);
    assert_eq!(effects(CLOUD, &limited), [(Effect::Stronger, field.to_owned())]);
}

fn messages(before: &str, after: &str) -> Vec<String> {
    let changes = settings_diff(&workspace(before), &workspace(after));
    let comparison = Comparison { with: "main", is_trusted: false, is_base_known: true };
    findings(&changes, &comparison, |_| None).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_new_store_shows_where_its_credentials_come_from() {
    let after = CLOUD.replace("{env: KEYWRIGHT_CAM_API_KEY}", "{command: [/bin/sh, -c, id]}");
    let after = after.replace("{env: KEYWRIGHT_CAM_USERNAME}", "{file: a/b}");
    let base = "`spec.stores.cloudApiManagement";
    assert_eq!(
        messages("  {}", &after),
        [
            format!("{base}`: not set → https://api.example.com is weaker: credentials are sent to this host"),
            format!(
                "{base}.credentials.apiKey`: not set → {{command: [/bin/sh, -c, id]}} is weaker: this program runs on the \
                 runner, and its output is sent to the store"
            ),
            format!(
                "{base}.credentials.apiSecret`: not set → {{env: KEYWRIGHT_CAM_API_SECRET}} is weaker: this variable is \
                 read and sent to the store"
            ),
            format!(
                "{base}.credentials.password`: not set → {{env: KEYWRIGHT_CAM_PASSWORD}} is weaker: this variable is \
                 read and sent to the store"
            ),
            format!(
                "{base}.credentials.username`: not set → {{file: a/b}} is weaker: this file is read and sent to the store"
            ),
        ]
    );
    let server = "  database: postgres://k@db.example.com/k\n  fingerprints: {key: {env: KEYWRIGHT_F}}";
    let added = messages(
        "  fingerprints: {key: {env: KEYWRIGHT_F}}",
        &format!("{server}\n  databasePassword: {{command: [/bin/id]}}"),
    );
    let program = "`spec.databasePassword`: not set → {command: [/bin/id]} is weaker: this program runs on the runner, \
                   and its output is sent to the database server";
    assert_eq!(added.last().map(String::as_str), Some(program), "{added:?}");
    assert_eq!(added.len(), 2, "{added:?}");
}

/// Commas and brackets in a word do not make it look like two words, or like another list.
#[test]
fn words_are_compared_and_shown_one_by_one() {
    let commands = |list: &str| format!("  environment: {{commands: [{list}]}}");
    for (before, after, shown) in [
        (r#"[sh, "a, b"]"#, "[sh, a, b]", r#"[[sh, "a, b"]] → [[sh, a, b]]"#),
        (r#"[sh, "a", ""]"#, "[sh, a]", r#"[[sh, a, ""]] → [[sh, a]]"#),
        (r#"[sh, "a"], id"#, r#"[sh, "a], [id"]"#, r#"[[sh, a], id] → [[sh, "a], [id"]]"#),
        (r#"[sh, 'a"']"#, r#"[sh, 'a\"']"#, r#"[[sh, "a\""]] → [[sh, "a\\\""]]"#),
    ] {
        let found = messages(&commands(before), &commands(after));
        assert!(found.len() == 1 && found[0].contains(&format!("{shown} is weaker")), "{found:?}");
    }
    let get = |words: &str| CLOUD.replace("{env: KEYWRIGHT_CAM_API_KEY}", &format!("{{command: [/opt/get, {words}]}}"));
    let found = messages(&get(r#""-c, x""#), &get("-c, x"));
    let shown = r#"{command: [/opt/get, "-c, x"]} → {command: [/opt/get, -c, x]} is weaker"#;
    assert!(found.len() == 1 && found[0].contains(shown), "{found:?}");
}

#[test]
fn every_entry_that_weakens_is_shown() {
    for (name, prefix) in [("commands", "/opt/"), ("credentials", "K_"), ("files", "/opt/"), ("allow", "K_")] {
        let entries: Vec<String> = (0..100).map(|n| format!("{prefix}{n:0>80}")).collect();
        let found =
            messages("  environment: {}", &format!("  environment: {{{name}: [{}]}}", entries.join(", "))).join("\n");
        assert!(entries.iter().all(|entry| found.contains(entry)), "{name}: {found}");
    }
}

#[test]
fn weakened_settings_come_first_each_with_its_place() {
    let before = workspace("  environment: {commandTimeout: 5s}\n  guards: {deletes: {count: 5}}");
    let after = workspace("  environment: {commandTimeout: 9s}\n  guards: {deletes: {count: 9}}");
    let changes = settings_diff(&before, &after);
    let comparison =
        Comparison { with: "the settings of origin/main (3f2a9c01d7e4)", is_trusted: true, is_base_known: true };
    let at = Place { source: SourceId(3), start: 1, end: 2 };
    let found = findings(&changes, &comparison, |field| field.starts_with("spec.guards").then_some(at));
    let texts: Vec<_> = found.iter().map(|finding| (finding.rule.0, finding.message.as_str(), finding.place)).collect();
    let weaker = "`spec.guards.deletes.count`: 5 → 9 takes effect after the merge: one run may delete and replace more";
    let other = "other settings take effect after the merge: `spec.environment.commandTimeout`: 5s → 9s";
    assert_eq!(texts, [("KW-060", weaker, Some(at)), ("KW-061", other, None)]);
    assert!(found[0].help.as_ref().unwrap().contains("uses the settings of origin/main (3f2a9c01d7e4)"));
}
