//! What a message advises works as it is printed: each option that a help offers is copied into the command, and then the
//! guard that offered it is silent.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::cases::CASES;
use crate::cases::Case;
use crate::cases::Prepared;
use crate::cases::commands;
use crate::cases::prepare;

/// Consent for one change may show a guard that asks about another.
const ROUNDS: usize = 6;

/// A finding of a guard, and the options that its help offers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Asked {
    finding: String,
    options: Vec<String>,
}

/// The findings whose help offers consent.
fn asked(said: &str) -> Vec<Asked> {
    let mut finding = String::new();
    let mut all = Vec::new();
    for line in said.lines() {
        if line.starts_with("error[") {
            line.clone_into(&mut finding);
        } else if let Some(help) = line.trim_start().strip_prefix("= help: ") {
            let options = options(help);
            if !options.is_empty() && finding.starts_with("error[") {
                all.push(Asked { finding: std::mem::take(&mut finding), options });
            }
        } else if line.is_empty() {
            finding.clear();
        }
    }
    all
}

/// The options that one finding offers. Of two ways that are joined by *or*, the first.
fn options(help: &str) -> Vec<String> {
    let help = help.split(", or for the whole application").next().unwrap();
    let mut options = Vec::new();
    for name in ["--allow ", "--max-delete "] {
        for (at, _) in help.match_indices(name) {
            let value = &help[at + name.len()..];
            let value = match value.strip_prefix('\'') {
                Some(quoted) => &value[..quoted.find('\'').unwrap() + 2],
                None => value.split([' ', ',', ';']).next().unwrap(),
            };
            // Some messages name the option without a value.
            if value.contains('/') || value.parse::<u32>().is_ok() {
                options.push(format!("{name}{value}"));
            }
        }
    }
    options
}

/// Runs the commands of a case, and those that ask for consent again with what they offer. Returns how many guards were
/// silent then.
fn follow(case: &Case) -> Result<usize, String> {
    let Ok(prepared) = prepare(&case.folder) else { return Ok(0) };
    let Prepared { console, workspace, .. } = &prepared;
    let mut silent = 0;
    for line in commands(&case.folder).lines() {
        let line = line.replace("{}", workspace.to_str().unwrap());
        let mut ran = console.run(&line);
        let mut given: BTreeSet<String> = BTreeSet::new();
        let mut told: Vec<Asked> = Vec::new();
        for round in 0..=ROUNDS {
            let said = format!("{}\n{}", ran.out, ran.err);
            let failed = |why: &str| format!("tests/cases/{}: {why}\n{said}", case.name);
            let asked: Vec<Asked> = if ran.exit == 4 { asked(&said) } else { Vec::new() };
            if let Some(again) = told.iter().find(|before| said.contains(&before.finding)) {
                return Err(failed(&format!("{:?} does not lift {}", again.options, again.finding)));
            }
            if let Some(unused) = given.iter().find(|option| said.contains(&format!("{option} matches no change"))) {
                return Err(failed(&format!("{unused} was offered, and matches no change")));
            }
            if asked.is_empty() {
                break;
            }
            if round == ROUNDS {
                return Err(failed("it goes on asking"));
            }
            silent += asked.len();
            given.extend(asked.iter().flat_map(|asked| asked.options.clone()));
            told.extend(asked);
            let options: Vec<&str> = given.iter().map(String::as_str).collect();
            ran = console.run(&format!("{line} {}", options.join(" ")));
        }
    }
    Ok(silent)
}

#[test]
fn the_consent_that_a_guard_offers_lifts_it() {
    // Consent of the review counts for a saved plan, and what is typed belongs to one run.
    let is_plain = |case: &&Case| {
        let lines = commands(&case.folder);
        !lines.contains(".json") && !lines.contains("--allow") && !case.folder.join("input").exists()
    };
    let cases: Vec<&Case> = CASES.iter().filter(is_plain).filter(|case| offers(case)).collect();
    let followed: Vec<Result<usize, String>> = cases.par_iter().map(|case| follow(case)).collect();
    let failures: Vec<&str> = followed.iter().filter_map(|result| result.as_ref().err().map(String::as_str)).collect();
    assert!(failures.is_empty(), "{} cases failed\n\n{}", failures.len(), failures.join("\n\n"));
    let silent: usize = followed.iter().flatten().sum();
    assert!(silent >= 10, "only {silent} guards were followed, in {} cases", cases.len());
}

fn offers(case: &Case) -> bool {
    case.said.as_ref().is_ok_and(|said| said.contains("--allow ") || said.contains("--max-delete "))
}

/// The addresses that a help offers for `--deliver`.
fn to_deliver(said: &str) -> Vec<String> {
    let helps = said.lines().filter_map(|line| line.trim_start().strip_prefix("= help: --deliver ADDRESS "));
    let named =
        helps.filter_map(|help| help.split(';').next()?.split_once(": ")).flat_map(|(_, names)| names.split(", "));
    named.filter(|name| name.starts_with("key/")).map(str::to_owned).collect()
}

/// What KW-042 offers is a delivery that the next plan makes.
fn delivers(case: &Case) -> Result<usize, String> {
    let Ok(prepared) = prepare(&case.folder) else { return Ok(0) };
    let Prepared { console, workspace, .. } = &prepared;
    let mut followed = 0;
    for line in commands(&case.folder).lines().filter(|line| !line.contains("--deliver")) {
        let line = line.replace("{}", workspace.to_str().unwrap());
        let ran = console.run(&line);
        for name in to_deliver(&format!("{}\n{}", ran.out, ran.err)) {
            let ran = console.run(&format!("plan --deliver {name} --format json"));
            let is_of_it = |part: &str| part.contains("error[") && part.contains(&name);
            if format!("{}\n{}", ran.out, ran.err).split("\n\n").any(is_of_it) || !ran.out.contains("\"deliver\"") {
                return Err(format!(
                    "tests/cases/{}: --deliver {name} delivers nothing\n{}{}",
                    case.name, ran.out, ran.err
                ));
            }
            followed += 1;
        }
    }
    Ok(followed)
}

#[test]
fn what_a_help_offers_to_deliver_is_delivered() {
    let offers = |case: &&Case| case.said.as_ref().is_ok_and(|said| said.contains("= help: --deliver ADDRESS "));
    let cases: Vec<&Case> = CASES.iter().filter(offers).collect();
    let followed: Vec<Result<usize, String>> = cases.par_iter().map(|case| delivers(case)).collect();
    let failures: Vec<&str> = followed.iter().filter_map(|result| result.as_ref().err().map(String::as_str)).collect();
    assert!(failures.is_empty(), "{} cases failed\n\n{}", failures.len(), failures.join("\n\n"));
    assert!(followed.iter().flatten().sum::<usize>() >= 3, "{followed:?}");
}

/// A command in backquotes is one that a shell takes as it is: no word of it stands for something else.
#[test]
fn a_rotation_in_progress_names_the_command_that_creates_one_more_generation() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = crate::console::Console::new(folder.path().to_path_buf());
    let manifest = [crate::team::TEAM, crate::team::ROTATED_KEY].concat();
    std::fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    assert_eq!(console.run("apply --auto-approve").exit, 0);
    console.now = "2026-11-22T12:00:00Z".to_owned();
    assert_eq!(console.run("rotate key/production --auto-approve").exit, 0);
    console.now = "2026-11-22T18:00:00Z".to_owned();
    let ran = console.run("rotate key/production --auto-approve");
    assert!(ran.exit == 4 && ran.err.contains("KW-116"), "{}{}", ran.out, ran.err);
    let command = ran.err.split('`').find(|part| part.contains("--again")).unwrap().to_owned();
    let ran = console.run(&format!("{} --auto-approve", command.strip_prefix("keywright ").unwrap()));
    assert_eq!(ran.exit, 0, "{command}\n{}{}", ran.out, ran.err);
}
