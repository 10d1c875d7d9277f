//! The examples of the rules are the cases `X-refuses` and `X-accepts`: only the first breaks the rule.

use keywright::diagnostic::Severity;
use keywright::rule::Example;
use keywright::rule::Rule;
use keywright::rules::catalogue;

use super::cases::CASES;
use super::cases::Case;

/// The rules whose examples are cases, with the expected verdict.
fn examples() -> impl Iterator<Item = (&'static Rule, &'static str)> {
    let rules = catalogue::all().filter(|rule| rule.example == Example::Manifests);
    rules.flat_map(|rule| [(rule, "refuses"), (rule, "accepts")])
}

fn case_name(rule: &Rule, verdict: &str) -> String {
    format!("{}-{verdict}", rule.id.0.to_lowercase())
}

/// The differences between an example and its case.
fn problem(rule: &Rule, verdict: &str) -> Option<String> {
    let name = case_name(rule, verdict);
    let Some(case) = CASES.iter().find(|case| case.name == name) else { return Some(format!("{name}: no such case")) };
    let Ok(said) = &case.said else { return Some(format!("{name}: it could not be run")) };
    let why = if verdict == "refuses" { not_refused(rule, said) } else { not_accepted(rule, said) };
    why.map(|why| format!("{name}: {why}\n{said}"))
}

/// The findings in an output: severity and rule.
fn findings(said: &str) -> impl Iterator<Item = (&str, &str)> {
    said.lines().filter_map(|line| line.split_once(']')?.0.split_once('[')).filter(|(severity, _)| {
        [Severity::Error, Severity::Warning, Severity::Info].iter().any(|known| known.name() == *severity)
    })
}

fn not_refused(rule: &Rule, said: &str) -> Option<&'static str> {
    if !findings(said).any(|found| found == (rule.severity.name(), rule.id.0)) {
        return Some("the rule is not reported");
    }
    if findings(said).any(|(severity, found)| severity == "error" && found != rule.id.0) {
        return Some("another rule reports an error");
    }
    let exit = if rule.severity == Severity::Error { "\nexit 3\n" } else { "\nexit 0\n" };
    (!said.ends_with(exit)).then_some("it has another exit code")
}

fn not_accepted(rule: &Rule, said: &str) -> Option<&'static str> {
    if findings(said).any(|(_, found)| found == rule.id.0) {
        return Some("the rule is reported");
    }
    (!said.ends_with("\nexit 0\n")).then_some("it is refused")
}

#[test]
fn every_example_is_refused_or_accepted_as_the_catalogue_says() {
    let problems: Vec<String> = examples().filter_map(|(rule, verdict)| problem(rule, verdict)).collect();
    assert!(problems.is_empty(), "{} examples are wrong\n\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_case_that_is_named_after_a_rule_is_its_example() {
    let expected: Vec<String> = examples().map(|(rule, verdict)| case_name(rule, verdict)).collect();
    let is_named_so = |case: &&Case| {
        ["-refuses", "-accepts"].iter().any(|verdict| {
            let rule = case.name.strip_suffix(verdict);
            rule.is_some_and(|rule| catalogue::find(rule).is_some())
        })
    };
    for case in CASES.iter().filter(is_named_so) {
        assert!(expected.contains(&case.name), "the catalogue has no such example: {}", case.name);
        let others = ["command", "live", "live.sql", "manifests/keywright.yaml"];
        let others: Vec<_> = others.into_iter().filter(|other| case.folder.join(other).exists()).collect();
        assert!(others.is_empty(), "{}: an example is planned against an empty store, without {others:?}", case.name);
    }
}
