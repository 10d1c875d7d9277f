//! Lines that fit a terminal: a stream that folds longer ones between words.

use std::io;
use std::io::Write;

/// Commands that people copy.
const COMMANDS: [&str; 2] = ["keywright ", "git "];

/// How far the lines after the first one are moved to the right.
const STEP: usize = 4;

/// A column that is not as wide is not worth its own lines.
const NARROWEST: usize = 20;

/// A stream with lines of at most `width` columns, as far as no word is longer. `None` leaves every line as it is.
pub struct Folded<W> {
    inner: W,
    width: Option<usize>,
    line: Vec<u8>,
}

impl<W: Write> Folded<W> {
    pub const fn new(inner: W, width: Option<usize>) -> Self {
        Self { inner, width, line: Vec::new() }
    }
}

impl<W: Write> Write for Folded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(width) = self.width else { return self.inner.write(bytes) };
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                match std::str::from_utf8(&line) {
                    Ok(text) => self.inner.write_all(fold(text, width).as_bytes())?,
                    Err(_) => self.inner.write_all(&line)?,
                }
            }
        }
        Ok(bytes.len())
    }

    /// Also writes a line without an end, such as a question.
    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.inner.write_all(&line)?;
        self.inner.flush()
    }
}

/// A word with its styles, and what it takes of a line.
struct Word<'t> {
    text: &'t str,
    /// The columns between it and the word before.
    gap: usize,
    width: usize,
    /// Whether it goes on with the command of the word before: a line that ends between the two ends with ` \\`, so that
    /// a shell reads the copied lines as one.
    continues: bool,
}

/// One line in as many lines as it needs.
fn fold(line: &str, width: usize) -> String {
    if columns(line.trim_end()) <= width || is_excerpt(line) {
        return line.to_owned();
    }
    let words = words(line, width);
    let indent = words.first().map_or(0, |word| word.gap);
    let mut below_value = hanging(&words, indent, width);
    let (mut folded, mut used) = (String::with_capacity(line.len() + 80), 0);
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1);
        let needed = word.width + if next.is_some_and(|next| next.continues) { " \\".len() } else { 0 };
        // The last column of a row, such as a place, moves to the left before it moves to a line of its own.
        let gap = if next.is_none() && word.gap > 2 {
            word.gap.min(width.saturating_sub(used + needed)).max(2)
        } else {
            word.gap
        };
        // A word that is too long for the column of the value may fit more to the left.
        let hang = if below_value + needed > width { indent + STEP } else { below_value };
        let is_broken = at > 0 && used + gap + needed > width && used + gap > hang;
        if is_broken {
            folded.push_str(if word.continues { " \\\n" } else { "\n" });
            // What follows it stays below it.
            (used, below_value) = (0, hang);
        }
        let gap = if is_broken { hang } else { gap };
        folded.push_str(&" ".repeat(gap));
        folded.push_str(word.text);
        used += gap + word.width;
    }
    folded.push_str(if line.ends_with('\n') { "\n" } else { "" });
    folded
}

/// The column where the following lines begin: below the value of a row `name  value`, the last one of a row with several
/// columns, or a step to the right.
fn hanging(words: &[Word<'_>], indent: usize, width: usize) -> usize {
    let (mut column, mut below) = (0, indent + STEP);
    for (at, word) in words.iter().enumerate() {
        // A value that is one word has no second line.
        if at > 0 && word.gap > 1 && at + 1 < words.len() && column + word.gap + NARROWEST <= width {
            below = column + word.gap;
        }
        column += word.gap + word.width;
    }
    below
}

/// Lines of a source text, and marks below them, keep their columns.
fn is_excerpt(line: &str) -> bool {
    let plain = without_styles(line);
    plain.trim_start_matches([' ', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with('|')
}

fn words(line: &str, width: usize) -> Vec<Word<'_>> {
    let (mut words, mut gap, mut rest) = (Vec::new(), 0, line.trim_end());
    let room = width.saturating_sub(rest.len() - rest.trim_start_matches(' ').len() + STEP);
    // The length of the rest after the command that is being split.
    let mut after_command = None;
    while !rest.is_empty() {
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        gap += spaces;
        rest = &rest[spaces..];
        let continues = after_command.is_some_and(|end| rest.len() > end);
        if !continues {
            let (whole, is_command) = whole(rest);
            after_command = (is_command && columns(&rest[..whole]) > room).then_some(rest.len() - whole);
        }
        let text = &rest[..end_of_word(rest, room, after_command.is_some())];
        if !text.is_empty() {
            words.push(Word { text, gap, width: columns(text), continues });
            gap = 0;
        }
        rest = &rest[text.len()..];
    }
    words
}

/// The bytes of the word that a text begins with. Words that together are one thing, like a command, an option with its
/// value or a text in quotes, stay on one line if they fit in the columns of `room`.
fn end_of_word(text: &str, room: usize, is_split: bool) -> usize {
    let argument = end_of_argument(text);
    let (whole, is_command) = if is_split { (argument, false) } else { whole(text) };
    // A long text in quotes is prose: half of a line is better than an empty one.
    let room_of_quote = if is_command { room } else { room / 2 };
    if whole > argument && columns(&text[..whole]) <= room_of_quote {
        return whole;
    }
    let bare = without_styles(&text[..argument]);
    if (is_option(&bare) || is_number(&bare)) && text.len() > argument {
        let value = argument + 1 + end_of_argument(&text[argument + 1..]);
        if columns(&text[..value]) <= room {
            return value;
        }
    }
    argument
}

/// The bytes of the text in quotes that a text begins with, or of its first word, and whether it is code or a command.
fn whole(text: &str) -> (usize, bool) {
    let plain = end(text);
    let bare = without_styles(text);
    let bare = bare.trim_start_matches('(');
    // A command without quotes ends the line.
    if COMMANDS.iter().any(|command| bare.starts_with(command)) && !bare.contains('`') {
        return (text.len(), true);
    }
    let Some(quote) = bare.chars().next().filter(|first| ['`', '"'].contains(first)) else { return (plain, false) };
    let Some(open) = text.find(quote).map(|at| at + 1) else { return (plain, false) };
    let Some(close) = text[open..].find(quote).map(|at| open + at + 1) else { return (plain, false) };
    let is_command = COMMANDS.iter().any(|command| text[open..].starts_with(command));
    (close + end(&text[close..]), is_command)
}

/// The bytes up to the next space.
fn end(text: &str) -> usize {
    text.find(' ').unwrap_or(text.len())
}

/// The bytes of a word as a shell sees it: spaces between single quotes belong to it, as far as the quotes are closed.
fn end_of_argument(text: &str) -> usize {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let begins = text.starts_with(['\'', '(', '`', '\u{1b}']);
    for (at, character) in text.char_indices().filter(|_| begins) {
        match character {
            ' ' if !is_quoted => return at,
            _ if is_escaped => is_escaped = false,
            '\\' if !is_quoted => is_escaped = true,
            '\'' => is_quoted = !is_quoted,
            _ => {}
        }
    }
    if is_quoted || !begins { end(text) } else { text.len() }
}

/// Whether a word is an option that takes the next word with it, such as `--allow`.
fn is_option(word: &str) -> bool {
    let name = word.trim_start_matches(['(', '`']).strip_prefix("--").unwrap_or_default();
    !name.is_empty() && name.chars().all(|character| character.is_ascii_lowercase() || character == '-')
}

/// Whether a word is a number, which takes what it counts with it.
fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|character| character.is_ascii_digit())
}

/// The text without ANSI styles.
fn without_styles(text: &str) -> String {
    let (mut plain, mut is_style) = (String::with_capacity(text.len()), false);
    for character in text.chars() {
        match character {
            '\u{1b}' => is_style = true,
            'm' if is_style => is_style = false,
            _ if is_style => {}
            other => plain.push(other),
        }
    }
    plain
}

fn columns(text: &str) -> usize {
    without_styles(text).chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, width: usize) -> String {
        let mut stream = Folded::new(Vec::new(), Some(width));
        for byte in text.as_bytes() {
            stream.write_all(&[*byte]).unwrap();
        }
        stream.flush().unwrap();
        String::from_utf8(stream.inner).unwrap()
    }

    #[test]
    fn long_lines_go_on_below_their_words() {
        assert_eq!(folded("one two three\n", 13), "one two three\n");
        assert_eq!(folded("one two three\n", 12), "one two\n    three\n");
        assert_eq!(folded("  help: one two\nno end", 14), "  help: one\n      two\nno end");
        assert_eq!(folded("one two three\n", 0), "one two\n    three\n");
    }

    #[test]
    fn the_second_line_of_a_value_is_below_the_first() {
        assert_eq!(
            folded("  name  one two three four five six\n", 28),
            "  name  one two three four\n        five six\n"
        );
        assert_eq!(
            folded("ok  name    one two three four five six\n", 32),
            "ok  name    one two three four\n            five six\n"
        );
    }

    #[test]
    fn a_place_moves_to_the_left_and_then_down() {
        assert_eq!(folded("  + user/ann          m.yaml:8\n", 22), "  + user/ann  m.yaml:8\n");
        assert_eq!(folded("  + user/ann          m.yaml:8\n", 26), "  + user/ann      m.yaml:8\n");
        assert_eq!(folded("  + user/ann          m.yaml:8\n", 21), "  + user/ann\n      m.yaml:8\n");
    }

    #[test]
    fn no_word_path_or_short_command_is_broken() {
        let path = format!("{}/m.yaml", "x".repeat(40));
        assert_eq!(folded(&format!("see {path} now\n"), 20), format!("see {path}\n    now\n"));
        assert_eq!(folded("write it with `keywright plan` again\n", 34), "write it with `keywright plan`\n    again\n");
        assert_eq!(folded("now write with `keywright plan x`\n", 32), "now write with\n    `keywright plan x`\n");
        assert_eq!(folded("1 error · keywright explain X\n", 24), "1 error ·\n    keywright explain X\n");
        assert_eq!(folded("a value of \"one two\" here\n", 24), "a value of \"one two\"\n    here\n");
    }

    #[test]
    fn an_option_keeps_its_value_and_a_value_its_spaces() {
        assert_eq!(folded("allow it with --allow user/ann\n", 24), "allow it with\n    --allow user/ann\n");
        let quoted = "'key/it'\\''s my shop'";
        let text = format!("allow it with --allow {quoted} now\n");
        assert_eq!(folded(&text, 40), format!("allow it with\n    --allow {quoted} now\n"));
        assert_eq!(folded(&text, 25), format!("allow it with --allow\n    {quoted}\n    now\n"));
    }

    #[test]
    fn a_number_keeps_what_it_counts() {
        assert_eq!(folded("one held back, 111 unchanged\n", 20), "one held back,\n    111 unchanged\n");
    }

    #[test]
    fn a_command_that_is_longer_than_a_line_can_still_be_copied() {
        let text = "run `keywright plan one --allow 'user/my ann' --prune` and look\n";
        let lines = "run `keywright plan one \\\n    --allow 'user/my ann' \\\n    --prune` and look\n";
        assert_eq!(folded(text, 30), lines);
        let bare = "  keywright keys show key/one --workspace two\n";
        assert_eq!(folded(bare, 24), "  keywright keys show \\\n      key/one \\\n      --workspace two\n");
    }

    #[test]
    fn styles_take_no_columns_and_excerpts_stay() {
        assert_eq!(folded("\u{1b}[1mone\u{1b}[0m two\n", 7), "\u{1b}[1mone\u{1b}[0m two\n");
        let excerpt = "12 | one two three four\n   |     ^^^\n";
        assert_eq!(folded(excerpt, 8), excerpt);
    }
}
