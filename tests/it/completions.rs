//! Completions in real shells: they offer what the manifests declare, offline, and evaluate no name of a manifest.

use std::path::Path;
use std::process::Stdio;

use crate::console::Console;
use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;

/// Calls what the script registered, as bash does when Tab is pressed, and prints what it offers.
const BASH: &str = r#"source <(keywright completions bash)
read -r -a registered <<< "$(complete -p keywright)"
for at in "${!registered[@]}"; do
    [[ ${registered[at]} == -F ]] && complete_keywright=${registered[at + 1]}
done
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$complete_keywright" keywright "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[[ ${#COMPREPLY[@]} == 0 ]] || printf '%s\n' "${COMPREPLY[@]}""#;

/// Each line of what fish offers has a description after a tab.
const FISH: &str = "keywright completions fish | source; complete -C \"$argv\" | string split -f1 \\t";

/// Presses Tab in a second zsh on a terminal of its own, whose `compadd` prints what it would offer.
const ZSH: &str = r#"zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'PS1= PS2= RPS1=; autoload -Uz compinit; compinit -u -D; source <(keywright completions zsh); compdef _keywright keywright
compadd() {
    local -a offered; local kind
    for kind in "$@"; do [[ $kind == -[OAD]* ]] && { builtin compadd "$@"; return; }; done
    builtin compadd -O offered "$@"; print -rl -- "OFFERED "${^offered}
}
press() { zle complete-word; print -r -- "PRESSED"; exit }
zle -N press; bindkey "^I" press; print -r -- REA""DY'
zpty -r inner line '*READY*'
zpty -w -n inner "${(j: :)${(@q)@[1,-2]}} ${@[-1]}"$'\t'
while zpty -r inner line; do
    line=${line//[$'\r\n']/}
    [[ $line == *PRESSED* ]] && break
    [[ $line == *"OFFERED "* ]] && print -r -- "${line##*OFFERED }"
done
zpty -d inner"#;

fn offered_by(shell: &str, script: &str, folder: &Path, words: &[&str]) -> Vec<String> {
    let mut program = outside_pipeline(shell);
    match shell {
        "fish" => program.args(["--no-config", "-c", script, "keywright"]).args(words),
        "zsh" => program.args(["-f", "-c", script, "zsh", "keywright"]).args(words),
        _ => program.args(["-c", script, shell, "keywright"]).args(words),
    };
    program.current_dir(folder).stdin(Stdio::null()).env("HOME", folder);
    let programs = Path::new(KEYWRIGHT).parent().unwrap().display();
    program.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    let output = program.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell} {words:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What bash offers for the last word, which may be empty.
fn offered(folder: &Path, words: &[&str]) -> Vec<String> {
    offered_by("bash", BASH, folder, words)
}

/// The shells with completions of addresses; `tests/run` installs them.
fn shells() -> Vec<(&'static str, &'static str)> {
    let all = [("bash", BASH), ("fish", FISH), ("zsh", ZSH)];
    let is_there = |(shell, _): &(&str, &str)| {
        let has =
            outside_pipeline(shell).arg("--version").stdout(Stdio::null()).status().is_ok_and(|done| done.success());
        assert!(has || std::env::var_os("KEYWRIGHT_REAL_PARTS").is_none(), "{shell} is missing");
        has
    };
    all.into_iter().filter(is_there).collect()
}

fn workspace() -> (tempfile::TempDir, Console) {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    assert_eq!(console.run("init").exit, 0);
    (folder, console)
}

const KEY: &str = "key/checkout-production";

#[test]
fn declared_addresses_are_offered_where_an_address_belongs() {
    let (folder, _) = workspace();
    let all = ["application/alice/checkout", KEY, "package/payments", "plan/payments/gold", "user/alice"];
    for words in [["plan", "--allow", ""], ["apply", "--allow", ""], ["export", "--only", ""]] {
        let mut found = offered(folder.path(), &words);
        found.sort();
        assert_eq!(found, all, "{words:?}");
    }
    for words in [
        &["rotate", ""][..],
        &["rotate", "key/ch"],
        &["rotate", "--auto-approve", ""],
        &["plan", "--deliver", ""],
        &["plan", "--allow", "=", "key/"],
        &["keys", "reveal", ""],
        &["keys", "revoke", ""],
    ] {
        assert_eq!(offered(folder.path(), words), [KEY], "{words:?}");
    }
    let options = offered(folder.path(), &["plan", "--pr"]);
    assert_eq!(options, ["--prune"]);
    let commands = offered(folder.path(), &["ro"]);
    assert_eq!(commands, ["rotate"]);
}

#[test]
fn every_shell_offers_the_addresses_of_the_workspace_that_the_line_names() {
    let (folder, console) = workspace();
    let other = folder.path().join("my other");
    assert_eq!(console.run("init 'my other'").exit, 0);
    let first = std::fs::read_to_string(other.join("first.yaml")).unwrap();
    std::fs::write(other.join("first.yaml"), first.replace("checkout-production", "of-another")).unwrap();
    let file = first.replace("checkout-production", "of-a-file");
    std::fs::create_dir(folder.path().join("more")).unwrap();
    std::fs::write(folder.path().join("more/more.yaml"), file).unwrap();
    let (another, of_file) = ("key/of-another", "key/of-a-file");
    for (shell, script) in shells() {
        let offered = |words: &[&str]| {
            let mut found = offered_by(shell, script, folder.path(), words);
            found.sort();
            found
        };
        assert_eq!(offered(&["plan", "-f", "first.yaml", "--allow", "user/"]), ["user/alice"], "{shell}");
        for words in [&["rotate", "-f", "first.yaml", "key/"][..], &["plan", "first.yaml", "--deliver", "key/"]] {
            assert_eq!(offered(words), [KEY], "{shell} {words:?}");
        }
        let named = "--workspace=my other";
        let elsewhere: &[&[&str]] = match shell {
            "bash" => &[
                &["plan", "--workspace", "my\\ other", "--allow", "key/"],
                &["--workspace", "=", "'my other'", "rotate", "key/"],
            ],
            "fish" => &[
                &["plan", "--workspace", "'my other'", "--allow", "key/"],
                &["--workspace", "'my other'", "rotate", "key/"],
            ],
            _ => &[&["plan", "--workspace", "my other", "--allow", "key/"], &[named, "rotate", "key/"]],
        };
        for words in elsewhere {
            assert_eq!(offered(words), [another], "{shell} {words:?}");
        }
        assert_eq!(offered(&["plan", "--filename", "more", "--allow", "key/"]), [of_file], "{shell}");
    }
}

#[test]
fn only_keys_with_a_rotation_are_offered_to_rotate() {
    let (folder, _) = workspace();
    let first = folder.path().join("first.yaml");
    let text = std::fs::read_to_string(&first).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("rotation:")).collect();
    std::fs::write(first, lines.join("\n") + "\n").unwrap();
    assert!(!offered(folder.path(), &["rotate", "key/"]).contains(&KEY.to_owned()));
    assert_eq!(offered(folder.path(), &["keys", "revoke", "key/"]), [KEY]);
}

/// Bash evaluates the words of `compgen -W`.
#[test]
fn a_name_is_quoted_and_never_run() {
    let (folder, _) = workspace();
    let first = folder.path().join("first.yaml");
    let text = std::fs::read_to_string(&first).unwrap();
    std::fs::write(&first, text.replace("{name: gold}", "{name: '$(touch ran) `touch ran` ; touch ran'}")).unwrap();
    let found = offered(folder.path(), &["plan", "--allow", "plan/"]);
    assert_eq!(found, [r"plan/payments/\$\(touch\ ran\)\ \`touch\ ran\`\ \;\ touch\ ran"]);
    assert!(!folder.path().join("ran").exists(), "a name was run");
}

#[test]
fn invalid_manifests_offer_no_address_and_say_nothing() {
    let (folder, console) = workspace();
    std::fs::write(folder.path().join("first.yaml"), "kind: [").unwrap();
    assert_eq!(offered(folder.path(), &["plan", "--allow", ""]), [""; 0]);
    let ran = console.run("completions --addresses all");
    assert_eq!((ran.exit, ran.out.as_str(), ran.err.as_str()), (3, "", ""));
    std::fs::write(folder.path().join("keywright.yaml"), "kind: [").unwrap();
    assert_eq!(offered(folder.path(), &["plan", "--allow", ""]), [""; 0]);
}

/// The store of this workspace does not answer, and the program of its secret would leave a file.
#[test]
fn completion_reads_no_store_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::new(folder.path().to_path_buf());
    let area = "00000000-0000-0000-0000-000000000000";
    assert_eq!(console.run(&format!("init --store cam --area {area} --url http://127.0.0.1:1")).exit, 0);
    let key = "apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: a}\nspec: {user: u, application: b, \
               package: c, plan: d, key: {custom: {value: example-value-1234}}}\n";
    std::fs::write(folder.path().join("key.yaml"), key).unwrap();
    let found = offered(folder.path(), &["plan", "--allow", "key/"]);
    assert_eq!(found, ["key/a"]);
    let all = console.run("completions --addresses all");
    assert!(!all.out.contains("example-value-1234"), "{}", all.out);
    assert!(!folder.path().join(".keywright").exists(), "the database was made");
}

#[test]
fn every_shell_has_a_script() {
    let console = Console::new(std::env::temp_dir());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = console.run(&format!("completions {shell}"));
        assert_eq!(ran.exit, 0, "{}", ran.err);
        let asks = ran.out.contains("completions --addresses");
        assert_eq!(asks, ["bash", "zsh", "fish"].contains(&shell), "{shell}");
    }
    let zsh = console.run("completions zsh").out;
    for which in ["all", "keys", "package-keys", "rotated"] {
        assert!(zsh.contains(&format!(":_keywright_addresses {which}'")), "{which}");
    }
}
