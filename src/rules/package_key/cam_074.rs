//! CAM-074. Decided here.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::model::Declared;
use crate::model::Secret;
use crate::model::has_mask;
use crate::rule::Rule;

pub static CAM_074: Rule = Rule {
    says: "A declared shared secret has 1 to 255 characters, no spaces, and no signs of a mask: `*`, a bullet, `…`, or six \
           times `x` or `#` in a row.",
    why: "The store keeps 255 characters. A longer secret fails or is cut, and a consumer cannot sign with a secret \
          whose spaces the store removes. An empty one protects nothing, and one that looks like a mask cannot be distinguished from \
          what a store shows in place of another one.",
    source: "Mashery API 2.0, package_key",
    ..Rule::fixed("CAM-074").shown_by(cases!("cam-074"))
};

/// Longest shared secret, in characters.
const LONGEST: usize = 255;

/// The finding about a secret, which is not quoted.
pub(in crate::rules) fn check_text(object: &Declared, secret: &Secret, place: Place) -> Option<Diagnostic> {
    let text = secret.expose();
    let what = if text.is_empty() {
        "is empty".to_owned()
    } else if text.chars().count() > LONGEST {
        format!("is longer than {LONGEST} characters")
    } else if text.contains(char::is_whitespace) {
        "contains spaces".to_owned()
    } else if has_mask(text) {
        "looks like a mask".to_owned()
    } else {
        return None;
    };
    let problem = CAM_074.finding(format!("the shared secret of {} {what}", object.address)).at(place);
    Some(
        problem
            .help("use another secret, 1 to 255 characters long, without spaces and without signs of a mask like `*`"),
    )
}
