//! The order of names as people read them.

use std::cmp::Ordering;

/// Compares texts, and numbers in them by their value: `key-8` comes before `key-79`. Only equal texts are equal.
pub fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    while let (Some(first), Some(second)) = (left.chars().next(), right.chars().next()) {
        let order = if first.is_ascii_digit() && second.is_ascii_digit() {
            let (number, rest) = number(left);
            let (other_number, other_rest) = self::number(right);
            (left, right) = (rest, other_rest);
            number.len().cmp(&other_number.len()).then_with(|| number.cmp(other_number))
        } else {
            (left, right) = (&left[first.len_utf8()..], &right[second.len_utf8()..]);
            first.cmp(&second)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    // `1` and `01` have one value; a text comes before a longer one that begins with it.
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

/// The digits that a text begins with, without zeros before them, and the rest.
fn number(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_count_by_their_value() {
        let sorted = ["a", "a01", "a1", "a2b", "a2c", "a10", "a10-3", "a10-20", "ab", "b", "é9", "é10"];
        for (at, one) in sorted.iter().enumerate() {
            for (other_at, other) in sorted.iter().enumerate() {
                assert_eq!(natural(one, other), at.cmp(&other_at), "{one} {other}");
            }
        }
    }
}
