//! Programs that manifests and settings name: what runs, when, where, with which arguments and variables, and for how
//! long. Each attack was seen to succeed without its guard.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::cloud::area::Said;
use crate::cloud::area::said;
use crate::program::keywright;

/// A repository with a workspace that declares one custom key, next to a folder of the runner's owner.
struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    /// `environment` is part of the settings, and `source` the source of the key's value.
    fn new(environment: &str, source: &str) -> Self {
        let runner = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(runner.workspace().join(".git")).unwrap();
        std::fs::create_dir(runner.owners()).unwrap();
        runner.settings(&format!("  environment: {environment}\n"));
        let manifests = format!(
            "apiVersion: keywright.dev/v1
kind: User
metadata: {{name: alice}}
spec: {{email: alice@example.com, displayName: Alice, status: active}}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {{name: checkout}}
spec: {{user: alice, description: Web checkout}}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {{name: payments}}
spec: {{description: Card payments}}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {{name: gold}}
spec: {{package: payments, description: For partners}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {{name: key}}
spec: {{user: alice, application: checkout, package: payments, plan: gold, key: {{custom: {source}}}}}
"
        );
        std::fs::write(runner.workspace().join("all.yaml"), manifests.replace("{owners}", &runner.owners_text()))
            .unwrap();
        runner
    }

    fn settings(&self, spec: &str) {
        let text = format!("apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: test}}\nspec:\n{spec}");
        std::fs::write(self.workspace().join("keywright.yaml"), text.replace("{owners}", &self.owners_text())).unwrap();
    }

    fn workspace(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn owners(&self) -> PathBuf {
        self.folder.path().join("owner")
    }

    fn owners_text(&self) -> String {
        self.owners().to_str().unwrap().to_owned()
    }

    /// A program of the owner, outside the repository.
    fn program(&self, name: &str, script: &str) {
        executable(&self.owners().join(name), script);
    }

    /// The file that an attack creates if it succeeds.
    fn canary(&self) -> PathBuf {
        self.owners().join("canary")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = keywright();
        command.args(arguments).current_dir(self.workspace()).stdin(Stdio::null());
        command.env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z").env("KEYWRIGHT_CAM_PASSWORD", "fake-canary-password");
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments))
    }
}

fn executable(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn says(said: &Said, exit: i32, texts: &[&str]) {
    assert_eq!(said.exit, exit, "{}", said.text);
    for text in texts {
        assert!(said.text.contains(text), "{text:?} is missing:\n{}", said.text);
    }
}

#[test]
fn a_shell_that_the_settings_list_runs_without_arguments_only() {
    let attack = "{command: [sh, -c, 'echo stolen > {owners}/canary; echo fake-key-value-1']}";
    for environment in ["{commands: [sh]}", "{commands: [[sh]]}", "{commands: [[sh, -c, 'echo hello']]}", "{}"] {
        let runner = Runner::new(environment, attack);
        for command in [&["validate"][..], &["plan"], &["apply", "--auto-approve"]] {
            let said = runner.run(command);
            says(&said, 3, &["KW-012", "manifests are not allowed to run `sh`", "environment.commands"]);
            assert!(!runner.canary().exists(), "{environment} {command:?}");
        }
    }
}

#[test]
fn a_star_takes_no_option_and_one_argument() {
    for attack in ["--write={owners}/canary", "", "-w", "a, b"] {
        let quoted = if attack.is_empty() { "''" } else { attack };
        let runner = Runner::new(
            "{commands: [['{owners}/get', read, \"*\"]]}",
            &format!("{{command: ['{{owners}}/get', read, {quoted}]}}"),
        );
        runner.program("get", "touch \"${2#--write=}\"; echo fake-key-value-1");
        let said = runner.run(&["plan"]);
        says(&said, 3, &["KW-012", "with these arguments"]);
        assert!(!runner.canary().exists());
    }
}

#[test]
fn a_program_of_a_manifest_runs_only_in_apply() {
    let runner = Runner::new(
        "{commands: [['{owners}/get', read, \"*\"]]}",
        "{command: ['{owners}/get', read, 'pay ments; id']}",
    );
    runner.program("get", "echo \"$#:$1:$2\" >> \"$(dirname \"$0\")/ran\"; echo fake-key-value-1");
    let ran = || std::fs::read_to_string(runner.owners().join("ran")).unwrap_or_default();
    says(&runner.run(&["validate"]), 0, &[]);
    let said = runner.run(&["plan", "--out", "plan.json"]);
    says(
        &said,
        0,
        &["custom, read from the program", "when the plan is applied", "KW-033", "does not know the value of key/key"],
    );
    says(&runner.run(&["show", "plan.json"]), 0, &[]);
    assert_eq!(ran(), "", "only apply runs programs");
    says(&runner.run(&["apply", "plan.json"]), 0, &["done"]);
    // No shell splits the argument.
    assert_eq!(ran(), "2:read:pay ments; id\n");
    let said = runner.run(&["plan", "--detailed-exitcode"]);
    says(&said, 0, &["Nothing to do", "KW-033"]);
    assert_eq!(ran().lines().count(), 1);
    let said = runner.run(&["apply", "--auto-approve"]);
    says(&said, 0, &["Nothing to do"]);
    assert!(!said.text.contains("KW-033") && !said.text.contains("fake-key-value-1"), "{}", said.text);
    // Apply compares the value itself.
    runner.program("get", "echo fake-key-value-2");
    says(&runner.run(&["plan"]), 0, &["Nothing to do"]);
    says(&runner.run(&["apply", "--auto-approve"]), 4, &["KW-129", "with another value"]);
    says(&runner.run(&["apply", "--auto-approve", "--allow", "key/key"]), 0, &["+ key/key", "done"]);
}

/// The plan does not know that the key moves: it would create one with the same value and delete the declared one.
#[test]
fn a_saved_plan_never_deletes_a_key_that_turns_out_to_be_declared() {
    let runner = Runner::new("{commands: ['{owners}/get']}", "{command: ['{owners}/get']}");
    runner.program("get", "echo fake-key-value-1");
    says(&runner.run(&["apply", "--auto-approve"]), 0, &["+ key/key"]);
    let path = runner.workspace().join("all.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let moved = text.replace("package: payments, plan: gold, key", "package: refunds, plan: gold, key");
    let package = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: refunds}\nspec: {description: Refunds}\n---\n\
                   apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {name: gold}\nspec: {package: refunds, description: All}\n";
    std::fs::write(&path, moved + package).unwrap();
    runner
        .settings("  environment: {commands: ['{owners}/get']}\n  ownership: {packageKeys: ofDeclaredApplications}\n");
    let allow = ["--allow", "application/alice/checkout", "--allow", "key/key"];
    let said = runner.run(&[&["plan", "--prune", "--out", "plan.json"], &allow[..]].concat());
    says(&said, 0, &["+ key/key", "1 to delete", "KW-033"]);
    says(&runner.run(&["apply", "plan.json"]), 5, &["already exists in the store", "is declared by the manifests"]);
    says(&runner.run(&["apply", "--auto-approve", "--allow", "key/key"]), 0, &["1 to replace"]);
}

#[test]
fn a_program_receives_an_empty_folder_and_what_is_listed() {
    let runner = Runner::new(
        "{commands: ['{owners}/get'], commandVariables: [VAULT_ADDR, NOT_SET]}",
        "{command: ['{owners}/get']}",
    );
    runner.program(
        "get",
        "o=$(dirname \"$0\"); env > \"$o/env\"; { pwd; ls -A | wc -l; stat -c %a .; } > \"$o/folder\"; touch left; \
         cat > /dev/null; echo fake-key-value-1",
    );
    std::fs::write(runner.workspace().join("bait"), "").unwrap();
    let output = runner
        .command(&["apply", "--auto-approve"])
        .env("VAULT_ADDR", "https://vault.example")
        .env("AWS_SECRET_ACCESS_KEY", "fake-canary")
        .env("LD_PRELOAD_OF_NOBODY", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let environment = std::fs::read_to_string(runner.owners().join("env")).unwrap();
    let mut names: Vec<&str> = environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.sort_unstable();
    // The shell adds PWD, SHLVL and _ itself.
    names.retain(|name| !matches!(*name, "PWD" | "SHLVL" | "_" | "OLDPWD"));
    assert_eq!(names, ["HOME", "LANG", "PATH", "VAULT_ADDR"], "{environment}");
    assert!(environment.contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"));
    let folder = std::fs::read_to_string(runner.owners().join("folder")).unwrap();
    let lines: Vec<&str> = folder.lines().map(str::trim).collect();
    assert_eq!(lines[1..], ["0", "700"], "{folder}");
    assert!(!Path::new(lines[0]).exists(), "the folder is removed");
    assert!(environment.contains(&format!("HOME={}\n", lines[0])));
}

#[test]
fn a_program_of_the_callers_path_or_of_the_workspace_is_not_found() {
    let runner = Runner::new("{commands: [get-key]}", "{command: [get-key]}");
    executable(&runner.workspace().join("get-key"), &format!("touch {}; echo x", runner.canary().display()));
    let path = format!("{}:.:/usr/bin:/bin", runner.workspace().display());
    let output = runner.command(&["apply", "--auto-approve"]).env("PATH", path).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("KW-013") && text.contains("it is not in /usr/local/sbin"), "{text}");
    assert!(!runner.canary().exists());
    for program in ["./get-key", "bin/get-key", "../get-key", "'*'"] {
        let runner = Runner::new(&format!("{{commands: [[{program}]]}}"), &format!("{{command: [{program}]}}"));
        says(&runner.run(&["validate"]), 3, &["KW-030"]);
    }
    let runner = Runner::new("{commands: [[vault, 'secret/*']]}", "{command: [vault, secret/a]}");
    says(&runner.run(&["validate"]), 3, &["KW-030", "whole argument", "KW-012"]);
}

/// How long a test waits on a busy machine. The limit is one second; without it, the program takes an hour.
const SOON: Duration = Duration::from_mins(5);

#[test]
fn a_program_that_does_not_end_is_stopped_with_all_that_it_started() {
    for script in [
        "sleep 3600",
        "sleep 3600 & sleep 3600 & wait",
        "trap '' TERM INT; while :; do sleep 1; done",
        "exec 1>&-; sleep 3600",
        "sleep 3600 & echo fake-key-value-1",
    ] {
        let runner = Runner::new("{commands: ['{owners}/get'], commandTimeout: 1s}", "{command: ['{owners}/get']}");
        runner.program("get", &format!("echo $$ > \"$(dirname \"$0\")/pid\"; {script}"));
        let began = Instant::now();
        let said = runner.run(&["apply", "--auto-approve"]);
        assert!(began.elapsed() < SOON, "{script}");
        says(&said, 3, &["KW-013", "it did not end within 1 s and was stopped", "commandTimeout"]);
        let group = std::fs::read_to_string(runner.owners().join("pid")).unwrap();
        // Killed processes disappear a moment later.
        while !alive(group.trim()).is_empty() && began.elapsed() < SOON {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(alive(group.trim()), Vec::<String>::new(), "{script}");
    }
}

#[test]
fn an_interrupted_run_stops_the_program_and_removes_its_folder() {
    use nix::sys::signal::Signal;
    use std::os::unix::process::ExitStatusExt;
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let runner = Runner::new("{commands: ['{owners}/get']}", "{command: ['{owners}/get']}");
        runner
            .program("get", "o=$(dirname \"$0\"); pwd > \"$o/folder\"; echo $$ > \"$o/pid\"; sleep 3600 & sleep 3600");
        let read = |name: &str| std::fs::read_to_string(runner.owners().join(name)).unwrap_or_default();
        let mut command = runner.command(&["apply", "--auto-approve"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        let wait = || {
            assert!(began.elapsed() < SOON);
            std::thread::sleep(Duration::from_millis(10));
        };
        while !read("pid").ends_with('\n') {
            wait();
        }
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
        while !alive(read("pid").trim()).is_empty() {
            wait();
        }
        assert!(!Path::new(read("folder").trim()).exists());
    }
}

/// The running processes of a group.
fn alive(group: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // After the name in brackets: state, parent, group.
        let fields: Vec<&str> = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ').collect();
        if fields.get(2) == Some(&group) && fields[0] != "Z" {
            found.push(stat);
        }
    }
    found
}

#[test]
fn an_endless_output_is_cut_and_a_complaint_is_one_line() {
    let runner = Runner::new("{commands: [['yes', fake]]}", "{command: ['yes', fake]}");
    says(&runner.run(&["apply", "--auto-approve"]), 3, &["KW-013", "longer than 64 KiB"]);
    let runner = Runner::new("{commands: ['{owners}/get']}", "{command: ['{owners}/get']}");
    runner.program("get", "echo '##vso[task.complete]' >&2; echo '::error::no such secret' >&2; exit 3");
    let said = runner.run(&["apply", "--auto-approve"]);
    says(&said, 3, &["exit status: 3: ::error::no such secret"]);
    assert!(!said.text.lines().any(|line| line.starts_with("##") || line.starts_with("::")), "{}", said.text);
    runner.program("get", "printf '\\377\\376'");
    says(&runner.run(&["apply", "--auto-approve"]), 3, &["its output is not text in UTF-8"]);
    runner.program("get", "yes complaint | head -c 1000000 >&2; echo fake-key-value-1");
    says(&runner.run(&["apply", "--auto-approve"]), 0, &[]);
}

/// Settings with a store whose password comes from `source`. Nothing listens at its address.
fn store(source: &str, more: &str) -> String {
    let fake = "{env: KEYWRIGHT_CAM_PASSWORD}";
    format!(
        "  stores:\n    cloudApiManagement:\n      url: http://127.0.0.1:9\n      area: an-area\n      credentials: \
         {{apiKey: {fake}, apiSecret: {fake}, username: {fake}, password: {source}}}\n{more}"
    )
}

#[test]
fn programs_of_credentials_obey_the_same_rules() {
    let runner = Runner::new("{}", "{file: key}");
    std::fs::write(runner.workspace().join("key"), "fake-key-value-1\n").unwrap();
    executable(&runner.workspace().join("get"), &format!("touch {}; echo fake", runner.canary().display()));
    for program in ["./get", "bin/get"] {
        runner.settings(&store(&format!("{{command: [{program}]}}"), ""));
        says(&runner.run(&["plan"]), 3, &["KW-030"]);
    }
    runner.settings("  database: postgres://u@127.0.0.1:9/d\n  databasePassword: {command: [./get]}\n");
    says(&runner.run(&["plan"]), 3, &["KW-030"]);
    assert!(!runner.canary().exists());
    let settings = store("{command: ['{owners}/get']}", "  environment: {commandTimeout: 1s}\n");
    runner.settings(&settings);
    runner.program("get", "env > \"$(dirname \"$0\")/env\"; pwd >> \"$(dirname \"$0\")/env\"; sleep 3600");
    let began = Instant::now();
    says(&runner.run(&["plan"]), 1, &["could not sign in to Cloud API Management", "did not end within 1 s"]);
    assert!(began.elapsed() < SOON);
    let seen = std::fs::read_to_string(runner.owners().join("env")).unwrap();
    assert!(!seen.contains("KEYWRIGHT") && !seen.contains(runner.workspace().to_str().unwrap()), "{seen}");
    let database = "  database: postgres://u@127.0.0.1:9/d\n  databasePassword: {command: ['{owners}/get']}\n";
    runner.settings(&format!("{database}  environment: {{commandTimeout: 1s}}\n"));
    says(&runner.run(&["plan"]), 1, &["could not sign in to the database", "did not end within 1 s"]);
}

#[test]
fn a_credential_comes_from_a_variable_of_keywright_or_one_that_is_listed() {
    let runner = Runner::new("{}", "{file: key}");
    std::fs::write(runner.workspace().join("key"), "fake-key-value-1\n").unwrap();
    for (settings, may) in [
        (store("{env: AWS_SECRET_ACCESS_KEY}", ""), false),
        (store("{env: AWS_SECRET_ACCESS_KEY}", "  environment: {allow: [AWS_]}\n"), false),
        (store("{env: PGPASSWORD}", ""), false),
        (store("{env: AWS_SECRET_ACCESS_KEY}", "  environment: {credentials: [AWS_SECRET_ACCESS_KEY]}\n"), true),
        ("  database: postgres://u@h/d\n  databasePassword: {env: TOKEN}\n".to_owned(), false),
        ("  database: postgres://u@h/d\n  databasePassword: {env: PGPASSWORD}\n".to_owned(), true),
    ] {
        runner.settings(&settings);
        let said = runner.run(&["validate"]);
        assert_eq!(said.exit == 0, may, "{settings}{}", said.text);
        assert_eq!(said.text.contains("KW-031"), !may, "{settings}{}", said.text);
    }
}

#[test]
fn manifests_never_read_what_a_credential_uses() {
    let listed = "  environment: {allow: [APP_, P, KEY], credentials: [APP_TOKEN, PORTAL]}\n";
    for variable in ["KEYWRIGHT_CAM_PASSWORD", "KEYWRIGHT_OTHER", "PGPASSWORD", "APP_TOKEN", "PORTAL"] {
        let runner = Runner::new("{}", &format!("{{env: {variable}}}"));
        runner.settings(&store("{env: APP_TOKEN}", listed));
        says(&runner.run(&["validate"]), 3, &["KW-012", &format!("cannot read the credential `{variable}`")]);
    }
    let runner = Runner::new("{allow: [KEYWRIGHT_CAM_]}", "{env: KEYWRIGHT_CAM_PASSWORD}");
    says(&runner.run(&["validate"]), 3, &["KW-012", "manifests cannot read KEYWRIGHT_ variables"]);
    // Nor through a program.
    for variable in ["KEYWRIGHT_CAM_PASSWORD", "PGPASSWORD", "TOKEN"] {
        let environment =
            format!("{{commands: [[printenv, '*']], commandVariables: [{variable}], credentials: [TOKEN]}}");
        let runner = Runner::new(&environment, &format!("{{command: [printenv, {variable}]}}"));
        says(&runner.run(&["plan"]), 3, &["KW-030", "programs cannot receive the credential"]);
    }
}

#[test]
fn an_unusable_credential_is_named() {
    let runner = Runner::new("{}", "{file: key}");
    std::fs::write(runner.workspace().join("key"), "fake-key-value-1\n").unwrap();
    for (source, text) in [
        ("{env: KEYWRIGHT_EMPTY}", "the variable KEYWRIGHT_EMPTY is empty"),
        ("{env: KEYWRIGHT_NONE}", "the variable KEYWRIGHT_NONE is not set"),
        ("{env: KEYWRIGHT_ODD}", "the variable KEYWRIGHT_ODD contains invisible characters"),
        ("{file: empty.txt}", "the file empty.txt is empty"),
        ("{file: two.txt}", "the file two.txt has more than one line"),
        ("{command: ['true']}", "the output of true is empty"),
    ] {
        runner.settings(&store(source, ""));
        std::fs::write(runner.workspace().join("empty.txt"), "\u{feff}\r\n").unwrap();
        std::fs::write(runner.workspace().join("two.txt"), "a\nb\n").unwrap();
        let mut command = runner.command(&["plan"]);
        command.env("KEYWRIGHT_EMPTY", "").env("KEYWRIGHT_ODD", "a\u{200b}b");
        says(&said(&mut command), 1, &[text]);
    }
}
