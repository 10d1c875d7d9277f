//! Characters that nobody sees, and that can move, reorder or hide what stands around them.

/// Whether a character is a control or a format character: line ends, escapes, bidirectional controls, zero widths.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::is_hidden;

    #[test]
    fn letters_of_every_script_are_seen() {
        assert!("aé漢🦀 /%".chars().all(|character| !is_hidden(character)));
        assert!("\0\n\u{1b}\u{7f}\u{9b}\u{ad}\u{200b}\u{202e}\u{2066}\u{feff}".chars().all(is_hidden));
    }
}
