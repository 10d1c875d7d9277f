//! KW-115. Decided here.

use crate::diagnostic::Severity;
use crate::manifest::ends::Ends;
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::scalar::DateOrNever;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::KeyOf;

pub static KW_115: Rule = Rule {
    says: "A rotated key ends at an age, `expires: {after: 120d}`, that is longer than `every` and `overlap` together, or \
           never, and no other key ends at an age.",
    why: "A key that ends before its successor has replaced it leaves its callers without a key. All generations of a \
          key with a fixed date end on that date, and no later one is created.",
    source: "Keywright's own rule",
    also: Some((Severity::Warning, "if the end is a fixed date")),
    ..Rule::fixed("KW-115").shown_by(cases!("kw-115"))
};

pub(super) fn check(key: &KeyOf<'_>, spec: &PackageKeySpec, findings: &mut Findings) {
    let Some(expires) = &spec.expires else { return };
    // A field that could not be read looks like a missing one.
    let Some(rotation) = spec.rotation.as_ref() else {
        if key.is_complete && matches!(expires.value, Ends::After(_)) {
            let problem = KW_115.finding("the key ends at an age, but it is not rotated").at(expires.place);
            findings.add(problem.help("add `rotation`, or write a date like 2027-06-30"));
        }
        return;
    };
    let Some(every) = &rotation.value.every else { return };
    let overlap = rotation.value.overlap.as_ref().map_or(0, |overlap| overlap.value.0);
    let replaced = every.value.0.saturating_add(overlap);
    match &expires.value {
        Ends::After(after) if after.value.0 <= replaced => {
            let message = "each generation ends before its successor has replaced it";
            let problem = KW_115.finding(message).at(after.place).label(every.place, "a new key is created this often");
            findings.add(
                problem
                    .help(format!("write {} or more: `every`, `overlap` and a reserve", days(every.value.0, overlap))),
            );
        }
        Ends::On(DateOrNever::Date(_)) => {
            let message = "every generation of the rotated key ends on the same date";
            let help =
                format!("write `expires: {{after: {}}}`, so that each has its own end", days(every.value.0, overlap));
            findings.add(KW_115.also(message).at(expires.place).label(rotation.place, "the rotation").help(help));
        }
        Ends::After(_) | Ends::On(DateOrNever::Never) => {}
    }
}

/// An age with a reserve of another overlap, and at least a day.
fn days(every: i64, overlap: i64) -> String {
    format!("{}d", every.saturating_add(overlap.saturating_mul(2)) / 86_400 + 1)
}
