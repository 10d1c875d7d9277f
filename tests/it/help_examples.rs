//! Every command of the examples in a help is run, each in a folder of its own, and ends with exit code 0.

use std::path::Path;
use std::process::Stdio;

use clap::Command;

use crate::pages::typed;
use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;

/// The commands whose help ends with examples.
const COMMANDS: [&str; 8] = ["init", "validate", "plan", "doctor", "apply", "rotate", "export", "keys"];

/// A workspace that was applied, in the folder where the command is run.
const APPLIED: &str = "keywright init . && keywright apply --auto-approve && ";

/// What happens before a command that needs more: commands that no reader types.
const BEFORE: [(&str, &str); 5] = [
    ("keywright init", ""),
    ("keywright apply plan.json", "keywright init . && keywright plan --out plan.json && "),
    (
        "keywright apply --allow",
        "keywright init . && keywright apply --auto-approve && sed -i 's/{name: checkout-production}/{name: checkout-production, \
         removed: true}/' first.yaml && { keywright plan || test $? = 4; } && ",
    ),
    (
        "keywright rotate key/checkout-production --again",
        "keywright init . && keywright apply --auto-approve && keywright rotate key/checkout-production --auto-approve && ",
    ),
    ("keywright apply", "keywright init . && "),
];

/// The commands of the examples. What an example does stands behind it, or in the next line.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = text.strip_prefix("Examples:\n").unwrap_or_default().lines();
    let examples = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| line.starts_with("keywright "));
    examples.map(|line| line.split("  ").next().unwrap_or(line).trim().to_owned()).collect()
}

fn failure(command: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let before = BEFORE.iter().find(|(start, _)| command.starts_with(start)).map_or(APPLIED, |(_, before)| before);
    let programs = Path::new(KEYWRIGHT).parent().unwrap().display();
    let mut shell = outside_pipeline("bash");
    shell.args(["-c", &format!("exec 2>&1; {before}{}", typed(command))]).current_dir(&work).stdin(Stdio::null());
    shell.env("HOME", folder.path()).env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    let output = shell.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // An `--allow` that allows nothing is no example.
    let is_true = output.status.success() && !said.contains("KW-021");
    (!is_true).then(|| format!("{command} ended with {}\n{said}", output.status))
}

#[test]
fn every_example_of_a_help_works() {
    let program = keywright::cli::grammar();
    let mut all = Vec::new();
    for command in program.get_subcommands() {
        let found = examples(command);
        assert_eq!(found.len() > 1, COMMANDS.contains(&command.get_name()), "{}: {found:?}", command.get_name());
        all.extend(found);
    }
    let failures: Vec<String> = all.iter().filter_map(|command| failure(command)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Long helps have parts, and the options of every command come last.
#[test]
fn options_of_a_help_stand_in_groups() {
    let mut program = keywright::cli::grammar();
    for (command, headings) in [
        ("plan", vec!["What may change", "Limits of time and calls", "What is shown and saved"]),
        ("apply", vec!["What may change", "Limits of time and calls"]),
        ("rotate", vec!["What may change", "Limits of time and calls"]),
        ("export", vec!["What is exported"]),
        ("keys", vec!["Which keys"]),
        ("init", vec!["The store"]),
    ] {
        let help = program.find_subcommand_mut(command).unwrap().render_long_help().to_string();
        for heading in headings.into_iter().chain(["Options of every command"]) {
            assert!(help.contains(&format!("\n{heading}:\n")), "{command} has no part «{heading}»:\n{help}");
        }
        assert!(help.trim_end().lines().rev().take(12).any(|line| line == "Examples:"), "{help}");
    }
}
