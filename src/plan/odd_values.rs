//! Values that a store can have although no page of the vendor allows them: an empty email, an unknown quota period, a
//! negative number. A manifest may repeat them; a plan that would write one is an error (CAM-003, CAM-004, CAM-015,
//! CAM-019, CAM-020).

use crate::diagnostic::Diagnostic;
use crate::manifest::fields;
use crate::matching::Matching;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::DesiredField;
use crate::rules;

pub(super) fn check(desired: &Desired, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let findings = desired.objects.values().filter(|declared| !matching.stopped.contains(&declared.address));
    findings.flat_map(|declared| declared.fields.iter().filter_map(|field| odd(declared, field, matching))).collect()
}

fn odd(declared: &Declared, desired: &DesiredField, matching: &Matching<'_>) -> Option<Diagnostic> {
    let field = fields::find(declared.address.kind(), &desired.field)?;
    let (rule, must) = field.broken(&desired.value)?;
    let warned = [&rules::CAM_003, &rules::CAM_004, &rules::CAM_015, &rules::CAM_019, &rules::CAM_020];
    let is_warned = warned.iter().any(|warned| warned.id == rule.id);
    if !is_warned || !is_written(declared, desired, matching) {
        return None;
    }
    let message = format!("`{}` of {} must be {must}", desired.field, declared.address);
    let help = match field.required {
        Some(_) => "write such a value",
        None => "write such a value, or omit the field to leave it as it is",
    };
    Some(rule.finding(message).at(desired.place).help(help))
}

/// Whether the plan would write the field: the store does not have this value.
fn is_written(declared: &Declared, desired: &DesiredField, matching: &Matching<'_>) -> bool {
    let live = matching.found.get(&declared.address).map(|found| found.live.attributes.get(&desired.field));
    match live {
        None => true,
        Some(None) => !desired.value.is_empty(),
        Some(Some(live)) => *live != desired.value,
    }
}
