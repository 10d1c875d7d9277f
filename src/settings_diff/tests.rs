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
        ("spec.environment.files", "environment: {files: [/a]}", "environment: {files: [/a, /b]}"),
    ] {
        let (closed, open) = (format!("  {closed}"), format!("  {open}"));
        assert_eq!(effects(&closed, &open), [(Effect::Weaker, field.to_owned())]);
        assert_eq!(effects(&open, &closed), [(Effect::Stronger, field.to_owned())]);
        assert_eq!(effects(&open, &open), []);
    }
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
    assert_eq!(effects("  {}", CLOUD), [(Effect::Weaker, "spec.stores.cloudApiManagement".to_owned())]);
    assert_eq!(effects(CLOUD, "  {}"), [(Effect::Stronger, "spec.stores.cloudApiManagement".to_owned())]);
    let field = "spec.environment.credentials";
    let (none, some) = ("  environment: {}", "  environment: {credentials: [A]}");
    assert_eq!(effects(none, some), [(Effect::Weaker, field.to_owned())]);
    assert_eq!(effects(some, none), [(Effect::Weaker, field.to_owned())]);
    let other = [(Effect::Other, "spec.environment.commandTimeout".to_owned())];
    assert_eq!(effects("  {}", "  environment: {commandTimeout: 60s}"), other);
    let other = [(Effect::Other, "spec.manifests".to_owned())];
    assert_eq!(effects(CLOUD, &format!("{CLOUD}\n  manifests: [a]")), other);
}

#[test]
fn weakened_settings_come_first_each_with_its_place() {
    let before = workspace("  manifests: [a]\n  guards: {deletes: {count: 5}}");
    let after = workspace("  manifests: [b]\n  guards: {deletes: {count: 9}}");
    let changes = settings_diff(&before, &after);
    let comparison = Comparison { with: "origin/main (3f2a9c01d7e4)", is_trusted: true, is_base_known: true };
    let at = Place { source: SourceId(3), start: 1, end: 2 };
    let found = findings(&changes, &comparison, |field| field.starts_with("spec.guards").then_some(at));
    let texts: Vec<_> = found.iter().map(|finding| (finding.rule.0, finding.message.as_str(), finding.place)).collect();
    let weaker = "`spec.guards.deletes.count`: 5 → 9 takes effect after the merge: one run may delete and replace more";
    let other = "other settings take effect after the merge: `spec.manifests`: [a] → [b]";
    assert_eq!(texts, [("KW-060", weaker, Some(at)), ("KW-061", other, None)]);
    assert!(found[0].help.as_ref().unwrap().contains("uses the settings of origin/main (3f2a9c01d7e4)"));
}
