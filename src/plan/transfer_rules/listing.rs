//! The rules about the list of keys: keys without names, missing organizations, a list that may be incomplete.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::manifest::plain::whole_number;
use crate::matching::Matching;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Transfer;
use crate::model::Value;
use crate::plan::Context;
use crate::rules;
use crate::text::quoted;

pub(super) fn check(
    context: &Context<'_>,
    matching: &Matching<'_>,
    transfer: &Transfer,
    findings: &mut Vec<Diagnostic>,
) {
    findings.extend(nameless(context.live));
    findings.extend(round(transfer));
    findings.extend(unseen_organizations(context, transfer));
    for live in context.live.of(Kind::ApiKey) {
        findings.extend(dangling(transfer, live));
    }
    let managed = matching.found.values().map(|found| found.live).filter(|live| live.address.kind() == Kind::ApiKey);
    findings.extend(managed.filter_map(|live| other_name(transfer, live)));
}

/// MFT-035.
fn nameless(live: &Live) -> Option<Diagnostic> {
    let message = match live.odd().iter().filter(|row| row.is_nameless_api_key()).count() {
        0 => return None,
        1 => "a live key has no name, so it cannot be declared".to_owned(),
        more => format!("{more} live keys have no name, so they cannot be declared"),
    };
    Some(rules::MFT_035.finding(message).help("name it in the portal, or delete it there"))
}

/// No paging is documented; a list of a round length may be a single page (`mft-api-keys.md` Q19).
fn round(transfer: &Transfer) -> Option<Diagnostic> {
    let count = transfer.round?;
    let message = format!("the list has exactly {} and may be incomplete", crate::text::count(count, "key"));
    Some(rules::MFT_034.also(message).help("compare it with the portal before you create keys"))
}

fn unseen_organizations(context: &Context<'_>, transfer: &Transfer) -> Option<Diagnostic> {
    let names = |value: Option<&Value>| matches!(value, Some(Value::Set(items)) if !items.is_empty());
    let is_asked = context.desired.of(Kind::ApiKey).any(|declared| names(declared.value("allowedOrgs")));
    (transfer.organizations.is_none() && is_asked).then(|| {
        let message = "this credential cannot list organizations, so their ids are not checked";
        rules::MFT_025.also(message).help("give the credential's user permission to list them")
    })
}

/// MFT-026.
fn dangling(transfer: &Transfer, live: &LiveObject) -> Option<Diagnostic> {
    let known: BTreeSet<i64> = transfer.organizations.as_ref()?.iter().map(|one| one.id).collect();
    let Some(Value::Set(items)) = live.attributes.get("allowedOrgs") else { return None };
    let ids = items.iter().filter_map(|item| item.strip_prefix("id:").and_then(whole_number));
    let gone: Vec<String> = ids.filter(|id| !known.contains(id)).map(|id| id.to_string()).collect();
    if gone.is_empty() {
        return None;
    }
    let message = format!("the live {} names organizations that do not exist: {}", live.address, gone.join(", "));
    Some(rules::MFT_026.finding(message).help("declare the remaining organizations; the next apply sets them"))
}

/// MFT-036.
fn other_name(transfer: &Transfer, live: &LiveObject) -> Option<Diagnostic> {
    let name = transfer.keys.get(&live.id)?.other_name.as_deref()?;
    let message = format!("the live {} also has the name `{}`, which is not its keyName", live.address, quoted(name));
    Some(rules::MFT_036.finding(message).help("no action needed: keys are found by their keyName"))
}
