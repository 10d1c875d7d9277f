//! The rules that compare API keys with Managed File Transfer: whose keys these are, and what changed meanwhile.

mod generations;
mod listing;

use chrono::SecondsFormat;
use chrono::TimeDelta;

use super::Change;
use super::Context;
use super::FieldChange;
use super::Plan;
use super::access;
use super::consent::is_allowed;
use super::own_key::OwnKey;
use super::own_key::own_key;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Presence;
use crate::model::Transfer;
use crate::model::Value;
use crate::rules;
use crate::text::quoted;
use crate::workspace::TransferStore;

/// The lists that limit a key.
const LISTS: [&str; 2] = ["allowedApis", "allowedOrgs"];

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = plan.changes.iter().filter_map(|change| widening(context, change)).collect();
    generations::check(context, matching, &mut findings);
    let Some(transfer) = context.live.transfer.as_deref() else { return findings };
    for declared in context.desired.of(Kind::ApiKey).filter(|declared| !matching.is_held(declared)) {
        match matching.found.get(&declared.address) {
            Some(found) => check_found(context, transfer, declared, found.live, plan, &mut findings),
            None => check_new(context, transfer, declared, &mut findings),
        }
    }
    for live in matching.unmatched.iter().filter(|live| live.address.kind() == Kind::ApiKey) {
        // A manifest that removes it disables it.
        if context.desired.removals().all(|removed| removed.address != live.address) {
            findings.extend(unrestricted(transfer, live, |_| true, "no manifest declares it"));
        }
        findings.extend(unread(transfer, live, false));
    }
    findings.extend(whose(context, matching, plan));
    findings.extend(own_key_unknown(context, plan));
    listing::check(context, matching, transfer, &mut findings);
    findings
}

/// MFT-038: the keys that are held back because two generations are enabled already.
pub(super) fn third_generations(context: &Context<'_>, matching: &Matching<'_>) -> Vec<(Address, Diagnostic)> {
    generations::third(context, matching)
}

/// MFT-022, MFT-023: whether these are the keys that the workspace is for.
pub(super) fn whose(context: &Context<'_>, matching: &Matching<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let settings = context.workspace.remote.managed_file_transfer.as_ref();
    let Some((transfer, settings)) = context.live.transfer.as_deref().zip(settings) else { return Vec::new() };
    let mut findings = tenants(context, matching, transfer, settings);
    findings.extend(owner(context, transfer, settings, plan));
    findings
}

/// A disabled key may lose a list in an unknown format; an enabled one may not.
fn stays_on(declared: &Declared) -> bool {
    declared.presence == Presence::Present && declared.value("enabled").and_then(Value::as_bool) == Some(true)
}

/// MFT-027: the lists in an unknown format of a key that stays enabled. The key is left out of the plan.
pub(super) fn unreadable(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> Vec<Diagnostic> {
    let transfer = context.live.transfer.as_deref().filter(|_| declared.address.kind() == Kind::ApiKey);
    let found = transfer.filter(|_| stays_on(declared)).map(|transfer| unread(transfer, live, true));
    found.into_iter().flatten().map(|problem| problem.at(declared.place)).collect()
}

/// Removes from an update what must not be written: a list in an unknown format is not rewritten (MFT-027).
pub(super) fn withhold(context: &Context<'_>, declared: &Declared, live: &LiveObject, fields: &mut Vec<FieldChange>) {
    let transfer = context.live.transfer.as_deref().filter(|_| declared.address.kind() == Kind::ApiKey);
    if let Some(facts) = transfer.and_then(|transfer| transfer.keys.get(&live.id)) {
        fields.retain(|change| !facts.unread.contains(&*change.field));
    }
}

/// MFT-031.
fn widening(context: &Context<'_>, change: &Change) -> Option<Diagnostic> {
    let wider = access::of(change).wider;
    let (first, declared) = (wider.first()?, context.desired.get(&change.address)?);
    change.target.live.as_ref()?;
    let problem = rules::MFT_031.finding(format!("{} gets wider access: {}", change.address, wider.join(", ")));
    Some(
        problem
            .at(declared.place_of(first))
            .help("confirm that this is intended; `rules: {MFT-031: error}` stops all such changes"),
    )
}

fn check_found(
    context: &Context<'_>,
    transfer: &Transfer,
    declared: &Declared,
    live: &LiveObject,
    plan: &Plan,
    findings: &mut Vec<Diagnostic>,
) {
    if !stays_on(declared) {
        findings.extend(unread(transfer, live, false).into_iter().map(|problem| problem.at(declared.place)));
    }
    // A list that the manifest leaves open on purpose is no finding.
    let limits = |list: &str| matches!(declared.value(list), Some(Value::Set(items)) if !items.is_empty());
    let open = unrestricted(transfer, live, limits, "its manifest limits it");
    findings.extend(open.map(|problem| problem.at(declared.place)));
    findings.extend(expiring(context, declared, live, plan));
}

fn check_new(context: &Context<'_>, transfer: &Transfer, declared: &Declared, findings: &mut Vec<Diagnostic>) {
    if declared.presence == Presence::Absent {
        return;
    }
    if transfer.deleted.contains(&declared.name) && is_allowed(&declared.address, context) {
        let message = format!("{} was deleted in the portal and is created again", declared.address);
        findings.push(
            rules::MFT_037
                .finding(message)
                .at(declared.place)
                .help("make sure that it was not deleted because it leaked"),
        );
    }
    let lower = declared.name.to_lowercase();
    let near = context.live.of(Kind::ApiKey).iter().find(|live| live.name.to_lowercase() == lower);
    if let Some(near) = near.filter(|near| near.name != declared.name) {
        let message =
            format!("the store has `{}`, which differs from the declared name only in case", quoted(&near.name));
        let problem = rules::MFT_003.finding(message).at(declared.place);
        findings.push(problem.help("write the name as in the store; otherwise a second key is created"));
    }
}

/// MFT-027.
fn unread(transfer: &Transfer, live: &LiveObject, stays_on: bool) -> Vec<Diagnostic> {
    let facts = transfer.keys.get(&live.id);
    let problem = |field: &&'static str| {
        let message = format!("`{field}` of the live {} has an unknown format and is left unchanged", live.address);
        let problem = if stays_on { rules::MFT_027.finding(message) } else { rules::MFT_027.also(message) };
        problem.help("set it again in the portal, then plan again")
    };
    facts.into_iter().flat_map(|facts| &facts.unread).map(problem).collect()
}

/// MFT-028, for the lists that should have a limit.
fn unrestricted(
    transfer: &Transfer,
    live: &LiveObject,
    should_limit: impl Fn(&str) -> bool,
    why: &str,
) -> Option<Diagnostic> {
    let unread = transfer.keys.get(&live.id).map(|facts| &facts.unread);
    let is_read = |list: &&str| unread.is_none_or(|unread| !unread.contains(*list));
    let is_open = |list: &&str| live.attributes.get(list).is_none_or(Value::is_empty) && is_read(list);
    let open: Vec<&str> = LISTS.iter().filter(|list| is_open(list) && should_limit(list)).copied().collect();
    (live.attributes.flag("enabled") && !open.is_empty()).then(|| {
        let message = format!("the live {} may have no limit in {}, and {why}", live.address, open.join(" and "));
        rules::MFT_028.finding(message).help("limit the key, or declare that this is intended")
    })
}

/// MFT-029: the live expiry, if the plan keeps it and the manifest declares another one or none.
fn expiring(context: &Context<'_>, declared: &Declared, live: &LiveObject, plan: &Plan) -> Option<Diagnostic> {
    let end = live.attributes.text("expires").filter(|end| *end != "never" && declared.text("expires") != Some(end))?;
    let changes = || plan.changes.iter().filter(|change| change.address == declared.address);
    let ends_otherwise = changes().any(|change| change.after("expires").is_some());
    let enabled = changes().find_map(|change| change.after("enabled")).and_then(Value::as_bool);
    let text = |days: i64| (context.now + TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
    if ends_otherwise || !enabled.unwrap_or(live.attributes.flag("enabled")) || end > text(30).as_str() {
        return None;
    }
    let (what, help) = match (end <= text(0).as_str(), declared.text("expires").is_some()) {
        (true, false) => (
            "expired at",
            "write a later `expires`; if the store does not accept it, create the next generation of the key",
        ),
        (false, false) => ("expires at", "write a later `expires`, or create the next generation of the key in time"),
        (true, true) => ("expired at", "the plan does not change that: create the next generation of the key"),
        (false, true) => ("expires at", "the plan does not change that: create the next generation of the key in time"),
    };
    let problem = rules::MFT_029.finding(format!("the live {} {what} {end}", declared.address));
    Some(problem.at(declared.place_of("expires")).help(help))
}

/// MFT-022. If no declared key exists yet, other keys or organizations that the credential sees show the tenant.
fn tenants(
    context: &Context<'_>,
    matching: &Matching<'_>,
    transfer: &Transfer,
    settings: &TransferStore,
) -> Vec<Diagnostic> {
    let Some(guard) = settings.tenant else { return Vec::new() };
    let tenant = |live: &LiveObject| transfer.keys.get(&live.id).and_then(|facts| facts.tenant);
    let managed = matching.found.values().map(|found| found.live).filter(|live| live.address.kind() == Kind::ApiKey);
    let mut seen: Vec<(String, i64)> =
        managed.filter_map(|live| Some((live.address.to_string(), tenant(live)?))).collect();
    if seen.is_empty() {
        let mut keys = context.live.of(Kind::ApiKey).iter();
        seen.extend(keys.find_map(|live| Some((live.address.to_string(), tenant(live)?))));
        let mut organizations = transfer.organizations.iter().flatten();
        let organizations = organizations.find_map(|one| Some((format!("the organization {}", one.id), one.tenant?)));
        seen.extend(organizations);
    }
    let others = seen.into_iter().filter(|(_, tenant)| *tenant != guard);
    others
        .map(|(what, tenant)| {
            let message = format!("{what} belongs to tenant {tenant}, but the workspace is for tenant {guard}");
            rules::MFT_022
                .finding(message)
                .help("check `url` and the credential, or correct `tenant` in keywright.yaml")
        })
        .collect()
}

/// MFT-023: with another owner's credential all keys seem absent.
fn owner(context: &Context<'_>, transfer: &Transfer, settings: &TransferStore, plan: &Plan) -> Option<Diagnostic> {
    let owner = settings.owner.as_deref()?;
    let message = match &transfer.account {
        Some(account) if account.is(owner) => return None,
        Some(account) => {
            format!(
                "the credential belongs to {}, but the workspace is for the keys of {}",
                quoted(account.shown()),
                quoted(owner)
            )
        }
        None => format!(
            "cannot verify that the credential belongs to {}: the store does not report its owner",
            quoted(owner)
        ),
    };
    let changes = plan.changes.iter().any(|change| change.address.kind() == Kind::ApiKey) || context.options.prune;
    let problem = if changes { rules::MFT_023.finding(message) } else { rules::MFT_023.also(message) };
    Some(problem.help("use the credential of the owner, or correct `owner` in keywright.yaml"))
}

/// MFT-030, if the key in use is unknown.
fn own_key_unknown(context: &Context<'_>, plan: &Plan) -> Option<Diagnostic> {
    let harms = |change: &&Change| {
        change.target.live.is_some() && change.place.is_some() && !access::of(change).narrower.is_empty()
    };
    if !matches!(own_key(context), OwnKey::Unknown) || plan.changes.iter().find(harms).is_none() {
        return None;
    }
    let message = "cannot determine which key Keywright itself uses; the plan may restrict it";
    Some(rules::MFT_030.also(message).help(super::own_key::help(context)))
}
