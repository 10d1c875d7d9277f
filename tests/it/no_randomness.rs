//! A system without randomness, as a container without `/dev/urandom` whose rules forbid the system call, and one whose
//! randomness ends in the middle of a run: every run ends with an error, nothing is half done, and no key is made twice.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::program::keywright;

/// `ALL`: there is no randomness at all. `DRAW=n`: only the first n draws of the program itself succeed; those of its
/// libraries are asked for with flags, and they always do.
const SYSTEM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>

static long real(long number, long *of) {
  long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return next(number, of[0], of[1], of[2], of[3], of[4], of[5]);
}

static long draw(long *of) {
  static int draws;
  const char *most = getenv("DRAW");
  if (!most) { errno = ENOSYS; return -1; }
  if (of[1] && !of[2] && __atomic_fetch_add(&draws, 1, __ATOMIC_SEQ_CST) >= atoi(most)) { errno = EIO; return -1; }
  return real(SYS_getrandom, of);
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags) {
  long of[6] = {(long)bytes, (long)size, flags};
  return draw(of);
}

long syscall(long number, ...) {
  va_list given;
  long of[6];
  va_start(given, number);
  for (int i = 0; i < 6; i++) of[i] = va_arg(given, long);
  va_end(given);
  return number == SYS_getrandom ? draw(of) : real(number, of);
}

#define OPEN(NAME)                                                             \
  int NAME(const char *path, int flags, ...) {                                 \
    va_list given;                                                             \
    va_start(given, flags);                                                    \
    int mode = va_arg(given, int);                                             \
    va_end(given);                                                             \
    if (!getenv("DRAW") && strstr(path, "/dev/") && strstr(path, "random")) {  \
      errno = ENOENT;                                                          \
      return -1;                                                               \
    }                                                                          \
    int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #NAME); \
    return next(path, flags, mode);                                            \
  }
OPEN(open)
OPEN(open64)
"#;

/// The library that `LD_PRELOAD` names. The bundled SQLite needs the same compiler.
fn system(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("system.c"), folder.join("system.so"));
    fs::write(&source, SYSTEM).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(built.unwrap().success());
    library
}

fn quickstart(folder: &Path) -> PathBuf {
    let workspace = folder.join("quickstart");
    fs::create_dir_all(&workspace).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/quickstart.yaml");
    fs::copy(source, workspace.join("quickstart.yaml")).unwrap();
    workspace
}

struct Ran {
    exit: Option<i32>,
    text: String,
}

fn run(line: &str, folder: &Path, environment: &[(&str, &str)]) -> Ran {
    let mut program = keywright();
    program.args(line.split(' ')).current_dir(folder).env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z");
    let done = program.envs(environment.iter().copied()).output().unwrap();
    Ran { exit: done.status.code(), text: String::from_utf8([done.stdout, done.stderr].concat()).unwrap() }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn without_randomness_every_command_fails_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let library = system(folder.path());
    let without = [("LD_PRELOAD", library.to_str().unwrap())];
    let workspace = quickstart(folder.path());
    for line in [
        "validate",
        "plan --out plan.json",
        "diff HEAD~1..HEAD",
        "drift",
        "doctor",
        "apply --auto-approve",
        "rotate key/checkout-production --auto-approve",
        "export",
        "keys",
        "runs",
        "show plan.json",
        "init new",
        "emulator --listen 127.0.0.1:0",
        "schema User",
        "explain User",
    ] {
        let ran = run(line, &workspace, &without);
        assert_eq!(ran.exit, Some(1), "{line}: {}", ran.text);
        assert!(ran.text.contains("error: could not get random bytes from the system"), "{line}: {}", ran.text);
        assert!(ran.text.contains("help: ") && ran.text.contains("/dev/urandom"), "{line}: {}", ran.text);
        assert_eq!(names(&workspace), ["quickstart.yaml"], "{line}");
    }
    for line in ["version", "--help", "completions bash", "man"] {
        let ran = run(line, &workspace, &without);
        assert_eq!(ran.exit, Some(0), "{line}: {}", ran.text);
    }
    let ran = run("apply --auto-approve --format json", &workspace, &without);
    // The error is in standard error, too.
    let printed = ran.text.rsplit_once("\nerror: ").map_or(&*ran.text, |(printed, _)| printed);
    let document: serde_json::Value = serde_json::from_str(printed).unwrap_or_else(|_| panic!("{}", ran.text));
    assert!(document.to_string().contains("could not get random bytes"), "{document}");
}

#[test]
fn randomness_that_ends_in_the_middle_of_a_run_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let library = system(folder.path());
    let mut failures = 0;
    for draws in 0.. {
        let home = folder.path().join(draws.to_string());
        let workspace = quickstart(&home);
        let number = draws.to_string();
        let ends = [("LD_PRELOAD", library.to_str().unwrap()), ("DRAW", number.as_str())];
        let ran = run("apply --auto-approve --log-format json", &workspace, &ends);
        assert!(!ran.text.contains("panicked"), "{draws}: {}", ran.text);
        if ran.exit == Some(0) && ran.text.contains("Applied: 6 changes done.") {
            break;
        }
        failures += 1;
        assert!(matches!(ran.exit, Some(1 | 6 | 8)), "{draws}: {:?} {}", ran.exit, ran.text);
        assert!(ran.text.contains("could not get random bytes from the system"), "{draws}: {}", ran.text);
        let next = run("apply --auto-approve", &workspace, &[]);
        assert_eq!(next.exit, Some(0), "{draws}: {}\n{}", ran.text, next.text);
        let last = run("plan", &workspace, &[]);
        assert!(last.text.contains("Nothing to do: 6 objects"), "{draws}: {}\n{}", next.text, last.text);
        let left: Vec<_> = [names(&workspace), names(&workspace.join("secrets"))].concat();
        assert!(left.iter().all(|name| !name.contains("unfinished")), "{draws}: {left:?}");
    }
    assert!(failures > 5, "only {failures} draws failed");
}
