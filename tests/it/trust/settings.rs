//! With `--trust` the settings are those of a commit, and what the checkout changes of them is said.

use super::repository::PACKAGE;
use super::repository::Repository;
use super::repository::SETTINGS;
use super::repository::git;

/// What an author of a pull request would like: other credentials, programs, and no guard.
fn evil() -> String {
    SETTINGS.replace("count: 5", "count: 500").replace("packages: declared", "packages: all")
        + "  environment: {commands: [[sh, -c, '*']]}\n  manifests: [.]\n"
}

#[test]
fn without_trust_a_weakened_setting_is_reported_with_its_place() {
    let team = Repository::new();
    let before = team.run("plan");
    team.write("keywright.yaml", &evil());
    for is_committed in [false, true] {
        if is_committed {
            team.commit();
        }
        let plan = team.run("plan");
        assert_ne!(plan.err, before.err);
        let weaker = ["spec.environment.commands", "spec.guards.deletes.count", "spec.ownership.packages"];
        for field in weaker {
            assert!(plan.err.contains(&format!("`{field}`: ")), "{field}: {}", plan.err);
        }
        assert!(plan.err.contains("`spec.guards.deletes.count`: 5 → 500 is weaker"), "{}", plan.err);
        assert!(plan.err.contains("keywright.yaml:5:41"), "{}", plan.err);
        let with = if is_committed { "compared with origin/main (" } else { "compared with HEAD (" };
        assert!(plan.err.contains(with), "{}", plan.err);
    }
    let json = team.run("plan --format json");
    assert!(json.out.contains("\"KW-060\""), "{}", json.out);
    assert_eq!(team.run("plan --out p.json").exit, 0);
    let shown = team.run("show p.json --format markdown");
    assert!(shown.out.contains("KW-060") && shown.out.contains("spec.ownership.packages"), "{}", shown.out);
}

#[test]
fn with_trust_the_settings_of_the_checkout_are_never_used() {
    let team = Repository::new();
    team.write("keywright.yaml", &evil());
    team.commit();
    team.write("key.yaml", "apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: k}\nspec: {user: a, application: a, package: payments, plan: p, key: {custom: {command: [sh, -c, 'touch ran']}}}\n");
    let run = team.run("validate --trust origin/main");
    assert!(run.out.contains("KW-012"), "the program is not allowed by main: {}", run.out);
    assert!(run.out.contains("`spec.guards.deletes.count`: 5 → 500 takes effect after the merge"), "{}", run.out);
    assert!(!team.root().join("ran").exists());
    let free = team.run("validate");
    assert!(!free.out.contains("KW-012"), "without the trust it would be allowed: {}", free.out);
}

#[test]
fn what_the_branch_got_since_is_no_change_of_the_checkout() {
    let team = Repository::new();
    team.git("checkout -q main");
    team.write("keywright.yaml", &SETTINGS.replace("count: 5", "count: 2"));
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.git("checkout -q change");
    let plan = team.run("plan --trust origin/main");
    assert!(!plan.err.contains("KW-060"), "{}", plan.err);
    assert!(!team.run("plan").err.contains("KW-060"));
}

#[test]
fn no_settings_in_the_commit_are_the_defaults() {
    let team = Repository::new();
    team.git("rm -q --cached keywright.yaml");
    team.git("commit -q -m x");
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.write("keywright.yaml", &evil());
    let plan = team.run("plan --trust origin/main");
    assert_eq!(plan.exit, 0, "{}", plan.err);
    assert!(
        plan.err.contains("`spec.ownership.packages`: declared → all takes effect after the merge"),
        "{}",
        plan.err
    );
    assert!(plan.out.contains("clone"), "the name of the folder, not of the file: {}", plan.out);
}

#[test]
fn a_revision_that_is_not_plain_stops_every_command() {
    let team = Repository::new();
    team.git("tag origin/main HEAD");
    for command in ["validate", "plan", "apply --auto-approve", "export", "runs"] {
        let run = team.run(&format!("{command} --trust origin/main"));
        assert_eq!(run.exit, 1, "{command}: {}", run.err);
        assert!(run.err.contains("refs/remotes/origin/main and refs/tags/origin/main"), "{command}: {}", run.err);
        assert_eq!(team.run(&format!("{command} --trust refs/remotes/origin/main")).exit, 0, "{command}");
        assert!(team.run(&format!("{command} --trust HEAD")).err.contains("is checked out"), "{command}");
        let missing = team.run(&format!("{command} --trust origin/gone"));
        assert!(missing.err.contains("git fetch origin +refs/heads/gone:refs/remotes/origin/gone"), "{}", missing.err);
    }
    let mut team = team;
    team.console.environment.insert("KEYWRIGHT_TRUST".to_owned(), String::new());
    assert_eq!(team.run("plan").exit, 1, "a variable that was not filled does not switch the trust off");
}

#[test]
fn a_repository_like_folder_a_submodule_and_a_link_take_nothing_over() {
    let team = Repository::new();
    // A folder that git itself would take for the repository.
    team.write("pay/payments.yaml", PACKAGE);
    git(&team.root(), "init -q --bare -b main pay");
    git(&team.root(), "--git-dir=pay -c core.bare=false --work-tree=. commit -q --allow-empty -m x");
    git(&team.root(), "--git-dir=pay update-ref refs/remotes/origin/main HEAD");
    let id = team.git("rev-parse --short=12 refs/remotes/origin/main");
    team.write("keywright.yaml", &evil());
    let plan = team.run("plan pay/payments.yaml --trust origin/main");
    assert!(plan.err.contains(&format!("origin/main ({id})")), "{}", plan.err);
    // A submodule is a repository of the pull request's choice.
    let other = Repository::new();
    git(&team.root(), &format!("submodule --quiet add {} module", other.root().display()));
    git(&team.root().join("module"), "update-ref refs/remotes/origin/main HEAD");
    let plan = team.run("plan module --trust origin/main");
    assert!(plan.exit == 1 && plan.err.contains("is a submodule"), "{}", plan.err);
    #[cfg(unix)]
    {
        team.write("real/payments.yaml", PACKAGE);
        std::os::unix::fs::symlink("real", team.root().join("lnk")).unwrap();
        let plan = team.run("plan --workspace lnk --trust origin/main");
        assert!(plan.exit == 1 && plan.err.contains("a link leads to it"), "{}", plan.err);
    }
}

#[test]
fn what_the_settings_name_is_read_from_the_commit() {
    let team = Repository::new();
    let settings = "apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: team}
spec:
  stores:
    managedFileTransfer:
      url: http://127.0.0.1:9
      credentials: {apiKey: {file: mft.key}}
      openapi: site.json
";
    team.write("keywright.yaml", settings);
    team.write("site.json", "trusted, and no OpenAPI");
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.git("rm -q site.json");
    let run = team.run("export --trust origin/main");
    assert!(run.exit == 1 && !run.err.contains("could not read the OpenAPI file"), "the commit has it: {}", run.err);
    assert!(team.run("export").err.contains("could not read the OpenAPI file"));
    let plan = team.run("validate --trust origin/main");
    assert!(plan.out.contains("the file as it was → no file takes effect after the merge"), "{}", plan.out);
    // Without the trust, the change is reported too.
    team.write("site.json", "of the pull request");
    let plan = team.run("validate");
    assert!(plan.out.contains("the file as it was → a changed file is weaker"), "{}", plan.out);
    // A credential that the pull request adds.
    team.write("mft.key", "theirs");
    assert!(!team.run("validate --trust origin/main").out.contains("KW-065"), "the pipeline may make it");
    team.git("add mft.key");
    let run = team.run("validate --trust origin/main");
    assert!(run.exit == 3 && run.out.contains("KW-065"), "{}", run.out);
    assert_eq!(team.run("export --trust origin/main").exit, 3);
}

#[test]
fn a_credential_in_a_submodule_is_not_used() {
    let team = Repository::new();
    let settings = "apiVersion: keywright.dev/v1
kind: Workspace
metadata: {name: team}
spec:
  stores:
    managedFileTransfer:
      url: http://127.0.0.1:9
      credentials: {apiKey: {file: runner/deep/mft.key}}
";
    team.write("keywright.yaml", settings);
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.write("runner/deep/mft.key", "of the pipeline");
    assert!(!team.run("validate --trust origin/main").out.contains("KW-065"), "the pipeline may make it");
    std::fs::remove_dir_all(team.root().join("runner")).unwrap();
    // Git tracks no file of a submodule here, but the pull request decides its commit.
    let other = Repository::new();
    other.git("rm -rq .");
    other.write("deep/mft.key", "theirs");
    other.commit();
    git(&team.root(), &format!("submodule --quiet add {} runner", other.root().display()));
    for command in ["validate", "plan"] {
        let run = team.run(&format!("{command} --trust origin/main"));
        let why = "the credential file runner/deep/mft.key is in the repository runner inside this one";
        let said = format!("{}{}", run.out, run.err);
        assert!(run.exit == 3 && said.contains("KW-065") && said.contains(why), "{command}: {said}");
    }
    #[cfg(unix)]
    {
        team.git("mv runner module");
        std::os::unix::fs::symlink("module", team.root().join("runner")).unwrap();
        let run = team.run("validate --trust origin/main");
        assert!(run.exit == 3 && run.out.contains("in the repository module inside this one"), "{}", run.out);
    }
}

#[test]
fn a_pipeline_without_trust_is_warned() {
    let mut team = Repository::new();
    assert!(!team.run("plan").err.contains("KW-063"));
    team.console.environment.insert("CI".to_owned(), "true".to_owned());
    for command in ["plan", "export", "runs"] {
        let run = team.run(command);
        assert_eq!((run.exit, run.err.matches("[KW-063]").count()), (0, 1), "{command}: {}", run.err);
        assert!(run.err.contains("--trust origin/main"));
    }
    assert!(!team.run("plan --trust origin/main").err.contains("KW-063"));
    // The branch that the pipeline names counts before the usual ones.
    team.git("update-ref refs/remotes/origin/release HEAD");
    team.write("keywright.yaml", &evil());
    team.commit();
    team.console.environment.insert("GITHUB_BASE_REF".to_owned(), "release".to_owned());
    assert!(team.run("plan").err.contains("compared with origin/release ("));
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let team = Repository::new();
    let from = format!("file://{}", team.root().display());
    git(&team.outside(), &format!("clone -q --depth=1 -b change {from} shallow"));
    let mut shallow = crate::console::Console::new(team.outside().join("shallow"));
    let run = shallow.run("plan --trust origin/main");
    let line = "git fetch --depth=1 origin +refs/heads/main:refs/remotes/origin/main";
    assert!(run.exit == 1 && run.err.contains(line), "{}", run.err);
    git(&shallow.folder, line.strip_prefix("git ").unwrap());
    let run = shallow.run("plan --trust origin/main");
    assert_eq!(run.exit, 0, "{}", run.err);
    shallow.environment.insert("KEYWRIGHT_TRUST".to_owned(), "origin/main".to_owned());
    assert_eq!(shallow.run("plan").exit, 0);
}

#[test]
fn a_pull_request_cannot_switch_off_the_report() {
    let team = Repository::new();
    for rule in ["KW-060: off", "KW-060: info", "KW-063: off"] {
        team.write("keywright.yaml", &format!("{}  rules: {{{rule}}}\n", evil()));
        let plan = team.run("plan");
        assert_eq!(plan.exit, 3, "{rule}: {}", plan.err);
        assert!(plan.err.contains("KW-019"), "{rule}: {}", plan.err);
    }
    team.write("keywright.yaml", &format!("{}  rules: {{KW-060: error, KW-061: off}}\n", evil()));
    let plan = team.run("plan");
    assert!(plan.exit == 3 && plan.err.contains("error[KW-060]: `spec.guards.deletes.count`"), "{}", plan.err);
    assert!(plan.err.contains("`spec.rules.KW-061`: info → off is weaker"), "{}", plan.err);
}

/// The end of a long list is not cut off: an entry at its end is what the author wants.
#[test]
fn an_entry_is_not_hidden_in_a_long_list() {
    let team = Repository::new();
    let harmless: Vec<String> = (0..100).map(|number| format!("/opt/tool-{number}")).collect();
    let settings = |more: &str| format!("{SETTINGS}  environment: {{commands: [{}{more}]}}\n", harmless.join(", "));
    team.write("keywright.yaml", &settings(""));
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.write("keywright.yaml", &settings(", sh"));
    let plan = team.run("plan");
    assert!(plan.err.contains("`spec.environment.commands`: […] → [sh, …] is weaker"), "{}", plan.err);
}

#[test]
fn settings_that_cannot_be_read_are_not_replaced_by_defaults() {
    let team = Repository::new();
    team.write("keywright.yaml", "kind: Workspace\nspec: {guards: 5}\n");
    for command in ["export", "runs"] {
        let run = team.run(command);
        assert!(run.exit == 3 && run.err.contains("keywright.yaml:2"), "{command}: {}", run.err);
        assert_eq!(run.out, "");
    }
    #[cfg(unix)]
    {
        std::fs::remove_file(team.root().join("keywright.yaml")).unwrap();
        std::os::unix::fs::symlink("gone.yaml", team.root().join("keywright.yaml")).unwrap();
        let run = team.run("plan");
        assert!(run.exit == 3 && run.err.contains("could not read keywright.yaml"), "{}", run.err);
    }
}

#[test]
#[cfg(unix)]
fn a_revision_that_is_not_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let team = Repository::new();
    let mut command = crate::program::keywright();
    command.arg("plan").current_dir(team.root()).env("KEYWRIGHT_TRUST", std::ffi::OsStr::from_bytes(b"\xff"));
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("could not find the revision"), "{said}");
}

/// The settings of main allow `cat` with any argument, and the pull request passes a file of its own.
#[test]
#[cfg(unix)]
fn with_trust_no_file_of_the_checkout_is_passed_to_a_program() {
    let team = Repository::new();
    team.write("keywright.yaml", &format!("{SETTINGS}  environment: {{commands: [[cat, '*']]}}\n"));
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.write("value.txt", "fake-value-of-the-pull-request\n");
    let command = format!("{{command: [cat, {}]}}", team.root().join("value.txt").display());
    team.write(
        "key.yaml",
        &format!(
            "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: a}}\nspec: {{email: a@example.com, displayName: A, status: active}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: app}}\nspec: {{user: a}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: p}}\nspec: {{package: payments}}\n---\n\
             apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: k}}\n\
             spec: {{user: a, application: app, package: payments, plan: p, key: {{custom: {command}}}}}\n"
        ),
    );
    let run = team.run("apply --auto-approve --trust origin/main");
    assert!(run.exit == 3 && run.err.contains("KW-032"), "{}{}", run.out, run.err);
    let run = team.run("apply --auto-approve");
    assert_eq!(run.exit, 0, "without the trust it is passed: {}{}", run.out, run.err);
}

#[test]
fn any_pipeline_is_one() {
    let mut team = Repository::new();
    for (name, value, is_pipeline) in [
        ("CI", "", false),
        ("CI", "0", false),
        ("CI", "false", false),
        ("CI", "True", true),
        ("CI", "yes", true),
        ("TF_BUILD", "True", true),
        ("GITHUB_ACTIONS", "true", true),
        ("GITLAB_CI", "true", true),
        ("JENKINS_URL", "https://ci.example.com/", true),
        ("TEAMCITY_VERSION", "2026.1", true),
        ("BUILDKITE", "true", true),
        ("CODEBUILD_BUILD_ID", "a:1", true),
    ] {
        team.console.environment = [(name.to_owned(), value.to_owned())].into();
        assert_eq!(team.run("plan").err.contains("KW-063"), is_pipeline, "{name}={value}");
    }
}

#[test]
fn a_revision_that_only_git_writes_names_no_branch() {
    let team = Repository::new();
    for revision in ["FETCH_HEAD", "ORIG_HEAD", "@"] {
        let run = team.run(&format!("plan --trust {revision}"));
        assert!(run.exit == 1 && !run.err.contains("git fetch"), "{}", run.err);
        assert!(
            run.err.contains("refs/remotes/origin/main") || run.err.contains("the protected branch"),
            "{}",
            run.err
        );
    }
}

#[test]
fn a_problem_that_both_versions_have_is_reported_once() {
    let team = Repository::new();
    let settings = |user: &str| format!("{SETTINGS}  database: postgres://{user}@db.example.com/keywright\n");
    team.write("keywright.yaml", &settings("one"));
    team.commit();
    team.git("update-ref refs/remotes/origin/main HEAD");
    team.write("keywright.yaml", &settings("two"));
    let run = team.run("validate --trust origin/main");
    assert_eq!(run.out.matches("[KW-051]").count(), 1, "{}", run.out);
    let (one, two) = ("postgres://one@db.example.com/keywright", "postgres://two@db.example.com/keywright");
    let change = format!("{one} (schema keywright) → {two} (schema keywright)");
    assert!(run.out.contains(&change), "{}", run.out);
}

/// What everything else in the output depends on is not below hundreds of other findings.
#[test]
fn findings_about_the_settings_come_first() {
    let team = Repository::new();
    team.write("keywright.yaml", &evil());
    team.write("a.yaml", "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: a}\nspec: {descripton: x}\n");
    for line in ["validate", "validate --trust origin/main"] {
        let run = team.run(line);
        let first = run.out.find("[KW-060]").expect(&run.out);
        let other = run.out.find("a.yaml:").expect(&run.out);
        assert!(first < other, "{line}: {}", run.out);
    }
}
