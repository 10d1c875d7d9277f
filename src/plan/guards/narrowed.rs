//! The guards of callers: a package plan or a key that is narrowed, a key that ends, an API key that loses rights.

use std::collections::BTreeSet;

use super::callers::Callers;
use super::callers::is_active;
use super::objects::ends_now;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::access;
use crate::plan::consent::at;
use crate::plan::cut_off;
use crate::plan::demand::Demand;
use crate::plan::option::option;
use crate::rule::Rule;
use crate::rules;
use crate::text::count;

/// A limit: its name, its field in a package plan, in a key, and the flag that lets keys override it.
pub(super) struct Limit {
    name: &'static str,
    pub(super) plan: &'static str,
    pub(super) key: &'static str,
    pub(super) may_override: &'static str,
}

pub(super) const LIMITS: [Limit; 2] = [
    Limit {
        name: "throttle",
        plan: "throttle.perSecond",
        key: "settings.throttle",
        may_override: "throttle.keyOverride",
    },
    Limit { name: "quota", plan: "quota.calls", key: "settings.quota", may_override: "quota.keyOverride" },
];

pub(super) fn demands(
    changes: &[(usize, &Change)],
    callers: &Callers<'_>,
    context: &Context<'_>,
    matching: &Matching<'_>,
) -> Vec<Demand> {
    let mut demands = Vec::new();
    for &(index, change) in changes {
        let live = callers.live(change).filter(|_| is_update(change));
        let Some(live) = live.or_else(|| followed(change, matching)) else { continue };
        let found = match change.address.kind() {
            Kind::Plan => plan_narrowed(change, live, callers, context.live.lacks_keys),
            Kind::PackageKey | Kind::ApiKey if !is_active(live) => None,
            Kind::PackageKey if !is_update(change) => key_parked(change, live, context, matching),
            Kind::PackageKey => key_ends(change, live, context)
                .or_else(|| key_parked(change, live, context, matching))
                .or_else(|| key_narrowed(change, live, context, matching)),
            Kind::ApiKey => key_ends(change, live, context).or_else(|| rights_lost(change, context)),
            _ => None,
        };
        if let Some((rule, message)) = found {
            let help = format!("warn the callers, then allow it with {}", option(&change.address));
            let finding = at(rule.finding(message), change, context).help(help);
            demands.push(Demand { index, finding, lifted_by: vec![change.address.clone()] });
        }
    }
    demands
}

type Found = Option<(&'static Rule, String)>;

fn is_update(change: &Change) -> bool {
    matches!(change.action, Action::Update | Action::Disable)
}

/// The key that a successor follows: its callers get the new one.
fn followed<'a>(change: &Change, matching: &Matching<'a>) -> Option<&'a LiveObject> {
    change.target.key.as_ref()?.follows.as_ref()?;
    matching.found.get(&change.address).map(|found| found.live)
}

/// KW-122.
fn plan_narrowed(change: &Change, live: &LiveObject, callers: &Callers<'_>, lacks_keys: bool) -> Found {
    let keys = callers.of_plan(&change.address);
    let mut touched: BTreeSet<&str> = BTreeSet::new();
    let mut what: Vec<String> = Vec::new();
    let mut touch = |text: String, is_touched: &dyn Fn(&LiveObject) -> bool| {
        let ids: Vec<&str> = keys.iter().filter(|key| is_touched(key)).map(|key| key.id.expose()).collect();
        if !ids.is_empty() || lacks_keys {
            what.push(text);
            touched.extend(ids);
        }
    };
    if change.after("status").and_then(Value::as_text) == Some("inactive") {
        touch("would be inactive".to_owned(), &|_| true);
    }
    for limit in &LIMITS {
        let own = |key: &LiveObject| key.attributes.get(limit.key).is_some_and(|value| value.as_text() != Some("plan"));
        let (before, after) = (PlanLimit::before(limit, live), PlanLimit::after(limit, live, change));
        if is_halved(before.rate(), after.rate()) {
            touch(format!("would get a {} of {} instead of {}", limit.name, after.text(), before.text()), &|key| {
                !own(key)
            });
        }
        if change.after(limit.may_override).and_then(Value::as_bool) == Some(false) {
            touch(format!("would not let keys override its {}", limit.name), &own);
        }
    }
    if what.is_empty() {
        return None;
    }
    let message = format!("{} {}; {}", change.address, what.join(", and "), used_by(touched.len()));
    Some((&rules::KW_122, message))
}

/// `2 active keys use it`. Of none, other keys may, because the plan did not read all.
pub(super) fn used_by(number: usize) -> String {
    match number {
        0 => "keys of applications that no manifest mentions were not read, and may use it".to_owned(),
        1 => "1 active key uses it".to_owned(),
        _ => format!("{} use it", count(number, "active key*")),
    }
}

/// KW-123. Of a plan that goes inactive with its keys, KW-122 asks.
fn key_parked(change: &Change, live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> Found {
    let (_, plan) = matching.terms_of(live)?;
    let plan = plan?;
    let next = cut_off::next_plan(change, live, matching).filter(|next| *next != plan)?;
    let is_lost = !cut_off::is_inactive(&plan, matching) && cut_off::will_be_inactive(&next, context, matching);
    let who = if is_update(change) { "it" } else { "its current key" };
    let message = format!("{} would be in {next}, which would be inactive; {who} is active", change.address);
    is_lost.then_some((&rules::KW_123, message))
}

/// KW-123.
fn key_narrowed(change: &Change, live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> Found {
    let (package, plan) = matching.terms_of(live)?;
    let plan = plan?;
    let next = change.after("plan").and_then(Value::as_text);
    let next = next.map_or_else(|| plan.clone(), |name| Address::below(Kind::Plan, Some(&package), name));
    for limit in &LIMITS {
        let own = live.attributes.get(limit.key);
        let wanted = change.after(limit.key).or(own);
        // The guard of the plan covers what the plan itself changes.
        let (before, after) = (of_key(own, limit, &plan, matching), of_key(wanted, limit, &next, matching));
        let after = after.or_else(|| PlanLimit::declared(limit, &next, context).rate());
        if is_halved(before, after) {
            let message = format!("{} would get less than half of its {}; it is active", change.address, limit.name);
            return Some((&rules::KW_123, message));
        }
    }
    None
}

/// The rate of a key, by its own limit or by its plan as it is in the store. `None` if it is unknown.
pub(super) fn of_key(own: Option<&Value>, limit: &Limit, plan: &Address, matching: &Matching<'_>) -> Option<f64> {
    let plan = matching.in_store.get(plan).map(|plan| PlanLimit::before(limit, plan));
    match own {
        Some(own) if own.as_text() != Some("plan") => {
            PlanLimit { value: Some(own), per: plan.as_ref().and_then(|plan| plan.per) }.rate()
        }
        _ => plan.and_then(|plan| plan.rate()),
    }
}

/// The limit of a package plan: a number or `unlimited`, and the period of a quota.
pub(super) struct PlanLimit<'a> {
    pub(super) value: Option<&'a Value>,
    pub(super) per: Option<&'a str>,
}

impl<'a> PlanLimit<'a> {
    pub(super) fn before(limit: &Limit, live: &'a LiveObject) -> Self {
        let per = live.attributes.text("quota.per").filter(|_| limit.name == "quota");
        Self { value: live.attributes.get(limit.plan), per }
    }

    pub(super) fn after(limit: &Limit, live: &'a LiveObject, change: &'a Change) -> Self {
        let before = Self::before(limit, live);
        let per = change.after("quota.per").and_then(Value::as_text).filter(|_| limit.name == "quota");
        Self { value: change.after(limit.plan).or(before.value), per: per.or(before.per) }
    }

    /// Of a plan that is not in the store yet.
    fn declared(limit: &Limit, plan: &Address, context: &Context<'a>) -> Self {
        let plan = context.desired.get(plan);
        let per = plan.and_then(|plan| plan.text("quota.per")).filter(|_| limit.name == "quota");
        Self { value: plan.and_then(|plan| plan.value(limit.plan)), per }
    }

    /// Calls per second; infinite if unlimited.
    pub(super) fn rate(&self) -> Option<f64> {
        match self.value? {
            Value::Text(word) if &**word == "unlimited" => Some(f64::INFINITY),
            #[expect(clippy::cast_precision_loss, reason = "compared with half of another limit")]
            Value::Number(number) => Some(*number as f64 / seconds(self.per)),
            _ => None,
        }
    }

    fn text(&self) -> String {
        let value = self.value.map_or_else(|| "not set".to_owned(), ToString::to_string);
        self.per.map_or_else(|| value.clone(), |per| format!("{value} per {}", crate::text::line(per)))
    }
}

/// The seconds of a period; those that the vendor does not name are included. A throttle has none.
fn seconds(per: Option<&str>) -> f64 {
    match per {
        Some("minute") => 60.0,
        Some("hour") => 3_600.0,
        Some("day") => 86_400.0,
        Some("week") => 604_800.0,
        Some("month") => 2_592_000.0,
        Some("year") => 31_536_000.0,
        _ => 1.0,
    }
}

/// Whether a limit falls below half.
pub(super) fn is_halved(before: Option<f64>, after: Option<f64>) -> bool {
    matches!((before, after), (Some(before), Some(after)) if after < before / 2.0)
}

/// KW-124.
fn key_ends(change: &Change, live: &LiveObject, context: &Context<'_>) -> Found {
    let has_ended = ends_now(live.attributes.get("expires"), context);
    if has_ended || !ends_now(change.after("expires"), context) {
        return None;
    }
    let end = change.after("expires").and_then(Value::as_text).unwrap_or_default();
    Some((
        &rules::KW_124,
        format!("{} is active and would end at once: `expires` {end} is in the past", change.address),
    ))
}

/// MFT-044. An organization that is gone is no loss.
fn rights_lost(change: &Change, context: &Context<'_>) -> Found {
    let there = context.live.transfer.as_ref().and_then(|transfer| transfer.organizations.as_ref());
    let is_there = |item: &str| {
        let id = item.strip_prefix("id:").and_then(|id| id.parse::<i64>().ok());
        there.zip(id).is_none_or(|(there, id)| there.iter().any(|organization| organization.id == id))
    };
    let lists = change.fields.iter().filter(|field| matches!(&*field.field, "allowedApis" | "allowedOrgs"));
    let narrower = lists.filter(|field| !access::of_fields(std::slice::from_ref(field)).narrower.is_empty());
    let lost = narrower.filter_map(|field| {
        let items = |value: &Option<Value>| match value {
            Some(Value::Set(items)) => (**items).clone(),
            _ => BTreeSet::new(),
        };
        let (before, after) = (items(&field.before), items(&field.after));
        if before.is_empty() {
            return Some(format!("all others in `{}`", field.field));
        }
        let gone = before.difference(&after).filter(|item| is_there(item));
        let gone: Vec<String> = gone.map(|item| Value::Text(item.clone()).to_string()).collect();
        (!gone.is_empty()).then(|| format!("{} in `{}`", crate::text::and_more(&gone, 5, ", "), field.field))
    });
    let lost: Vec<String> = lost.collect();
    if lost.is_empty() {
        return None;
    }
    Some((&rules::MFT_044, format!("{} is enabled and would lose {}", change.address, lost.join(" and "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(value: Option<&Value>, per: Option<&str>) -> Option<f64> {
        PlanLimit { value, per }.rate()
    }

    #[test]
    fn limits_of_all_periods_are_compared_as_calls_per_second() {
        let periods = [
            (None, 1),
            (Some("second"), 1),
            (Some("minute"), 60),
            (Some("hour"), 3_600),
            (Some("day"), 86_400),
            (Some("week"), 604_800),
            (Some("month"), 2_592_000),
            (Some("year"), 31_536_000),
        ];
        for (per, seconds) in periods {
            assert_eq!(rate(Some(&Value::Number(seconds * 2)), per), Some(2.0), "{per:?}");
        }
        assert_eq!(rate(Some(&Value::text("unlimited")), Some("day")), Some(f64::INFINITY));
        assert_eq!(rate(Some(&Value::text("plan")), None), None);
        assert_eq!(rate(None, None), None);
    }

    #[test]
    fn the_callers_of_a_plan_are_counted() {
        assert_eq!([1, 2].map(used_by), ["1 active key uses it", "2 active keys use it"]);
        assert!(used_by(0).ends_with("were not read, and may use it"));
    }

    #[test]
    fn a_limit_is_halved_if_less_than_half_is_left() {
        let infinite = f64::INFINITY;
        for (before, after, expected) in [
            (10.0, 5.0, false),
            (10.0, 4.9, true),
            (10.0, 0.0, true),
            (10.0, 20.0, false),
            (0.0, 0.0, false),
            (infinite, 5.0, true),
            (infinite, infinite, false),
            (5.0, infinite, false),
        ] {
            assert_eq!(is_halved(Some(before), Some(after)), expected, "{before} {after}");
        }
        assert!(!is_halved(None, Some(1.0)) && !is_halved(Some(1.0), None));
    }
}
