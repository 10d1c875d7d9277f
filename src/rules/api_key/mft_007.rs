//! MFT-007. Decided here.

use super::complete;
use super::state;
use crate::manifest::Manifest;
use crate::manifest::api_key::ApiKeyState;
use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::MFT_008;
use crate::rules::world::World;

pub static MFT_007: Rule = Rule {
    says: "An API key either lists its organizations in allowedOrgs or sets `allOrgs: true`, but not both.",
    why: "An empty list most likely allows every organization of the user. A forgotten line must not allow them all.",
    source: "Thru user guide, API Keys",
    ..Rule::fixed("MFT-007").shown_by(cases!("mft-007"))
};

/// MFT-007 and MFT-008.
pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in complete(world).filter(|(_, spec)| state(spec) != ApiKeyState::Absent) {
        let (orgs, apis) = (spec.allowed_orgs.as_ref(), spec.allowed_apis.as_ref());
        check_scope(&MFT_007, ("allowedOrgs", "allOrgs"), orgs, spec.all_orgs.as_ref(), manifest, findings);
        check_scope(&MFT_008, ("allowedApis", "allApis"), apis, spec.all_apis.as_ref(), manifest, findings);
    }
}

fn check_scope(
    rule: &Rule,
    (list, all): (&str, &str),
    listed: Option<&Spanned<Vec<Spanned<Box<str>>>>>,
    unrestricted: Option<&Spanned<bool>>,
    manifest: &Manifest,
    findings: &mut Findings,
) {
    let is_listed = listed.is_some_and(|listed| !listed.value.is_empty());
    match unrestricted.filter(|flag| flag.value) {
        None if !is_listed => {
            let place = listed.map_or_else(|| manifest.name_place(), |listed| listed.place);
            let what = if listed.is_some() { "empty" } else { "missing" };
            let problem = rule.finding(format!("`{list}` is {what}, which may mean no restriction"));
            findings.add(problem.at(place).help(format!("list the entries, or set `{all}: true`")));
        }
        Some(flag) if is_listed => {
            let problem = rule.finding(format!("`{all}: true` and a list of `{list}` exclude each other"));
            findings.add(problem.at(flag.place).help("keep one of the two"));
        }
        _ => {}
    }
}
