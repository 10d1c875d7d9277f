//! Rules about users.

mod cam_005;
mod cam_007;
mod cam_008;
mod cam_046;
mod cam_047;
mod cam_048;

use super::Findings;
use super::world::World;
use crate::manifest::read::Spanned;
use crate::manifest::user::UserSpec;
use crate::rule::Rule;
use crate::rules;
pub use cam_046::INTERNAL_MEMBER;

rules! {
    cam_005::CAM_005, cam_007::CAM_007, cam_008::CAM_008, cam_046::CAM_046, cam_047::CAM_047, cam_048::CAM_048;
    checks: check, cam_046::check
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.users.values() {
        check_email(spec, findings);
        check_display_name(spec, findings);
        check_lengths(spec, findings);
    }
}

fn check_email(spec: &UserSpec, findings: &mut Findings) {
    let Some(email) = &spec.email else { return };
    let (local, domain) = email.value.split_once('@').unwrap_or_default();
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        let problem = rules::CAM_003.finding("an email address has one `@` with text on both sides").at(email.place);
        findings.add(problem.help("write it like alice@example.com"));
    } else if email.value.chars().count() > 255 {
        let problem = rules::CAM_003.finding("the email address is longer than 255 characters").at(email.place);
        findings.add(problem.help("use a shorter address"));
    }
}

fn check_display_name(spec: &UserSpec, findings: &mut Findings) {
    let Some(name) = &spec.display_name else { return };
    let length = name.value.chars().count();
    if name.value.trim().is_empty() || length > 255 {
        let message = format!("a displayName has 1 to 255 characters, this one {length}");
        findings.add(rules::CAM_004.finding(message).at(name.place).help("write the name that people know"));
    }
}

fn check_lengths(spec: &UserSpec, findings: &mut Findings) {
    let limits: [(&str, &Option<Spanned<Box<str>>>, usize); 16] = [
        ("firstName", &spec.first_name, 255),
        ("lastName", &spec.last_name, 255),
        ("company", &spec.company, 255),
        ("address1", &spec.address1, 255),
        ("address2", &spec.address2, 255),
        ("locality", &spec.locality, 255),
        ("region", &spec.region, 50),
        ("postalCode", &spec.postal_code, 64),
        ("countryCode", &spec.country_code, 8),
        ("phone", &spec.phone, 255),
        ("uri", &spec.uri, 255),
        ("blog", &spec.blog, 255),
        ("im", &spec.im, 255),
        ("imsvc", &spec.imsvc, 64),
        ("registrationIpaddr", &spec.registration_ipaddr, 15),
        ("externalId", &spec.external_id, 255),
    ];
    for (field, text, longest) in limits {
        check_length(&rules::CAM_005, field, text.as_ref(), longest, findings);
    }
}

/// Warns of a text that is longer than the store is known to keep.
pub(super) fn check_length(
    rule: &Rule,
    field: &str,
    text: Option<&Spanned<Box<str>>>,
    longest: usize,
    findings: &mut Findings,
) {
    let Some(text) = text else { return };
    // Bytes are never fewer than characters, so most texts need no counting.
    if text.value.len() > longest && text.value.chars().count() > longest {
        let message =
            format!("`{field}` has {} characters; the store keeps at most {longest}", text.value.chars().count());
        findings.add(rule.finding(message).at(text.place).help("shorten it, or it may be cut or refused"));
    }
}
