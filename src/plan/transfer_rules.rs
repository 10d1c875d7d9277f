//! The rules about API keys in view of Managed File Transfer: whose keys these are, what became of them meanwhile.

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
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Presence;
use crate::model::Transfer;
use crate::model::Value;
use crate::rules;
use crate::text::quoted;
use crate::workspace::TransferStore;

/// The lists by which a key is limited.
const LISTS: [&str; 2] = ["allowedApis", "allowedOrgs"];

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = plan.changes.iter().filter_map(|change| widening(context, change)).collect();
    let Some(transfer) = context.live.transfer.as_deref() else { return findings };
    for declared in context.desired.of(Kind::ApiKey) {
        match matching.found.get(&declared.address) {
            Some(found) => check_found(context, transfer, declared, found.live, &mut findings),
            None => check_new(context, transfer, declared, &mut findings),
        }
    }
    for live in matching.unmatched.iter().filter(|live| live.address.kind() == Kind::ApiKey) {
        findings.extend(unrestricted(transfer, live, "no manifest declares it"));
        findings.extend(unread(transfer, live, false));
    }
    findings.extend(whose(context, matching, plan));
    findings.extend(own_key_unknown(context, plan));
    listing::check(context, matching, transfer, &mut findings);
    generations::check(context, matching, &mut findings);
    findings
}

/// MFT-022, MFT-023: whether these are the keys that the workspace is for.
pub(super) fn whose(context: &Context<'_>, matching: &Matching<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let settings = context.workspace.remote.managed_file_transfer.as_ref();
    let Some((transfer, settings)) = context.live.transfer.as_deref().zip(settings) else { return Vec::new() };
    let mut findings = tenants(context, matching, transfer, settings);
    findings.extend(owner(context, transfer, settings, plan));
    findings
}

/// Takes out of an update what must not be done, and gives the reason when the key then stays otherwise than declared:
/// a list that was not understood is not rewritten (MFT-027), and a key that somebody else switched off stays off
/// unless it is allowed (MFT-041).
pub(super) fn withhold(
    context: &Context<'_>,
    declared: &Declared,
    live: &LiveObject,
    fields: &mut Vec<FieldChange>,
) -> Option<String> {
    let transfer = context.live.transfer.as_deref().filter(|_| declared.address.kind() == Kind::ApiKey)?;
    if let Some(facts) = transfer.keys.get(&live.id) {
        fields.retain(|change| !facts.unread.contains(&*change.field));
    }
    if !is_revoked(context, transfer, declared, live) {
        return None;
    }
    // Nothing else of it either: a write would make Keywright the last who changed the key, and the next run would
    // take the revocation for its own.
    fields.clear();
    Some(format!("it was switched off outside of Keywright; --allow {} switches it on", declared.address))
}

/// Whether a declared key is off and nobody can say that it was Keywright who switched it off.
fn is_revoked(context: &Context<'_>, transfer: &Transfer, declared: &Declared, live: &LiveObject) -> bool {
    let wanted = declared.value("enabled").and_then(Value::as_bool) == Some(true);
    let by = transfer.keys.get(&live.id).and_then(|facts| facts.changed_by.as_deref());
    let by_us = transfer.account.as_ref().zip(by).is_some_and(|(account, by)| account.is(by));
    wanted && !live.attributes.flag("enabled") && !by_us && !is_allowed(&declared.address, context)
}

/// MFT-031.
fn widening(context: &Context<'_>, change: &Change) -> Option<Diagnostic> {
    let wider = access::of(change).wider;
    let (first, declared) = (wider.first()?, context.desired.get(&change.address)?);
    change.target.live.as_ref()?;
    let problem = rules::MFT_031.finding(format!("{} is given more: {}", change.address, wider.join(", ")));
    Some(
        problem
            .at(declared.place_of(first))
            .help("agree to it, or take it back; `rules: {MFT-031: error}` makes every such change stop"),
    )
}

fn check_found(
    context: &Context<'_>,
    transfer: &Transfer,
    declared: &Declared,
    live: &LiveObject,
    findings: &mut Vec<Diagnostic>,
) {
    // A key that is switched off may lose what nobody understands; one that stays on may not.
    let stays_on =
        declared.presence == Presence::Present && declared.value("enabled").and_then(Value::as_bool) == Some(true);
    findings.extend(unread(transfer, live, stays_on).into_iter().map(|problem| problem.at(declared.place)));
    let limits = |list: &&str| matches!(declared.value(list), Some(Value::Set(items)) if !items.is_empty());
    if LISTS.iter().any(limits) {
        findings
            .extend(unrestricted(transfer, live, "its manifest limits it").map(|problem| problem.at(declared.place)));
    }
    findings.extend(expiring(context, declared, live));
    if is_revoked(context, transfer, declared, live) {
        let message = format!("{} is declared enabled, and somebody else switched it off", declared.address);
        let problem = rules::MFT_041.finding(message).at(declared.place_of("enabled"));
        findings.push(problem.help(format!(
            "ask why: it may have leaked; then write `enabled: false`, or run with --allow {}",
            declared.address
        )));
    }
}

fn check_new(context: &Context<'_>, transfer: &Transfer, declared: &Declared, findings: &mut Vec<Diagnostic>) {
    if declared.presence == Presence::Absent {
        return;
    }
    if transfer.deleted.contains(&declared.name) && is_allowed(&declared.address, context) {
        let message = format!("{} was deleted in the portal, and is made again", declared.address);
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
            format!("the store holds `{}`, which differs from the declared name only in case", quoted(&near.name));
        let problem = rules::MFT_003.finding(message).at(declared.place);
        findings.push(problem.help("write the name as the store has it, or a new key is made beside it"));
    }
}

/// MFT-027.
fn unread(transfer: &Transfer, live: &LiveObject, stays_on: bool) -> Vec<Diagnostic> {
    let facts = transfer.keys.get(&live.id);
    let problem = |field: &&'static str| {
        let message = format!("`{field}` of the live {} is not understood, and is left as it is", live.address);
        let problem = if stays_on { rules::MFT_027.finding(message) } else { rules::MFT_027.also(message) };
        problem.help("set it in the portal, so that it is one plain list, then plan again")
    };
    facts.into_iter().flat_map(|facts| &facts.unread).map(problem).collect()
}

/// MFT-028.
fn unrestricted(transfer: &Transfer, live: &LiveObject, why: &str) -> Option<Diagnostic> {
    let unread = transfer.keys.get(&live.id).map(|facts| &facts.unread);
    let is_read = |list: &&str| unread.is_none_or(|unread| !unread.contains(*list));
    let is_open = |list: &&str| live.attributes.get(list).is_none_or(Value::is_empty) && is_read(list);
    let open: Vec<&str> = LISTS.iter().filter(|list| is_open(list)).copied().collect();
    (live.attributes.flag("enabled") && !open.is_empty()).then(|| {
        let message = format!("the live {} may have no limit in {}, and {why}", live.address, open.join(" and "));
        rules::MFT_028.finding(message).help("limit the key, or declare that it is meant so")
    })
}

/// MFT-029: the end that the key has, where the manifest does not say the same.
fn expiring(context: &Context<'_>, declared: &Declared, live: &LiveObject) -> Option<Diagnostic> {
    let end = live.attributes.text("expires").filter(|end| *end != "never" && declared.text("expires") != Some(end))?;
    let text = |days: i64| (context.now + TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
    if !live.attributes.flag("enabled") || end > text(30).as_str() {
        return None;
    }
    let (what, help) = if end <= text(0).as_str() {
        (
            "has expired at",
            "write a later `expires`; if the store does not take it, make the next generation of the key",
        )
    } else {
        ("expires at", "write a later `expires`, or make the next generation of the key in time")
    };
    let problem = rules::MFT_029.finding(format!("the live {} {what} {end}", declared.address));
    Some(problem.at(declared.place_of("expires")).help(help))
}

/// MFT-022. Where no declared key is there yet, whatever else the credential sees tells the tenant.
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
            let message = format!("{what} belongs to tenant {tenant}, and the workspace is for tenant {guard}");
            rules::MFT_022
                .finding(message)
                .help("check `url` and the credential, or correct `tenant` in keywright.yaml")
        })
        .collect()
}

/// MFT-023: with somebody else's credential all keys look as if they were absent.
fn owner(context: &Context<'_>, transfer: &Transfer, settings: &TransferStore, plan: &Plan) -> Option<Diagnostic> {
    let owner = settings.owner.as_deref()?;
    let message = match &transfer.account {
        Some(account) if account.is(owner) => return None,
        Some(account) => {
            format!(
                "the credential is that of {}, and the workspace is for the keys of {}",
                quoted(account.shown()),
                quoted(owner)
            )
        }
        None => format!("nobody can tell whether the credential is that of {}: the store does not say", quoted(owner)),
    };
    let changes = plan.changes.iter().any(|change| change.address.kind() == Kind::ApiKey) || context.options.prune;
    let problem = if changes { rules::MFT_023.finding(message) } else { rules::MFT_023.also(message) };
    Some(problem.help("use the credential of the owner, or correct `owner` in keywright.yaml"))
}

/// MFT-030, where nobody knows which key is in use.
fn own_key_unknown(context: &Context<'_>, plan: &Plan) -> Option<Diagnostic> {
    let harms = |change: &&Change| {
        change.target.live.is_some() && change.place.is_some() && !access::of(change).narrower.is_empty()
    };
    if !matches!(own_key(context), OwnKey::Unknown) || plan.changes.iter().find(harms).is_none() {
        return None;
    }
    let message = "nobody can tell which key this run uses: it could be one that the plan takes access from";
    Some(rules::MFT_030.also(message).help(super::own_key::help(context)))
}
