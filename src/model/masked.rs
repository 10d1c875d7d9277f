//! What a store shows in place of a secret.

/// Letters and signs that a store may repeat in place of a secret. One of them alone is a usual part of a secret.
const REPEATED: [char; 3] = ['x', 'X', '#'];

/// How often they follow each other in a mask. A random key has six times the same letter in a row once in a hundred million.
const IN_A_ROW: usize = 6;

/// Whether a text looks like the mask of a secret. No key value does (CAM-024), and no declared shared secret (CAM-074).
pub fn has_mask(text: &str) -> bool {
    let is_repeated = |sign: char| {
        let runs = text.split(|c| c != sign);
        runs.map(|run| run.chars().count()).any(|length| length >= IN_A_ROW)
    };
    text.contains(['*', '\u{2022}', '\u{25cf}', '\u{2026}']) || REPEATED.into_iter().any(is_repeated)
}

#[cfg(test)]
mod tests {
    use super::has_mask;

    #[test]
    fn a_mask_is_known_by_its_signs() {
        for mask in ["*", "chk_****", "••••", "●", "chk…", "xxxxxxxx", "XXXXXX", "chk_xxxxxxab", "######1"]
        {
            assert!(has_mask(mask), "{mask}");
        }
        for value in ["", "fake", "xxxxx", "x-x-x-x-x-x-x", "maXxXxXx", "a#b", "000000000", "chk_fakexx"] {
            assert!(!has_mask(value), "{value}");
        }
    }
}
