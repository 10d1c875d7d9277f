//! The rules that need the live store: references to undeclared objects, owners, immutable fields.

mod counts;
mod unknown;

use std::collections::BTreeMap;

use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

use self::unknown::Unknown;
use super::Context;
use super::option::option;
use super::protected::Protection;
use super::removal::Removals;
use crate::diagnostic::Diagnostic;
use crate::matching::Found as Match;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::rules;

/// What the rules find.
pub(super) struct Found {
    pub(super) findings: Vec<Diagnostic>,
    /// Errors that hold back one object each.
    pub(super) held: Vec<(Address, Diagnostic)>,
}

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Found {
    let declared = Kind::ALL.into_iter().filter(|kind| context.desired.of(*kind).next().is_some());
    let mut findings: Vec<Diagnostic> = super::review::incomplete(declared, context).collect();
    let removals = Removals::of(context, matching);
    let (beside, going) = undeclared(matching, &removals);
    let world = World { context, matching, beside, going };
    let open: Vec<&Declared> =
        context.desired.objects.values().filter(|declared| !matching.is_held(declared)).collect();
    let none = || LiveRules { world: &world, findings: Vec::new(), held: Vec::new(), unknown: Vec::new() };
    let parts = open.par_iter().fold(none, |mut rules, declared| {
        rules.check(declared);
        rules
    });
    let (parts, too_many) = rayon::join(|| parts.collect::<Vec<_>>(), || counts::check(&world));
    let mut rules = none();
    for part in parts {
        rules.findings.extend(part.findings);
        rules.held.extend(part.held);
        rules.unknown.extend(part.unknown);
    }
    findings.append(&mut rules.findings);
    findings.extend(unknown::described(&rules.unknown, context, matching));
    findings.extend(too_many);
    let mut held = removals.contradictions;
    held.append(&mut rules.held);
    let shared = super::shared_values::check(context, matching);
    findings.extend(shared.findings);
    held.extend(shared.held);
    findings.extend(super::reviewed::check(context, matching));
    findings.extend(super::two_objects::check(context, matching));
    Found { findings, held }
}

/// An undeclared key of each application and package.
type Beside<'a> = BTreeMap<(Address, Address), &'a LiveObject>;

/// The undeclared keys that stay, and those that manifests remove.
fn undeclared<'a>(matching: &Matching<'a>, removals: &Removals<'_>) -> (Beside<'a>, Beside<'a>) {
    let slot = |live: &LiveObject| {
        let package = matching.translated(&live.key.as_ref()?.package);
        Some((matching.parent_of(live)?, package))
    };
    let all = matching.unmatched.iter().rev().filter_map(|&live| Some((slot(live)?, live)));
    let (going, staying): (Vec<_>, Vec<_>) = all.partition(|(_, live)| removals.going(live).is_some());
    (staying.into_iter().collect(), going.into_iter().collect())
}

fn is_active(live: &LiveObject) -> bool {
    live.attributes.text("settings.status") == Some("active")
}

/// Whether the store will validate the limits of an existing key.
fn changes_terms(declared: &Declared, found: &Match<'_>, matching: &Matching<'_>) -> bool {
    let changes =
        |field: &str| declared.value(field).is_some_and(|wanted| found.live.attributes.get(field) != Some(wanted));
    let keeps_plan = super::draft::keeps_plan(declared, found, matching);
    found.moved || !keeps_plan || changes("settings.throttle") || changes("settings.quota")
}

/// What every rule looks at.
struct World<'a, 'c> {
    context: &'a Context<'c>,
    matching: &'a Matching<'c>,
    beside: Beside<'c>,
    going: Beside<'c>,
}

impl World<'_, '_> {
    fn exists(&self, address: &Address) -> bool {
        self.context.desired.objects.contains_key(address) || self.matching.in_store.contains_key(address)
    }

    /// What a field will be after the plan: as declared, else as in the store.
    fn expected(&self, address: &Address, field: &str) -> Option<&Value> {
        let declared = self.context.desired.get(address).and_then(|declared| declared.value(field));
        declared.or_else(|| self.matching.in_store.get(address).and_then(|live| live.attributes.get(field)))
    }
}

/// The rules on some of the declared objects, and what they found.
struct LiveRules<'a, 'c> {
    world: &'a World<'a, 'c>,
    findings: Vec<Diagnostic>,
    held: Vec<(Address, Diagnostic)>,
    unknown: Vec<Unknown<'a>>,
}

impl<'a> LiveRules<'a, '_> {
    fn check(&mut self, declared: &'a Declared) {
        let World { context, matching, .. } = self.world;
        let found = matching.found.get(&declared.address);
        self.check_parent(declared);
        self.check_roles(declared);
        self.held.extend(super::services::check(context, declared));
        self.check_email(declared, found);
        self.check_protected(declared, found);
        self.held.extend(super::one_line::check(declared, found));
        if let Some(key) = &declared.key {
            self.check_terms(declared, key);
            self.check_owner(declared, found);
            self.check_status(declared, found);
            self.held.extend(super::shared_secrets::changed(context, declared, found));
            self.check_limits(declared, key, found);
            match found {
                None if matching.stopped.contains(&declared.address) => {}
                None => self.check_new(declared, key),
                Some(found) => self.check_move(declared, found),
            }
        }
    }

    /// CAM-009, CAM-022, CAM-023: the parent is declared or in the store.
    fn check_parent(&mut self, declared: &'a Declared) {
        let Some(parent) = declared.parent.as_ref().filter(|parent| !self.world.exists(&parent.address)) else {
            return;
        };
        let rule = match declared.address.kind() {
            Kind::Application => &rules::CAM_009,
            Kind::Plan => &rules::CAM_022,
            _ => &rules::CAM_023,
        };
        self.unknown.push(Unknown { rule, declared, missing: parent });
    }

    /// CAM-023: the package of a key exists and has the plan.
    fn check_terms(&mut self, declared: &'a Declared, key: &'a DeclaredKey) {
        if !self.world.exists(&key.package.address) {
            self.unknown.push(Unknown { rule: &rules::CAM_023, declared, missing: &key.package });
        } else if !self.world.exists(&key.plan.address) {
            self.unknown.push(Unknown { rule: &rules::CAM_023, declared, missing: &key.plan });
        }
    }

    /// CAM-034: only an active user can get a key. A user that is declared without a status starts as waiting. Only the key
    /// waits for the user, unless the manifests contradict each other.
    fn check_owner(&mut self, declared: &Declared, found: Option<&Match<'_>>) {
        let Some(application) = declared.parent.as_ref().filter(|_| found.is_none_or(|found| found.moved)) else {
            return;
        };
        let user = Address::user(&application.address.first_name());
        if !self.world.exists(&user) || !self.world.exists(&application.address) {
            return;
        }
        let status = self.world.expected(&user, "status").and_then(Value::as_text).unwrap_or("waiting");
        if status != "active" {
            let message = format!("{} belongs to {user}, whose status is {status}", declared.address);
            let problem = rules::CAM_034.finding(message).at(application.place);
            let of_user = self.world.context.desired.get(&user).and_then(|user| user.field("status"));
            if let Some(of_user) = of_user {
                let problem = problem.label(of_user.place, "declared here");
                self.findings.push(problem.help("only an active user can get a key: write `status: active`"));
            } else {
                let step = match self.world.context.desired.get(&user) {
                    Some(_) if status == "disabled" => {
                        format!("write `status: active` in its manifest, and allow it with {}", option(&user))
                    }
                    Some(_) => "write `status: active` in its manifest".to_owned(),
                    None => "activate the user in the store first".to_owned(),
                };
                let problem = problem.help(format!("only an active user can get a key: {step}"));
                self.held.push((declared.address.clone(), problem));
            }
        }
    }

    /// CAM-030, CAM-031: an existing key never returns to waiting.
    fn check_status(&mut self, declared: &Declared, found: Option<&Match<'_>>) {
        let live = found.and_then(|found| found.live.attributes.text("settings.status"));
        if declared.text("settings.status") == Some("waiting")
            && let Some(live) = live.filter(|live| *live != "waiting")
        {
            let message = format!("{} is {live} and cannot return to waiting", declared.address);
            let problem = rules::CAM_031.finding(message).at(declared.place_of("settings.status"));
            self.findings.push(problem.help("write `active` or `disabled`"));
        }
    }

    /// CAM-027 with a flag or a limit that is only in the store. The store validates the limits of a key when the limits
    /// or the plan of the key change.
    fn check_limits(&mut self, declared: &Declared, key: &DeclaredKey, found: Option<&Match<'_>>) {
        let kept = found.filter(|found| changes_terms(declared, found, self.world.matching));
        for (field, flag, dimension) in [
            ("settings.throttle", "throttle.keyOverride", "throttle"),
            ("settings.quota", "quota.keyOverride", "quota"),
        ] {
            let wanted = declared.value(field);
            let limit = wanted.or_else(|| kept.and_then(|found| found.live.attributes.get(field)));
            let own = limit.is_some_and(|limit| limit.as_text() != Some("plan"));
            // `validate` has compared what both manifests declare.
            let is_declared =
                self.world.context.desired.get(&key.plan.address).is_some_and(|plan| plan.field(flag).is_some());
            let allowed = self.world.expected(&key.plan.address, flag).and_then(Value::as_bool);
            if own && !(is_declared && wanted.is_some()) && allowed == Some(false) {
                let message = format!("{} does not allow keys their own {dimension}", key.plan.address);
                let problem = rules::CAM_027.finding(message).at(declared.place_of(field));
                self.findings
                    .push(problem.help(format!("write `{dimension}: plan`, or `keyOverride: true` in the plan")));
            }
        }
    }

    /// CAM-008: the email of an existing user cannot change.
    fn check_email(&mut self, declared: &Declared, found: Option<&Match<'_>>) {
        let live = found.and_then(|found| found.live.attributes.text("email"));
        if let (Kind::User, Some(wanted), Some(live)) = (declared.address.kind(), declared.text("email"), live)
            && !crate::diff::is_same("email", &Value::text(wanted), &Value::text(live))
        {
            let message = format!("the email of {} is {} and cannot change", declared.address, Value::text(live));
            let problem = rules::CAM_008.finding(message).at(declared.place_of("email"));
            self.findings.push(problem.help("write the current email; only the user can change it, in the portal"));
        }
    }

    /// CAM-046, CAM-072: some users are never disabled, and those of the platform are not enabled either.
    fn check_protected(&mut self, declared: &Declared, found: Option<&Match<'_>>) {
        let Some((live, status)) = found.map(|found| found.live).zip(declared.text("status")) else { return };
        let Some(protection) = Protection::of(live, self.world.context) else { return };
        let ends = protection == Protection::Platform || matches!(status, "disabled" | "waiting");
        if ends && live.attributes.text("status") != Some(status) {
            let problem = protection.of_status(&declared.address).at(declared.place_of("status"));
            self.held.push((declared.address.clone(), problem));
        }
    }

    /// CAM-047: the API cannot create roles, so they must exist.
    fn check_roles(&mut self, declared: &Declared) {
        let Some(desired) = declared.field("roles") else { return };
        let (Some(known), Value::Set(wanted)) = (&self.world.context.live.roles, &desired.value) else { return };
        for role in wanted.iter().filter(|role| !known.contains(role)) {
            let message = format!("the store has no role {}", Value::Text(role.clone()));
            let near = crate::diagnostic::did_you_mean(role, known.iter().map(|known| &**known));
            let help = near.map_or_else(
                || "create it in the Control Center first".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let problem = rules::CAM_047.finding(message).at(desired.place).help(help);
            self.held.push((declared.address.clone(), problem));
        }
    }

    /// CAM-038, KW-017: checks for new keys.
    fn check_new(&mut self, declared: &Declared, key: &DeclaredKey) {
        if super::expiry::is_over(self.world.context, declared) {
            // It is not created.
            return;
        }
        self.findings.extend(super::minting::too_short(self.world.context, self.world.matching, declared));
        let slot = declared.parent.as_ref().map(|parent| (parent.address.clone(), key.package.address.clone()));
        let Some(slot) = slot else { return };
        if let Some(other) = self.world.beside.get(&slot).copied() {
            if self.world.context.options.prune
                && super::prune::is_owned(self.world.context, self.world.matching, other)
            {
                // KW-128 asks.
                return;
            }
            let message = format!("{} is a new key; {} is kept", declared.address, other.address);
            let place = crate::rules::values::source_place(&key.source, declared.place);
            let help = "switch the callers to the new key, then remove the old one";
            self.findings.push(rules::CAM_038.finding(message).at(place).help(help));
        } else if let Some(other) = self.world.going.get(&slot).filter(|other| is_active(other)) {
            let message = format!("{} is a new key; {} is removed by the same run", declared.address, other.address);
            let place = crate::rules::values::source_place(&key.source, declared.place);
            let help = "its callers need the new value before: create the new key first, and remove the old one later";
            self.findings.push(rules::CAM_038.finding(message).at(place).help(help));
        }
    }

    /// CAM-036, CAM-037: a key that moves is briefly unavailable.
    fn check_move(&mut self, declared: &Declared, found: &Match<'_>) {
        let (true, Some(key), Some(live)) = (found.moved, &declared.key, &found.live.key) else { return };
        let (rule, what, place) = if self.world.matching.translated(&live.package) == key.package.address {
            (&rules::CAM_037, "application", declared.parent.as_ref().map_or(declared.place, |parent| parent.place))
        } else {
            (&rules::CAM_036, "package", key.package.place)
        };
        let message = format!("{} moves to another {what}, so it is deleted and created again", declared.address);
        let problem = rule.finding(message).at(place);
        self.findings.push(problem.help("calls fail until it exists again"));
    }
}
