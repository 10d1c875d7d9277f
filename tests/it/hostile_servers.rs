//! Servers that misbehave, as one table: whatever a server does, a run ends in time, needs little memory, and names the
//! request and the next step.
#![cfg(target_os = "linux")]

mod behaviors;
mod server;

use std::process::Stdio;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use self::behaviors::ALL;
use self::behaviors::Behavior;
use self::behaviors::Place;
use self::server::Server;
use crate::program::keywright;

/// The limits of each run: of one request, and of the whole run, which `--max-time` gives.
const REQUEST: &str = "1s";
const RUN: Duration = Duration::from_secs(12);

/// How much longer a run may take on a busy machine.
const SLACK: Duration = Duration::from_secs(25);

/// Most memory of a run, in KiB.
const MOST_MEMORY: u64 = 128 << 10;

/// How many servers are tried at once: most runs only wait.
const AT_ONCE: usize = 6;

/// An area has an id of this form, except on this machine without TLS.
const AREA: &str = "00000000-0000-0000-0000-000000000001";

const MANIFEST: &str = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice}\nspec: {email: a@example.com, displayName: Alice}\n---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec: {user: alice, description: Shop}\n";

const API_KEY: &str = "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {name: erp}\nspec: {enabled: true, allowedApis: [audit], allOrgs: true, expires: 2027-06-30T00:00:00Z}\n";

/// How a run ended.
struct Ended {
    code: Option<i32>,
    text: String,
    /// Peak memory in KiB.
    memory: u64,
    time: Duration,
}

#[test]
fn every_run_ends_in_time_with_a_message_and_in_little_memory() {
    let next = Mutex::new(ALL.iter());
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(behavior) = { next.lock().unwrap().next() } {
                    let ended = run(behavior);
                    let problems = problems(behavior, &ended);
                    println!("{:<46} {:>5.1} s {:>4} MiB", behavior.name, ended.time.as_secs_f64(), ended.memory >> 10);
                    if !problems.is_empty() {
                        let (name, text) = (behavior.name, ended.text.chars().take(1500).collect::<String>());
                        wrong.lock().unwrap().push(format!("{name}: {}\n{text}", problems.join("; ")));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(ALL.len() >= 60, "only {} servers", ALL.len());
    assert!(wrong.is_empty(), "{} of {} servers:\n\n{}", wrong.len(), ALL.len(), wrong.join("\n\n"));
}

fn problems(behavior: &Behavior, ended: &Ended) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |is_right: bool, problem: String| {
        if !is_right {
            problems.push(problem);
        }
    };
    expect(ended.time < RUN + SLACK, format!("took {:.1} s", ended.time.as_secs_f64()));
    expect(ended.memory < MOST_MEMORY, format!("needed {} MiB", ended.memory >> 10));
    expect(!ended.text.contains("panicked"), "panicked".to_owned());
    expect(!ended.text.contains('\u{1b}'), "wrote control characters".to_owned());
    expect(ended.text.len() < 8_000, format!("wrote {} bytes", ended.text.len()));
    expect(ended.code.is_some_and(|code| behavior.exits.contains(&code)), format!("exit {:?}", ended.code));
    if behavior.exits.contains(&1) {
        expect(ended.text.contains("error: "), "no error".to_owned());
        expect(ended.text.contains("help: "), "no next step".to_owned());
        let request = match behavior.place {
            Place::Token | Place::Handshake => "POST /v3/token",
            Place::List => "GET /",
            Place::Site => "GET /api/ApiKey/list",
        };
        expect(ended.text.contains(request), format!("does not name {request}"));
        expect(!ended.text.contains(&format!("{request} it was")), "is no sentence".to_owned());
    }
    expect(ended.text.contains(behavior.says), format!("does not say `{}`", behavior.says));
    problems
}

fn run(behavior: &'static Behavior) -> Ended {
    let server = Server::start(behavior);
    let folder = tempfile::tempdir().unwrap();
    let (settings, manifest) = match behavior.place {
        Place::Site => (site(&server.url), API_KEY),
        Place::Token | Place::List => (area(&server.url), MANIFEST),
        Place::Handshake => (area(&server.url.replace("http://", "https://")).replace("an-area", AREA), MANIFEST),
    };
    std::fs::write(folder.path().join("keywright.yaml"), settings).unwrap();
    std::fs::write(folder.path().join("all.yaml"), manifest).unwrap();
    let began = Instant::now();
    let most = format!("{}s", RUN.as_secs());
    let mut child = keywright()
        .args(["plan", "--request-timeout", REQUEST, "--max-time", &most, "--color", "never"])
        .env("KEYWRIGHT_TEST_CREDENTIAL", "not-a-real-credential")
        .env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(folder.path().join("out")).unwrap())
        .stderr(std::fs::File::create(folder.path().join("err")).unwrap())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    let code = loop {
        memory = memory.max(peak(&status));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if began.elapsed() > RUN + SLACK {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let text = ["out", "err"].map(|name| std::fs::read(folder.path().join(name)).unwrap()).concat();
    Ended { code, text: String::from_utf8_lossy(&text).into_owned(), memory, time: began.elapsed() }
}

/// The peak memory of a running process so far, in KiB. Until the new program is loaded, a process has the name and the
/// memory of the one that started it.
fn peak(status: &str) -> u64 {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    if !status.starts_with("Name:\tkeywright\n") {
        return 0;
    }
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

fn area(url: &str) -> String {
    let secret = "{env: KEYWRIGHT_TEST_CREDENTIAL}";
    format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  stores:\n    cloudApiManagement:\n      url: {url}\n      area: an-area\n      credentials: {{apiKey: {secret}, apiSecret: {secret}, username: {secret}, password: {secret}}}\n      limits: {{callsPerSecond: 1000}}\n"
    )
}

fn site(url: &str) -> String {
    format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  stores:\n    managedFileTransfer:\n      url: {url}\n      credentials: {{apiKey: {{env: KEYWRIGHT_TEST_CREDENTIAL}}}}\n      operations: {{list: GET /api/ApiKey/list, create: POST /api/ApiKey, update: PUT /api/ApiKey}}\n      limits: {{callsPerSecond: 1000}}\n"
    )
}
