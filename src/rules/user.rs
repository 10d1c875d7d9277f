//! Rules about users.

mod cam_007;
mod cam_008;
mod cam_046;
mod cam_048;
mod cam_071;
mod cam_072;
mod cam_076;

use super::Findings;
use super::world::World;
use crate::manifest::field::is_email;
use crate::manifest::fields;
use crate::manifest::user::UserSpec;
use crate::model::Kind;
use crate::rules;
pub use cam_046::INTERNAL_USER;

rules! { cam_007::CAM_007, cam_008::CAM_008, cam_046::CAM_046, cam_048::CAM_048, cam_071::CAM_071,
    cam_072::CAM_072, cam_076::CAM_076;
    checks: check, cam_046::check, cam_071::check
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.users.values() {
        check_email(spec, findings);
        check_display_name(spec, findings);
    }
}

fn check_email(spec: &UserSpec, findings: &mut Findings) {
    let Some(email) = &spec.email else { return };
    let most = max_length("email");
    if !is_email(&email.value) {
        let problem = rules::CAM_003.also("an email address must have one `@` with text on both sides").at(email.place);
        findings.add(problem.help("write it like alice@example.com"));
    } else if email.value.chars().count() > most {
        let message = format!("the email address is longer than {most} characters");
        let problem = rules::CAM_003.also(message).at(email.place);
        findings.add(problem.help("use a shorter address"));
    }
}

fn check_display_name(spec: &UserSpec, findings: &mut Findings) {
    let Some(name) = &spec.display_name else { return };
    let (length, most) = (name.value.chars().count(), max_length("displayName"));
    if name.value.trim().is_empty() || length > most {
        let message = format!("a displayName has 1 to {most} characters; this one has {length}");
        findings.add(rules::CAM_004.also(message).at(name.place).help("write a display name of that length"));
    }
}

/// The maximum length of a field.
fn max_length(field: &str) -> usize {
    let most = fields::find(Kind::User, field).and_then(|field| field.most);
    most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}
