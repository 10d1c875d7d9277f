//! Texts that look the same, although their characters differ.

use unicode_normalization::UnicodeNormalization;

use super::hidden::is_hidden;

/// The text as people compare it: without invisible characters and outer spaces, in one case, and each character in one
/// encoding. Two texts look the same if these are equal.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase().replace(|character: char| character.is_ascii_control(), "");
    }
    let seen = text.chars().filter(|character| !is_hidden(*character));
    let plain = seen.map(|character| if character.is_whitespace() { ' ' } else { character });
    // Upper case first, because some letters have no other form in common: ß and ss, ς and σ.
    let one_case = plain.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    one_case.nfc().collect::<String>().trim().to_owned()
}

/// How two texts that look the same differ: a clause after "they".
pub fn difference(one: &str, other: &str) -> &'static str {
    let composed = |text: &str| text.nfc().collect::<String>();
    let (one, other) = (composed(one), composed(other));
    if one == other {
        "encode a character in two ways (Unicode NFC and NFD)"
    } else if one.to_lowercase() == other.to_lowercase() {
        "differ only in upper and lower case"
    } else if one.trim() == other.trim() {
        "differ only in spaces at their ends"
    } else {
        "differ only in case, spaces, or characters that are not seen"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_spaces_encoding_and_invisible_characters_do_not_count() {
        let alike = [
            ("Ann", " ann\n"),
            ("M\u{fc}ller-Shop", "Mu\u{308}ller-SHOP"),
            ("Stra\u{df}e", "STRASSE"),
            ("\u{3c3}\u{3c2}", "\u{3a3}\u{3a3}"),
            ("pia", "pi\u{200b}a\u{feff}"),
            ("a b", "a\u{a0}b"),
        ];
        for (one, other) in alike {
            assert_eq!(folded(one), folded(other), "{one:?}");
        }
        for (one, other) in [("ann", "anna"), ("a b", "ab"), ("a-b", "a_b"), ("ann", "\u{430}nn"), ("e", "\u{e9}")] {
            assert_ne!(folded(one), folded(other), "{one:?}");
        }
    }

    #[test]
    fn the_difference_is_named() {
        assert!(difference("\u{fc}", "u\u{308}").contains("NFC"));
        assert!(difference("Ann", "ann").contains("lower case"));
        assert!(difference("ann", "ann ").contains("spaces at"));
        assert!(difference("Ann", "ann\u{200b}").contains("not seen"));
    }
}
