//! Rules about packages.

mod cam_016;

use super::Findings;
use super::world::World;
use crate::manifest::read::Spanned;
use crate::rules;

rules! {
    cam_016::CAM_016;
    checks: check
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.packages.values() {
        check_range("nearQuotaThreshold", spec.near_quota_threshold.as_ref(), 0, 100, findings);
        check_range("keyLength", spec.key_length.as_ref(), 1, 255, findings);
        check_range("sharedSecretLength", spec.shared_secret_length.as_ref(), 0, 255, findings);
    }
}

fn check_range(field: &str, number: Option<&Spanned<i64>>, least: i64, most: i64, findings: &mut Findings) {
    if let Some(number) = number
        && !(least..=most).contains(&number.value)
    {
        let message = format!("`{field}` is {}; it goes from {least} to {most}", number.value);
        findings.add(rules::CAM_016.finding(message).at(number.place).help("the store may refuse or change it"));
    }
}
