//! Sinks that are programs: a stand-in for a store of secrets with versions, of which a token makes only one.

use std::fs;

use super::Workspace;
use super::has_no_value;
use super::says;

/// Keeps each value as a line of `versions`. `mode` says how it misbehaves.
const STORE: &str = r#"#!/bin/sh
state="$(dirname "$0")/state"
mode="$(cat "$state/mode")"
echo "$@" >> "$state/arguments"
value="$(cat)"
case "$mode" in
  refuses) echo "cannot store $value" >&2; exit 1 ;;
  lies) exit 0 ;;
  hangs) sleep 30 ;;
  slow) sleep 1 ;;
  killed-before) kill -9 $PPID; exit 1 ;;
esac
if ! grep -q " $3\$" "$state/versions"; then
  echo "$value $3" >> "$state/versions" || exit 1
fi
number="$(grep -n " $3\$" "$state/versions" | cut -d: -f1)"
case "$mode" in
  dies) exit 1 ;;
  killed-after) kill -9 $PPID; exit 1 ;;
esac
echo "some words"
echo "version $number"
"#;

const SINK: &str =
    "    store: {command: {program: [OUTSIDE/store, '{name}', 'acme/{path}', '{token}'], paths: [teams/*]}}\n";

const TO_STORE: &str = "deliver: [{to: store, path: teams/checkout, as: KEY}]";

impl Workspace {
    fn with_store(more: &str) -> Self {
        let workspace = Self::new(&format!("{SINK}{more}"), TO_STORE);
        fs::create_dir(workspace.outside("state")).unwrap();
        fs::write(workspace.outside("state/versions"), "").unwrap();
        workspace.script("store", STORE);
        workspace.mode("ok");
        workspace
    }

    fn mode(&self, mode: &str) {
        fs::write(self.outside("state/mode"), mode).unwrap();
    }

    /// The values of all versions.
    fn versions(&self) -> Vec<String> {
        let text = fs::read_to_string(self.outside("state/versions")).unwrap();
        text.lines().map(|line| line.split_once(' ').unwrap().0.to_owned()).collect()
    }
}

#[test]
fn a_value_reaches_a_program_once_and_never_as_an_argument() {
    let workspace = Workspace::with_store("");
    let ran = workspace.applies();
    says(&ran, "delivered to teams/checkout of store (KEY)");
    has_no_value(&ran, &workspace.live());
    assert_eq!(workspace.versions(), workspace.live());
    let arguments = fs::read_to_string(workspace.outside("state/arguments")).unwrap();
    assert!(arguments.starts_with("KEY acme/teams/checkout ") && !arguments.contains("chk_"), "{arguments}");
    workspace.is_settled();
    says(&workspace.runs("runs show 1", 0), "key/k: delivered to teams/checkout of store (KEY): version 1");
    says(&workspace.runs("runs show 1 --format json", 0), "\"receipt\": \"version 1\"");
    says(&workspace.runs("keys", 0), "teams/checkout of store (KEY)");
    assert_eq!(workspace.versions().len(), 1);
    // What is there is delivered again only on request, whatever the place got meanwhile.
    workspace.applies();
    assert_eq!(workspace.versions().len(), 1);
    workspace.runs("apply --auto-approve --deliver key/k", 0);
    assert_eq!(fs::read_to_string(workspace.outside("state/arguments")).unwrap().lines().count(), 2);
    assert_eq!(workspace.versions(), [workspace.live(), workspace.live()].concat());
}

#[test]
fn whatever_a_program_does_the_next_run_makes_exactly_one_version() {
    for (mode, exit, said) in [
        ("refuses", 6, "/store: it failed with exit status: 1: (not shown: it may hold a secret)"),
        ("lies", 6, "printed no receipt"),
        ("hangs", 6, "did not end within 3 s"),
        ("dies", 6, "failed with exit status: 1"),
        ("slow", 0, "version"),
    ] {
        let workspace = Workspace::with_store("");
        workspace.mode(mode);
        let ran = workspace.runs("apply --auto-approve", exit);
        if exit != 0 {
            says(&ran, said);
            says(&workspace.runs("plan --detailed-exitcode", 2), "teams/checkout of store");
        }
        has_no_value(&ran, &workspace.live());
        workspace.mode("ok");
        workspace.applies();
        assert_eq!(workspace.versions(), workspace.live(), "{mode}");
        assert_eq!(workspace.live().len(), 1, "{mode}");
        workspace.is_settled();
    }
}

#[test]
fn a_run_that_is_killed_while_it_delivers_leaves_one_key_and_one_version() {
    for mode in ["killed-before", "killed-after"] {
        let workspace = Workspace::with_store("");
        workspace.mode(mode);
        assert_eq!(workspace.applies_apart(), None, "{mode}");
        workspace.mode("ok");
        workspace.applies();
        assert_eq!(workspace.versions(), workspace.live(), "{mode}");
        assert_eq!(workspace.live().len(), 1, "{mode}");
        workspace.is_settled();
    }
}

#[test]
fn a_sink_that_takes_nothing_stops_the_creation_of_its_key_and_nothing_else() {
    let probe = "    store: {command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe, '{path}']}}\n";
    let workspace = Workspace::with_store("");
    workspace.sinks(probe);
    workspace.script("probe", "#!/bin/sh\necho \"no right to write $1\" >&2\nexit 3\n");
    let ran = workspace.runs("apply --auto-approve", 6);
    says(&ran, "KEY cannot be delivered to teams/checkout of store: its probe says that no value can be written");
    says(&ran, "no right to write teams/checkout");
    assert!(workspace.live().is_empty() && workspace.versions().is_empty());
    // A plan runs no program, so that it can be made anywhere.
    says(&workspace.runs("plan --detailed-exitcode", 2), "+ key/k");
    workspace.script("probe", "#!/bin/sh\nexit 0\n");
    workspace.applies();
    assert_eq!(workspace.versions(), workspace.live());
    // A program that is not there is found before the key is created, too.
    let other = Workspace::with_store("");
    fs::remove_file(other.outside("store")).unwrap();
    says(&other.runs("apply --auto-approve", 6), "is not on this machine");
    assert!(other.live().is_empty());
}

/// Whatever the kind, and also if the sink is broken now.
#[test]
fn a_run_with_nothing_to_deliver_starts_no_program() {
    let kinds = [
        "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe]}",
        "kubernetesSecret: {program: OUTSIDE/kubectl, context: prod}",
        "sops: {folder: sealed, program: OUTSIDE/sops, age: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}",
    ];
    for kind in kinds {
        let sink = format!("    sink: {{{kind}, check: {{program: [OUTSIDE/check]}}}}\n");
        let deliver = "deliver: [{to: sink, path: teams/checkout, as: KEY}]";
        let workspace = Workspace::new(&sink, deliver).with_stand_ins();
        // Plans and findings run nothing either, whatever is due.
        workspace.runs("plan --detailed-exitcode", 2);
        assert_eq!(workspace.calls(), <[String; 0]>::default(), "{kind}");
        workspace.applies();
        let calls = workspace.calls();
        assert!(!calls.is_empty());
        workspace.fault("probe refuses");
        for line in ["apply --auto-approve", "plan --detailed-exitcode", "drift", "keys", "validate"] {
            workspace.runs(line, 0);
            assert_eq!(workspace.calls(), calls, "{kind}: {line}");
        }
        // Another key does not change that.
        let more = std::fs::read_to_string(workspace.path("m.yaml")).unwrap();
        let other = more.rsplit("---").next().unwrap().replace("name: k", "name: l").replace("chk_", "oth_");
        let other = other.replace(deliver, "deliver: elsewhere");
        std::fs::write(workspace.path("m.yaml"), format!("{more}---{other}")).unwrap();
        workspace.applies();
        assert_eq!(workspace.live().len(), 2);
        assert_eq!(workspace.calls(), calls, "{kind}");
    }
}

const ROTATED: &str =
    "rotation: {every: 90d, overlap: 14d, grace: 7d}\ndeliver: [{to: store, path: teams/checkout, as: KEY}]";

#[test]
fn an_old_key_stays_until_the_new_one_is_delivered_and_works() {
    let workspace = Workspace::with_store("");
    let checked = SINK.replace("}}\n", "}, check: {program: [OUTSIDE/check]}}\n");
    workspace.sinks(&checked);
    workspace.script("check", "#!/bin/sh\ncat > /dev/null\nexit 0\n");
    workspace.key(ROTATED);
    workspace.applies();
    workspace.is_settled();
    let mut later = workspace;
    later.console.now = "2027-02-20T12:00:00Z".to_owned();
    later.script("check", "#!/bin/sh\necho \"401 for $(cat)\" >&2\nexit 1\n");
    let ran = later.runs("apply --auto-approve", 6);
    says(&ran, "the value was written, but the check of the sink failed");
    says(&ran, "(not shown: it may hold a secret)");
    assert_eq!(later.live().len(), 2);
    // Long after the overlap, the new value is not known to work, so the old key still does.
    later.console.now = "2027-04-20T12:00:00Z".to_owned();
    later.runs("apply --auto-approve", 6);
    assert_eq!(later.live().len(), 2);
    says(&later.runs("keys", 0), "active");
    later.script("check", "#!/bin/sh\ncat > /dev/null\n");
    later.applies();
    assert_eq!(later.versions().len(), 2, "each generation has one version");
    later.console.now = "2027-05-20T12:00:00Z".to_owned();
    later.applies();
    says(&later.runs("keys", 0), "disabled");
    assert_eq!(later.versions().len(), 2);
}

#[test]
fn a_changed_sink_receives_the_value_again_and_a_removed_one_keeps_a_copy() {
    let workspace = Workspace::with_store("");
    workspace.applies();
    let before = workspace.live();
    workspace.sinks(&SINK.replace("acme/{path}", "other/{path}"));
    let ran = workspace.runs("plan --detailed-exitcode", 2);
    says(&ran, "deliver");
    says(&ran, "KEY in teams/checkout of store keeps the value of a key that works");
    let keys = || serde_json::from_str::<serde_json::Value>(&workspace.runs("keys --format json", 0).out).unwrap();
    let place = |at: &str| keys()["keys"][0]["places"][0][at].clone();
    says(&workspace.runs("keys", 0), "not delivered there yet: the sink was another place when it got the value, 20");
    says(&workspace.runs("keys", 0), "delivered-nowhere");
    assert!(place("delivered").is_null() && place("deliveredBefore").is_string());
    workspace.applies();
    says(&workspace.runs("keys", 0), "teams/checkout of store (KEY): delivered 20");
    assert!(place("delivered").is_string() && place("deliveredBefore").is_null());
    assert_eq!(workspace.live(), before);
    let arguments = fs::read_to_string(workspace.outside("state/arguments")).unwrap();
    assert!(arguments.lines().last().unwrap().contains("other/teams/checkout"), "{arguments}");
    workspace.is_settled();
    workspace.sinks("");
    workspace.key("deliver: [{file: secrets/k.env, as: KEY}]");
    let keeps = "warning[KW-166]: KEY in teams/checkout of store keeps the value of a key that works";
    says(&workspace.applies(), keeps);
    // A copy of a revoked value opens nothing, until a person lets the key come back.
    workspace.runs("keys revoke key/k --auto-approve", 0);
    let ran = workspace.console.run("plan");
    assert!(!format!("{}{}", ran.out, ran.err).contains("KW-166"), "{}{}", ran.out, ran.err);
    let database = rusqlite::Connection::open(workspace.path(".keywright/keywright.db")).unwrap();
    let sql = "UPDATE package_keys SET attributes = json_set(attributes, '$.\"settings.status\"', 'active')";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    says(&workspace.console.run("plan"), keeps);
}

/// To take the value out there would take it from its callers, and to deliver it again would make a second version.
#[test]
fn a_sink_with_another_name_is_the_same_place() {
    let mut workspace = Workspace::with_store("");
    workspace.applies();
    let first = workspace.versions();
    let renamed = SINK.replacen("store:", "renamed:", 1);
    workspace.sinks(&renamed);
    workspace.key(&TO_STORE.replace("store", "renamed"));
    workspace.is_settled();
    for ran in [workspace.applies(), workspace.applies()] {
        assert!(!format!("{}{}", ran.out, ran.err).contains("KW-166"), "{}{}", ran.out, ran.err);
    }
    assert_eq!(workspace.versions(), first);
    says(&workspace.runs("keys", 0), "teams/checkout of renamed (KEY): delivered 20");
    // The program in another spelling is no other place either.
    let store = workspace.outside("store");
    let folder = workspace.folder.path().file_name().unwrap().to_str().unwrap();
    workspace.sinks(&renamed.replace("OUTSIDE/store", &format!("OUTSIDE/../{folder}/./store")));
    assert!(store.exists());
    workspace.is_settled();
    // A successor replaces what the place received under its former name.
    workspace.key(&format!("rotation: {{every: 90d, overlap: 14d}}\n{}", TO_STORE.replace("store", "renamed")));
    workspace.console.now = "2027-02-20T12:00:00Z".to_owned();
    workspace.applies();
    assert_eq!(workspace.versions(), workspace.live());
    workspace.sinks(&SINK.replacen("store:", "third:", 1));
    workspace.key(&format!("rotation: {{every: 90d, overlap: 14d}}\n{}", TO_STORE.replace("store", "third")));
    workspace.is_settled();
    let keys = workspace.runs("keys", 0);
    for name in ["store", "renamed"] {
        assert!(!keys.out.contains(&format!("teams/checkout of {name}")), "{}", keys.out);
    }
}

/// Two sinks that change their names are the places that they were.
#[test]
fn sinks_that_exchange_their_names_receive_nothing() {
    let other = SINK.replacen("store:", "other:", 1).replace("acme/{path}", "other/{path}");
    let deliver = "deliver: [{to: store, path: teams/a, as: KEY}, {to: other, path: teams/b, as: KEY}]";
    let workspace = Workspace::with_store(&other);
    workspace.key(deliver);
    workspace.applies();
    let exchanged = |text: &str| text.replace("store:", "x:").replace("other:", "store:").replace("x:", "other:");
    workspace.sinks(&exchanged(&format!("{SINK}{other}")));
    workspace
        .key(&deliver.replace("to: store", "to: x").replace("to: other", "to: store").replace("to: x", "to: other"));
    workspace.is_settled();
    // The same paths under the same names are other places now.
    workspace.key(deliver);
    workspace.runs("plan --detailed-exitcode", 2);
}

/// A sink is no file.
#[test]
fn the_reason_of_a_delivery_names_what_lacks_it() {
    let workspace = Workspace::with_store("");
    workspace.applies();
    let asked = |plan: &str| workspace.runs(&format!("plan --detailed-exitcode{plan}"), 2);
    says(&asked(" --deliver key/k"), "a sink is not known to have the key's value");
    workspace.key("deliver: [{to: store, path: teams/checkout, as: KEY}, {file: secrets/k.env, as: KEY}]");
    says(&asked(""), "a delivery file does not contain the key's value");
}

pub(super) fn git(workspace: &Workspace, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let mut git = std::process::Command::new("git");
    let done = git.args(identity).args(arguments).current_dir(workspace.path("")).output().unwrap();
    assert!(done.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&done.stderr));
}

/// The settings decide what runs, and with `--trust` those of the pull request do not count.
#[test]
fn a_pull_request_changes_neither_where_values_go_nor_what_runs() {
    let workspace = Workspace::with_store("");
    git(&workspace, &["init", "--quiet", "--initial-branch", "main"]);
    fs::write(workspace.path(".gitignore"), ".keywright/\n").unwrap();
    git(&workspace, &["add", "--all"]);
    git(&workspace, &["commit", "--quiet", "--message", "settings"]);
    workspace.script("evil", "#!/bin/sh\ncat > \"$(dirname \"$0\")/stolen\"\necho version 1\n");
    workspace.sinks(&SINK.replace("OUTSIDE/store", "OUTSIDE/evil"));
    let ran = workspace.runs("apply --auto-approve --trust main", 0);
    says(&ran, "spec.sinks");
    says(&ran, "key values may be written to other places");
    assert!(!workspace.outside("stolen").exists());
    assert_eq!(workspace.versions(), workspace.live());
    // A sink of the pull request does not exist before the merge.
    workspace.sinks(&format!("{SINK}    mine: {{command: {{program: [OUTSIDE/evil]}}}}\n"));
    workspace.key("deliver: [{to: mine, path: teams/checkout, as: KEY}]");
    let ran = workspace.runs("apply --auto-approve --trust main", 3);
    says(&ran, "the settings declare no sink `mine`");
    says(&ran, "merge that change first");
    assert!(!workspace.outside("stolen").exists());
}

/// An entry of `packages` declares a key like any other.
#[test]
fn a_key_of_an_application_is_delivered_too() {
    let workspace = Workspace::with_store("");
    let manifests = |deliver: &str| {
        let uses = format!("packages: [{{package: payments, plan: gold, deliver: [{deliver}]}}]");
        let team = crate::team::TEAM.replace("spec: {user: alice}", &format!("spec:\n  user: alice\n  {uses}"));
        fs::write(workspace.path("m.yaml"), team).unwrap();
    };
    for (deliver, message) in [
        ("{to: stoer, path: teams/checkout, as: KEY}", "error[KW-164]: the settings declare no sink `stoer`"),
        ("{to: store, path: admin/a, as: KEY}", "error[KW-165]: the sink store does not allow the path admin/a"),
        ("{file: m.yaml, as: KEY}", "error[KW-018]: this file has another use"),
        ("{file: a.env}", "error[KW-006]: deliver[] has no `as`"),
        ("{as: KEY}", "error[KW-006]: deliver[] has no `file`"),
    ] {
        manifests(deliver);
        says(&workspace.runs("validate", 3), message);
    }
    manifests("{to: store, path: teams/checkout, as: KEY}");
    let ran = workspace.applies();
    says(&ran, "delivered to teams/checkout of store (KEY)");
    has_no_value(&ran, &workspace.live());
    assert_eq!(workspace.versions(), workspace.live());
    workspace.is_settled();
    // Delivered elsewhere as well, and the key stays as it is.
    manifests("{to: store, path: teams/checkout, as: KEY}, {file: secrets/key.env, as: KEY}");
    workspace.applies();
    assert_eq!(
        fs::read_to_string(workspace.path("secrets/key.env")).unwrap(),
        format!("KEY={}\n", workspace.live()[0])
    );
    assert_eq!((workspace.versions().len(), workspace.live().len()), (1, 1));
    workspace.is_settled();
}
