//! Rules about package keys, including the keys that applications declare.

pub(super) mod cam_024;
mod cam_025;
mod cam_026;
mod cam_027;
mod cam_029;
mod cam_031;
mod cam_033;
mod cam_034;
mod cam_035;
mod cam_036;
mod cam_037;
mod cam_038;
mod cam_039;
mod cam_040;
mod cam_041;
mod cam_043;
mod cam_056;
mod cam_062;
mod cam_063;
mod cam_064;
mod cam_067;
mod cam_068;
mod cam_069;
mod cam_070;
pub(super) mod cam_074;
mod cam_085;
mod kw_014;
mod kw_017;
mod kw_018;
pub(super) mod kw_041;
mod kw_113;
mod kw_115;
mod kw_119;
mod kw_164;
mod kw_165;
mod kw_167;
mod kw_168;

use super::Findings;
use super::world::KeyOf;
use super::world::World;
use crate::manifest::fields;
use crate::manifest::package_key::Generate;
use crate::manifest::package_key::Key;
use crate::manifest::package_key::Minter;
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::read::Spanned;
use crate::manifest::user::UserStatus;
use crate::model::Kind;
use crate::rules;
pub use cam_024::is_key_text;
pub use kw_017::MIN_RANDOM;
pub use kw_017::not_random;
pub use kw_017::too_short;
pub use kw_018::is_variable;
pub use kw_018::undeliverable;
pub use kw_041::NO_QUOTES;
pub use kw_041::quote_for;
pub use kw_165::refused_by_sink;

rules! {
    cam_024::CAM_024, cam_025::CAM_025, cam_026::CAM_026, cam_027::CAM_027, cam_029::CAM_029, cam_031::CAM_031,
    cam_033::CAM_033, cam_034::CAM_034, cam_035::CAM_035, cam_036::CAM_036, cam_037::CAM_037, cam_038::CAM_038,
    cam_039::CAM_039, cam_040::CAM_040, cam_041::CAM_041, cam_043::CAM_043, cam_056::CAM_056, cam_062::CAM_062,
    cam_063::CAM_063, cam_064::CAM_064, cam_067::CAM_067, cam_068::CAM_068, cam_069::CAM_069, cam_070::CAM_070,
    cam_074::CAM_074, cam_085::CAM_085, kw_014::KW_014, kw_017::KW_017, kw_018::KW_018, kw_041::KW_041, kw_113::KW_113, kw_115::KW_115, kw_119::KW_119,
    kw_164::KW_164, kw_165::KW_165, kw_167::KW_167, kw_168::KW_168;
    checks: check, cam_027::check, cam_034::check, cam_035::check, cam_040::check, cam_056::check,
    cam_062::check,
    kw_014::check, kw_017::check, kw_018::check, kw_164::check, kw_165::check, kw_167::check
}

/// The key length of a package that does not set keyLength.
pub fn default_key_length() -> usize {
    let length = fields::find(Kind::Package, "keyLength").and_then(|field| field.default.as_ref()?.as_number());
    length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default()
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some(spec) = key.spec else { continue };
        check_type(key, spec, findings);
        check_rotation(spec, findings);
        kw_113::check(key, spec, findings);
        kw_115::check(key, spec, findings);
    }
}

fn generated(spec: &PackageKeySpec) -> Option<&Generate> {
    spec.key.as_ref()?.value.generate.as_ref().map(|generate| &generate.value)
}

/// Whether a key is declared as one that exists, so that no new one is ever created for it.
fn only_exists(key: &KeyOf<'_>) -> bool {
    let key = key.spec.and_then(|spec| spec.key.as_ref());
    key.is_some_and(|key| key.value.existing.is_some() && key.value.generate.is_none())
}

/// The declared status of the user of a key.
fn owner_status<'a>(world: &World<'a>, key: &KeyOf<'_>) -> Option<&'a Spanned<UserStatus>> {
    world.users.get(&*key.user.value)?.1.status.as_ref()
}

fn check_type(declared: &KeyOf<'_>, spec: &PackageKeySpec, findings: &mut Findings) {
    let Some(key) = &spec.key else { return };
    let Key { generate, custom, existing } = &key.value;
    match (generate, custom, existing) {
        // A field that could not be read looks like a missing one.
        (None, None, None) if declared.is_complete => {
            let message = "the key has neither `generate`, `custom` nor `existing`";
            let problem = rules::CAM_042.finding(message).at(key.place);
            findings.add(
                problem.help("write `key: {generate: {prefix: abc_}}`, `{custom: {env: NAME}}` or `{existing: ID}`"),
            );
        }
        (Some(generate), Some(custom), _) => {
            let problem = rules::CAM_042.finding("the key has both `generate` and `custom`").at(custom.place);
            findings.add(problem.label(generate.place, "generated here").help("keep one of the two"));
        }
        (None, Some(custom), Some(existing)) => {
            let problem = rules::CAM_042.finding("the key has both `existing` and `custom`").at(existing.place);
            findings.add(problem.label(custom.place, "the custom value").help("keep one of the two"));
        }
        _ => {}
    }
}

fn check_rotation(spec: &PackageKeySpec, findings: &mut Findings) {
    let Some(rotation) = &spec.rotation else { return };
    let key = spec.key.as_ref().map(|key| &key.value);
    if let Some(custom) = key.and_then(|key| key.custom.as_ref()) {
        let problem = rules::KW_015.finding("only a generated key can be rotated").at(rotation.place);
        let problem = problem.label(custom.place, "the custom value");
        findings.add(problem.help("remove `rotation`, or use `generate`"));
    }
    if let Some(existing) = key.filter(|key| key.generate.is_none()).and_then(|key| key.existing.as_ref()) {
        let problem = rules::KW_015.finding("a key that exists has no successors").at(rotation.place);
        let problem = problem.label(existing.place, "the key");
        findings.add(problem.help("add `generate: {prefix: abc_}` beside `existing`, or remove `rotation`"));
    }
    let generate = key.and_then(|key| key.generate.as_ref());
    if let Some(by) = generate.and_then(|generate| generate.value.by.as_ref()).filter(|by| by.value == Minter::Store) {
        let message = "a key whose value the store creates cannot be rotated";
        let problem = rules::KW_015.finding(message).at(rotation.place).label(by.place, "created by the store");
        findings.add(
            problem.help(
                "let Keywright create the value, so that its prefix distinguishes its generations from other keys",
            ),
        );
    }
    let Some(every) = &rotation.value.every else { return };
    if every.value.0 == 0 {
        let problem = rules::KW_015.finding("`every` must be greater than zero").at(every.place);
        findings.add(problem.help("write the maximum age of a key, like 90d"));
    }
    if let Some(overlap) = &rotation.value.overlap
        && overlap.value >= every.value
    {
        let problem = rules::KW_015.finding("`overlap` is not shorter than `every`").at(overlap.place);
        let problem = problem.label(every.place, "a new key is created this often");
        findings.add(problem.help("write a shorter overlap; otherwise old keys are never disabled"));
    }
}

/// Whether a relative path stays inside its folder.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\0', '\\', '\n', '\r'])
        && path.split('/').all(|part| part != "..")
        && path.split('/').any(|part| !part.is_empty() && part != ".")
}
