//! Files of sinks on a disk that is full, or while the run is killed in the middle of a write: a file is the old one or the new
//! one, and never a part.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Workspace;
use super::shared_secrets::statuses;
use crate::program::keywright;

/// Writes half of what goes to a file below `FAULT_BELOW`; then the disk is full, or the process is gone.
const FAULTS: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t write(int fd, const void *text, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  const char *below = getenv("FAULT_BELOW"), *fault = getenv("FAULT");
  char link[64], path[4096] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (!below || !fault || readlink(link, path, sizeof path - 1) < 0 || !strstr(path, below))
    return real(fd, text, size);
  if (real(fd, text, size / 2) < 0) return -1;
  if (!strcmp(fault, "killed")) kill(getpid(), SIGKILL);
  errno = ENOSPC;
  return -1;
}
"#;

const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

const KEY: &str =
    "rotation: {every: 90d, overlap: 14d, grace: 300d}\ndeliver: [{to: sink, path: teams/checkout, as: KEY}]";

/// The library that `LD_PRELOAD` names. The bundled SQLite needs the same compiler.
fn faults(workspace: &Workspace) -> PathBuf {
    let (source, library) = (workspace.outside("faults.c"), workspace.outside("faults.so"));
    fs::write(&source, FAULTS).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(built.unwrap().success());
    library
}

fn apply(workspace: &Workspace, fault: &str) -> (Option<i32>, String) {
    let mut apply = keywright();
    apply.args(["apply", "--auto-approve"]).current_dir(workspace.path("")).envs(&workspace.console.environment);
    apply.env("KEYWRIGHT_NOW", &workspace.console.now).env("LD_PRELOAD", faults(workspace));
    apply.env("FAULT", fault).env("FAULT_BELOW", "/pay/sink/");
    let done = apply.output().unwrap();
    (done.status.code(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
}

#[test]
fn a_file_is_the_old_one_or_the_new_one() {
    for (kind, file) in [
        ("file: {folder: sink}".to_owned(), "sink/teams/checkout"),
        ("file: {folder: sink, format: json}".to_owned(), "sink/teams/checkout"),
        ("file: {folder: sink, format: raw}".to_owned(), "sink/teams/checkout/KEY"),
        (format!("age: {{folder: sink, recipients: [{RECIPIENT}]}}"), "sink/teams/checkout/KEY.age"),
        (format!("sops: {{folder: sink, program: OUTSIDE/sops, age: [{RECIPIENT}]}}"), "sink/teams/checkout/KEY.json"),
    ] {
        for fault in ["killed", "full"] {
            let cell = format!("{kind} {fault}");
            let mut workspace = Workspace::new(&format!("    sink: {{{kind}}}\n"), KEY).with_stand_ins();
            for (now, keys) in [("2026-11-21T12:00:00Z", 1), ("2027-02-20T12:00:00Z", 2)] {
                workspace.console.now = now.to_owned();
                let before = fs::read(workspace.path(file)).ok();
                let (exit, said) = apply(&workspace, fault);
                assert_eq!(exit, if fault == "killed" { None } else { Some(6) }, "{cell}\n{said}");
                assert_eq!(said.contains("No space left on device"), fault == "full", "{cell}\n{said}");
                assert!(workspace.live().iter().all(|value| !said.contains(value.as_str())), "{cell}\n{said}");
                assert_eq!(workspace.live().len(), keys, "{cell}");
                assert!(fs::read(workspace.path(file)).ok() == before, "{cell}: the file is whole");
                workspace.applies();
                assert!(fs::read(workspace.path(file)).ok() != before, "{cell}");
                assert_eq!(workspace.live().len(), keys, "{cell}: no key is created twice");
                let folder = workspace.path(file);
                let beside = fs::read_dir(folder.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
                let left: Vec<_> = beside.filter(|name| name.to_string_lossy().contains("unfinished")).collect();
                assert!(left.is_empty(), "{cell}: {left:?}");
                workspace.is_settled();
            }
            assert_eq!(statuses(&workspace), ["active", "active"], "{cell}");
        }
    }
}
