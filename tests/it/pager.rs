//! Texts on a terminal: lines that fit it, and long ones in the pager of the person.

use std::fs;

use keywright::cli::Screen;

use crate::console::Console;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

const SCREEN: Screen = Screen { columns: 60, rows: 5, has_color: false, shows_errors: true };

fn console() -> (tempfile::TempDir, Console) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
    let mut console = Console::new(folder.path().to_path_buf());
    console.screen = Some(SCREEN);
    (folder, console)
}

#[test]
fn a_plan_that_is_longer_than_the_screen_goes_to_the_pager() {
    let (folder, mut console) = console();
    // Programs that keep what they read, and one that is not there.
    let kept = folder.path().join("kept.txt");
    let tee = format!("dd status=none of={}", kept.display());
    console.environment.insert("PAGER".to_owned(), tee);
    let paged = console.run("plan");
    assert_eq!((paged.exit, paged.out.as_str()), (0, ""), "{}", paged.err);
    let text = fs::read_to_string(&kept).unwrap();
    assert!(text.contains("Plan: "), "{text}");
    for pager in ["", "cat", "/nowhere/pager"] {
        console.environment.insert("KEYWRIGHT_PAGER".to_owned(), pager.to_owned());
        assert_eq!(console.run("plan").out, text, "{pager}");
    }
    console.environment.remove("KEYWRIGHT_PAGER");
    assert_eq!(console.run("plan --no-pager").out, text);
    // A job can have a terminal, but no person who ends the pager.
    console.environment.insert("CI".to_owned(), "true".to_owned());
    assert_eq!(console.run("plan").out, text);
    console.environment.insert("CI".to_owned(), "false".to_owned());
    assert_eq!(console.run("plan").out, "");
    console.environment.remove("CI");
    // A shell reads what has quotes.
    let quoted = format!("dd status=none of='{}'", folder.path().join("kept too.txt").display());
    console.environment.insert("KEYWRIGHT_PAGER".to_owned(), quoted);
    assert_eq!(console.run("plan").out, "");
    assert_eq!(fs::read_to_string(folder.path().join("kept too.txt")).unwrap(), text);
}

#[test]
fn errors_in_a_file_keep_their_lines() {
    let (_folder, mut console) = console();
    console.screen = Some(Screen { shows_errors: false, ..SCREEN });
    let wide = console.run("validate nowhere-at-all/and-in-a-folder-with-a-long-name/m.yaml").err;
    console.screen = Some(SCREEN);
    let folded = console.run("validate nowhere-at-all/and-in-a-folder-with-a-long-name/m.yaml").err;
    assert_eq!(folded.split_whitespace().collect::<Vec<_>>(), wide.split_whitespace().collect::<Vec<_>>());
    assert!(folded.lines().count() > wide.lines().count(), "{folded}");
}

#[test]
fn what_fits_is_for_programs_or_asks_is_not_paged() {
    let (folder, mut console) = console();
    let kept = folder.path().join("kept.txt");
    console.environment.insert("PAGER".to_owned(), format!("dd status=none of={}", kept.display()));
    console.screen = Some(Screen { columns: 60, rows: 500, has_color: false, shows_errors: true });
    assert!(console.run("plan").out.contains("Plan: "));
    console.screen = Some(SCREEN);
    assert!(console.run("apply --auto-approve").out.contains("Plan: "));
    let document = console.run("plan --format json").out;
    assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok());
    console.screen = None;
    assert_eq!(console.run("plan --format json").out, document);
    assert!(!kept.exists());
}

#[test]
fn a_list_of_keys_fits_the_screen_and_a_value_stays_as_it_is() {
    let (folder, mut console) = console();
    fs::write(folder.path().join("m.yaml"), format!("{TEAM}{ROTATED_KEY}")).unwrap();
    console.screen = None;
    assert_eq!(console.run("apply --auto-approve").exit, 0);
    let (wide, value) = (console.run("keys").out, console.run("keys reveal key/production").out);
    console.screen = Some(Screen { columns: 30, rows: 500, has_color: false, shows_errors: true });
    let narrow = console.run("keys").out;
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&narrow), words(&wide));
    let is_too_long = |line: &&str| line.chars().count() > 30 && line.trim().contains(' ');
    assert_eq!((narrow.lines().find(is_too_long), wide.lines().any(|line| is_too_long(&line))), (None, true));
    console.screen = Some(Screen { columns: 10, rows: 500, has_color: false, shows_errors: true });
    assert_eq!(console.run("keys reveal key/production").out, value);
}

#[test]
fn a_schema_keeps_its_lines() {
    let (_folder, mut console) = console();
    let narrow = console.run("schema User").out;
    console.screen = None;
    assert_eq!(console.run("schema User").out, narrow);
}

#[test]
fn an_explanation_is_wrapped_once_for_the_width_of_the_screen() {
    let (_folder, mut console) = console();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let width = |line: &str| line.chars().count();
    let indent = |line: &str| line.chars().take_while(|character| *character == ' ').count();
    for what in ["KW-141", "CAM-024", "KW-110", "PackageKey", "PackageKey.rotation", "User", "Workspace"] {
        console.screen = None;
        let wide = console.run(&format!("explain {what}")).out;
        for columns in [80, 60] {
            console.screen = Some(Screen { columns, rows: 500, ..SCREEN });
            let narrow = console.run(&format!("explain {what}")).out;
            assert_eq!(words(&narrow), words(&wide), "{what}");
            // Examples keep their lines.
            let (prose, _) = narrow.split_once("\nWrong\n").unwrap_or((&narrow, ""));
            let lines: Vec<&str> = prose.lines().skip(1).collect();
            for pair in lines.windows(2) {
                let [line, next] = pair else { unreachable!() };
                assert!(width(line) <= columns || !line.trim().contains(' '), "{what}: {line}");
                let first = next.split_whitespace().next().unwrap_or_default();
                let goes_on = match (indent(line), indent(next)) {
                    // A row and its text; in a narrow screen the text is below the row on purpose.
                    (0..=2, below) => below == 0 || below > 6,
                    (one, other) => one == other || other == 0,
                };
                let is_early =
                    !line.is_empty() && !next.is_empty() && goes_on && width(line) + 1 + width(first) <= columns;
                assert!(!is_early, "{what} at {columns}: {line:?} / {next:?}");
            }
        }
    }
}
