//! What YAML makes of a value without quotes: null, a truth value, a number, or text.

/// Whether an unquoted value is YAML's null, in any of its spellings.
pub fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether an unquoted value is text for YAML 1.2: neither null, a truth value, nor a number.
pub fn is_text(text: &str) -> bool {
    let truth = matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    !is_null(text) && !truth && !is_number(text)
}

fn is_number(text: &str) -> bool {
    // A fast exit for nearly every text of a manifest.
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return false;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |rest: &str, radix: u32| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix));
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return digits(hexadecimal, 16);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, 8);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let mantissa_is_number = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            (digits(whole, 10) && (fraction.is_empty() || digits(fraction, 10)))
                || (whole.is_empty() && digits(fraction, 10))
        }
        None => digits(mantissa, 10),
    };
    mantissa_is_number && exponent.is_none_or(|exponent| digits(exponent, 10))
}

/// A decimal number without leading zeros, which no version of YAML reads as anything else.
pub fn whole_number(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let plain = unsigned == "0" || (!unsigned.starts_with('0') && unsigned.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_number_is_not_text() {
        for number in [
            "0", "12", "-1", "+1", "0123", "1e3", "1.5", ".5", "1.", "-1.5E-3", "0x1F", "0o17", ".inf", "-.Inf", ".nan",
        ] {
            assert!(!is_text(number), "{number}");
        }
        for text in
            ["no", "yes", "on", "off", "y", "1_000", "12:30", "0x", "1e", "e3", ".", "-", "2027-06-30", "1.2.3", "x1"]
        {
            assert!(is_text(text), "{text}");
        }
        for other in ["", "~", "null", "true", "FALSE"] {
            assert!(!is_text(other), "{other}");
        }
    }

    #[test]
    fn whole_numbers_have_one_spelling() {
        assert_eq!(whole_number("0"), Some(0));
        assert_eq!(whole_number("-12"), Some(-12));
        assert_eq!(whole_number("9223372036854775807"), Some(i64::MAX));
        for not in ["", "-", "007", "1_000", "1.0", "+1", "9223372036854775808", "0x1"] {
            assert_eq!(whole_number(not), None, "{not}");
        }
    }
}
