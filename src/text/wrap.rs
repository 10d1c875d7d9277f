//! Line wrapping.

/// Wraps a text into lines of at most `width` columns. Words are never broken.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
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
        assert_eq!(wrap("a  b\nc", 2), ["a", "b", "c"]);
        assert_eq!(wrap("a  b\nc", 3), ["a b", "c"]);
        assert_eq!(wrap("a b c", 100), ["a b c"]);
        assert_eq!(wrap(&"x".repeat(300), 60), ["x".repeat(300)]);
        assert_eq!(wrap("é é", 3), ["é é"]);
        assert_eq!(wrap(" ", 100), [""]);
    }
}
