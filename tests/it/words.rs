//! Plain words: what a user reads contains no word that the glossary avoids. Each failure names place, word and better word.
//!
//! Seen to fail: before the glossary was applied everywhere, the first four tests failed, the last of them on 206 words in
//! messages. `the_search_finds_words_phrases_and_literals` shows that the search itself finds them.

use std::fs;
use std::path::Path;

use keywright::rule::Example;
use keywright::rules::catalogue;

use crate::console::Console;

/// Words and phrases to avoid, and what to write instead. A `*` at the end matches every ending.
const AVOIDED: [(&str, &str); 47] = [
    ("shall", "must, or the present tense"),
    ("whoever", "the user, the caller"),
    ("nobody", "no one, or name the actor"),
    ("somebody", "a user, another run"),
    ("everybody", "every user, everyone"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("stand", "be"),
    ("stands", "is"),
    ("tell", "report, print, describe"),
    ("tells", "reports, prints, describes"),
    ("told", "reported, printed"),
    ("a look", "a check, a read"),
    ("one look", "one check, one verification"),
    ("more look", "verification"),
    ("looks", "checks, reads"),
    ("looked at", "checked, read"),
    ("void", "stale"),
    ("moved since", "changed since"),
    ("made so", "created that way"),
    ("otherwise than", "differently from"),
    ("be it", "whether"),
    ("thing", "object, or its name"),
    ("things", "objects, or their name"),
    ("matter", "say what changes"),
    ("matters", "say what changes"),
    ("of it", "its"),
    ("is no", "is not a"),
    ("likewise", "the same reason, written out"),
    ("wish", "desired value"),
    ("wishes", "desired values"),
    ("he", "they"),
    ("him", "them"),
    ("his", "their"),
    ("can not", "cannot"),
    ("for ever", "permanently"),
    ("per cent", "percent"),
    ("e-mail", "email"),
    ("e-mails", "emails"),
    ("colour*", "color"),
    ("behaviour*", "behavior"),
    ("organis*", "organiz…"),
    ("serialis*", "serializ…"),
    ("synchronis*", "synchroniz…"),
    ("recognis*", "recogniz…"),
    ("parallelis*", "paralleliz…"),
];

/// Phrases that contain an avoided one and are good English.
const FINE: [&str; 4] = ["there is no", "is no longer", "is no more than", "looks like"];

/// Characters to avoid, and what to write instead.
const AVOIDED_SIGNS: [(&str, &str); 4] =
    [("«", "\"…\" or `…`"), ("»", "\"…\" or `…`"), ("(s)", "the right plural"), ("(a secret)", "(hidden)")];

/// Literals that keep an avoided word: the file, or the start of its path; the word; and why.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    ("src/emulator/writes.rs", "can not", "the service's own words"),
    ("src/emulator/mft/save.rs", "can not", "the service's own words"),
];

/// Every word with its start and end.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_word = c.is_alphanumeric() || "_-'".contains(c);
        match (start, is_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Whether the words from the `at`th on are those of the phrase, with only white space between them.
fn is_at(text: &str, words: &[(usize, usize)], at: usize, phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(index, wanted)| {
        let Some(&(start, end)) = words.get(at + index) else { return false };
        let is_near = index == 0 || text[words[at + index - 1].1..start].trim().is_empty();
        let word = text[start..end].to_lowercase();
        is_near && wanted.strip_suffix('*').map_or(word == wanted, |stem| word.starts_with(stem))
    })
}

/// The avoided words of a text: line (from 0), word, better word.
fn avoided(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let words = tokens(text);
    let line = |at: usize| text[..at].matches('\n').count();
    let is_fine = |at: usize| {
        let starts = |phrase: &&str| (at.saturating_sub(1)..=at).any(|from| is_at(text, &words, from, phrase));
        FINE.iter().any(starts)
    };
    let mut found = Vec::new();
    for (at, &(start, _)) in words.iter().enumerate() {
        let hits = AVOIDED.iter().filter(|(phrase, _)| is_at(text, &words, at, phrase) && !is_fine(at));
        found.extend(hits.map(|(phrase, better)| (line(start), *phrase, *better)));
    }
    for (sign, better) in AVOIDED_SIGNS {
        found.extend(text.match_indices(sign).map(|(at, _)| (line(at), sign, better)));
    }
    found
}

fn report(place: &str, first_line: usize, text: &str) -> Vec<String> {
    let message = |(line, word, better)| format!("{place}:{}: \"{word}\" -> {better}", first_line + line);
    avoided(text).into_iter().map(message).collect()
}

fn fail_on(found: &[String]) {
    assert!(found.is_empty(), "{} words to replace\n{}", found.len(), found.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn documents_use_plain_words() {
    let read = |name: &String| report(name, 1, &fs::read_to_string(root().join(name)).unwrap());
    let pages = fs::read_dir(root().join("docs")).unwrap();
    let pages = pages.map(|page| page.unwrap().path()).filter(|page| page.extension().is_some_and(|end| end == "md"));
    let pages = pages.map(|page| format!("docs/{}", page.file_name().unwrap().to_string_lossy()));
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned);
    fail_on(&others.into_iter().chain(pages).collect::<Vec<_>>().iter().flat_map(read).collect::<Vec<_>>());
}

/// The help of a command and of all commands below it.
fn help(console: &Console, command: &str, found: &mut Vec<String>) {
    let line = format!("{command} --help");
    // The one text that clap brings itself.
    let text = console.run(line.trim_start()).out.replace("subcommand(s)", "subcommands");
    assert!(text.contains("Usage:"), "{line}: {text}");
    found.extend(report(&format!("keywright {}", line.trim_start()), 1, &text));
    let commands = text.split_once("\nCommands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
    for name in commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
        if !name.is_empty() && name != "help" {
            help(console, &format!("{command} {name}"), found);
        }
    }
}

#[test]
fn every_help_uses_plain_words() {
    let mut found = Vec::new();
    help(&Console::new(root().to_path_buf()), "", &mut found);
    fail_on(&found);
}

#[test]
fn every_rule_uses_plain_words() {
    let texts = catalogue::all().flat_map(|rule| {
        let stories = if rule.example == Example::Story { [rule.wrong, rule.right] } else { ["", ""] };
        let also = rule.also.map_or("", |(_, which)| which);
        let texts = [("says", rule.says), ("why", rule.why), ("source", rule.source), ("also", also)];
        let stories = [("wrong", stories[0]), ("right", stories[1])];
        texts.into_iter().chain(stories).flat_map(|(field, text)| report(&format!("{} {field}", rule.id), 1, text))
    });
    fail_on(&texts.collect::<Vec<_>>());
}

/// The string literals of Rust code with their first lines (from 1). Escapes and `{…}` become signs that are not words, so
/// that line breaks stay where they are.
fn literals(code: &str) -> Vec<(usize, String)> {
    let code: Vec<char> = code.chars().collect();
    let is = |at: usize, c: char| code.get(at) == Some(&c);
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < code.len() {
        let begins_word = at == 0 || !(code[at - 1].is_alphanumeric() || code[at - 1] == '_');
        let fences = code[at + 1..].iter().take_while(|c| **c == '#').count();
        if is(at, '/') && is(at + 1, '/') {
            at += code[at..].iter().take_while(|c| **c != '\n').count();
        } else if is(at, '\'') {
            // A character, or a lifetime.
            let length = if is(at + 1, '\\') { 2 } else { 1 };
            let end = (at + 1 + length..code.len().min(at + 14)).find(|end| is(*end, '\''));
            at = end.filter(|end| length == 2 || *end == at + 2).map_or(at + 1, |end| end + 1);
        } else if is(at, '"') || (is(at, 'r') && begins_word && is(at + 1 + fences, '"')) {
            let is_raw = is(at, 'r');
            let fences = if is_raw { fences } else { 0 };
            at += if is_raw { fences + 2 } else { 1 };
            let (first, mut text, mut is_argument) = (line, String::new(), false);
            while at < code.len() && !(is(at, '"') && (1..=fences).all(|fence| is(at + fence, '#'))) {
                line += usize::from(is(at, '\n'));
                if is(at, '\\') && !is_raw {
                    // The escaped character can be a line break, after which the text goes on.
                    line += usize::from(is(at + 1, '\n'));
                    text.push_str(if is(at + 1, '\n') { "\n" } else { "  " });
                    at += 2;
                    continue;
                }
                is_argument = (is_argument || is(at, '{')) && !is(at, '}');
                text.push(if is_argument { '?' } else { code[at] });
                at += 1;
            }
            at += 1 + fences;
            found.push((first, text));
        } else {
            line += usize::from(is(at, '\n'));
            at += 1;
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !name.contains("/tests") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let is_excepted = |word: &str| EXCEPTIONS.iter().any(|(file, of, _)| name.starts_with(file) && *of == word);
            // A literal of one word is a name, a key of JSON, or a word of the wire.
            for (first, literal) in literals(code).into_iter().filter(|(_, literal)| literal.trim().contains(' ')) {
                let hits = avoided(&literal).into_iter().filter(|(_, word, _)| !is_excepted(word));
                found.extend(
                    hits.map(|(line, word, better)| format!("{name}:{}: \"{word}\" -> {better}", first + line)),
                );
            }
        }
    }
}

#[test]
fn messages_use_plain_words() {
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    fail_on(&found);
}

#[test]
fn the_search_finds_words_phrases_and_literals() {
    let words = |text: &str| avoided(text).into_iter().map(|(line, word, _)| (line, word)).collect::<Vec<_>>();
    assert_eq!(words("Nobody\nknows. He can\n  not."), [(0, "nobody"), (1, "he"), (1, "can not")]);
    assert_eq!(words("be. It is_void; avoid; there is no file, it is no longer, 2 things"), [(0, "things")]);
    assert_eq!(words("this is no file of «colours»").len(), 4);
    let code = "f('\"', 'a', \"one\\\n  two {void}\", r#\"raw \"x\" y\"#); // \"no literal\"\nb\"last one\"";
    let found = literals(code);
    let expected = [(1, "one\n  two ?????}"), (2, "raw \"x\" y"), (3, "last one")];
    assert_eq!(found.iter().map(|(line, text)| (*line, text.as_str())).collect::<Vec<_>>(), expected);
}
