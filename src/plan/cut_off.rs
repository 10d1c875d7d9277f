//! What cuts the callers of a key off although the key itself works: its user or its package plan.

use super::Change;
use super::Context;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;

/// How it does that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Blocked {
    UserDisabled,
    UserWaiting,
    PlanInactive,
    /// By the limit with this field.
    PlanLimit(&'static str),
}

/// The limits of a package plan, those of a key, and whether keys may override the former.
const LIMITS: [(&str, &str, &str); 2] = [
    ("throttle.perSecond", "settings.throttle", "throttle.keyOverride"),
    ("quota.calls", "settings.quota", "quota.keyOverride"),
];

impl Blocked {
    /// What the key is.
    pub(super) const fn of_key(self) -> &'static str {
        match self {
            Self::UserDisabled => "of a disabled user",
            Self::UserWaiting => "of a user who is waiting for activation",
            Self::PlanInactive => "in a package plan that is not active",
            Self::PlanLimit(_) => "in a package plan with a limit of 0",
        }
    }

    /// What the user or the package plan is.
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::UserDisabled => "disabled",
            Self::UserWaiting => "waiting",
            Self::PlanInactive => "inactive",
            Self::PlanLimit(_) => "limited to 0 calls",
        }
    }

    /// Whether no manifest says what it should be.
    pub(super) fn is_silent(self, cause: &Address, context: &Context<'_>) -> bool {
        let field = if let Self::PlanLimit(field) = self { field } else { "status" };
        context.desired.get(cause).is_none_or(|declared| declared.value(field).is_none())
    }
}

/// Whether a package plan is inactive in the store.
pub(super) fn is_inactive(plan: &Address, matching: &Matching<'_>) -> bool {
    status(matching, plan) == Some("inactive")
}

/// Whether a package plan is inactive after the run: as declared, else as in the store.
pub(super) fn will_be_inactive(plan: &Address, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let declared = context.desired.get(plan).and_then(|declared| declared.text("status"));
    declared.map_or_else(|| is_inactive(plan, matching), |status| status == "inactive")
}

/// The package plan that a change gives a key of the store. `None` if it does not say one.
pub(super) fn next_plan(change: &Change, live: &LiveObject, matching: &Matching<'_>) -> Option<Address> {
    let name = change.after("plan").and_then(Value::as_text)?;
    let (package, _) = matching.terms_of(live)?;
    Some(Address::below(Kind::Plan, Some(&package), name))
}

/// The object of the store that cuts the callers of a key off. `None` if none does, or if that is unknown.
pub(super) fn by(matching: &Matching<'_>, live: &LiveObject) -> Option<(Address, Blocked)> {
    if let Some(user) = user_of(matching, live) {
        match status(matching, &user) {
            Some("disabled") => return Some((user, Blocked::UserDisabled)),
            Some("waiting") => return Some((user, Blocked::UserWaiting)),
            _ => {}
        }
    }
    by_plan(matching, live)
}

/// The package plan of a key, if no call works in it.
pub(super) fn by_plan(matching: &Matching<'_>, live: &LiveObject) -> Option<(Address, Blocked)> {
    let plan = matching.terms_of(live)?.1?;
    of_plan(matching, &plan, live).map(|blocked| (plan, blocked))
}

/// How a package plan of the store cuts the callers of a key off that is in it, or comes to be.
fn of_plan(matching: &Matching<'_>, plan: &Address, live: &LiveObject) -> Option<Blocked> {
    if is_inactive(plan, matching) {
        return Some(Blocked::PlanInactive);
    }
    let terms = matching.in_store.get(plan)?;
    let is_zero = |(limit, own, may_override): &&(&str, &str, &str)| {
        let has_own = live.attributes.get(own).is_some_and(|own| own.as_text() != Some("plan"));
        let counts = terms.attributes.get(may_override).and_then(Value::as_bool) != Some(false);
        terms.attributes.get(limit).and_then(Value::as_number) == Some(0) && !(has_own && counts)
    };
    LIMITS.iter().find(is_zero).map(|(limit, ..)| Blocked::PlanLimit(limit))
}

/// The same as [`by`], now or after this plan: it may move the key to another package plan, and change that or the user.
pub(super) fn soon(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    live: &LiveObject,
) -> Option<Blocked> {
    let says = |address: &Address, status: &str| {
        context.desired.get(address).and_then(|declared| declared.text("status")) == Some(status)
    };
    let user = user_of(matching, live);
    for (status, blocked) in [("disabled", Blocked::UserDisabled), ("waiting", Blocked::UserWaiting)] {
        if user.as_ref().is_some_and(|user| says(user, status)) {
            return Some(blocked);
        }
    }
    let wanted = declared.key.as_ref().map(|key| &key.plan.address);
    let now = matching.terms_of(live).and_then(|(_, plan)| plan);
    if wanted.into_iter().chain(&now).any(|plan| says(plan, "inactive")) {
        return Some(Blocked::PlanInactive);
    }
    let now = by(matching, live).map(|(_, blocked)| blocked);
    now.or_else(|| of_plan(matching, wanted?, live))
}

fn user_of(matching: &Matching<'_>, live: &LiveObject) -> Option<Address> {
    matching.parent_of(live).map(|application| Address::user(&application.first_name()))
}

fn status<'a>(matching: &'a Matching<'_>, address: &Address) -> Option<&'a str> {
    matching.in_store.get(address).and_then(|live| live.attributes.text("status"))
}
