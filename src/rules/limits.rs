//! The limits of texts and numbers in the table of fields: CAM-005, CAM-012, CAM-016, CAM-020.

use super::Findings;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::manifest::field::Field;
use crate::manifest::field::Form;
use crate::manifest::fields;

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for manifest in world.manifests {
        manifest.spec.sizes(&mut |name, size, place| {
            let field = fields::find(manifest.kind, name);
            if let Some(problem) = field.and_then(|field| out_of_range(field, size)) {
                findings.add(problem.at(place));
            }
        });
    }
}

fn out_of_range(field: &Field, size: i64) -> Option<Diagnostic> {
    let name = field.name.rsplit('.').next().unwrap_or(field.name);
    let (least, most) = (field.least.unwrap_or(0), field.most.unwrap_or(i64::MAX));
    match field.form {
        Form::Number | Form::Limit if field.is_strict && size < 0 => {
            let problem = field.rule.also(format!("`{name}` is {size}; it cannot be negative"));
            Some(problem.help("write 0 or more"))
        }
        Form::Number if !field.is_strict && !field.holds(size) => {
            let message = format!("`{name}` is {size}; the range is {least} to {most}");
            Some(field.rule.finding(message).help("the store may refuse or change it; write a number in that range"))
        }
        Form::Text if !field.is_strict && !field.holds(size) => {
            let message = format!("`{name}` has {size} characters; the store keeps at most {most}");
            Some(field.rule.finding(message).help("shorten it; the store may cut or refuse it"))
        }
        _ => None,
    }
}
