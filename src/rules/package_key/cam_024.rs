//! CAM-024. Decided here, and in `stores/embedded/package_keys.rs`.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Declared;
use crate::model::Secret;
use crate::model::has_mask;
use crate::rule::Rule;

pub static CAM_024: Rule = Rule {
    says: "A custom key value has 1 to 255 characters, and only letters A to Z and a to z, digits, and `_ - . :`, and not six \
           times `x` in a row, which looks like a mask.",
    why: "The store supports no other characters in a custom key. The gateway would not recognize such a key in a \
          call, and the key could not be corrected, only replaced.",
    source: "Boomi help, Creating package keys",
    ..Rule::fixed("CAM-024").shown_by(cases!("cam-024"))
};

/// Whether a text has only characters of a key value.
pub fn is_key_text(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte))
}

/// The finding about a value, which is not quoted.
pub(in crate::rules) fn check_text(object: &Declared, value: &Secret, place: Place) -> Option<Diagnostic> {
    let text = value.expose();
    let problem = if text.is_empty() {
        CAM_024.finding(format!("the value of {} is empty", object.address))
    } else if !is_key_text(text) {
        CAM_024.finding(format!("the value of {} contains characters that are not allowed in a key", object.address))
    } else if has_mask(text) {
        CAM_024.finding(format!("the value of {} looks like a mask", object.address))
    } else if text.len() > 255 {
        CAM_024.finding(format!("the value of {} is longer than 255 characters", object.address))
    } else {
        return None;
    };
    Some(problem.at(place).help("use 1 to 255 letters, digits and the characters _ - . :"))
}
