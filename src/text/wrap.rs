//! Line wrapping.

/// The width of text in columns.
const WIDTH: usize = 100;

/// Wraps a text into lines with room for `indent` columns. Words are never broken.
pub fn wrap(text: &str, indent: usize) -> Vec<String> {
    let width = WIDTH.saturating_sub(indent);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        let line = lines.last_mut().filter(|_| used == 0 || used + 1 + length <= width);
        if let Some(line) = line {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        } else {
            lines.push(word.to_owned());
            used = length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_as_wide_as_they_may_be_and_words_stay_whole() {
        assert_eq!(wrap("a  b\nc", 98), ["a", "b", "c"]);
        assert_eq!(wrap("a  b\nc", 97), ["a b", "c"]);
        assert_eq!(wrap("a b c", 0), ["a b c"]);
        assert_eq!(wrap(&"x".repeat(300), 40), ["x".repeat(300)]);
        assert_eq!(wrap("é é", 97), ["é é"]);
        assert_eq!(wrap(" ", 0), [""]);
    }
}
