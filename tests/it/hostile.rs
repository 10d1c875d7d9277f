//! The real program on hostile input: it refuses it with a place, still checks the other files, and needs little time
//! and memory.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;

use crate::program::KEYWRIGHT;
use crate::program::keywright;
use crate::program::outside_pipeline;

/// The time limit of a run; generous, because tests run in parallel on small machines, without optimization.
const LONGEST: Duration = Duration::from_mins(2);

/// The memory limit of a run, in KiB.
const MOST_MEMORY: u64 = 512 << 10;

/// A manifest with its own mistake, to show that the file was checked.
const OTHER: &str = "apiVersion: keywright.dev/v1\nkind: Usr\n";
const OTHER_PLACE: &str = "z.yaml:2:7";

const GOOD: &str = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: alice}\nspec: {email: a@example.com, displayName: Alice}\n";

/// How a run ended.
struct Run {
    code: Option<i32>,
    shown: String,
}

impl Run {
    #[track_caller]
    fn ends(&self, code: i32, texts: &[&str]) {
        let beginning: String = self.shown.chars().take(4000).collect();
        assert_eq!(self.code, Some(code), "{beginning}");
        for text in texts {
            assert!(self.shown.contains(text), "`{text}` is not in\n{beginning}");
        }
    }
}

/// Runs `keywright validate` in `folder` with limits of memory and time.
#[track_caller]
fn validate(folder: &Path, arguments: &[&str]) -> Run {
    let began = Instant::now();
    // The limit aborts the program; its peak use is measured as well, for people.
    let mut child = outside_pipeline("/bin/sh")
        .args(["-c", &format!("ulimit -d {MOST_MEMORY} && exec \"$@\""), "sh", KEYWRIGHT])
        .args(["validate", "--color", "never"])
        .args(arguments)
        // More threads than a small machine has: parallel work must not grow with them.
        .env("RAYON_NUM_THREADS", "8")
        .env("KEYWRIGHT_NOW", "2026-10-01T00:00:00Z")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let readers = [thread::spawn(move || text(&mut out)), thread::spawn(move || text(&mut err))];
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let code = loop {
        peak = peak.max(memory(&status));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if began.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("still at work after {LONGEST:?}");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let shown = readers.map(|reader| reader.join().unwrap()).concat();
    let case = thread::current().name().unwrap_or_default().to_owned();
    println!("{case} {}: {:.1} s, {} MiB", arguments.join(" "), began.elapsed().as_secs_f64(), peak >> 10);
    let beginning: String = shown.chars().take(4000).collect();
    assert!(peak < MOST_MEMORY, "{peak} KiB");
    for word in ["panicked", "RUST_BACKTRACE", "overflowed its stack", "memory allocation"] {
        assert!(!shown.contains(word), "{beginning}");
    }
    Run { code, shown }
}

fn text(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The peak memory of a running process so far, in KiB.
fn memory(status: &str) -> u64 {
    let status = fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

/// A folder with the other file, for hostile files.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("z.yaml"), OTHER).unwrap();
    folder
}

/// Checks that `hostile` is refused with all `texts`, and that the other file is checked.
#[track_caller]
fn refuses(hostile: impl AsRef<[u8]>, texts: &[&str]) {
    let folder = folder();
    fs::write(folder.path().join("b.yaml"), hostile).unwrap();
    let run = validate(folder.path(), &[]);
    run.ends(3, &[OTHER_PLACE]);
    run.ends(3, texts);
}

/// A user with one more line under `spec`, in line 5.
fn user(line: &str) -> String {
    let fields = "email: a@example.com\n  displayName: Alice";
    format!("apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice}}\nspec:\n  {line}\n  {fields}\n")
}

/// `part`, repeated to about so many MiB.
fn filled(part: &str, mebibytes: usize) -> String {
    part.repeat((mebibytes << 20) / part.len() - 1)
}

#[test]
fn bytes_that_are_no_text() {
    refuses(b"apiVersion: keywright.dev/v1\nkind: \xff\xfe\n", &["KW-001", "b.yaml:2:7", "UTF-8"]);
    refuses(b"\xff\xfea\0:\0 \0b\0", &["KW-001", "b.yaml:1:1"]);
    refuses(b"a: \xed\xa0\x80\n", &["KW-001", "b.yaml:1:4"]);
    refuses(b"a: \xf0\x9f", &["KW-001", "b.yaml:1:4"]);
    refuses("\0", &["KW-0", "b.yaml:1:1"]);
    refuses(user("company: a\0b"), &["KW-0", "b.yaml:5:"]);
    refuses(user("company: \"a\0b\""), &["KW-0", "b.yaml:5:"]);
    refuses(vec![0; 1 << 20], &["KW-0", "b.yaml:1:1"]);
}

#[test]
fn marks_and_line_breaks_of_other_systems() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write("bom.yaml", format!("\u{feff}{GOOD}"));
    write("crlf.yaml", GOOD.replace('\n', "\r\n").replace("alice", "bob"));
    write("both.yaml", format!("\u{feff}{}---\n{}", GOOD.replace("alice", "carol"), GOOD.replace("alice", "dave")));
    let run = validate(folder.path(), &[]);
    run.ends(0, &["Valid: 4 objects."]);
    refuses(format!("\u{feff}{}", user("x: 1").replace('\n', "\r\n")), &["KW-005", "b.yaml:5:3"]);
    refuses(format!("\u{feff}{GOOD}---\n{OTHER}"), &["KW-009", "b.yaml:7:7"]);
    refuses(format!("{GOOD}\u{feff}---\n{OTHER}"), &["b.yaml:"]);
    refuses(GOOD.replace('\n', "\r").replace("User", "Usr"), &["KW-009", "b.yaml:"]);
}

#[test]
fn not_yaml() {
    refuses("a:\n\tb: c\n", &["KW-002", "b.yaml:2:"]);
    refuses(user("\troles: [a]"), &["KW-002", "b.yaml:6:3"]);
    refuses(user("a: b\n\troles: [a]"), &["KW-002", "b.yaml:5:6"]);
    refuses("a: [b\n---\nkind: Usr\n", &["KW-002", "b.yaml:1:", "b.yaml:3:7"]);
    refuses("a: \"b\n---\nkind: Usr\n", &["KW-002", "b.yaml:3:7"]);
    refuses("a: b\n  c: d\n", &["KW-002", "b.yaml:2:"]);
    refuses("a: 'b\n", &["KW-002", "b.yaml:"]);
    refuses("%YAML 9.9\n---\na: b\n", &["KW-0", "b.yaml:"]);
    refuses("]]]]", &["KW-002", "b.yaml:1:1"]);
    refuses("\"\\uD800\": a\n", &["KW-002", "b.yaml:1:"]);
}

#[test]
fn aliases() {
    refuses("&a [*a]\n", &["KW-002", "b.yaml:1:5"]);
    refuses("a: &a {b: *a}\n", &["KW-002", "b.yaml:1:11"]);
    refuses(user("roles: *nobody"), &["KW-002", "b.yaml:5:10"]);
    let common = user("roles: &r [a]\n  company: b").replace("metadata", "x: *r\nmetadata");
    refuses(common, &["KW-002", "b.yaml:3:4"]);
    let merged = user("<<: {company: b}");
    refuses(merged, &["KW-005", "b.yaml:5:3"]);
    let merged = format!("{}---\n{}", user("roles: &r [a]"), user("roles: *r"));
    refuses(merged, &["KW-002", "b.yaml:13:10"]);
}

#[test]
fn bombs() {
    let bombs = |first: &str, line: fn(char, char) -> String| {
        ('b'..='i').fold(format!("a: &a {first}\n"), |text, name| {
            text + &line(name, char::from_u32(u32::from(name) - 1).unwrap())
        })
    };
    let flow = bombs("[x, x, x, x, x, x, x, x, x]", |name, earlier| {
        format!("{name}: &{name} [{}]\n", vec![format!("*{earlier}"); 9].join(", "))
    });
    let block = bombs("[x, x, x, x, x, x, x, x, x]", |name, earlier| {
        format!("{name}: &{name}\n{}", format!("  - *{earlier}\n").repeat(9))
    });
    let mapping = bombs("{x: x, y: x}", |name, earlier| {
        format!("{name}: &{name}\n{}", ('a'..='i').map(|key| format!("  {key}: *{earlier}\n")).collect::<String>())
    });
    for bomb in [&flow, &block, &mapping] {
        refuses(bomb, &["KW-003", "b.yaml:"]);
        // A mistake at the end of each does not start it again.
        refuses(format!("{bomb}]\n---\n").repeat(1000), &["KW-003", "b.yaml:"]);
    }
    // Few nodes and much text.
    let long = "x".repeat(1 << 20);
    let keys = "kind: ApiKey\napiVersion: keywright.dev/v1\nmetadata: {name: a}\nspec:\n  enabled: true\n";
    refuses(format!("{keys}  allowedApis: [&a \"{long}\", {}]\n", "*a, ".repeat(100_000)), &["KW-003", "b.yaml:6:"]);
    refuses(format!("a: &a >\n  {long}\nb:\n{}", "- *a\n".repeat(100_000)), &["KW-003", "b.yaml:"]);
    refuses(format!("{}x", "[&a ".repeat(60)), &["KW-0", "b.yaml:1:"]);
    // The same in many files.
    let folder = folder();
    for number in 0..500 {
        fs::write(folder.path().join(format!("{number}.yaml")), &flow).unwrap();
    }
    validate(folder.path(), &[]).ends(3, &["KW-003", "0.yaml:", "the same in 499 more places", OTHER_PLACE]);
}

#[test]
fn depth() {
    for part in ["[", "- ", "{a:", "{a: ", "? ", "a: [", "!!seq [", "&a [", ": "] {
        refuses(part.repeat(100_000), &["KW-00", "b.yaml:1:"]);
    }
    // Nested aliases, each list from the one before.
    let chain = |count: usize| {
        (1..count).fold(format!("a0: &a0 {}x{}\n", "[".repeat(60), "]".repeat(60)), |text, number| {
            format!("{text}a{number}: &a{number} {}*a{}{}\n", "[".repeat(60), number - 1, "]".repeat(60))
        })
    };
    refuses(chain(400), &["KW-003", "b.yaml:2:"]);
    let steps: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refuses(steps, &["KW-003", "b.yaml:6"]);
    refuses(user(&format!("roles: {}{}", "[".repeat(70), "]".repeat(70))), &["KW-003", "b.yaml:5:"]);
}

#[test]
fn values_with_another_meaning() {
    for (line, rule, place) in [
        ("company: ~", "KW-008", "b.yaml:5:12"),
        ("company: null", "KW-008", "b.yaml:5:12"),
        ("company:", "KW-008", "b.yaml:5:10"),
        ("company: 12", "KW-007", "b.yaml:5:12"),
        ("company: 0x1F", "KW-007", "b.yaml:5:12"),
        ("company: .inf", "KW-007", "b.yaml:5:12"),
        ("company: TRUE", "KW-007", "b.yaml:5:12"),
        ("company: [a]", "KW-007", "b.yaml:5:12"),
        ("company: {a: b}", "KW-007", "b.yaml:5:12"),
        ("roles: a", "KW-007", "b.yaml:5:10"),
        ("roles: {a: b}", "KW-007", "b.yaml:5:10"),
        ("roles: [a, [b]]", "KW-007", "b.yaml:5:14"),
        ("roles: [a, 1]", "KW-007", "b.yaml:5:14"),
        ("extendedAttributes: [a]", "KW-007", "b.yaml:5:23"),
        ("extendedAttributes: {a: 1}", "KW-007", "b.yaml:5:27"),
        ("extendedAttributes: {[a]: b}", "KW-007", "b.yaml:5:24"),
        ("[a, b]: c", "KW-005", "b.yaml:5:3"),
        ("? {a: b}\n  : c", "KW-005", "b.yaml:5:5"),
        ("status: yes", "CAM-006", "b.yaml:5:11"),
        ("company: !!python/object:os.system ls", "KW-002", "b.yaml:5:"),
        ("company: !!binary aGVsbG8=", "KW-002", "b.yaml:5:"),
        ("company: !mine a", "KW-002", "b.yaml:5:"),
        ("roles: !!set {a, b}", "KW-002", "b.yaml:5:"),
        ("email: b@example.com", "KW-004", "b.yaml:6:3"),
    ] {
        let folder = folder();
        fs::write(folder.path().join("b.yaml"), user(line)).unwrap();
        let run = validate(folder.path(), &[]);
        assert!(run.shown.contains(rule) && run.shown.contains(place), "{line}\n{}", run.shown);
        run.ends(3, &[OTHER_PLACE]);
    }
    refuses(
        user("extendedAttributes: {\"a\": !!str 1}").replace("alice", "\"a\\u001b[31mb\""),
        &["KW-010", "b.yaml:3:"],
    );
    for (document, place) in
        [("a\n", "b.yaml:1:1"), ("- a\n", "b.yaml:1:1"), ("12\n", "b.yaml:1:1"), ("~\n", "b.yaml:1:1")]
    {
        refuses(document, &["KW-0", place]);
    }
    refuses("null: a\ntrue: b\n1: c\n", &["KW-009", "b.yaml:1:1"]);
}

#[test]
fn dates_that_do_not_exist() {
    let key = |name: &str, expires: &str| {
        format!(
            "apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec:\n  expires: {expires}\n  \
             user: a\n  application: b\n  package: c\n  plan: d\n  key: {{generate: {{prefix: abc_}}}}\n"
        )
    };
    for date in [
        "2027-02-30",
        "2027-02-29",
        "2100-02-29",
        "2027-13-01",
        "2027-00-10",
        "2027-1-1",
        "0000-00-00",
        "+12027-01-01",
        "-2027-01-01",
        "99999-01-01",
        "2027-01-01T00:00:00Z",
        "20270101",
        "２０２７-01-01",
        "2027-06-31",
    ] {
        refuses(key("k", date), &["CAM-032", "b.yaml:5:12"]);
    }
    let api = |expires: &str| {
        format!(
            "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {{name: a}}\nspec:\n  expires: {expires}\n  \
             enabled: true\n  allApis: true\n  allOrgs: true\n"
        )
    };
    for instant in [
        "2027-02-30T00:00:00Z",
        "2027-01-01",
        "2027-01-01T00:00:00",
        "2027-01-01T24:00:00Z",
        "2027-01-01T00:00:00+24:00",
        "+262143-12-31T23:59:59Z",
        "2027-01-01T00:00:61Z",
        "9999-99-99T99:99:99Z",
        // Times that RFC 3339 allows and the store cannot hold.
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2027-06-30T23:59:59.5Z",
        "2027-06-30T23:59:60Z",
    ] {
        refuses(api(instant), &["MFT-013", "b.yaml:5:12"]);
    }
    for fine in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2027-06-30T23:59:59.000-23:59"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b.yaml"), api(fine)).unwrap();
        let run = validate(folder.path(), &[]);
        assert!(!run.shown.contains("MFT-013"), "{}", run.shown);
    }
}

#[test]
fn duplicate_and_unknown_keys_by_the_thousand() {
    refuses("k: v\n".repeat(10_000), &["KW-004", "b.yaml:2:1", "more than 1000 problems"]);
    let unknown: String = (0..1_000_000).map(|number| format!("k{number}: v\n")).collect();
    refuses(unknown, &["KW-003", "b.yaml:"]);
    let unknown: String = (0..400_000).map(|number| format!("  k{number}: v\n")).collect();
    refuses(format!("{}{unknown}", user("company: a")), &["KW-005", "b.yaml:8:3", "more than 1000 problems"]);
}

#[test]
fn large_files_of_little() {
    refuses(filled("- a\n", 16), &["KW-003", "b.yaml:", "1000000"]);
    refuses(filled("- {a: b}\n", 16), &["KW-003", "b.yaml:", "1000000"]);
    refuses(format!("{}\n{}", user("company: a"), filled("# a\n", 15)), &[]);
    refuses(format!("{}---\n{OTHER}", filled("\n", 15)), &["KW-009", "b.yaml:"]);
    refuses(filled("--- ]\n", 16), &["KW-002", "b.yaml:1:5", "more than 1000 problems"]);
    refuses(filled("--- a\n", 16), &["KW-007", "b.yaml:1:5", "more than 1000 problems"]);
    refuses(filled("--- &a [*a]\n", 16), &["KW-002", "b.yaml:1:", "more than 1000 problems"]);
}

#[test]
fn texts_without_end() {
    let long = filled("x", 15);
    refuses(user(&format!("company: {long}")), &["CAM-005", "b.yaml:5:12"]);
    refuses(user(&format!("{long}: a")), &["KW-002", "b.yaml:5:"]);
    refuses(user(&format!("company: [{long}]")), &["KW-007", "b.yaml:5:12"]);
    refuses(user(&format!("company: \"{long}\\x00\"")), &["CAM-005", "b.yaml:5:12"]);
    refuses(user(&format!("roles: [a] # {long}")), &[]);
    refuses(&long, &["KW-007", "b.yaml:1:1"]);
    refuses(filled("'", 15), &["KW-00", "b.yaml:1:"]);
    refuses(filled("\"\\n", 15), &["KW-002", "b.yaml:1:"]);
    refuses(format!("a: |\n{}", filled("  x\n", 15)), &["KW-009", "b.yaml:1:1"]);
    refuses(user("company: a").replace("alice", &long), &["KW-003", "b.yaml:3:18"]);
}

#[test]
fn names_that_are_repeated_do_not_multiply() {
    let name = "n".repeat(1000);
    let list = |entry: &str| entry.repeat(200_000);
    let envelope = |kind: &str| format!("apiVersion: keywright.dev/v1\nkind: {kind}\nmetadata:\n  name: {name}\n");
    let former = format!("{}  previously: [{}]\nspec: {{user: {name}}}\n", envelope("Application"), list("a, "));
    refuses(former, &["KW-003", "b.yaml:5:15"]);
    let name = "n".repeat(1 << 20);
    let keys = format!(
        "apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  user: {name}\n  packages: [{}]\n",
        "{package: a, plan: b}, ".repeat(100_000)
    );
    refuses(keys, &["KW-003", "b.yaml:5:9"]);
}

#[test]
fn files_that_are_too_large() {
    let folder = folder();
    let file = fs::File::create(folder.path().join("b.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let run = validate(folder.path(), &[]);
    run.ends(3, &["KW-003", "b.yaml", "larger than 16 MiB", OTHER_PLACE]);
    validate(folder.path(), &["-f", "/dev/zero"]).ends(3, &["KW-003", "/dev/zero", "larger than 16 MiB"]);
}

#[test]
fn many_large_files() {
    for (part, count) in [("# a\n", 12), ("\n", 12), ("- a\n", 3), ("--- {a: b}\n", 3)] {
        let folder = folder();
        for number in 0..count {
            fs::write(folder.path().join(format!("{number}.yaml")), filled(part, 15)).unwrap();
        }
        let last = if count < 8 { OTHER_PLACE } else { "larger than 128 MiB in total" };
        validate(folder.path(), &[]).ends(3, &["KW-0", last]);
    }
}

#[test]
fn many_small_files_full_of_mistakes() {
    let folder = folder();
    for number in 0..300 {
        fs::write(folder.path().join(format!("{number}.yaml")), "--- a\n".repeat(2000)).unwrap();
    }
    validate(folder.path(), &[]).ends(3, &["0.yaml:1:5", "more than 1000 problems", "more than 10000 findings"]);
}

#[test]
fn links() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("deep")).unwrap();
    symlink("..", path("deep/up")).unwrap();
    symlink("b.yaml", path("a.yaml")).unwrap();
    symlink("a.yaml", path("b.yaml")).unwrap();
    symlink("nowhere.yaml", path("broken.yaml")).unwrap();
    let run = validate(folder.path(), &[]);
    run.ends(3, &["KW-001", "a.yaml", "b.yaml", "broken.yaml", "deep/up", OTHER_PLACE]);
    validate(folder.path(), &["broken.yaml"]).ends(1, &["broken.yaml"]);
    validate(folder.path(), &["a.yaml"]).ends(1, &["a.yaml"]);
}

#[test]
fn paths_that_are_not_files() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("folder.yaml")).unwrap();
    fs::write(path("folder.yaml/inner.yaml"), OTHER).unwrap();
    let _socket = UnixListener::bind(path("socket.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(path("pipe.yaml")).status().unwrap().success());
    symlink("/dev/zero", path("zero.yaml")).unwrap();
    symlink("/proc/self/mem", path("mem.yaml")).unwrap();
    let run = validate(folder.path(), &[]);
    run.ends(3, &["KW-001", "socket.yaml", "pipe.yaml", "zero.yaml", "not a regular file", "mem.yaml", OTHER_PLACE]);
    run.ends(3, &["folder.yaml/inner.yaml:2:7"]);
    fs::remove_file(path("pipe.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(path("keywright.yaml")).status().unwrap().success());
    validate(folder.path(), &[]).ends(3, &[OTHER_PLACE]);
}

#[test]
fn unreadable_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let file = folder.path().join("b.yaml");
    fs::write(&file, OTHER).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let run = validate(folder.path(), &[]);
    run.ends(3, &[OTHER_PLACE]);
    // Root may read everything.
    let is_root = fs::read(&file).is_ok();
    assert!(is_root || (run.shown.contains("KW-001") && run.shown.contains("b.yaml")), "{}", run.shown);
}

#[test]
fn empty_input() {
    let folder = tempfile::tempdir().unwrap();
    validate(folder.path(), &[]).ends(3, &["KW-011"]);
    validate(folder.path(), &["missing"]).ends(1, &["missing", "help:"]);
    validate(folder.path(), &["missing.yaml"]).ends(1, &["missing.yaml", "help:"]);
    validate(folder.path(), &[""]).ends(64, &["[PATH]"]);
    validate(folder.path(), &["-f", "/dev/null"]).ends(3, &["KW-011", "/dev/null declares no object"]);
    for nothing in ["", "\n\n", "# a\n# b\n", "---\n", "---\n---\n...\n", "...\n", "\u{feff}", "--- # a\n"] {
        fs::write(folder.path().join("b.yaml"), nothing).unwrap();
        validate(folder.path(), &[]).ends(3, &["KW-011", "declare no object"]);
    }
}

#[test]
fn folders_that_are_deep_and_names_that_are_odd() {
    let folder = folder();
    let deep = folder.path().join("d/".repeat(500));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("deep.yaml"), OTHER).unwrap();
    for name in ["a\u{1b}[31m\nerror: b.yaml", "-f.yaml", "ü\u{202e}.yaml", " .yaml"] {
        fs::write(folder.path().join(name), OTHER).unwrap();
    }
    let odd = std::os::unix::ffi::OsStrExt::from_bytes(b"odd\xff.yaml");
    fs::write(folder.path().join::<&std::ffi::OsStr>(odd), OTHER).unwrap();
    let run = validate(folder.path(), &[]);
    run.ends(
        3,
        &["d/d/deep.yaml:2:7", "-f.yaml:2:7", "could not read odd\u{fffd}.yaml: its name is not UTF-8", OTHER_PLACE],
    );
    assert!(!run.shown.contains(['\u{1b}', '\u{202e}']), "{}", run.shown);
    assert_eq!(run.shown.matches("error[KW-009]").count(), 1, "{}", run.shown);
}

#[test]
fn a_hostile_workspace_file() {
    let envelope = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n";
    for (text, place) in [
        ("\0".to_owned(), "keywright.yaml:1:1"),
        ("[".repeat(100_000), "keywright.yaml:1:"),
        (filled("- a\n", 16), "keywright.yaml:"),
        (
            format!("{envelope}  rules: {{{}}}\n", (0..100_000).map(|n| format!("K-{n}: off, ")).collect::<String>()),
            "keywright.yaml:4:11",
        ),
        (format!("{envelope}  manifests: [{}]\n", "., ".repeat(100_000)), "keywright.yaml:4:"),
        (format!("{envelope}  manifests: [.]\n  a: b\n"), "keywright.yaml:5:3"),
        (format!("{envelope}  manifests: [../../../../../../../../../../etc/passwd, \"a\\0b\"]\n"), "KW-0"),
        (format!("{envelope}  environment: {{allow: [{}]}}\n", "a, ".repeat(100_000)), "keywright.yaml:4:"),
        (format!("{envelope}---\n{envelope}"), "keywright.yaml:5:1"),
    ] {
        let folder = folder();
        fs::write(folder.path().join("keywright.yaml"), text).unwrap();
        validate(folder.path(), &[]).ends(3, &[place, if place == "KW-0" { "" } else { OTHER_PLACE }]);
    }
}

#[test]
fn standard_input_is_bounded_too() {
    let mut child = keywright()
        .args(["validate", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let block = vec![b'#'; 1 << 20];
    // The program stops reading, which breaks the pipe.
    let broken = (0..1000).find(|_| input.write_all(&block).is_err());
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(broken.is_some_and(|at| at < 20));
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("larger than 16 MiB"));
}

#[test]
fn null_is_refused_in_every_spelling_and_for_every_type() {
    let kind = |kind: &str, field: &str| {
        format!("apiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n  {field}\n")
    };
    for null in ["", "~", "null", "Null", "NULL"] {
        for field in ["company: ", "status: ", "roles: "] {
            refuses(user(&format!("{field}{null}")), &["error[KW-008]", "b.yaml:5:"]);
        }
        for field in ["throttle", "status"] {
            let field = format!("settings: {{{field}: {null} }}");
            refuses(kind("PackageKey", &field), &["error[KW-008]", "b.yaml:5:"]);
        }
        refuses(kind("ApiKey", &format!("expires: {null}")), &["error[KW-008]", "b.yaml:5:"]);
        // In quotes it is text.
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b.yaml"), user(&format!("company: '{null}'"))).unwrap();
        validate(folder.path(), &[]).ends(0, &["Valid: 1 object."]);
    }
}
