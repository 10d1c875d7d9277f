//! What a manifest may name, and what the settings may say.

use super::Workspace;
use super::says;

const SINK: &str = "    store: {command: {program: [/usr/bin/true, '{name}'], receipt: none, paths: [teams/*]}}\n";

#[test]
fn a_manifest_names_only_what_the_settings_declare_and_allow() {
    for (deliver, rule, message) in [
        ("{to: stoer, path: teams/a, as: K}", "KW-164", "the settings declare no sink `stoer`"),
        ("{to: store, as: K}", "KW-164", "the path in the sink is missing"),
        ("{path: teams/a, as: K}", "KW-164", "the sink of the path is missing"),
        ("{to: store, path: teams/a, file: a, as: K}", "KW-164", "the place is both a file and in a sink"),
        ("{as: K}", "KW-006", "deliver[] has no `file`"),
        ("{to: store, path: admin/a, as: K}", "KW-165", "the sink store does not allow the path admin/a"),
        ("{to: store, path: teams/../admin, as: K}", "KW-165", "is not a path in a sink"),
        ("{to: store, path: teams//a, as: K}", "KW-165", "is not a path in a sink"),
        ("{to: store, path: -a, as: K}", "KW-165", "is not a path in a sink"),
        ("{to: store, path: \"teams/a\\tb\", as: K}", "KW-165", "is not a path in a sink"),
        ("{to: store, path: teams/a, as: a/b}", "KW-165", "`a/b` is not a name in a sink"),
        ("{to: store, path: teams/a, as: --all}", "KW-165", "`--all` is not a name in a sink"),
        ("{to: store, path: teams/a, as: a..b}", "KW-165", "`a..b` is not a name in a sink"),
    ] {
        let workspace = Workspace::new(SINK, &format!("deliver: [{deliver}]"));
        let ran = workspace.runs("validate", 3);
        says(&ran, &format!("error[{rule}]"));
        says(&ran, message);
    }
    Workspace::new(SINK, "deliver: [{to: store, path: teams/a, as: my-key}]").runs("validate", 0);
    let cluster = "    store: {kubernetesSecret: {}}\n";
    for (place, message) in [
        ("path: teams, as: K", "`teams` does not name a Kubernetes secret"),
        ("path: teams/a/b, as: K", "`teams/a/b` does not name a Kubernetes secret"),
        ("path: teams/A, as: K", "`teams/A` does not name a Kubernetes secret"),
        ("path: teams/a, as: a=b", "`a=b` is not a field of a Kubernetes secret"),
    ] {
        let workspace = Workspace::new(cluster, &format!("deliver: [{{to: store, {place}}}]"));
        let ran = workspace.runs("validate", 3);
        says(&ran, "error[KW-165]");
        says(&ran, message);
    }
}

/// A second spelling of an address or a program is no second place.
#[test]
fn two_spellings_of_one_place_are_one_place() {
    let vault =
        |address: &str, more: &str| format!("{{vault: {{address: '{address}', token: {{env: VAULT_TOKEN}}{more}}}}}");
    let program =
        |program: &str| format!("{{command: {{program: [{program}, '{{name}}', '{{path}}'], receipt: none}}}}");
    let plain = "https://vault.example.com";
    for (one, other) in [
        (vault(plain, ""), vault("https://Vault.Example.com", "")),
        (vault(plain, ""), vault("https://vault.example.com:443", "")),
        (vault(plain, ""), vault("https://vault.example.com/", "")),
        (vault(plain, ""), vault("https://vault.example.com.", "")),
        (vault(plain, ""), vault("https://VAULT.example.com:443/v1/", "")),
        (vault(plain, ""), vault("https://vault.ex%61mple.com", "")),
        (vault(plain, ""), vault("https://vault.example.com/a/..", "")),
        (vault("http://127.0.0.1", ""), vault("http://127.0.0.1:80", "")),
        (vault("https://vault.example.com/a", ""), vault("https://vault.example.com/b/../a", "")),
        (vault(plain, ", mount: /kv/"), vault("https://vault.example.com:443", ", mount: kv")),
        (program("/bin/store"), program("/bin/../bin/store")),
        (program("/bin/store"), program("/bin//./store")),
        (program("/bin/store"), program("/../bin/store")),
    ] {
        let workspace = Workspace::new(&format!("    a: {one}\n    b: {other}\n"), "deliver: elsewhere");
        says(&workspace.runs("validate", 3), "b and a are the same place");
    }
    // What the server takes as one place, however it is written.
    let sinks = format!(
        "    a: {}\n    b: {}\n",
        vault(plain, ", namespace: team, mount: kv"),
        vault(plain, ", mount: team/kv")
    );
    let workspace = Workspace::new(&sinks, "deliver: [{to: a, path: k, as: KEY}, {to: b, path: k, as: KEY}]");
    says(&workspace.runs("validate", 3), "error[KW-018]");
    for (one, other) in [
        (vault(plain, ""), vault("https://vault.example.com:8200", "")),
        (vault("https://vault.example.com/a", ""), vault("https://vault.example.com/A", "")),
        (program("/bin/store"), program("/opt/store")),
    ] {
        let workspace = Workspace::new(&format!("    a: {one}\n    b: {other}\n"), "deliver: elsewhere");
        workspace.runs("validate", 0);
    }
}

#[test]
fn mistakes_in_the_settings_are_found_before_any_key_exists() {
    for (sink, message) in [
        ("a: {}", "has no kind, or more than one"),
        ("a: {file: {folder: a}, age: {folder: a, recipients: [x]}}", "has no kind, or more than one"),
        ("\"-a\": {file: {folder: a}}", "`-a` is not a name for a sink"),
        ("a: {file: {folder: ../a}}", "`../a` is not a folder below the workspace"),
        ("a: {file: {folder: /a}}", "`/a` is not a folder below the workspace"),
        ("a: {file: {folder: a}}\n    b: {file: {folder: a}}", "b and a are the same place"),
        ("a: {age: {folder: a, recipients: []}}", "there is no recipient"),
        ("a: {age: {folder: a, recipients: [AGE-SECRET-KEY-1FAKE]}}", "this is not a public key of age"),
        ("a: {sops: {folder: a}}", "there is no key, so no one could decrypt a value"),
        ("a: {sops: {folder: a, age: [], kms: []}}", "there is no key, so no one could decrypt a value"),
        ("a: {sops: {folder: a, age: [AGE-SECRET-KEY-1FAKE]}}", "this is not a public key of age"),
        ("a: {sops: {folder: a, kms: ['x,y']}}", "this is not a key for sops"),
        ("a: {sops: {folder: a, kms: ['']}}", "this is not a key for sops"),
        ("a: {sops: {folder: ../a, kms: [x]}}", "`../a` is not a folder below the workspace"),
        (
            "a: {sops: {folder: a, kms: [x], program: bin/sops}}",
            "is neither the absolute path nor the name of a program",
        ),
        (
            "a: {sops: {folder: a, kms: [x], variables: [KEYWRIGHT_CAM_PASSWORD]}}",
            "programs cannot receive the credential",
        ),
        ("a: {kubernetesSecret: {context: ''}}", "`` is not the name of a context"),
        ("a: {kubernetesSecret: {program: ./kubectl}}", "is neither the absolute path nor the name of a program"),
        ("a: {kubernetesSecret: {variables: ['A=B']}}", "`A=B` is not the name of a variable"),
        ("a: {kubernetesSecret: {}}\n    b: {kubernetesSecret: {}}", "b and a are the same place"),
        ("a: {command: {program: [bin/x]}}", "is neither the absolute path nor the name of a program"),
        ("a: {command: {program: [x, '{nmae}']}}", "nothing can replace {nmae} here"),
        ("a: {command: {program: ['/x/{name}']}}", "nothing can replace {name} here"),
        ("a: {command: {program: [x], probe: [x, '{token}']}}", "a probe knows only the name and the path"),
        ("a: {command: {program: [x], variables: [KEYWRIGHT_CAM_PASSWORD]}}", "programs cannot receive the credential"),
        ("a: {command: {program: [x], paths: ['a**']}}", "`a**` is not a pattern of paths"),
        ("a: {vault: {address: 'http://vault.example.com', token: {env: VAULT_TOKEN}}}", "not allowed for a sink"),
        (
            "a: {vault: {address: 'https://v.example.com', token: {env: OTHER}}}",
            "cannot be read from the variable `OTHER`",
        ),
        ("a: {vault: {address: 'https://v.example.com', mount: a/../b, token: {env: VAULT_TOKEN}}}", "is not a mount"),
    ] {
        let workspace = Workspace::new(&format!("    {sink}\n"), "deliver: elsewhere");
        says(&workspace.runs("validate", 3), message);
    }
    let manifest = "key: {custom: {env: GH_TOKEN}}";
    let workspace = Workspace::new("    a: {command: {program: [x], variables: [GH_TOKEN]}}\n", "deliver: elsewhere");
    let text = std::fs::read_to_string(workspace.path("m.yaml")).unwrap();
    std::fs::write(workspace.path("m.yaml"), text.replace("key: {generate: {prefix: chk_}}", manifest)).unwrap();
    says(&workspace.runs("validate", 3), "manifests cannot read the credential `GH_TOKEN`");
}
