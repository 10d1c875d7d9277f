//! Counts with the right form of the noun, and lists.

use std::fmt::Display;

/// A number with its noun: `1 day`, `2 days`. In a phrase the first word takes the plural, or the word before a star:
/// `look afterwards`, `package key*`.
pub fn count(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    let (noun, rest) = noun.split_once('*').unwrap_or_else(|| noun.split_at(noun.find(' ').unwrap_or(noun.len())));
    let is_after_consonant = |stem: &&str| !stem.ends_with(['a', 'e', 'o', 'u']);
    match noun.strip_suffix('y').filter(is_after_consonant) {
        _ if number == "1" => format!("{number} {noun}{rest}"),
        Some(stem) => format!("{number} {stem}ies{rest}"),
        None => format!("{number} {noun}s{rest}"),
    }
}

/// The first `most` items, and how many there are beyond them: `a, b and 3 more`.
pub fn and_more<T: AsRef<str>>(items: &[T], most: usize, between: &str) -> String {
    let named = items.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(between);
    match items.len().saturating_sub(most) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_match_their_number() {
        for (number, noun, words) in [
            (0, "object", "0 objects"),
            (1, "object", "1 object"),
            (2, "object", "2 objects"),
            (1, "day", "1 day"),
            (2, "day", "2 days"),
            (2, "key", "2 keys"),
            (1, "entry", "1 entry"),
            (2, "entry", "2 entries"),
            (1, "look afterwards", "1 look afterwards"),
            (2, "look afterwards", "2 looks afterwards"),
            (1, "API key*", "1 API key"),
            (2, "API key*", "2 API keys"),
            (2, "package key* in use", "2 package keys in use"),
        ] {
            assert_eq!(count(number, noun), words);
        }
    }

    #[test]
    fn long_lists_end_with_the_number_of_omitted_items() {
        let items = ["a", "b", "c"];
        assert_eq!(and_more(&items, 3, ", "), "a, b, c");
        assert_eq!(and_more(&items, 1, ", "), "a and 2 more");
        assert_eq!(and_more::<&str>(&[], 3, ", "), "");
    }
}
