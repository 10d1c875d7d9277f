//! The program never prints invisible characters, whether a manifest or the store contains them.

use std::fmt::Write as _;
use std::fs;

use keywright::text::is_hidden;

use crate::console::Console;
use crate::console::Ran;

/// One of each kind: a Unicode line end, a bidirectional control, a joiner, a tag, a filler, a selector.
const HIDDEN: [char; 14] = [
    '\u{7f}',
    '\u{9b}',
    '\u{ad}',
    '\u{61c}',
    '\u{200b}',
    '\u{2028}',
    '\u{202e}',
    '\u{2060}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{fff9}',
    '\u{e0041}',
    '\u{e0100}',
];

#[track_caller]
fn is_visible(line: &str, ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        let hidden = text.chars().find(|character| *character != '\n' && is_hidden(*character));
        assert!(hidden.is_none(), "{line}: {hidden:?} in\n{text}");
    }
}

/// Writes `text` as YAML, whatever it contains.
fn quoted(text: &str) -> String {
    text.chars().fold("\"".to_owned(), |mut out, character| {
        let _ = write!(out, "\\U{:08x}", u32::from(character));
        out
    }) + "\""
}

fn manifests(name: &str, odd: &str) -> String {
    format!(
        "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: alice}}\n\
         spec: {{email: alice@example.com, displayName: {name}, status: active}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: checkout}}\n\
         spec: {{user: alice, description: {odd}, extendedAttributes: {{{odd}: {odd}}}}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: payments}}\nspec: {{description: {odd}}}\n",
        odd = quoted(odd)
    )
}

#[test]
fn invisible_characters_of_a_manifest_are_shown() {
    for hidden in HIDDEN {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        let odd = format!("a{hidden}b");
        fs::write(folder.path().join("m.yaml"), manifests("Alice", &odd)).unwrap();
        let lines = ["plan", "plan --diff unified", "plan --format json", "plan --out p.json", "show p.json"];
        for line in lines.into_iter().chain(["show p.json --format markdown"]) {
            let ran = console.run(line);
            assert_eq!(ran.exit, 0, "{line}: {hidden:?}\n{}{}", ran.out, ran.err);
            is_visible(line, &ran);
        }
        let saved = fs::read_to_string(folder.path().join("p.json")).unwrap();
        assert!(saved.chars().all(|character| character == '\n' || !is_hidden(character)), "{saved}");

        // Invalid names and words, and arguments that match nothing.
        let wrong = manifests("Alice", &odd).replace("status: active", &format!("status: {}", quoted(&odd)));
        let wrong = wrong.replace("name: payments", &format!("name: {}", quoted(&odd)));
        fs::write(folder.path().join("m.yaml"), format!("{wrong}# a{hidden}b\n")).unwrap();
        for line in
            ["validate".to_owned(), format!("explain '{odd}'"), format!("plan '{odd}.yaml'"), format!("show '{odd}'")]
        {
            let ran = console.run(&line);
            assert_ne!(ran.exit, 0, "{line}");
            is_visible(&line, &ran);
        }
    }
}

#[test]
fn invisible_characters_of_the_store_are_shown_and_exported() {
    for hidden in HIDDEN {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        fs::write(folder.path().join("m.yaml"), manifests("plain", "plain")).unwrap();
        assert_eq!(console.run("apply --auto-approve").exit, 0);
        let database = rusqlite::Connection::open(folder.path().join(".keywright/keywright.db")).unwrap();
        for table in ["users", "applications", "packages"] {
            let sql = format!("UPDATE {table} SET attributes = replace(attributes, 'plain', 'a' || char(?1) || 'b')");
            assert_eq!(database.execute(&sql, [u32::from(hidden)]).unwrap(), 1);
        }
        assert_eq!(database.execute("UPDATE packages SET name = name || char(?1)", [u32::from(hidden)]).unwrap(), 1);
        drop(database);
        for line in
            ["plan", "plan --diff unified", "plan --format json", "plan --out p.json", "show p.json --format markdown"]
        {
            let ran = console.run(line);
            // The package would be created beside one that people cannot distinguish from it.
            let exit = if line.starts_with("show") { 0 } else { 4 };
            assert_eq!(ran.exit, exit, "{line}: {hidden:?}\n{}{}", ran.out, ran.err);
            is_visible(line, &ran);
        }
        let exported = console.run("export");
        is_visible("export", &exported);
        // No manifest can contain the package's name, so it is printed in a comment. Emoji have selectors of a form.
        if hidden != '\u{fe0f}' {
            assert!(exported.out.contains("# not exported: package/payments%"), "{hidden:?}\n{}", exported.out);
        }
        fs::write(folder.path().join("m.yaml"), &exported.out).unwrap();
        let again = console.run("plan --detailed-exitcode");
        assert_eq!(again.exit, 0, "{hidden:?}\n{}\n{}{}", exported.out, again.out, again.err);
    }
}
