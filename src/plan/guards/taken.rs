//! What a person took away by other means than disabling comes back only with consent (KW-127, MFT-045).
//!
//! A value of the store that is narrower than what the last run applied was changed since, whatever the manifest says now:
//! an author who edits the manifest may not know why. Without that record, only what works no more at all is recognized. An
//! outdated record asks once too often.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::callers::Callers;
use super::narrowed::LIMITS;
use super::narrowed::Limit;
use super::narrowed::PlanLimit;
use super::narrowed::is_halved;
use super::narrowed::of_key;
use super::objects::ends_now;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::services::SERVICES;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::applied::Record;
use crate::plan::consent::at;
use crate::plan::cut_off;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::rules;
use crate::text::and_more;

/// Organizations, APIs, roles or services in a message.
const NAMED: usize = 5;

pub(super) fn demands(
    changes: &[(usize, &Change)],
    callers: &Callers<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let found = changes.iter().filter_map(|&(index, change)| {
        let back = returned(change, callers, context, matching);
        (!back.is_empty()).then(|| (index, change, back.join(", and ")))
    });
    let found: Vec<(usize, &Change, String)> = found.collect();
    if found.is_empty() {
        return Vec::new();
    }
    let keys = matching.found.of(Kind::PackageKey);
    let declared: BTreeMap<&LiveId, &Address> = keys.map(|(address, found)| (&found.live.id, address)).collect();
    let demand = |(index, change, what): (usize, &Change, String)| {
        let known_as = change.live_id().and_then(|id| declared.get(id).copied()).unwrap_or(&change.address);
        let rule = if change.address.kind() == Kind::ApiKey { &rules::MFT_045 } else { &rules::KW_127 };
        let allow = option(known_as);
        let help = format!("find out why; then allow it with {allow}, or write the value of the store in the manifest");
        let finding = at(rule.finding(format!("{} {what}", change.address)), change, context).help(help);
        Demand { index, finding, lifted_by: vec![known_as.clone(), change.address.clone()] }
    };
    found.into_iter().map(demand).collect()
}

/// What a change gives back, as phrases after the address.
fn returned(change: &Change, callers: &Callers<'_>, context: &Context<'_>, matching: &Matching<'_>) -> Vec<String> {
    let is_update = matches!(change.action, Action::Update | Action::Enable | Action::Replace);
    // What is disabled by the same change gets nothing back, and must not wait for a question.
    if is_update && disables(change) {
        return Vec::new();
    }
    let Some(live) = callers.live(change).filter(|_| is_update) else {
        return successor(change, context, matching).into_iter().collect();
    };
    let back = Back { change, live, applied: applied(live, context), context };
    let mut phrases: Vec<String> = back.status().into_iter().chain(back.end()).collect();
    match live.address.kind() {
        Kind::Plan => {
            phrases.extend(LIMITS.iter().flat_map(|limit| back.limit_of_plan(limit)));
            phrases.extend(back.items(SERVICES));
        }
        Kind::PackageKey => match back.parked(matching) {
            Some(parked) => phrases.push(parked),
            None => phrases.extend(LIMITS.iter().filter_map(|limit| back.limit_of_key(limit, matching))),
        },
        Kind::User => phrases.extend(back.items("roles")),
        Kind::ApiKey => phrases.extend(SCOPES.iter().filter_map(|field| back.items(field))),
        Kind::Application | Kind::Package => {}
    }
    phrases
}

fn disables(change: &Change) -> bool {
    let word = |field: &str| change.after(field).and_then(Value::as_text);
    let is_off = |field: &str| matches!(word(field), Some("disabled" | "inactive" | "waiting"));
    is_off("status") || is_off("settings.status") || change.after("enabled").and_then(Value::as_bool) == Some(false)
}

fn applied<'a>(live: &LiveObject, context: &Context<'a>) -> Option<&'a Record> {
    let remembered = context.remembered;
    remembered.applied.of(live, &remembered.objects, remembered.key.as_ref())
}

/// A rotation gives a new value to those whose key a person ended.
fn successor(change: &Change, context: &Context<'_>, matching: &Matching<'_>) -> Option<String> {
    change.target.key.as_ref()?.follows?;
    let live = matching.found.get(&change.address)?.live;
    let back = Back { change, live, applied: applied(live, context), context };
    let limit = || LIMITS.iter().find_map(|limit| back.limit_of_key(limit, matching));
    // The plan activates the key too, but that waits for the same consent.
    if let Some(back) = back.status().or_else(|| back.parked(matching)).or_else(limit) {
        return Some(format!("{back} by its successor"));
    }
    let end = live.attributes.get("expires").filter(|end| ends_now(Some(end), context))?;
    let was = applied(live, context).and_then(|applied| applied.get("expires"));
    let is_taken = was != Some(end) && !ends_now(change.after("expires"), context);
    is_taken.then(|| format!("ended on {end} in the store and would get a successor"))
}

/// What an API key may reach.
const SCOPES: [&str; 2] = ["allowedApis", "allowedOrgs"];

/// A change of an object, with the fields that the last run applied.
struct Back<'a, 'c> {
    change: &'a Change,
    live: &'a LiveObject,
    applied: Option<&'a Record>,
    context: &'a Context<'c>,
}

impl<'a> Back<'a, '_> {
    fn was(&self, field: &str) -> Option<&'a Value> {
        self.applied?.get(field)
    }

    fn phrase(&self, field: &str) -> String {
        let text = |value: Option<&Value>| match value {
            // The empty list of an API key opens everything.
            Some(value) if SCOPES.contains(&field) && value.is_empty() => "no restriction".to_owned(),
            Some(value) => value.to_string(),
            None => "not set".to_owned(),
        };
        let (live, was) = (text(self.live.attributes.get(field)), text(self.was(field)));
        let after = text(self.change.after(field));
        format!("has `{field}` {live} in the store, where {was} was applied, and would get {after}")
    }

    /// A waiting key was perhaps never active, so only the record shows that a person did that.
    fn status(&self) -> Option<String> {
        let (field, word) = match self.live.address.kind() {
            Kind::User => ("status", "waiting"),
            Kind::Plan => ("status", "inactive"),
            Kind::PackageKey => ("settings.status", "waiting"),
            _ => return None,
        };
        let is_back = self.live.attributes.text(field) == Some(word)
            && self.change.after(field).and_then(Value::as_text) == Some("active");
        let was = self.was(field).and_then(Value::as_text);
        let is_taken =
            if self.live.address.kind() == Kind::PackageKey { was == Some("active") } else { was != Some(word) };
        (is_back && is_taken).then(|| format!("is {word} in the store and would be active"))
    }

    fn end(&self) -> Option<String> {
        let after = self.change.after("expires")?;
        let (live, was) = (self.live.attributes.get("expires"), self.was("expires"));
        if ends_now(live, self.context) {
            let is_back = was != live && !ends_now(Some(after), self.context);
            let end = live.map(Value::to_string).unwrap_or_default();
            return is_back.then(|| format!("ended on {end} in the store and would work again"));
        }
        let is_nearer = was.is_some_and(|was| is_later(Some(was), live));
        (is_nearer && is_later(Some(after), live)).then(|| self.phrase("expires"))
    }

    /// A lower limit, and one that keys can no longer override.
    fn limit_of_plan(&self, limit: &Limit) -> impl Iterator<Item = String> {
        let per = self.was("quota.per").and_then(Value::as_text);
        let live = PlanLimit::before(limit, self.live);
        let was = PlanLimit { value: self.was(limit.plan), per: live.per.map(|live| per.unwrap_or(live)) };
        let after = PlanLimit::after(limit, self.live, self.change).rate();
        let is_back = is_halved(was.rate(), live.rate()) && after > live.rate();
        let may_override = |value: Option<&Value>| value.and_then(Value::as_bool);
        let is_allowed_again = may_override(self.live.attributes.get(limit.may_override)) == Some(false)
            && may_override(self.was(limit.may_override)) == Some(true)
            && may_override(self.change.after(limit.may_override)) == Some(true);
        let fields = [limit.plan, "quota.per"];
        let changed = fields.into_iter().find(|field| self.change.after(field).is_some() && self.was(field).is_some());
        let lowered = changed.filter(|_| is_back).map(|field| self.phrase(field));
        let is_zero = live.rate() == Some(0.0) && was.value.is_none() && after > live.rate();
        let zero = self.change.after(limit.plan).filter(|_| is_zero);
        let zero =
            zero.map(|after| format!("is limited to 0 calls in the store and would get `{}` {after}", limit.plan));
        lowered.or(zero).into_iter().chain(is_allowed_again.then(|| self.phrase(limit.may_override)))
    }

    /// A lower limit of the key itself, or a package plan with one.
    fn limit_of_key(&self, limit: &Limit, matching: &Matching<'_>) -> Option<String> {
        let (package, plan) = matching.terms_of(self.live)?;
        let plan = plan?;
        let plan_of = |value: Option<&Value>| {
            let name = value.and_then(Value::as_text);
            name.map_or_else(|| plan.clone(), |name| Address::below(Kind::Plan, Some(&package), name))
        };
        let field = [limit.key, "plan"].into_iter().find(|field| self.change.after(field).is_some())?;
        self.was(field)?;
        let own = self.live.attributes.get(limit.key);
        let rate = |own: Option<&Value>, plan: Option<&Value>| of_key(own, limit, &plan_of(plan), matching);
        let (live, was) = (rate(own, None), rate(self.was(limit.key).or(own), self.was("plan")));
        let after = rate(self.change.after(limit.key).or(own), self.change.after("plan"));
        (is_halved(was, live) && after > live).then(|| self.phrase(field))
    }

    /// A package plan in which no call works, which the key would leave. Without a record too: no one uses a key there.
    fn parked(&self, matching: &Matching<'_>) -> Option<String> {
        let after = self.change.after("plan")?;
        let (plan, blocked) = cut_off::by_plan(matching, self.live)?;
        let next = cut_off::next_plan(self.change, self.live, matching).filter(|next| *next != plan)?;
        // A manifest put the key there, and says that the plan is off.
        let is_deliberate =
            self.was("plan") == self.live.attributes.get("plan") && !blocked.is_silent(&plan, self.context);
        let is_back = !is_deliberate && !cut_off::will_be_inactive(&next, self.context, matching);
        is_back.then(|| format!("is in {plan}, which is {} in the store, and would get `plan` {after}", blocked.what()))
    }

    /// Items that were removed from a list and would be added again. An empty list of an API key allows everything.
    fn items(&self, field: &str) -> Option<String> {
        let after = self.change.after(field)?;
        // Of a long list only a digest is recorded, which shows at least that the manifest is as it was.
        let is_as_it_was = || self.applied.and_then(|applied| applied.is(field, Some(after))) == Some(true);
        let was = self.was(field).or_else(|| is_as_it_was().then_some(after))?;
        let (live, was, after) = (items(self.live.attributes.get(field)), items(Some(was)), items(Some(after)));
        let is_all = |items: &BTreeSet<&str>| items.is_empty() && self.live.address.kind() == Kind::ApiKey;
        if is_all(&live) {
            return None;
        }
        let is_back = |item: &&&str| !live.contains(**item) && (is_all(&was) || was.contains(**item));
        if is_all(&after) {
            let is_less = is_all(&was) || was.iter().any(|item| !live.contains(item));
            return is_less.then(|| self.phrase(field));
        }
        let back = after.iter().filter(is_back).map(|item| Value::text(*item).to_string());
        let back: Vec<String> = back.collect();
        let named = and_more(&back, NAMED, ", ");
        (!back.is_empty()).then(|| format!("lost {named} of `{field}` in the store and would get that back"))
    }
}

fn items(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        Some(Value::Set(items)) => items.iter().map(|item| &**item).collect(),
        _ => BTreeSet::new(),
    }
}

/// Whether an end is later than another; none is the latest. Dates and instants are ordered as texts.
fn is_later(one: Option<&Value>, other: Option<&Value>) -> bool {
    fn end(value: Option<&Value>) -> Option<&str> {
        value.and_then(Value::as_text).filter(|end| *end != "never")
    }
    match (end(one), end(other)) {
        (Some(one), Some(other)) => one > other,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_end_is_later_than_any() {
        let (early, late, never) = (Value::text("2026-01-01"), Value::text("2027-01-01"), Value::text("never"));
        for (one, other, expected) in [
            (Some(&late), Some(&early), true),
            (Some(&early), Some(&late), false),
            (Some(&late), Some(&late), false),
            (Some(&never), Some(&late), true),
            (None, Some(&late), true),
            (Some(&late), Some(&never), false),
            (Some(&late), None, false),
            (None, Some(&never), false),
            (Some(&never), None, false),
        ] {
            assert_eq!(is_later(one, other), expected, "{one:?} {other:?}");
        }
    }
}
