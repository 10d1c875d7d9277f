//! Reports of findings: their limits, their order, and that nothing in a finding breaks a format.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::FileLine;
use crate::diagnostic::Finding;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::render::Findings;
use crate::render::findings::Form;
use crate::render::findings::Report;
use crate::render::findings::write;
use crate::rules;

/// Tries to end a command, a line, a string and an element, and to begin others.
const HOSTILE: &str =
    "a%b\r\n::error::x\n##[error]y ]]></failure><x y=\"&quot;'/> \u{0}\u{1b}[31m\u{202e}\u{fffe}\u{ffff},:";

fn text(form: Form, diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, form, &Report::new(Findings::Found(diagnostics, sources), "keywright.yaml", None)).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json(form: Form, diagnostics: &[Diagnostic], sources: &Sources) -> Json {
    serde_json::from_str(&text(form, diagnostics, sources)).unwrap()
}

fn sources(name: &str) -> Sources {
    Sources(vec![Source { name: name.into(), text: "é: 1\nkey: 漢2\nlast".into(), readable: true }])
}

const fn at(start: u32, end: u32) -> Place {
    Place { source: SourceId(0), start, end }
}

/// A note, a warning without a place, two equal errors, and a warning over two lines.
fn some() -> Vec<Diagnostic> {
    vec![
        Diagnostic::new(rules::KW_009.id, Severity::Info, "a note").at(at(0, 2)),
        rules::CAM_043.finding("without a place"),
        rules::CAM_027.finding("two keys").at(at(11, 14)).note("again").label(at(0, 2), "first").help("rename\none"),
        rules::CAM_027.finding("two keys").at(at(11, 14)),
        rules::CAM_043.finding("two lines").at(at(6, 17)),
    ]
}

/// 10,000 of each severity, the worst last.
fn many() -> Vec<Diagnostic> {
    let severities = [Severity::Info, Severity::Warning, Severity::Error];
    let found = |severity| {
        move |number| {
            let message = format!("key/checkout-{number} has the label of another key of package/payments: {number}");
            Diagnostic::new(rules::CAM_027.id, severity, message).at(at(11, 14)).help("rename one of both keys")
        }
    };
    severities.into_iter().flat_map(|severity| (0..10_000).map(found(severity))).collect()
}

fn hostile() -> Vec<Diagnostic> {
    vec![rules::CAM_027.finding(HOSTILE).at(at(11, 14)).note(HOSTILE).label(at(0, 2), HOSTILE).help(HOSTILE)]
}

#[test]
fn sarif_has_the_worst_first_with_places_and_identities() {
    let document = json(Form::Sarif, &some(), &sources("a b%é.yaml"));
    let results = document["runs"][0]["results"].as_array().unwrap();
    let levels: Vec<_> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "warning", "note"]);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b%25%C3%A9.yaml");
    assert_eq!(place["region"].to_string(), r#"{"startLine":2,"endLine":2,"startColumn":6,"endColumn":7}"#);
    assert_eq!(results[0]["message"]["text"], "two keys (again)\nfirst: a b%é.yaml:1\nhelp: rename\none");
    assert_eq!(results[0]["relatedLocations"][0]["message"]["text"], "first");
    let home = &results[2]["locations"][0]["physicalLocation"];
    assert_eq!(home["artifactLocation"]["uri"], "keywright.yaml");
    assert_eq!(home["region"].to_string(), r#"{"startLine":1,"endLine":1}"#);
    let hashes: BTreeSet<_> = results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
    assert_eq!(hashes.len(), 5);
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
    }
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            let text = rule[text]["text"].as_str().unwrap();
            assert!(!text.is_empty() && text.chars().count() <= 1_024, "{text}");
        }
    }
    assert_eq!(json(Form::Sarif, &[], &sources("a"))["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn an_identity_does_not_depend_on_the_line() {
    let hash = |place| {
        let found = [rules::CAM_027.finding("two keys").at(place)];
        json(Form::Sarif, &found, &sources("a"))["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    assert_eq!(hash(at(0, 1)), hash(at(11, 14)));
}

#[test]
fn sarif_keeps_its_limits_for_any_number_of_findings() {
    let text = text(Form::Sarif, &many(), &sources("manifests/payments.yaml"));
    assert!(text.len() < 10_000_000, "{}", text.len());
    let document: Json = serde_json::from_str(&text).unwrap();
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert!((5_000..=25_000).contains(&results.len()), "{}", results.len());
    assert!(results[..10_000].iter().all(|result| result["level"] == "error"));
    let says = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert_eq!(says, format!("{} of 30000 findings are omitted; the worst are shown", 30_000 - results.len()));
    // Short findings: the number of results is the limit.
    let short = vec![Diagnostic::new(rules::CAM_027.id, Severity::Info, "m"); 30_000];
    let size = json(Form::Sarif, &short, &sources("a"))["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(size, 25_000);
}

/// A command as the runner reads it: <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn annotation(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (level, properties) = head.split_once(' ').unwrap();
    let plain = |text: &str| {
        text.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    };
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), plain(value))).unwrap();
    (level.to_owned(), properties.split(',').map(pair).collect(), plain(data))
}

#[test]
fn annotations_are_commands_of_the_runner() {
    let text = text(Form::Github, &some(), &sources("a,b:%.yaml"));
    let expected = "\
::error file=a%2Cb%3A%25.yaml,line=2,endLine=2,col=6,endColumn=6,title=CAM-027::two keys (again)%0Afirst: a,b:%25.yaml:1%0Ahelp: rename%0Aone
::error file=a%2Cb%3A%25.yaml,line=2,endLine=2,col=6,endColumn=6,title=CAM-027::two keys
::warning file=keywright.yaml,line=1,endLine=1,title=CAM-043::without a place
::warning file=a%2Cb%3A%25.yaml,line=2,endLine=3,title=CAM-043::two lines
::notice file=a%2Cb%3A%25.yaml,line=1,endLine=1,col=1,endColumn=1,title=KW-009::a note
";
    assert_eq!(text, expected);
    let (level, properties, data) = annotation(text.lines().next().unwrap());
    assert_eq!((&*level, &*data), ("error", "two keys (again)\nfirst: a,b:%.yaml:1\nhelp: rename\none"));
    assert_eq!(properties[0], ("file".to_owned(), "a,b:%.yaml".to_owned()));
    assert_eq!(self::text(Form::Github, &[], &sources("a")), "");
}

#[test]
fn a_step_has_ten_annotations_of_each_level() {
    let text = text(Form::Github, &many(), &sources("a"));
    let levels: Vec<_> = text.lines().map(|line| annotation(line).0).collect();
    let count = |level: &str| levels.iter().filter(|other| *other == level).count();
    assert_eq!((count("error"), count("warning"), count("notice")), (9, 9, 10));
    let last = text.lines().last().unwrap();
    assert!(last.ends_with("::and 29973 more findings: 9991 errors, 9991 warnings, 9991 infos"), "{last}");
}

#[test]
fn code_quality_has_every_property_and_unique_fingerprints() {
    let report = json(Form::Gitlab, &many(), &sources("a"));
    let entries = report.as_array().unwrap();
    assert_eq!(entries.len(), 30_000);
    assert_eq!(entries[0]["severity"], "critical");
    let fingerprints: BTreeSet<_> = entries.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), 30_000);
    let entry = &json(Form::Gitlab, &some(), &sources("é.yaml"))[0];
    assert_eq!(entry["description"], "CAM-027: two keys (again)");
    assert_eq!(entry["check_name"], "CAM-027");
    assert_eq!(entry["location"].to_string(), r#"{"path":"é.yaml","lines":{"begin":2,"end":2}}"#);
    assert_eq!(text(Form::Gitlab, &[], &sources("a")), "[]\n");
}

#[test]
fn junit_has_unique_names_and_fails_for_errors_only() {
    let text = text(Form::Junit, &some(), &sources("a.yaml"));
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    let suite = &report.test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.errors), (5, 2, 0));
    let names: Vec<_> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "CAM-027 a.yaml:2:6",
            "CAM-027 a.yaml:2:6 #2",
            "CAM-043 keywright.yaml:1",
            "CAM-043 a.yaml:2:1",
            "KW-009 a.yaml:1:1"
        ]
    );
    let clean = self::text(Form::Junit, &[], &sources("a"));
    let suite = &quick_junit::Report::deserialize_from_str(&clean).unwrap().test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.errors), (1, 0, 0));
    let large = self::text(Form::Junit, &many(), &sources("a"));
    let report = quick_junit::Report::deserialize_from_str(&large).unwrap();
    let names: BTreeSet<_> = report.test_suites[0].test_cases.iter().map(|case| case.name.to_string()).collect();
    assert_eq!(names.len(), 30_000);
}

#[test]
fn no_text_of_a_finding_breaks_a_format() {
    for (form, name) in
        [(Form::Sarif, HOSTILE), (Form::Github, HOSTILE), (Form::Gitlab, HOSTILE), (Form::Junit, HOSTILE)]
    {
        let text = text(form, &hostile(), &sources(name));
        assert!(!text.contains("##[") && !text.contains(['\u{0}', '\u{1b}', '\u{202e}', '\r']), "{form:?}: {text}");
        match form {
            Form::Github => assert_eq!(text.lines().count(), 1, "{text}"),
            Form::Junit => {
                assert!(!text.contains(['\u{fffe}', '\u{ffff}']), "{text}");
                let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
                assert_eq!(report.test_suites[0].test_cases.len(), 1);
                assert!(!text.contains("<x y"), "{text}");
            }
            Form::Sarif | Form::Gitlab => {
                serde_json::from_str::<Json>(&text).unwrap();
            }
        }
        assert!(!text.starts_with('\u{feff}'));
    }
}

#[test]
fn a_file_that_a_reader_cannot_show_is_named_in_the_message() {
    for name in ["/etc/x.yaml", "(standard input)", "keywright.yaml of origin/main (3f2a9c01d7e4)"] {
        let entry = &json(Form::Gitlab, &some()[..1], &sources(name))[0];
        assert_eq!(entry["location"]["path"], "keywright.yaml", "{name}");
        assert!(entry["description"].as_str().unwrap().ends_with(&format!("a note ({name}:1)")), "{entry}");
    }
}

#[test]
fn a_saved_finding_and_a_failure_have_a_place_too() {
    let place = Some(FileLine { file: "a.yaml".into(), line: 7 });
    let saved =
        Finding { rule: "OLD-1".to_owned(), severity: Severity::Info, message: "m".to_owned(), place, help: None };
    let shown = |form| {
        let report = Report::new(Findings::Remembered(std::slice::from_ref(&saved)), "pay/keywright.yaml", None);
        let mut bytes = Vec::new();
        write(&mut bytes, form, &report.failed("could not read", Some("try again"))).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let expected = "\
::error file=pay/keywright.yaml,line=1,endLine=1,title=Keywright::could not read%0Ahelp: try again
::notice file=a.yaml,line=7,endLine=7,title=OLD-1::m
";
    assert_eq!(shown(Form::Github), expected);
    let sarif: Json = serde_json::from_str(&shown(Form::Sarif)).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
    let suite = &quick_junit::Report::deserialize_from_str(&shown(Form::Junit)).unwrap().test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.errors), (2, 0, 1));
}
