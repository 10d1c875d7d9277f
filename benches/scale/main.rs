//! Time and memory: `cargo bench` prints a table of whole commands over generated workspaces. Each measurement is its
//! own process, started by a small copy of this program that only waits for it, so that the peak memory is the
//! command's alone.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark touches files, programs and the clock"
)]

mod area;
mod calls;
mod generate;
mod http;
mod replay;

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Instant;

use granit_parser::Parser;
use keywright::source::Choice;

/// Runs per measurement; the median is printed.
const RUNS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--measure", command @ ..] => measure(command),
        ["--parse", folder] => parse(Path::new(folder)),
        ["--phases", folder] => phases(Path::new(folder)),
        ["--calls", sizes @ ..] => {
            let sizes: Vec<usize> = sizes.iter().filter_map(|size| size.parse().ok()).collect();
            calls::table(if sizes.is_empty() { &[2_000, 10_000, 100_000] } else { &sizes });
        }
        ["--http", size, others @ ..] => http::table(size.parse().expect("a number of objects"), others),
        ["--area", size, ..] => large_area(size.parse().expect("a number of objects")),
        // `cargo test --benches` only checks that it starts.
        rest if rest.contains(&"--test") => {}
        rest => table(rest.iter().find_map(|size| size.parse().ok())),
    }
}

/// Runs a command and prints its seconds, those of its processors, and its peak memory in KiB.
fn measure(command: &[&str]) {
    let began = Instant::now();
    let mut program = Command::new(command[0]);
    program.args(&command[1..]).env(area::VARIABLE, "not-a-real-credential");
    let status = program.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let seconds = began.elapsed().as_secs_f64();
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    let code = status.expect("the command starts").code().unwrap_or(-1);
    let usage = usage.expect("the system counts");
    let [user, system] = [usage.user_time(), usage.system_time()].map(|time| {
        #[expect(clippy::cast_precision_loss, reason = "seconds of a benchmark")]
        let seconds = time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        seconds
    });
    println!("{seconds} {} {} {code}", user + system, usage.max_rss());
}

/// The lower bound: one thread that reads every file and drops every event.
fn parse(folder: &Path) {
    let texts: Vec<String> =
        files(folder).iter().map(|file| std::fs::read_to_string(file).expect("a generated file")).collect();
    let began = Instant::now();
    let events: usize = texts.iter().map(|text| Parser::new_from_str(text).flatten().count()).sum();
    println!("{} 0 {events} 0", began.elapsed().as_secs_f64());
}

/// How the time of `validate` is spent, in this process.
fn phases(folder: &Path) {
    let began = Instant::now();
    let mut last = began;
    let mut phase = |name: &str| {
        println!("{name:<8} {:.3}", last.elapsed().as_secs_f64());
        last = Instant::now();
    };
    let loaded = keywright::source::load(&[folder.to_path_buf()], folder, &Choice::default(), &mut std::io::empty())
        .expect("a folder");
    phase("read");
    let (manifests, found) = keywright::manifest::parse(&loaded.sources);
    phase("parse");
    let checked = keywright::rules::check(manifests, found, &loaded.workspace);
    phase("check");
    drop((checked, loaded));
    phase("free");
    println!("all      {:.3}", began.elapsed().as_secs_f64());
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

/// Median seconds, those of the processors, peak MiB, and the exit code of the last run.
struct Figure {
    seconds: f64,
    processors: f64,
    mebibytes: f64,
    code: i32,
}

fn figure(runs: usize, arguments: &[&str]) -> Figure {
    median(&(0..runs).map(|_| once(arguments)).collect::<Vec<_>>())
}

fn once(arguments: &[&str]) -> Figure {
    let myself = std::env::current_exe().expect("a path");
    let output = Command::new(myself).args(arguments).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [seconds, processors, kibibytes, exit] = numbers[..] else { panic!("no figures: {text}") };
    #[expect(clippy::cast_possible_truncation, reason = "an exit code is small")]
    let code = exit as i32;
    Figure { seconds, processors, mebibytes: kibibytes / 1024.0, code }
}

fn median(runs: &[Figure]) -> Figure {
    let middle = |of: fn(&Figure) -> f64| {
        let mut all: Vec<f64> = runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let mebibytes = runs.iter().map(|run| run.mebibytes).fold(0.0, f64::max);
    let code = runs.last().map_or(-1, |run| run.code);
    Figure { seconds: middle(|run| run.seconds), processors: middle(|run| run.processors), mebibytes, code }
}

fn table(only: Option<usize>) {
    let sizes = only.map_or_else(|| vec![10_000, 100_000], |size| vec![size]);
    println!("| objects | command | seconds (median of {RUNS}) | peak MiB | against the bare parse |");
    println!("|---:|---|---:|---:|---:|");
    let mut validated = Vec::new();
    for size in sizes {
        let folder = tempfile::tempdir().expect("a folder");
        generate::workspace(folder.path(), size);
        let path = folder.path().to_str().expect("a plain path");
        let keywright = env!("CARGO_BIN_EXE_keywright");
        // Alternately, because the speed of a shared machine varies, and the two are compared.
        let turns = (0..RUNS).map(|_| (once(&["--parse", path]), once(&["--measure", keywright, "validate", path])));
        let (bare, validate): (Vec<_>, Vec<_>) = turns.unzip();
        let (bare, validate) = (median(&bare), median(&validate));
        row(size, "bare event parse, one thread", &bare, None, false);
        row(size, "keywright validate", &validate, Some(&bare), true);
        validated.push(validate.seconds);
        let apply = figure(1, &["--measure", keywright, "apply", path, "--auto-approve", "--format", "json"]);
        row(size, "keywright apply (first, 1 run)", &apply, None, true);
        let plan = figure(RUNS, &["--measure", keywright, "plan", path, "--detailed-exitcode"]);
        row(size, "keywright plan (no changes)", &plan, Some(&bare), true);
        let export = figure(RUNS, &["--measure", keywright, "export", path]);
        row(size, "keywright export", &export, None, true);
    }
    if let [small, large] = validated[..] {
        println!("\nvalidate grows {:.1} times from 10,000 to 100,000 documents.", large / small);
    }
}

/// A workspace of ten objects in an area of `size` objects. What no manifest declares must cost little memory, also when
/// whole lists are read, as for `--prune`.
fn large_area(size: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    area::workspace(folder.path(), &area::serve(size));
    let path = folder.path().to_str().expect("a plain path");
    println!("| objects in the area | command | seconds | peak MiB |");
    println!("|---:|---|---:|---:|");
    let keywright = env!("CARGO_BIN_EXE_keywright");
    // The packages have plans with keys, so they are not deleted (CAM-045).
    for (command, code) in [(&["plan", path][..], 0), (&["plan", "--prune", path], 3)] {
        let figure = figure(1, &[&["--measure", keywright], command].concat());
        let name = command[..command.len() - 1].join(" ");
        println!("| {size} | keywright {name} | {:.1} | {:.0} |", figure.seconds, figure.mebibytes);
        assert_eq!(figure.code, code, "{name} failed");
    }
}

fn row(size: usize, command: &str, figure: &Figure, bare: Option<&Figure>, has_memory: bool) {
    assert_eq!(figure.code, 0, "{command} failed with {}", figure.code);
    let memory = if has_memory { format!("{:.0}", figure.mebibytes) } else { "–".to_owned() };
    let ratio = bare.map_or_else(|| "–".to_owned(), |bare| format!("{:.2} ×", figure.seconds / bare.seconds));
    println!("| {size} | {command} | {:.3} | {memory} | {ratio} |", figure.seconds);
}
