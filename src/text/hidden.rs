//! Which characters are invisible.

use unicode_general_category::GeneralCategory;
use unicode_general_category::get_general_category;

/// Whether a character has no shape of its own: controls, format characters, line ends (the categories Cc, Cf, Zl and
/// Zp), and what Unicode calls ignorable: fillers, variation selectors, and the places that are kept for more of them.
/// Private and unassigned characters are drawn as boxes, so they are seen.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(
        get_general_category(character),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    ) || matches!(
        character,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2065}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
