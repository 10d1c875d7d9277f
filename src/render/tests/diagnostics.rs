//! Findings as text.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::plain;
use super::styled;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::render::text;
use crate::rules;

const MANIFEST: &str = "apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec:
  user: carol
  description: Web checkout
";
const USERS: &str = "kind: User
metadata: {name: carol}
spec:
  status: disabled
";

fn sources() -> Sources {
    Sources(vec![
        Source { name: "apps/checkout.yaml".into(), text: MANIFEST.into(), readable: true },
        Source { name: "users.yaml".into(), text: USERS.into(), readable: true },
    ])
}

fn at(source: u32, needle: &str) -> Place {
    let text = sources().0[source as usize].text.clone();
    let start = u32::try_from(text.find(needle).unwrap()).unwrap();
    Place { source: SourceId(source), start, end: start + u32::try_from(needle.len()).unwrap() }
}

fn drawn(diagnostic: Diagnostic, sources: &Sources) -> String {
    plain(|out| text::diagnostics(out, &[diagnostic], sources, None))
}

fn hostile(text: impl Into<Box<str>>) -> Sources {
    Sources(vec![Source { name: "x\u{1b}.yaml".into(), text: text.into(), readable: true }])
}

const fn span(start: usize, end: usize) -> Place {
    #[expect(clippy::cast_possible_truncation, reason = "test texts are short")]
    Place { source: SourceId(0), start: start as u32, end: end as u32 }
}

#[test]
fn a_finding_shows_its_place_labels_and_help() {
    let finding = rules::CAM_034
        .finding("user/carol is disabled, so it cannot get new objects")
        .at(at(0, "carol"))
        .note("this user")
        .label(at(1, "disabled"), "declared disabled here")
        .label(at(0, "checkout"), "the application")
        .help("set status: active,\nor name another user");
    let expected = "\
error[CAM-034]: user/carol is disabled, so it cannot get new objects
 --> apps/checkout.yaml:5:9
  |
3 | metadata: {name: checkout}
  |                  -------- the application
4 | spec:
5 |   user: carol
  |         ^^^^^ this user
  |
 ::: users.yaml:4:11
  |
4 |   status: disabled
  |           -------- declared disabled here
  |
  = help: set status: active,
          or name another user

";
    assert_eq!(drawn(finding, &sources()), expected);
}

#[test]
fn a_finding_without_a_place_is_its_sentence() {
    let finding = || Diagnostic::new(rules::KW_009.id, Severity::Warning, "the store could not be asked for its roles");
    let expected = "warning[KW-009]: the store could not be asked for its roles\n\n";
    assert_eq!(drawn(finding(), &sources()), expected);
    let nowhere = Place { source: SourceId(7), start: 0, end: 9 };
    assert_eq!(drawn(finding().at(nowhere), &sources()), expected);
    let expected = "\
info[KW-009]: roles were not checked
 |
 = help: look at the store

";
    let finding = Diagnostic::new(rules::KW_009.id, Severity::Info, "roles were not checked").help("look at the store");
    assert_eq!(drawn(finding, &sources()), expected);
}

#[test]
fn a_long_line_is_cut_around_the_mark_and_keeps_its_column() {
    let text = format!("a: {}X{}\n", "é".repeat(5000), "y".repeat(5000));
    let at = text.find('X').unwrap();
    let finding = rules::KW_001.finding("long").at(span(at, at + 1)).note("here");
    let expected = format!(
        "error[KW-001]: long\n --> x␛.yaml:1:5004\n  |\n1 | …{}X{}…\n  | {:41}^ here\n\n",
        "é".repeat(40),
        "y".repeat(99),
        ""
    );
    assert_eq!(drawn(finding, &hostile(text)), expected);
}

/// On a screen of so many columns, by the columns of a terminal: the drawing without its first and last lines.
fn on_screen(width: usize, text: &str, mark: &str, note: &str) -> String {
    use unicode_width::UnicodeWidthStr;
    let at = text.find(mark).unwrap();
    let finding = rules::KW_001.finding("long").at(span(at, at + mark.len())).note(note.to_owned());
    let shown = plain(|out| text::diagnostics(out, &[finding], &hostile(text), Some(width)));
    let lines: Vec<&str> = shown.lines().skip(3).take(2).collect();
    assert!(lines.iter().all(|line| line.width() <= width), "{width}:\n{shown}");
    let (caret, begin) = (lines[1].find('^').unwrap(), lines[0].find(&mark[..1]).unwrap());
    assert_eq!(lines[0][..begin].width(), caret, "the caret is at another place:\n{shown}");
    lines.join("\n")
}

#[test]
fn a_line_is_cut_for_the_screen_around_its_mark() {
    let long = format!("a: {}, Xyz: {}\n", "b".repeat(200), "c".repeat(200));
    for width in [40, 60, 80, 120, 400] {
        let shown = on_screen(width, &long, "Xyz", "this field");
        assert!(shown.contains("^^^ this field") && shown.starts_with("1 | …bb"), "{shown}");
    }
    assert_eq!(
        on_screen(60, &long, "Xyz", ""),
        format!("1 | …{}, Xyz: {}…\n  | {}^^^", "b".repeat(13), "c".repeat(34), " ".repeat(16))
    );
    // A text that takes all of the line is marked as far as it is shown.
    let whole = format!("a: \"{}\"\n", "X".repeat(300));
    let shown = on_screen(60, &whole, &whole[3..304], "");
    assert_eq!(shown, format!("1 | a: \"{}…\n  |    {}", "X".repeat(50), "^".repeat(51)));
    // Two columns for each character, and four for a tab.
    let wide = format!("a: \"{}\", Xyz: {}\n", "日本".repeat(40), "語".repeat(40));
    let shown = on_screen(60, &wide, "Xyz", "n");
    assert!(shown.contains("…日本") || shown.contains("…本日"), "{shown}");
    on_screen(61, &wide, "Xyz", "n");
    on_screen(60, &format!("\t\t{}Xyz: 1\n", "b\t".repeat(40)), "Xyz", "n");
    // A short line stays whole, and moves only for the text of its mark.
    assert_eq!(on_screen(60, "one: 1, Xyz: 2\n", "Xyz", "n"), "1 | one: 1, Xyz: 2\n  |         ^^^ n");
    let note = "a text of 30 columns, and more";
    let moved = on_screen(60, &format!("{}Xyz: 2\n", "b".repeat(30)), "Xyz", note);
    assert!(moved.contains("…bbbb") && moved.ends_with(note), "{moved}");
}

#[test]
fn a_value_that_is_hidden_stays_hidden_where_its_line_is_cut() {
    let key = "apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: a}\n";
    let value = "obviously-fake-value-".repeat(8);
    let text = format!("{key}spec: {{key: {{custom: {{value: {value}}}}}, plan: gold}}\n");
    for width in [20, 40, 60, 80] {
        for mark in ["plan: gold", "spec", &value[..], &value[60..]] {
            let at = text.find(mark).unwrap();
            let finding = rules::KW_001.finding("m").at(span(at, at + mark.len())).note("n");
            let shown = plain(|out| text::diagnostics(out, &[finding], &hostile(&*text), Some(width)));
            assert!(!shown.contains("fake") && !shown.contains("value-"), "{shown}");
        }
    }
}

#[test]
fn marks_far_from_each_other_are_shown_apart() {
    let text = format!("first: 1\n{}last: 2\n", "\n".repeat(1_000_000));
    let last = text.find("last").unwrap();
    let finding = rules::KW_003.finding("twice").at(span(last, last + 4)).label(span(0, 5), "first here");
    let expected = "\
error[KW-003]: twice
       --> x␛.yaml:1000002:1
        |
1000002 | last: 2
        | ^^^^
        |
       ::: x␛.yaml:1:1
        |
      1 | first: 1
        | ----- first here

";
    assert_eq!(drawn(finding, &hostile(text)), expected);
}

#[test]
fn nothing_of_a_source_or_a_message_reaches_the_terminal_raw() {
    let text = "\tb: \u{1b}[31m\u{202e}z\u{9b}\r\n";
    let finding = rules::KW_001.finding("a\u{1b}[0m\nb").at(span(1, 14)).note("c\u{7}").help("d\u{1b}\ne");
    let expected = "\
error[KW-001]: a␛[0m␊b
 --> x␛.yaml:1:2
  |
1 |     b: ␛[31m�z�
  |     ---------- c␇
  |
  = help: d␛
          e

";
    assert_eq!(drawn(finding, &hostile(text)), expected.replace("----------", "^^^^^^^^^^"));
}

#[test]
fn a_place_of_several_lines_is_narrowed_to_the_first() {
    let finding = rules::KW_001.finding("m").at(span(3, 20)).note("n");
    let expected = "error[KW-001]: m\n --> x␛.yaml:1:4\n  |\n1 | one two\n  |    ^^^^ n\n\n";
    assert_eq!(drawn(finding, &hostile("one two\nthree\nfour\n")), expected);
}

#[test]
fn the_end_of_a_file_is_a_place() {
    let drawn = |text: &str, at| drawn(rules::KW_001.finding("m").at(span(at, at + 9)).note("n"), &hostile(text));
    assert_eq!(drawn("", 0), "error[KW-001]: m\n --> x␛.yaml:1:1\n  |\n1 |\n  | ^ n\n\n");
    assert_eq!(drawn("a\n", 2), "error[KW-001]: m\n --> x␛.yaml:2:1\n  |\n2 |\n  | ^ n\n\n");
    assert_eq!(drawn("a\n", 900), "error[KW-001]: m\n --> x␛.yaml:2:1\n  |\n2 |\n  | ^ n\n\n");
    assert_eq!(drawn("ab", 2), "error[KW-001]: m\n --> x␛.yaml:1:3\n  |\n1 | ab\n  |   ^ n\n\n");
}

#[test]
fn many_findings_in_a_text_of_many_megabytes_are_drawn_at_once() {
    for text in ["é: [1, 2]\n".repeat(1_500_000), "é: [1, 2], ".repeat(1_300_000)] {
        let step = text.len() / 1_000;
        let all: Vec<_> = (0..1_000)
            .map(|number| {
                rules::KW_001
                    .finding(format!("m{number}"))
                    .at(span(number * step, number * step + 3))
                    .label(span(0, 1), "l")
            })
            .collect();
        let shown = plain(|out| text::diagnostics(out, &all, &hostile(text), None));
        assert_eq!(shown.matches("error[KW-001]").count(), 50);
        assert!(shown.contains("950 more findings of KW-001 not shown"), "{}", shown.len());
        assert!(shown.len() < 700 * 50 + 1_000, "{}", shown.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Every finding is drawn and sanitized, for any bytes and any places.
    #[test]
    fn no_text_and_no_place_can_break_the_drawing(
        texts in vec(prop_oneof![text_of_bytes(), text_of_traps()], 1..3),
        places in vec((0u32..3, 0u32..900, 0u32..900, ".{0,12}"), 1..6),
        message in ".{0,40}",
        width in proptest::option::of(0usize..200),
    ) {
        let sources = texts.into_iter().map(|text| Source { name: "f\n".into(), text: text.into(), readable: true }).collect();
        let mut places = places.into_iter().map(|(source, start, end, text)| {
            (Place { source: SourceId(source), start, end }, text)
        });
        let (place, note) = places.next().unwrap();
        let mut finding = rules::KW_001.finding(message.clone()).at(place).note(note).help(message);
        for (place, text) in places {
            finding = finding.label(place, text);
        }
        let shown = styled(|out| text::diagnostics(out, &[finding], &Sources(sources), width));
        prop_assert!(shown.split('\u{1b}').skip(1).all(is_style), "{shown:?}");
        let harmless = |c: char| matches!(c, '\n' | '\u{1b}') || crate::text::visible(c) == c;
        prop_assert!(shown.chars().all(harmless), "{shown:?}");
        prop_assert!(shown.lines().all(|line| line.chars().count() < 400), "{shown}");
    }
}

/// Whether an escape sequence is a color.
fn is_style(after: &str) -> bool {
    let rest = after.strip_prefix('[').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
    rest.is_some_and(|rest| rest.starts_with('m'))
}

fn text_of_bytes() -> impl Strategy<Value = String> {
    vec(any::<u8>(), 0..600).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Texts with difficult characters: breaks, tabs, wide and zero-width characters, escapes, long runs.
fn text_of_traps() -> impl Strategy<Value = String> {
    let traps =
        ["\n", "\r\n", "\r", "\t", " ", "                         ", "a", "é", "漢", "\u{301}", "🦀", "\u{200d}"];
    let more = ["\u{1b}[2J", "\u{202e}", "\u{feff}", "\u{0}", "key: value", "\u{2028}", "\u{1}:1:1", "-->"];
    vec(select([traps.as_slice(), more.as_slice()].concat()), 0..300).prop_map(|parts| parts.concat())
}
