//! The questions of `init` on a real terminal, with answers as people give them: wrong ones, Ctrl-D and Ctrl-C.

use std::fs;
use std::path::Path;

use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;

/// Runs a program on a terminal, and types each answer after the program has asked for it: a question ends with `: `.
const TERMINAL: &str = r#"
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["keywright", "init", "shop"])
shown, answers = "", sys.argv[2:]
while True:
    ready, _, _ = select.select([terminal], [], [], 20)
    try:
        part = os.read(terminal, 4096) if ready else b""
    except OSError:
        part = b""
    if not part:
        break
    shown += part.decode()
    if shown.endswith(": ") and answers:
        os.write(terminal, answers.pop(0).encode().decode("unicode_escape").encode("latin-1"))
        # What is echoed ends the line, so that the same question is not answered twice.
        shown += "\n"
if answers:
    os.kill(pid, 9)
status = os.waitpid(pid, 0)[1]
print(shown.replace("\r", ""))
print("unasked:", len(answers))
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
"#;

fn asked(folder: &Path, answers: &[&str]) -> (Option<i32>, String) {
    let mut python = outside_pipeline("python3");
    python.args(["-c", TERMINAL, KEYWRIGHT]).args(answers).current_dir(folder);
    let done = python.env("HOME", folder).output().unwrap();
    let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
    assert!(said.contains("unasked: 0"), "{answers:?}: {said}");
    (done.status.code(), said)
}

const AREA: &str = "00000000-0000-0000-0000-000000000000\\n";

#[test]
fn a_wrong_answer_is_explained_and_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, said) = asked(folder.path(), &["x\\n", "2)\\n", "\\n", "\\n", "12\\n", AREA]);
    assert_eq!(exit, Some(0), "{said}");
    for expected in
        ["`x` is not one of them: type 1, 2 or 3", "the area is empty", "the area `12` is not a UUID", "like 00000000-"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(
        fs::read_to_string(folder.path().join("shop/keywright.yaml")).unwrap().contains(AREA.trim_end_matches("\\n"))
    );

    let folder = tempfile::tempdir().unwrap();
    let site = ["3\\n", "my files\\n", "files\\n", "http://files.example.com\\n", "https://files.example.com\\n"];
    let (exit, said) = asked(folder.path(), &site);
    assert_eq!((exit, said.matches("this address is not allowed for a store").count()), (Some(0), 2), "{said}");
    let settings = fs::read_to_string(folder.path().join("shop/keywright.yaml")).unwrap();
    assert!(settings.contains("\"my files\"") && settings.contains("url: https://files.example.com\n"), "{settings}");
}

#[test]
fn without_an_answer_nothing_is_written() {
    for (answers, exit) in [
        (&["\\x04"][..], 1),
        (&["1\\n", "\\x04"], 1),
        (&["2\\n", "\\n", "\\x04"], 1),
        (&["\\x03"], 130),
        (&["2\\n", "\\n", "\\x03"], 130),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (ended, said) = asked(folder.path(), answers);
        assert_eq!(ended, Some(exit), "{answers:?}: {said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{answers:?}: {said}");
        assert_eq!(said.contains("nothing was written"), exit == 1, "{answers:?}: {said}");
    }
}
