//! A stand-in for the KV engine, version 2, with check-and-set; and what it does wrong.

use std::collections::BTreeMap;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;

use super::Workspace;
use super::has_no_value;
use super::says;
use super::shared_secrets::statuses;
use crate::program::keywright;
use crate::trust::killed::killed_when;

const TOKEN: &str = "fake-vault-token-0123456789";

/// What the server does with a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Works,
    /// The policy of the token allows only reading.
    Refuses,
    Full,
    /// Nothing at all is answered any more: its own disk is full.
    FullBefore,
    /// It confirms, and stores nothing.
    Lies,
    Slow,
    /// It stores, and the answer is lost.
    Drops,
    /// Another program writes to the same path right before.
    Races,
    Sealed,
    /// It never answers a write, which it takes.
    Hangs,
    /// It never answers a write, which it does not take.
    HangsBefore,
    /// It answers nothing at all.
    Silent,
    /// The engine has version 1.
    Old,
    /// Its reads answer something else, in good order.
    Nonsense,
    /// It refuses a write that its policy allows, and repeats what was sent.
    RefusesWrite,
    /// It stores, and says that its disk is full.
    StoredFull,
    /// It stores, and says that it refused.
    StoredRefused,
}

#[derive(Default)]
struct State {
    mode: Option<Mode>,
    /// The versions of each secret.
    secrets: BTreeMap<String, Vec<Json>>,
    /// How often a write was answered in the way of the mode.
    misbehaved: usize,
    /// Whether a write waits for an answer that never comes.
    is_waiting: bool,
}

struct Vault {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Vault {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        // Ends with the process of the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { url, state }
    }

    fn mode(&self, mode: Mode) {
        self.state.lock().unwrap().mode = Some(mode);
    }

    /// The values of a field in all versions that have it, each once in a row.
    fn versions(&self, path: &str, field: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let versions = state.secrets.get(path).into_iter().flatten();
        let mut values: Vec<String> = versions.filter_map(|data| data[field].as_str().map(str::to_owned)).collect();
        values.dedup();
        values
    }

    fn workspace(&self, more: &str) -> Workspace {
        let sink = format!(
            "    vault: {{vault: {{address: '{}', mount: kv, token: {{env: VAULT_TOKEN}}, paths: [teams/*]}}{more}}}\n",
            self.url
        );
        let mut workspace = Workspace::new(&sink, "deliver: [{to: vault, path: teams/checkout, as: KEY}]");
        workspace.console.environment.insert("VAULT_TOKEN".to_owned(), TOKEN.to_owned());
        workspace
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let Some((method, path, token, body)) = request(&mut stream) else { return };
    let mode = state.lock().unwrap().mode.unwrap_or(Mode::Works);
    if mode == Mode::Silent {
        let mut state = state.lock().unwrap();
        state.misbehaved += 1;
        state.is_waiting = true;
        drop(state);
        std::thread::sleep(Duration::from_mins(2));
        return;
    }
    let (status, answer) = if token != TOKEN {
        (403, json!({"errors": ["permission denied"]}))
    } else if mode == Mode::Sealed {
        (503, json!({"errors": ["Vault is sealed"]}))
    } else if mode == Mode::FullBefore {
        (500, json!({"errors": ["no space left on device"]}))
    } else {
        match (method.as_str(), path.as_str()) {
            ("GET", "/v1/sys/internal/ui/mounts/kv") => {
                let version = if mode == Mode::Old { "1" } else { "2" };
                (200, json!({"data": {"type": "kv", "options": {"version": version}}}))
            }
            ("POST", "/v1/sys/capabilities-self") => {
                let path = body["paths"][0].as_str().unwrap_or_default().to_owned();
                let can = if mode == Mode::Refuses { json!(["read"]) } else { json!(["create", "read", "update"]) };
                (200, json!({ path: can }))
            }
            (method, path) => match path.strip_prefix("/v1/kv/data/") {
                Some(_) if method == "GET" && mode == Mode::Nonsense => (200, json!({"data": {"keys": []}})),
                Some(name) if method == "GET" => read(name, &state.lock().unwrap()),
                Some(name) => match written(name, &body, mode, state) {
                    Some(answer) => answer,
                    None if matches!(mode, Mode::Hangs | Mode::HangsBefore) => {
                        state.lock().unwrap().is_waiting = true;
                        // Longer than any test waits.
                        std::thread::sleep(Duration::from_mins(2));
                        return;
                    }
                    // The connection ends without an answer.
                    None => return,
                },
                None => (404, json!({"errors": ["no handler for route"]})),
            },
        }
    };
    if mode == Mode::Slow {
        std::thread::sleep(Duration::from_millis(300));
    }
    let text = answer.to_string();
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ");
    let _ = stream.write_all(format!("{head}{}\r\n\r\n{text}", text.len()).as_bytes());
}

fn read(name: &str, state: &State) -> (u16, Json) {
    match state.secrets.get(name) {
        Some(versions) => {
            let data = versions.last().unwrap();
            (200, json!({"data": {"data": data, "metadata": {"version": versions.len()}}}))
        }
        None => (404, json!({"errors": []})),
    }
}

/// Without the lock, so that others are served while an answer is missing.
fn written(name: &str, body: &Json, mode: Mode, state: &Mutex<State>) -> Option<(u16, Json)> {
    write(name, body, mode, &mut state.lock().unwrap())
}

fn write(name: &str, body: &Json, mode: Mode, state: &mut State) -> Option<(u16, Json)> {
    let is_first = state.misbehaved == 0;
    if mode == Mode::Races && is_first {
        state.misbehaved += 1;
        state.secrets.entry(name.to_owned()).or_default().push(json!({"other": "fake-other"}));
    }
    let next = state.secrets.get(name).map_or(0, Vec::len);
    match mode {
        Mode::HangsBefore => {
            state.misbehaved += 1;
            return None;
        }
        Mode::Full => return Some((500, json!({"errors": ["no space left on device"]}))),
        Mode::RefusesWrite => return Some((403, json!({"errors": [format!("denied: {body}")]}))),
        Mode::Lies => return Some((200, json!({"data": {"version": next + 1}}))),
        _ if body["options"]["cas"] != json!(next) => {
            let said = format!("check-and-set parameter did not match the current version: {body}");
            return Some((400, json!({"errors": [said]})));
        }
        _ => {}
    }
    state.secrets.entry(name.to_owned()).or_default().push(body["data"].clone());
    if mode == Mode::Hangs {
        return None;
    }
    match mode {
        Mode::StoredFull => return Some((500, json!({"errors": ["no space left on device"]}))),
        Mode::StoredRefused => return Some((403, json!({"errors": ["permission denied"]}))),
        _ => {}
    }
    if mode == Mode::Drops && is_first {
        state.misbehaved += 1;
        return None;
    }
    Some((200, json!({"data": {"version": next + 1}})))
}

/// Method, path, token and body of a request.
fn request(stream: &mut TcpStream) -> Option<(String, String, String, Json)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                let lines = head.lines().filter_map(|line| line.split_once(':'));
                let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
                found.next().map(|(_, value)| value.trim().to_owned())
            };
            let length = header("Content-Length").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                let mut words = head.split(' ');
                let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
                let token = header("X-Vault-Token").unwrap_or_default();
                return Some((method, path, token, serde_json::from_str(body).unwrap_or(Json::Null)));
            }
        }
        match stream.read(&mut buffer).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

#[test]
fn a_secret_gets_one_version_and_keeps_its_other_fields() {
    let vault = Vault::new();
    vault.state.lock().unwrap().secrets.insert("teams/checkout".to_owned(), vec![json!({"port": 80})]);
    let workspace = vault.workspace("");
    // A plan names every host that is called.
    let host = vault.url.trim_start_matches("http://");
    says(&workspace.runs("plan --out plan.json", 0), &format!("sinks, {host}"));
    says(&workspace.runs("show plan.json", 0), host);
    says(&workspace.runs("plan --format json", 0), &format!("\"{host}\""));
    let ran = workspace.applies();
    has_no_value(&ran, &[workspace.live(), vec![TOKEN.to_owned()]].concat());
    assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live());
    let state = vault.state.lock().unwrap();
    let versions = &state.secrets["teams/checkout"];
    assert_eq!((versions.len(), &versions[1]["port"]), (2, &json!(80)));
    drop(state);
    says(&workspace.runs("runs show 1", 0), "delivered to teams/checkout of vault (KEY): version 2");
    workspace.is_settled();
    // What the server shows counts, whatever the database says.
    vault.state.lock().unwrap().secrets.clear();
    workspace.runs("plan --detailed-exitcode", 2);
    workspace.applies();
    assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live());
    assert_eq!(workspace.live().len(), 1);
}

#[test]
fn a_server_that_takes_nothing_stops_the_creation_of_the_key() {
    for (mode, said) in [
        (Mode::Refuses, "the token may not read and write kv/data/teams/checkout"),
        (Mode::Sealed, "answered 503: Vault is sealed"),
        (Mode::FullBefore, "answered 500: no space left on device"),
        (Mode::Old, "kv is not a KV engine of version 2"),
        (Mode::Nonsense, "answered without a version"),
    ] {
        let vault = Vault::new();
        let workspace = vault.workspace("");
        vault.mode(mode);
        says(&workspace.runs("apply --auto-approve", 6), said);
        assert!(workspace.live().is_empty(), "{mode:?}");
        vault.mode(Mode::Works);
        workspace.applies();
        assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live(), "{mode:?}");
    }
    let vault = Vault::new();
    let mut workspace = vault.workspace("");
    workspace.console.environment.clear();
    says(&workspace.runs("apply --auto-approve", 6), "there is no token: the variable VAULT_TOKEN is not set");
    workspace.console.environment.insert("VAULT_TOKEN".to_owned(), "fake-wrong-token".to_owned());
    // Everything else was done by the run before.
    let ran = workspace.runs("apply --auto-approve", 3);
    says(&ran, "answered 403: permission denied");
    has_no_value(&ran, &["fake-wrong-token".to_owned()]);
    assert!(workspace.live().is_empty());
}

#[test]
fn whatever_a_server_does_with_a_write_there_is_exactly_one_version() {
    for (mode, exit, said) in [
        (Mode::Full, 6, "no space left on device"),
        (Mode::Lies, 6, "the server confirmed version 1, but shows another value"),
        (Mode::Slow, 0, ""),
        (Mode::Drops, 0, ""),
        (Mode::Races, 0, ""),
        (Mode::RefusesWrite, 6, "answered 403: (not shown: it may hold a secret)"),
        (Mode::StoredFull, 0, ""),
        (Mode::StoredRefused, 6, "answered 403: permission denied"),
    ] {
        let vault = Vault::new();
        let workspace = vault.workspace("");
        vault.mode(mode);
        let ran = workspace.runs("apply --auto-approve", exit);
        says(&ran, said);
        has_no_value(&ran, &[workspace.live(), vec![TOKEN.to_owned()]].concat());
        vault.mode(Mode::Works);
        workspace.applies();
        assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live(), "{mode:?}");
        assert_eq!(workspace.live().len(), 1, "{mode:?}");
        let state = vault.state.lock().unwrap();
        let own = state.secrets["teams/checkout"].iter().filter(|data| data["KEY"].is_string()).count();
        assert_eq!(own, 1, "{mode:?}");
        drop(state);
        workspace.is_settled();
    }
}

#[test]
fn a_run_that_ends_while_it_waits_for_a_server_leaves_one_key_and_one_version() {
    for mode in [Mode::Hangs, Mode::HangsBefore] {
        for is_killed in [true, false] {
            let vault = Vault::new();
            let workspace = vault.workspace("");
            vault.mode(mode);
            let mut apply = keywright();
            apply.args(["apply", "--auto-approve", "--request-timeout", "1s"]).current_dir(workspace.path(""));
            apply.env("VAULT_TOKEN", TOKEN);
            if is_killed {
                assert!(killed_when(&mut apply, || vault.state.lock().unwrap().is_waiting), "{mode:?}");
            } else {
                // What the server took before it fell silent is found by the next look.
                let expected = if mode == Mode::Hangs { 0 } else { 6 };
                assert_eq!(apply.output().unwrap().status.code(), Some(expected), "{mode:?}");
            }
            vault.mode(Mode::Works);
            workspace.applies();
            assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live(), "{mode:?} {is_killed}");
            assert_eq!(workspace.live().len(), 1, "{mode:?} {is_killed}");
            assert_eq!(vault.state.lock().unwrap().secrets["teams/checkout"].len(), 1, "{mode:?} {is_killed}");
            workspace.is_settled();
        }
    }
}

/// With many paths in it, a server that falls silent costs one time limit: before a key exists, and for each write after.
#[test]
fn a_silent_server_is_not_asked_again_for_each_path() {
    let places: Vec<String> = (1..=20).map(|at| format!("{{to: vault, path: teams/p{at}, as: KEY}}")).collect();
    let deliver = format!("deliver: [{}]", places.join(", "));
    for (mode, asked_at_once) in [(Mode::Silent, 8), (Mode::HangsBefore, 1)] {
        let vault = Vault::new();
        let workspace = vault.workspace("");
        workspace.key(&deliver);
        vault.mode(mode);
        let mut apply = keywright();
        apply.args(["apply", "--auto-approve", "--request-timeout", "2s"]).current_dir(workspace.path(""));
        assert_eq!(apply.env("VAULT_TOKEN", TOKEN).output().unwrap().status.code(), Some(6), "{mode:?}");
        assert!((1..=asked_at_once).contains(&vault.state.lock().unwrap().misbehaved), "{mode:?}");
        assert_eq!(workspace.live().is_empty(), mode == Mode::Silent, "{mode:?}");
        vault.mode(Mode::Works);
        workspace.applies();
        assert_eq!(workspace.live().len(), 1);
        for at in 1..=20 {
            assert_eq!(vault.versions(&format!("teams/p{at}"), "KEY"), workspace.live(), "{mode:?} {at}");
        }
        workspace.is_settled();
    }
}

/// A run that is killed before it knows what the server has creates nothing.
#[test]
fn a_run_that_is_killed_before_the_first_answer_creates_no_key() {
    let vault = Vault::new();
    let workspace = vault.workspace("");
    vault.mode(Mode::Silent);
    let mut apply = keywright();
    apply.args(["apply", "--auto-approve"]).current_dir(workspace.path("")).env("VAULT_TOKEN", TOKEN);
    assert!(killed_when(&mut apply, || vault.state.lock().unwrap().is_waiting));
    vault.mode(Mode::Works);
    workspace.applies();
    assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live());
    assert_eq!(workspace.live().len(), 1);
}

/// A successor under each fault of the server: the old key works, long after the overlap, until the server has the new value.
#[test]
fn an_old_key_stays_until_the_server_has_its_successor() {
    use Mode::{
        Drops, Full, FullBefore, Hangs, HangsBefore, Lies, Nonsense, Races, Refuses, RefusesWrite, Sealed, Silent,
        Slow, StoredFull, StoredRefused,
    };
    let before = [Refuses, FullBefore, Sealed, Silent, Nonsense];
    let during = [Full, RefusesWrite, Lies, Slow, Races, HangsBefore];
    let after = [Drops, Hangs, StoredFull, StoredRefused];
    for mode in before.into_iter().chain(during).chain(after) {
        let vault = Vault::new();
        let mut workspace = vault.workspace("");
        workspace.key(
            "rotation: {every: 90d, overlap: 14d, grace: 300d}\ndeliver: [{to: vault, path: teams/checkout, as: KEY}]",
        );
        workspace.applies();
        vault.mode(mode);
        for (now, is_late) in [("2027-02-20T12:00:00Z", false), ("2027-03-20T12:00:00Z", true)] {
            workspace.console.now = now.into();
            let ran = workspace.console.run("apply --auto-approve --request-timeout 1s");
            let has_new = vault.versions("teams/checkout", "KEY").len() == 2;
            assert!(has_new || ran.exit != 0, "{mode:?}: {}{}", ran.out, ran.err);
            let may_retire = is_late && has_new;
            assert!(may_retire || statuses(&workspace).iter().all(|status| status == "active"), "{mode:?} {now}");
        }
        vault.mode(Mode::Works);
        workspace.applies();
        assert_eq!(workspace.live().len(), 2, "{mode:?}");
        assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live(), "{mode:?}");
        workspace.console.now = "2027-05-01T12:00:00Z".into();
        workspace.applies();
        assert_eq!(statuses(&workspace), ["disabled", "active"], "{mode:?}");
        workspace.is_settled();
    }
}

/// The check of the sink runs after the server has the value.
#[test]
fn a_check_that_fails_after_the_write_makes_no_second_version() {
    for behavior in ["killed", "full", "hangs", "refuses", "lies", "slow"] {
        let vault = Vault::new();
        let workspace = vault.workspace(", check: {program: [OUTSIDE/check]}").with_stand_ins();
        workspace.fault(&format!("check {behavior}"));
        if behavior == "killed" {
            assert_eq!(workspace.applies_apart(), None);
        } else {
            let is_good = ["lies", "slow"].contains(&behavior);
            workspace.runs("apply --auto-approve", if is_good { 0 } else { 6 });
        }
        workspace.fault("");
        workspace.applies();
        assert_eq!(vault.state.lock().unwrap().secrets["teams/checkout"].len(), 1, "{behavior}");
        assert_eq!(vault.versions("teams/checkout", "KEY"), workspace.live(), "{behavior}");
        let runs: String = (1..=2).map(|run| workspace.console.run(&format!("runs show {run}")).out).collect();
        assert!(runs.contains("(KEY): version 1"), "{runs}");
        workspace.is_settled();
    }
}
