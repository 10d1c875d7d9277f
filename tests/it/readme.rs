//! The README and the documentation are accurate: commands work, shown output is what the program prints, links lead somewhere.

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

/// Every command of the program has a row in the documentation's table.
#[test]
fn every_command_is_documented() {
    let help = Console::new(root()).run("--help").out;
    let commands = help.split_once("\nCommands:\n").unwrap().1.split("\n\n").next().unwrap();
    let documented = std::fs::read_to_string(root().join("docs/commands.md")).unwrap();
    for name in commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
        let is_known = name.is_empty() || name == "help" || documented.contains(&format!("| `keywright {name}"));
        assert!(is_known, "docs/commands.md has no row for {name}");
    }
}

/// Newcomers read the README whole, so it is short.
#[test]
fn the_readme_is_short() {
    let words = readme().split_whitespace().count();
    assert!(words <= 900, "{words} words");
}

/// Every link to a file or to a heading leads there, and every page can be reached from the README.
#[test]
fn links_lead_somewhere() {
    let folders = ["docs", "docs/reference"].map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let pages: Vec<PathBuf> = folders.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    let pages: Vec<PathBuf> =
        pages.into_iter().filter(|page| page.extension().is_some_and(|end| end == "md")).collect();
    let mut wrong = Vec::new();
    let mut reached = std::collections::BTreeSet::new();
    for page in pages.iter().chain([&root().join("README.md"), &root().join("CONTRIBUTING.md")]) {
        for link in links(&std::fs::read_to_string(page).unwrap()) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let is_there = target.exists() && (heading.is_empty() || has_heading(&target, heading));
            if !is_there {
                wrong.push(format!("{}: {link}", page.display()));
            }
            reached.extend(target.canonicalize());
        }
    }
    // The contents of the book, which no page links to.
    reached.insert(root().join("docs/SUMMARY.md"));
    wrong.extend(
        pages.iter().filter(|page| !reached.contains(*page)).map(|page| format!("no link to {}", page.display())),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The targets of the links of a text in Markdown, except those to other sites.
fn links(text: &str) -> Vec<String> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let images = text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    ends.chain(images).filter(|link| !link.contains("://")).map(str::to_owned).collect()
}

/// Whether a page has the heading that a forge gives this anchor.
fn has_heading(page: &Path, anchor: &str) -> bool {
    let text = std::fs::read_to_string(page).unwrap_or_default();
    text.lines().filter_map(|line| line.strip_prefix('#')).any(|heading| {
        let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).eq(anchor.chars())
    })
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

/// The blocks of a page in one language.
pub(crate) fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}
