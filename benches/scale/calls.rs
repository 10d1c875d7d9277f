//! `cargo bench --bench scale -- --calls`: what whole commands take, beside the fewest calls with which they can be done: one for
//! each page of each list, one for each write, and for what is written one more for each page of its list before and after.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use super::area;
use super::generate;
use super::once;

/// The default size of a page.
pub(super) const PAGE: usize = 1000;

pub(super) const KEYWRIGHT: &str = env!("CARGO_BIN_EXE_keywright");

/// An emulator in a process of its own. It ends with this program.
pub(super) struct Emulator {
    child: Child,
    pub(super) url: String,
    log: PathBuf,
}

impl Emulator {
    pub(super) fn start(folder: &Path) -> Self {
        let log = folder.join("requests.log");
        let mut command = Command::new(KEYWRIGHT);
        command.args(["emulator", "--listen", "127.0.0.1:0", "--format", "json", "--database"]);
        command.arg(folder.join("area.db")).arg("--log").arg(&log).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the emulator starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("an output"));
        output.read_line(&mut line).expect("an address");
        let url = line.split('"').find(|part| part.starts_with("http://")).expect("an address").to_owned();
        Self { child, url, log }
    }

    /// Calls so far, without sign-ins.
    fn calls(&self) -> usize {
        let text = std::fs::read_to_string(&self.log).expect("a log");
        text.lines().filter(|line| !line.contains("/v3/token")).count()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The fewest calls of each command for a workspace of `size` objects.
struct Fewest {
    fresh: usize,
    no_change: usize,
    changed: usize,
}

impl Fewest {
    fn of(size: usize, renamed: usize) -> Self {
        let pages = |count: usize| count.div_ceil(PAGE).max(1);
        let (users, applications, keys) = (size * 2 / 10, size * 3 / 10, size * 4 / 10);
        let packages = size / 100;
        let all = pages(users) + pages(applications) + pages(keys) + pages(packages);
        let objects = users + applications + keys + packages + size * 4 / 100;
        Self {
            // Empty lists, and two looks for the keys of other runs.
            fresh: 4 + objects + 2 * pages(keys) + all,
            no_change: all,
            changed: all + 2 * pages(users) + renamed,
        }
    }
}

pub(crate) fn table(sizes: &[usize]) {
    println!("| objects | store | command | calls | of the fewest | seconds | peak MiB |");
    println!("|---:|---|---|---:|---:|---:|---:|");
    for size in sizes {
        for is_area in [false, true] {
            of_store(*size, is_area);
        }
    }
    let (folder, updates) = (tempfile::tempdir().expect("a folder"), 1_000);
    let served = area::start(95_000);
    area::renaming(folder.path(), &served.url, updates, PAGE);
    let path = folder.path().to_str().expect("a plain path");
    let figure = once(&["--measure", KEYWRIGHT, "apply", path, "--auto-approve"]);
    assert_eq!(figure.code, 0, "apply failed");
    println!(
        "| 95,000 | area | `apply`, 1,000 updates | {} | | {:.2} | {:.0} |",
        served.calls(),
        figure.seconds,
        figure.mebibytes
    );
}

fn of_store(size: usize, is_area: bool) {
    let (folder, of_emulator) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let emulator = is_area.then(|| Emulator::start(of_emulator.path()));
    generate::workspace(folder.path(), size);
    if let Some(emulator) = &emulator {
        area::settings(folder.path(), &emulator.url, PAGE);
    }
    let path = folder.path().to_str().expect("a plain path");
    let renamed = size / 100;
    let fewest = Fewest::of(size, renamed);
    let row = |what: &str, fewest: usize, arguments: &[&str]| {
        let calls = || emulator.as_ref().map_or(0, Emulator::calls);
        let before = calls();
        let figure = once(&[&["--measure", KEYWRIGHT], arguments].concat());
        assert_eq!(figure.code, 0, "{what} failed");
        let (store, counts) = match calls() - before {
            _ if !is_area => ("embedded", "– | –".to_owned()),
            #[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
            calls => ("area", format!("{calls} | {:.3} ×", calls as f64 / fewest as f64)),
        };
        println!("| {size} | {store} | {what} | {counts} | {:.2} | {:.0} |", figure.seconds, figure.mebibytes);
    };
    row("`apply`, fresh", fewest.fresh, &["apply", path, "--auto-approve", "--format", "json"]);
    row("`plan`, no change", fewest.no_change, &["plan", path, "--detailed-exitcode"]);
    rename(folder.path(), renamed);
    row("`apply`, 1 % changed", fewest.changed, &["apply", path, "--auto-approve", "--format", "json"]);
}

/// Gives the first `count` users other names.
fn rename(folder: &Path, count: usize) {
    for file in super::files(folder) {
        let text = std::fs::read_to_string(&file).expect("a generated file");
        let line = |line: &str| {
            let number = line.trim().strip_prefix("displayName: User number ").and_then(|number| number.parse().ok());
            let is_renamed = number.is_some_and(|number: usize| number < count);
            if is_renamed { line.replace("User number", "Renamed") } else { line.to_owned() }
        };
        let lines: Vec<String> = text.lines().map(line).collect();
        std::fs::write(file, lines.join("\n")).expect("a writable folder");
    }
}
