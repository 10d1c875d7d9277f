//! The README is accurate: its commands work, and its output is what the program prints.

use std::path::Path;
use std::path::PathBuf;

use crate::console::Console;
use crate::program::keywright;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The first command of the README, run by the real binary on a copy of the examples.
#[test]
fn the_first_command_does_the_main_job_and_then_plans_no_changes() {
    let command = "cargo run --release -- apply examples/quickstart --auto-approve";
    assert!(readme().contains(command), "the README's first command has changed; so must this test");
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), &folder.path().join("examples"));
    let run = || {
        let output = keywright()
            .args(command.split_once(" -- ").unwrap().1.split(' '))
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    let (out, err, code) = run();
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("Plan: 6 to create") && out.contains("Applied: 6 changes done."), "{out}");
    let delivered = std::fs::read_to_string(folder.path().join("examples/quickstart/secrets/checkout.env")).unwrap();
    let value = delivered.trim().strip_prefix("CHECKOUT_KEY=").unwrap();
    assert!(value.starts_with("chk_") && value.len() == 24 && !out.contains(value));
    let (out, err, code) = run();
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("Nothing to do"), "{out}");
}

/// Every example is valid without warnings, applies, and then plans to no changes.
#[test]
fn every_example_applies_and_then_plans_no_changes() {
    for example in ["quickstart", "payments-platform"] {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("examples").join(example), folder.path());
        let console = Console::new(folder.path().to_path_buf());
        let validated = console.run("validate");
        assert!(validated.out.starts_with("Valid: "), "{example}: {}{}", validated.out, validated.err);
        let applied = console.run("apply --auto-approve");
        assert_eq!((applied.exit, applied.err.as_str()), (0, ""), "{example}: {}", applied.out);
        let again = console.run("plan --detailed-exitcode");
        assert_eq!(again.exit, 0, "{example}: {}", again.out);
        let exported = console.run("export");
        assert_eq!(exported.exit, 0, "{example}: {}", exported.err);
    }
}

/// The plan in the README is the plan of its example.
#[test]
fn the_plan_that_the_readme_shows_is_real() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), &folder.path().join("examples"));
    let planned = Console::new(folder.path().to_path_buf()).run("plan examples/quickstart");
    assert_eq!(planned.exit, 0, "{}", planned.err);
    let shown = readme()
        .split("```text\n")
        .find(|block| block.starts_with("Plan for workspace"))
        .map(|block| block.split("```").next().unwrap_or_default().trim().to_owned());
    assert_eq!(shown.as_deref(), Some(planned.out.trim()));
}

/// The exit codes in the README's table are exactly those of the program.
#[test]
fn the_exit_codes_are_those_of_the_readme() {
    use keywright::cli::Exit;
    let all = [
        Exit::Done,
        Exit::Error,
        Exit::Pending,
        Exit::Invalid,
        Exit::Stopped,
        Exit::Stale,
        Exit::Partly,
        Exit::Locked,
        Exit::OverBudget,
        Exit::Differs,
        Exit::Usage,
        Exit::Interrupted,
    ];
    let documented: Vec<u8> =
        readme().lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")?.0.parse().ok()).collect();
    assert_eq!(documented, all.map(|exit| exit as u8));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        // Files of earlier runs in the checkout are not part of an example.
        if name == ".keywright" || name == "secrets" {
            continue;
        }
        let target = to.join(&name);
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
