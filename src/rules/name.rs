//! Rules about names.

mod cam_002;
mod cam_011;
mod cam_058;
pub(super) mod duplicates;
mod kw_010;
mod kw_016;
mod kw_024;
mod kw_130;
mod kw_131;
mod kw_132;
mod kw_133;
mod kw_141;
mod mft_002;
mod mft_003;

use super::Findings;
use super::world::World;
use crate::manifest::Manifest;
use crate::manifest::document::name_rule;
use crate::model::Kind;
use crate::rules;
use crate::text::flaw;
use crate::text::quoted;

pub use kw_024::check as references;
pub use kw_130::Look;
pub use kw_130::alike;
pub use kw_130::look_of;
pub use kw_132::flawed;
pub(super) use kw_141::check as contradictions;
pub use kw_141::delete_or_remove;

rules! {
    cam_002::CAM_002, cam_011::CAM_011, cam_058::CAM_058, kw_010::KW_010, kw_016::KW_016, kw_024::KW_024, kw_130::KW_130,
    kw_131::KW_131, kw_132::KW_132, kw_133::KW_133, kw_141::KW_141, mft_002::MFT_002, mft_003::MFT_003;
    checks: check, duplicates::check, kw_130::check, kw_132::check, kw_133::check
}

/// The maximum length in characters; `None` if it is not documented.
const fn max_length(kind: Kind) -> Option<usize> {
    match kind {
        Kind::User | Kind::Package | Kind::Plan | Kind::PackageKey => Some(255),
        Kind::Application => Some(127),
        Kind::ApiKey => None,
    }
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for manifest in world.manifests {
        check_one(manifest, findings);
    }
}

fn check_one(manifest: &Manifest, findings: &mut Findings) {
    let Some(name) = &manifest.metadata.name else { return };
    let kind = manifest.kind;
    let length = name.value.chars().count();
    if name.value.trim().is_empty() {
        let problem = name_rule(kind).finding(format!("the {kind} has an empty name")).at(name.place);
        findings.add(problem.help("write the name under metadata.name"));
        return;
    }
    let rule = if kind == Kind::ApiKey { &rules::MFT_001 } else { &rules::KW_010 };
    if let Some(flaw) = flaw(&name.value) {
        let message = format!("the name `{}` {}", quoted(&name.value), flaw.clause());
        findings.add(rule.finding(message).at(name.place).help(flaw.help()));
    }
    if let Some(max) = max_length(kind)
        && length > max
    {
        let message = format!("the name has {length} characters; names of kind {kind} have at most {max}");
        findings.add(name_rule(kind).finding(message).at(name.place).help("choose a shorter name"));
    }
}
