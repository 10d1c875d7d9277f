//! Completions in a real bash: they offer what the manifests declare, offline, and evaluate no name of a manifest.

use std::path::Path;
use std::process::Stdio;

use crate::console::Console;
use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;

/// Calls what the script registered, as bash does when Tab is pressed, and prints what it offers.
const TAB: &str = r#"source <(keywright completions bash)
read -r -a registered <<< "$(complete -p keywright)"
for at in "${!registered[@]}"; do
    [[ ${registered[at]} == -F ]] && complete_keywright=${registered[at + 1]}
done
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$complete_keywright" keywright "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[[ ${#COMPREPLY[@]} == 0 ]] || printf '%s\n' "${COMPREPLY[@]}""#;

/// What is offered for the last word, which may be empty.
fn offered(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut bash = outside_pipeline("bash");
    bash.args(["-c", TAB, "bash", "keywright"]).args(words).current_dir(folder).stdin(Stdio::null());
    let programs = Path::new(KEYWRIGHT).parent().unwrap().display();
    bash.env("HOME", folder).env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    let output = bash.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
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
