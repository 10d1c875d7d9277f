//! Rules about the API keys of Boomi MFT. A rule without a check is decided in `plan/transfer_rules.rs` and the files
//! below it, unless its own file names another place.

mod kw_139;
mod mft_004;
mod mft_007;
mod mft_008;
mod mft_009;
mod mft_010;
mod mft_011;
mod mft_012;
mod mft_014;
mod mft_015;
mod mft_016;
mod mft_017;
mod mft_018;
mod mft_019;
mod mft_022;
mod mft_023;
mod mft_024;
mod mft_025;
mod mft_026;
mod mft_027;
mod mft_028;
mod mft_029;
mod mft_031;
mod mft_032;
mod mft_033;
mod mft_034;
mod mft_035;
mod mft_036;
mod mft_038;
mod mft_039;
mod mft_041;
mod mft_042;
mod mft_043;

use super::Findings;
use super::world::World;
use crate::manifest::Manifest;
use crate::manifest::api_key::ApiKeySpec;
use crate::manifest::api_key::ApiKeyState;
use crate::rules;
pub use mft_019::looks_like_a_key;

rules! {
    kw_139::KW_139, mft_004::MFT_004, mft_007::MFT_007, mft_008::MFT_008, mft_009::MFT_009, mft_010::MFT_010,
    mft_011::MFT_011, mft_012::MFT_012, mft_014::MFT_014, mft_015::MFT_015, mft_016::MFT_016, mft_017::MFT_017,
    mft_018::MFT_018, mft_019::MFT_019, mft_022::MFT_022, mft_023::MFT_023, mft_024::MFT_024, mft_025::MFT_025,
    mft_026::MFT_026, mft_027::MFT_027, mft_028::MFT_028, mft_029::MFT_029, mft_031::MFT_031, mft_032::MFT_032,
    mft_033::MFT_033, mft_034::MFT_034, mft_035::MFT_035, mft_036::MFT_036, mft_038::MFT_038, mft_039::MFT_039,
    mft_041::MFT_041, mft_042::MFT_042, mft_043::MFT_043;
    checks: kw_139::check, mft_004::check, check_enabled, mft_007::check, mft_009::check, mft_010::check,
    mft_011::check, mft_012::check, mft_016::check, mft_018::check,
    mft_019::check, mft_038::check
}

fn check_enabled(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in complete(world) {
        if spec.enabled.is_none() && state(spec) == ApiKeyState::Present {
            let problem = rules::MFT_006.finding("`enabled` is missing").at(manifest.name_place());
            findings.add(problem.help("add `enabled: true` or `enabled: false` under spec"));
        }
    }
}

/// The keys whose manifests were read completely: a field that could not be read looks like a missing one.
fn complete<'a>(world: &'a World<'_>) -> impl Iterator<Item = (&'a Manifest, &'a ApiKeySpec)> {
    world.api_keys().filter(|(manifest, _)| world.is_complete(manifest))
}

fn enabled<'a>(world: &'a World<'_>) -> impl Iterator<Item = (&'a Manifest, &'a ApiKeySpec)> {
    let is_enabled = |spec: &ApiKeySpec| spec.enabled.as_ref().is_some_and(|enabled| enabled.value);
    complete(world).filter(move |(_, spec)| is_enabled(spec) && state(spec) == ApiKeyState::Present)
}

fn api_types<'a>(world: &'a World<'_>) -> impl Iterator<Item = &'a crate::manifest::read::Spanned<Box<str>>> {
    world.api_keys().flat_map(|(_, spec)| &spec.allowed_apis).flat_map(|listed| &listed.value)
}

fn state(spec: &ApiKeySpec) -> ApiKeyState {
    spec.state.as_ref().map_or(ApiKeyState::Present, |state| state.value)
}

/// The name without its generation: `erp` for `erp.g2`.
pub fn logical_name(name: &str) -> &str {
    generation(name).0
}

/// A name without its generation, and the generation: 2 for `erp.g2`, 1 for `erp`.
pub fn generation(name: &str) -> (&str, u64) {
    match name.rsplit_once(".g") {
        Some((logical, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            (logical, number.parse().unwrap_or(u64::MAX))
        }
        _ => (name, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_share_a_logical_name() {
        assert_eq!(logical_name("erp.g12"), "erp");
        for other in ["erp", "erp.g", "erp.gx", "erp.2"] {
            assert_eq!(logical_name(other), other);
        }
    }
}
