//! Every kind of sink, at every moment of a delivery, with every way to fail: one key, one version, a receipt that is the
//! version, and never a living key whose value no run can deliver any more.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Workspace;
use super::has_no_value;
use super::says;
use super::shared_secrets::statuses;
use crate::console::Ran;

const BEHAVIORS: [&str; 6] = ["killed", "full", "hangs", "lies", "slow", "refuses"];

/// Before a key is created, before and after the sink has its value, and when calls with it are tried.
const MOMENTS: [&str; 4] = ["probe", "write", "stored", "check"];

const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

const DELIVER: &str = "deliver: [{to: sink, path: teams/checkout, as: KEY}]";

/// Runs all cells of one kind. `values` are those of all versions in the sink; `receipt` is how the sink names the last one.
fn table(kind: &str, moments: &[&str], values: impl Fn(&Workspace) -> Vec<String>, receipt: &str) {
    for moment in moments {
        for behavior in BEHAVIORS {
            let cell = format!("{kind} {moment} {behavior}");
            let settings = format!("    sink: {{{kind}, check: {{program: [OUTSIDE/check]}}}}\n");
            let workspace = Workspace::new(&settings, DELIVER).with_stand_ins();
            workspace.fault(&format!("{moment} {behavior}"));
            fails_or_not(&workspace, moment, behavior, &cell);
            if *moment == "probe" && behavior != "slow" && !(kind.starts_with("command") && behavior == "lies") {
                assert!(workspace.live().is_empty(), "{cell}");
            }
            workspace.fault("");
            workspace.applies();
            assert_eq!(workspace.live().len(), 1, "{cell}");
            assert_eq!(values(&workspace), workspace.live(), "{cell}");
            workspace.is_settled();
            let runs: String = (1..=2).map(|run| workspace.console.run(&format!("runs show {run}")).out).collect();
            let lines: Vec<&str> = runs.lines().filter(|line| line.contains("delivered to")).collect();
            assert!(!lines.is_empty() && lines.iter().all(|line| line.ends_with(receipt)), "{cell}\n{runs}");
            // On request, a program that cannot be asked gets the value with a new token. Elsewhere, it is there already.
            workspace.runs("apply --auto-approve --deliver key/k", 0);
            let versions = if kind.starts_with("command") { 2 } else { 1 };
            assert_eq!(values(&workspace), vec![workspace.live()[0].clone(); versions], "{cell}");
        }
    }
}

/// A successor under each fault: the old key works, long after the overlap, until the place has the new value.
fn rotations(kind: &str, moments: &[&str], values: impl Fn(&Workspace) -> Vec<String>) {
    let key = format!("rotation: {{every: 90d, overlap: 14d, grace: 300d}}\n{DELIVER}");
    for moment in moments {
        for behavior in BEHAVIORS {
            let cell = format!("{kind} {moment} {behavior}");
            let settings = format!("    sink: {{{kind}, check: {{program: [OUTSIDE/check]}}}}\n");
            let mut workspace = Workspace::new(&settings, &key).with_stand_ins();
            workspace.applies();
            workspace.console.now = "2027-02-20T12:00:00Z".into();
            workspace.fault(&format!("{moment} {behavior}"));
            fails_or_not(&workspace, moment, behavior, &cell);
            let is_done = is_good(moment, behavior, &cell);
            if !is_done {
                workspace.console.now = "2027-03-20T12:00:00Z".into();
                workspace.applies_apart();
                assert!(statuses(&workspace).iter().all(|status| status == "active"), "{cell}");
            }
            workspace.fault("");
            workspace.applies();
            let live = workspace.live();
            assert_eq!(live.len(), 2, "{cell}");
            let values = values(&workspace);
            assert_eq!(values, live[live.len() - values.len()..], "{cell}");
            workspace.console.now = "2027-05-01T12:00:00Z".into();
            workspace.applies();
            assert_eq!(statuses(&workspace), ["disabled", "active"], "{cell}");
            workspace.is_settled();
        }
    }
}

/// One apply with the fault.
fn fails_or_not(workspace: &Workspace, moment: &str, behavior: &str, cell: &str) {
    if behavior == "killed" {
        assert_eq!(workspace.applies_apart(), None, "{cell}");
        return;
    }
    let ran = workspace.console.run("apply --auto-approve");
    let expected = if is_good(moment, behavior, cell) { 0 } else { 6 };
    assert!(ran.exit == expected || is_held(moment, &ran), "{cell}: {}\n{}{}", ran.exit, ran.out, ran.err);
    has_no_value(&ran, &workspace.live());
    match behavior {
        // With the value in it, nothing of what a program says is shown.
        "full" | "refuses" if moment != "probe" => says(&ran, "(not shown: it may hold a secret)"),
        "full" => says(&ran, "no space left on device for "),
        "refuses" => says(&ran, "403 for "),
        "hangs" => says(&ran, "did not end within 3 s"),
        _ => {}
    }
}

/// A run that only holds back a successor has nothing to apply.
fn is_held(moment: &str, ran: &Ran) -> bool {
    moment == "probe" && ran.exit == 3 && ran.err.contains("KW-041")
}

/// Whether the sink has the value and the key counts as delivered.
fn is_good(moment: &str, behavior: &str, cell: &str) -> bool {
    // A check, and the probe of a program, say nothing else than that they ended well.
    let is_believed = moment == "check" || cell.contains("command") && moment == "probe";
    // What sops has printed is complete, whatever follows.
    let is_complete = cell.contains("sops") && moment == "stored" && behavior == "lies";
    behavior == "slow" || behavior == "lies" && (is_believed || is_complete)
}

fn in_file(workspace: &Workspace) -> Vec<String> {
    let text = fs::read_to_string(workspace.path("secrets/teams/checkout")).unwrap();
    text.lines().map(|line| line.strip_prefix("KEY=").unwrap().to_owned()).collect()
}

/// The stand-in for sops encrypts nothing.
fn in_sops(workspace: &Workspace) -> Vec<String> {
    let text = fs::read(workspace.path("sealed/teams/checkout/KEY.json")).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let encoded = file["KEY"].as_str().unwrap().strip_prefix("ENC[AES256_GCM,data:").unwrap();
    let value = STANDARD.decode(encoded.trim_end_matches(']')).unwrap();
    vec![String::from_utf8(value).unwrap()]
}

/// Only its recipient can read it; that the plan has nothing to do shows the fingerprint.
fn in_age(workspace: &Workspace) -> Vec<String> {
    assert!(workspace.path("sealed/teams/checkout/KEY.age").exists());
    workspace.live()
}

#[test]
fn a_program_ends_with_one_version() {
    let kind = "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe]}";
    table(kind, &MOMENTS, Workspace::kept, "version 1");
}

#[test]
fn a_kubernetes_secret_ends_with_one_version() {
    let kind = "kubernetesSecret: {program: OUTSIDE/kubectl, context: prod}";
    table(kind, &MOMENTS, Workspace::kept, "resourceVersion 1");
}

#[test]
fn a_file_of_sops_ends_with_one_version() {
    let kind = format!("sops: {{folder: sealed, program: OUTSIDE/sops, age: [{RECIPIENT}]}}");
    table(&kind, &MOMENTS, in_sops, "(KEY)");
}

/// Files are written at once, so that only the check comes after.
#[test]
fn files_end_with_one_version() {
    table("file: {folder: secrets}", &["check"], in_file, "(KEY)");
    table(&format!("age: {{folder: sealed, recipients: [{RECIPIENT}]}}"), &["check"], in_age, "(KEY)");
}

#[test]
fn an_old_key_stays_until_a_program_has_its_successor() {
    let kind = "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe]}";
    rotations(kind, &MOMENTS, Workspace::kept);
}

#[test]
fn an_old_key_stays_until_a_kubernetes_secret_has_its_successor() {
    rotations("kubernetesSecret: {program: OUTSIDE/kubectl, context: prod}", &MOMENTS, Workspace::kept);
}

#[test]
fn an_old_key_stays_until_a_file_has_its_successor() {
    rotations(&format!("sops: {{folder: sealed, program: OUTSIDE/sops, age: [{RECIPIENT}]}}"), &MOMENTS, in_sops);
    rotations("file: {folder: secrets}", &["check"], in_file);
    rotations(&format!("age: {{folder: sealed, recipients: [{RECIPIENT}]}}"), &["check"], in_age);
}

/// A disk that is full for this file: no file may be larger, and the database is smaller.
#[test]
fn a_full_disk_leaves_the_file_as_it_is_and_the_next_run_delivers() {
    for (format, path, more) in [("dotenv", "teams", "OTHER=fake-other\n"), ("json", "teams", "")] {
        let sink = format!("    sink: {{file: {{folder: secrets, format: {format}}}}}\n");
        let workspace = Workspace::new(&sink, "deliver: [{to: sink, path: teams, as: KEY}]");
        let long = "x".repeat(1_000_000);
        let before =
            if format == "json" { format!("{{\"OTHER\": \"{long}\"}}") } else { format!("{more}LONG={long}\n") };
        fs::create_dir_all(workspace.path("secrets")).unwrap();
        fs::write(workspace.path("secrets").join(path), &before).unwrap();
        let apply =
            format!("trap '' XFSZ; ulimit -f 1000; exec '{}' apply --auto-approve", env!("CARGO_BIN_EXE_keywright"));
        let mut shell = std::process::Command::new("sh");
        let done = shell.args(["-c", &apply]).current_dir(workspace.path("")).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(done.status.code(), Some(6), "{said}");
        assert!(said.contains("File too large"), "{said}");
        assert_eq!(fs::read_to_string(workspace.path("secrets").join(path)).unwrap(), before);
        workspace.applies();
        assert_eq!(workspace.live().len(), 1);
        let after = fs::read_to_string(workspace.path("secrets").join(path)).unwrap();
        assert!(after.contains(&workspace.live()[0]) && after.contains(&long), "{format}");
        workspace.is_settled();
    }
}

/// Only the question to a person takes so long that a sink can break meanwhile.
#[test]
fn a_sink_is_probed_once_and_once_more_after_a_confirmation() {
    let kind = "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe, asked]}";
    for (arguments, answer, probes) in [("apply --auto-approve", "", 1), ("apply", "yes\n", 2)] {
        let mut workspace = Workspace::new(&format!("    sink: {{{kind}}}\n"), DELIVER).with_stand_ins();
        workspace.console.input = answer.into();
        workspace.runs(arguments, 0);
        assert_eq!(workspace.calls().iter().filter(|line| *line == "asked").count(), probes, "{arguments}");
        assert_eq!(workspace.kept(), workspace.live());
    }
}

/// With many paths in it, a sink that hangs costs one time limit.
#[test]
fn a_sink_that_hangs_is_not_asked_again_for_each_path() {
    let places: Vec<String> = (1..=20).map(|at| format!("{{to: sink, path: teams/p{at}, as: KEY}}")).collect();
    let deliver = format!("deliver: [{}]", places.join(", "));
    let kind = "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe]}";
    for (fault, most) in [("probe hangs", 8), ("write hangs", 1), ("check hangs", 1)] {
        let sink = format!("    sink: {{{kind}, check: {{program: [OUTSIDE/check, called]}}}}\n");
        let workspace = Workspace::new(&sink, &deliver).with_stand_ins();
        workspace.fault(fault);
        says(&workspace.runs("apply --auto-approve", 6), "did not end within 3 s");
        let calls = workspace.calls();
        let of = |name: &str| calls.iter().filter(|line| line.split(' ').next() == Some(name)).count();
        let asked = match fault {
            // A probe gets no arguments. As many as are asked at once.
            "probe hangs" => of(""),
            "write hangs" => of("KEY"),
            _ => of("called"),
        };
        assert!((1..=most).contains(&asked), "{fault}: {asked} of {calls:?}");
        if fault == "check hangs" {
            assert_eq!(workspace.kept().len(), 20, "the sink itself takes every value");
        }
        workspace.fault("");
        workspace.applies();
        assert_eq!(workspace.kept(), vec![workspace.live()[0].clone(); 20], "{fault}");
        workspace.is_settled();
    }
}
