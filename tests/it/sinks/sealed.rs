//! Files that sops encrypts, and fields of Kubernetes secrets.

use std::fs;

use super::Workspace;
use super::has_no_value;
use super::programs::git;
use super::says;

const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

const TO_SINK: &str = "deliver: [{to: sink, path: teams/checkout, as: KEY}]";

const FILE: &str = "sealed/teams/checkout/KEY.json";

fn sealed() -> Workspace {
    let sink = format!("    sink: {{sops: {{folder: sealed, program: OUTSIDE/sops, age: [{RECIPIENT}]}}}}\n");
    Workspace::new(&sink, TO_SINK).with_stand_ins()
}

fn text(workspace: &Workspace) -> String {
    fs::read_to_string(workspace.path(FILE)).unwrap()
}

#[test]
fn a_file_of_sops_changes_only_with_its_value() {
    let workspace = sealed();
    let ran = workspace.applies();
    says(&ran, "delivered to teams/checkout of sink (KEY)");
    has_no_value(&ran, &workspace.live());
    let first = text(&workspace);
    assert!(!first.contains("chk_") && !workspace.path("sealed/.gitignore").exists(), "{first}");
    assert!(!workspace.calls().join("\n").contains("chk_"));
    workspace.is_settled();
    workspace.runs("apply --auto-approve --deliver key/k", 0);
    assert_eq!(text(&workspace), first);
    // A plan runs no program, so it can be made where sops is missing.
    fs::rename(workspace.outside("sops"), workspace.outside("away")).unwrap();
    workspace.is_settled();
    fs::rename(workspace.outside("away"), workspace.outside("sops")).unwrap();
    // It was never committed: the value is nowhere.
    fs::remove_dir_all(workspace.path("sealed")).unwrap();
    workspace.runs("plan --detailed-exitcode", 2);
    workspace.applies();
    assert_eq!(text(&workspace), first);
    assert_eq!(workspace.live().len(), 1);
}

/// That the keys can be used is the same for all paths, and is found out once in a run.
#[test]
fn many_files_of_sops_need_one_probe() {
    let workspace = sealed();
    let places: Vec<String> = (1..=20).map(|at| format!("{{to: sink, path: teams/p{at}, as: KEY}}")).collect();
    workspace.key(&format!("deliver: [{}]", places.join(", ")));
    workspace.applies();
    assert_eq!(workspace.calls().len(), 21);
    workspace.is_settled();
}

/// The metadata of sops has no mark any more, or the mark is of another text: what the file holds is not known.
#[test]
fn a_file_that_another_program_wrote_again_gets_its_value_back() {
    let workspace = sealed();
    workspace.applies();
    let first = text(&workspace);
    let mut without: serde_json::Value = serde_json::from_str(&first).unwrap();
    without["sops"].as_object_mut().unwrap().remove("keywright").unwrap();
    let other = first.replace("AES256_GCM,data:", "AES256_GCM,data:b3RoZXI");
    for changed in [without.to_string(), other] {
        fs::write(workspace.path(FILE), changed).unwrap();
        workspace.runs("plan --detailed-exitcode", 2);
        workspace.applies();
        assert_eq!(text(&workspace), first);
        workspace.is_settled();
    }
    for foreign in ["{\"port\": 80}", "something else\n"] {
        fs::write(workspace.path(FILE), foreign).unwrap();
        says(&workspace.runs("plan", 3), "Keywright did not write the existing file");
        assert_eq!(text(&workspace), foreign);
    }
}

/// The value would be in the next commit.
#[test]
fn what_is_not_encrypted_is_not_written() {
    let workspace = sealed();
    workspace.script("sops", "#!/bin/sh\ncat\n");
    let ran = workspace.runs("apply --auto-approve", 6);
    says(&ran, "no value can be encrypted: the program ended well, but did not print an encrypted file");
    assert!(workspace.live().is_empty() && !workspace.path(FILE).exists());
    // A configuration file says that only the probe is encrypted.
    let leaky = "#!/bin/sh\nplain=\"$(cat)\"\ncase \"$plain\" in *probe*) plain='{\"probe\":\"ENC[AES256_GCM,data:x]\"}' ;; esac\necho \"${plain%\\}}, \\\"sops\\\": {}}\"\n";
    workspace.script("sops", leaky);
    let ran = workspace.runs("apply --auto-approve", 6);
    says(&ran, "did not print an encrypted file");
    has_no_value(&ran, &workspace.live());
    assert_eq!(workspace.live().len(), 1);
    assert!(!workspace.path(FILE).exists());
}

fn cluster() -> Workspace {
    Workspace::new("    sink: {kubernetesSecret: {program: OUTSIDE/kubectl, context: prod}}\n", TO_SINK)
        .with_stand_ins()
}

#[test]
fn a_kubernetes_secret_gets_its_field_and_never_through_arguments() {
    let workspace = cluster();
    let ran = workspace.applies();
    says(&ran, "delivered to teams/checkout of sink (KEY)");
    has_no_value(&ran, &workspace.live());
    assert_eq!(workspace.kept(), workspace.live());
    let calls = workspace.calls();
    assert!(calls[0].ends_with("--dry-run=server") && !calls.last().unwrap().contains("dry"), "{calls:?}");
    assert!(!calls.join("\n").contains("chk_"), "{calls:?}");
    says(&workspace.runs("runs show 1", 0), "delivered to teams/checkout of sink (KEY): resourceVersion 1");
    // A plan runs no program: what a cluster has is known from its receipt.
    let before = calls.len();
    workspace.is_settled();
    assert_eq!(workspace.calls().len(), before);
    // Another context is another place.
    workspace.sinks("    sink: {kubernetesSecret: {program: OUTSIDE/kubectl, context: stage}}\n");
    workspace.runs("plan --detailed-exitcode", 2);
}

/// The check of the whole request finds a cluster that takes no value before the key exists.
#[test]
fn a_cluster_that_takes_nothing_stops_the_creation_of_the_key() {
    let workspace = cluster();
    workspace.script("kubectl", "#!/bin/sh\necho 'namespaces \"teams\" not found' >&2\nexit 1\n");
    let ran = workspace.runs("apply --auto-approve", 6);
    says(&ran, "the cluster takes no value");
    says(&ran, "namespaces \"teams\" not found");
    assert!(workspace.live().is_empty());
    // It shows another value than it was given.
    workspace.script("kubectl", "#!/bin/sh\ncat > /dev/null\necho '7 b3RoZXI='\n");
    says(&workspace.console.run("apply --auto-approve"), "the secret does not show the value");
    assert!(workspace.live().is_empty());
}

/// Who can decrypt a value, and what encrypts it, is decided by the settings of the trusted revision.
#[test]
fn a_pull_request_changes_neither_the_keys_nor_the_program() {
    let workspace = sealed();
    git(&workspace, &["init", "--quiet", "--initial-branch", "main"]);
    fs::write(workspace.path(".gitignore"), ".keywright/\n").unwrap();
    git(&workspace, &["add", "--all"]);
    git(&workspace, &["commit", "--quiet", "--message", "settings"]);
    let other = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    workspace.script("evil", "#!/bin/sh\ncat > \"$(dirname \"$0\")/stolen\"\n");
    let settings = fs::read_to_string(workspace.path("keywright.yaml")).unwrap();
    let evil = settings.replace("/sops,", "/evil,").replace("[age1", &format!("[{other}, age1"));
    assert_ne!(evil, settings);
    fs::write(workspace.path("keywright.yaml"), evil).unwrap();
    // The stand-in ends with an error for other keys than those of `main`.
    let ran = workspace.runs("apply --auto-approve --trust main", 0);
    says(&ran, "spec.sinks");
    says(&ran, other);
    assert!(!workspace.outside("stolen").exists() && workspace.path(FILE).exists());
    // What a pull request can change is not run, even if the trusted settings say so.
    let inside = settings.replace("/sops,", "/pay/sops,");
    fs::write(workspace.path("keywright.yaml"), inside).unwrap();
    fs::copy(workspace.outside("sops"), workspace.path("sops")).unwrap();
    git(&workspace, &["commit", "--quiet", "--all", "--message", "a program of the repository"]);
    fs::remove_dir_all(workspace.path("sealed")).unwrap();
    says(&workspace.console.run("apply --auto-approve --trust main"), "the program is a file of the repository");
    assert!(!workspace.path(FILE).exists());
}
