//! Rules about the API keys of Boomi MFT.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::Findings;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::Manifest;
use crate::manifest::api_key::ApiKeySpec;
use crate::manifest::api_key::ApiKeyState;
use crate::manifest::read::Spanned;
use crate::manifest::scalar::InstantOrNever;
use crate::model::Instant;
use crate::text::quoted;

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in world.api_keys() {
        check_name(manifest, findings);
        // A field that could not be read looks like one that is missing.
        let is_whole = world.is_whole(manifest);
        if is_whole {
            check_enabled(manifest, spec, findings);
        }
        if is_whole && state(spec) != ApiKeyState::Absent {
            check_scope(
                "MFT-007",
                "allowedOrgs",
                "allOrgs",
                spec.allowed_orgs.as_ref(),
                spec.all_orgs.as_ref(),
                manifest,
                findings,
            );
            check_scope(
                "MFT-008",
                "allowedApis",
                "allApis",
                spec.allowed_apis.as_ref(),
                spec.all_apis.as_ref(),
                manifest,
                findings,
            );
        }
        check_organisations(spec, findings);
        check_api_types(spec, world, findings);
        check_repetitions(spec, findings);
        if is_whole {
            check_expiry(manifest, spec, world.now, findings);
        }
        check_leaks(manifest, spec, findings);
    }
}

fn state(spec: &ApiKeySpec) -> ApiKeyState {
    spec.state.as_ref().map_or(ApiKeyState::Present, |state| state.value)
}

fn check_name(manifest: &Manifest, findings: &mut Findings) {
    let Some(name) = &manifest.metadata.name else { return };
    let usual = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
    if name.value.chars().count() > 100 || !name.value.chars().all(usual) {
        let problem = Diagnostic::warning("MFT-004", "the keyName is unusual").at(name.place);
        findings.add(problem.help("at most 100 letters, digits, spaces and the characters . _ - are safe"));
    }
}

fn check_enabled(manifest: &Manifest, spec: &ApiKeySpec, findings: &mut Findings) {
    match (&spec.enabled, &spec.state) {
        (None, state) if !state.as_ref().is_some_and(|state| state.value != ApiKeyState::Present) => {
            let problem =
                Diagnostic::error("MFT-006", "it is not said whether the key is enabled").at(manifest.name_place());
            findings.add(problem.help("add `enabled: true` or `enabled: false` under spec"));
        }
        (Some(enabled), Some(state)) if enabled.value && state.value != ApiKeyState::Present => {
            let message = format!("the key is enabled and {} at once", state.value.word());
            let problem = Diagnostic::error("MFT-018", message).at(enabled.place).label(state.place, "declared here");
            findings.add(problem.help("remove `enabled`, or write `state: present`"));
        }
        _ => {}
    }
}

fn check_scope(
    rule: &'static str,
    list: &str,
    all: &str,
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
            let problem = Diagnostic::error(rule, format!("`{list}` is {what}, which may mean no restriction at all"));
            findings.add(problem.at(place).help(format!("list them, or say `{all}: true`")));
        }
        Some(flag) if is_listed => {
            let problem = Diagnostic::error(rule, format!("`{all}: true` and a list of `{list}` exclude each other"));
            findings.add(problem.at(flag.place).help("keep one of the two"));
        }
        _ => {}
    }
}

fn check_organisations(spec: &ApiKeySpec, findings: &mut Findings) {
    for organisation in spec.allowed_orgs.iter().flat_map(|listed| &listed.value) {
        let text = &organisation.value;
        let fine = match text.strip_prefix("id:") {
            Some(id) => {
                crate::manifest::read::whole_number(id).is_some_and(|id| (1..=i64::from(i32::MAX)).contains(&id))
            }
            None => !text.trim().is_empty() && !text.contains(','),
        };
        if !fine {
            let problem = Diagnostic::error("MFT-009", format!("`{}` does not name an organisation", quoted(text)));
            findings
                .add(problem.at(organisation.place).help("write a code or name without a comma, or id: and a number"));
        }
    }
}

fn check_api_types(spec: &ApiKeySpec, world: &World<'_>, findings: &mut Findings) {
    let catalogue = world.api_types.as_ref();
    for api in spec.allowed_apis.iter().flat_map(|listed| &listed.value) {
        let text = &api.value;
        if text.trim().is_empty()
            || text.trim() != &**text
            || text.contains([',', ';', '|', '"', '\'', '[', ']', '{', '}'])
        {
            let problem = Diagnostic::error("MFT-011", format!("`{}` can not be sent as an API type", quoted(text)));
            findings.add(
                problem.at(api.place).help("it can not be blank, nor hold , ; | quotes, brackets or outer spaces"),
            );
        } else if let Some(catalogue) = catalogue
            && !catalogue.contains(&**text)
        {
            let problem =
                Diagnostic::error("MFT-012", format!("`{}` is not an API type of this workspace", quoted(text)));
            // Nobody reads a list of hundreds, and comparing with a hostile one would take for ever.
            let known = catalogue.iter().take(100).copied();
            let help = crate::diagnostic::did_you_mean(text, known.clone()).map_or_else(
                || format!("the workspace lists {}", known.map(quoted).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            findings.add(problem.at(api.place).help(help));
        } else if catalogue.is_none() && world.workspace.remote.managed_file_transfer.is_some() {
            let problem =
                Diagnostic::warning("MFT-012", format!("nothing says whether `{}` is an API type", quoted(text)));
            findings.add(
                problem.at(api.place).help("list the API types under spec.stores.managedFileTransfer.allowedApis"),
            );
        }
    }
}

fn check_repetitions(spec: &ApiKeySpec, findings: &mut Findings) {
    for listed in [&spec.allowed_apis, &spec.allowed_orgs].into_iter().flatten() {
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        for item in &listed.value {
            if let Some(first) = seen.insert(&item.value, item.place) {
                let problem = Diagnostic::warning("MFT-010", format!("`{}` is listed twice", quoted(&item.value)));
                findings.add(problem.at(item.place).label(first, "first here").help("remove one"));
            }
        }
    }
}

fn check_expiry(manifest: &Manifest, spec: &ApiKeySpec, now: Instant, findings: &mut Findings) {
    let live = spec.enabled.as_ref().is_some_and(|enabled| enabled.value) && state(spec) == ApiKeyState::Present;
    if !live {
        return;
    }
    let Some(expires) = &spec.expires else {
        let problem = Diagnostic::warning("MFT-016", "the key is given no end").at(manifest.name_place());
        findings.add(problem.help("add `expires`, like 2027-06-30T00:00:00Z"));
        return;
    };
    let problem = match expires.value {
        InstantOrNever::Never => {
            Diagnostic::warning("MFT-016", "the key never expires").help("give it an end, and renew it")
        }
        InstantOrNever::At(end) if end <= now => Diagnostic::error("MFT-014", "the key is enabled and has expired")
            .help("write a later instant, or `enabled: false`"),
        InstantOrNever::At(end) if end <= now + TimeDelta::days(30) => {
            Diagnostic::warning("MFT-015", "the key expires within 30 days")
                .help("make the next one before its callers fail")
        }
        InstantOrNever::At(end) if end > now + TimeDelta::days(365) => {
            Diagnostic::warning("MFT-017", "the key lives longer than 365 days")
                .help("write an earlier end, and renew it")
        }
        InstantOrNever::At(_) => return,
    };
    findings.add(problem.at(expires.place));
}

fn check_leaks(manifest: &Manifest, spec: &ApiKeySpec, findings: &mut Findings) {
    let items = spec.allowed_apis.iter().chain(&spec.allowed_orgs).flat_map(|listed| &listed.value);
    for text in manifest.metadata.name.iter().chain(items) {
        if looks_like_a_key(&text.value) {
            let problem = Diagnostic::error("MFT-019", "this looks like the value of a key").at(text.place);
            findings.add(
                problem.help("a key's value or id has no place in a manifest; if it is a name, write it more readably"),
            );
        }
    }
}

/// A UUID, or a run of 20 or more letters and digits that changes between them like a random text does.
pub fn looks_like_a_key(text: &str) -> bool {
    let is_uuid = |part: &str| {
        let groups: Vec<&str> = part.split('-').collect();
        groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && part.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    let class = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let is_random = |run: &str| {
        let changes = run.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
        run.len() >= 20 && changes >= 5
    };
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(is_uuid)
        || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random)
}

/// The name without its generation: `erp` of `erp.g2`.
pub fn logical_name(name: &str) -> &str {
    generation(name).0
}

/// A name without its generation, and the number of it: 2 of `erp.g2`, 1 of `erp`.
pub fn generation(name: &str) -> (&str, u64) {
    match name.rsplit_once(".g") {
        Some((logical, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            (logical, number.parse().unwrap_or(u64::MAX))
        }
        _ => (name, 1),
    }
}

/// MFT-038: at most two generations of a key are enabled at once.
pub(super) fn check_generations(world: &World<'_>, findings: &mut Findings) {
    let mut enabled: BTreeMap<&str, BTreeSet<(Place, &str)>> = BTreeMap::new();
    for (manifest, spec) in world.api_keys() {
        if spec.enabled.as_ref().is_some_and(|enabled| enabled.value) {
            enabled.entry(logical_name(manifest.name())).or_default().insert((manifest.name_place(), manifest.name()));
        }
    }
    for (logical, generations) in enabled {
        if let Some((place, name)) = generations.iter().nth(2) {
            let message = format!("`{name}` is the third enabled generation of `{logical}`");
            let problem = Diagnostic::error("MFT-038", message).at(*place);
            findings.add(problem.help("disable the oldest before a third is made"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_look_like_keys_and_names_do_not() {
        for key in
            ["123e4567-e89b-42d3-a456-426614174000", "id 123e4567-e89b-42d3-a456-426614174000!", "a1B2c3D4e5F6g7H8i9J0"]
        {
            assert!(looks_like_a_key(key), "{key}");
        }
        for name in [
            "erp-orders",
            "northbank-settlement-files-2027",
            "ORDERSFROMTHEWAREHOUSE",
            "short1A2b",
            "12345678901234567890",
        ] {
            assert!(!looks_like_a_key(name), "{name}");
        }
    }

    #[test]
    fn generations_share_a_logical_name() {
        assert_eq!(logical_name("erp.g12"), "erp");
        for other in ["erp", "erp.g", "erp.gx", "erp.2"] {
            assert_eq!(logical_name(other), other);
        }
    }
}
