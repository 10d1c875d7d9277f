//! The rules that need the live store: references to undeclared objects, owners, immutable fields.

use std::collections::BTreeMap;

use super::Context;
use super::option::option;
use super::protected::Protection;
use super::removal::Removals;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::matching::Found as Match;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::rule::Rule;
use crate::rules;

/// What the rules find.
pub(super) struct Found {
    pub(super) findings: Vec<Diagnostic>,
    /// Errors that hold back one object each.
    pub(super) held: Vec<(Address, Diagnostic)>,
}

pub(super) fn check(context: &Context<'_>, matching: &Matching<'_>) -> Found {
    let declared = Kind::ALL.into_iter().filter(|kind| context.desired.of(*kind).next().is_some());
    let findings = super::review::incomplete(declared, context).collect();
    let removals = Removals::of(context, matching);
    let (beside, going) = undeclared(matching, &removals);
    let former = |declared| former_names(declared).map(move |former| (former, declared));
    let renamed = context.desired.objects.values().flat_map(former).collect();
    let mut rules = LiveRules { context, matching, beside, going, renamed, findings, held: removals.contradictions };
    for declared in context.desired.objects.values().filter(|declared| !matching.is_held(declared)) {
        let found = matching.found.get(&declared.address);
        rules.check_parent(declared);
        rules.check_roles(declared);
        rules.held.extend(super::services::check(context, declared));
        rules.check_email(declared, found);
        rules.check_protected(declared, found);
        rules.held.extend(super::one_line::check(declared, found));
        if let Some(key) = &declared.key {
            rules.check_terms(declared, key);
            rules.check_owner(declared, found);
            rules.check_status(declared, found);
            rules.held.extend(super::shared_secrets::changed(context, declared, found));
            rules.check_limits(declared, key, found);
            match found {
                None if matching.stopped.contains(&declared.address) => {}
                None => rules.check_new(declared, key),
                Some(found) => rules.check_move(declared, found),
            }
        }
    }
    rules.check_counts();
    let shared = super::shared_values::check(context, matching);
    rules.findings.extend(shared.findings);
    rules.held.extend(shared.held);
    rules.findings.extend(super::reviewed::check(context, matching));
    rules.findings.extend(super::two_objects::check(context, matching));
    Found { findings: rules.findings, held: rules.held }
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

fn former_names(declared: &Declared) -> impl Iterator<Item = &Address> {
    declared.previously.iter().map(|former| &former.address)
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

/// The keys of a user in a package plan.
#[derive(Default)]
struct Held {
    declared: usize,
    /// The declared ones with a rotation.
    rotated: usize,
    /// Their older generations, also one that the next rotation makes.
    older: usize,
    /// Those that are only in the store.
    others: usize,
    place: Option<Place>,
}

/// How many findings about unknown objects suggest a name.
const MOST_SUGGESTIONS: usize = 200;

struct LiveRules<'a, 'c> {
    context: &'a Context<'c>,
    matching: &'a Matching<'c>,
    beside: Beside<'c>,
    going: Beside<'c>,
    /// The declared objects by their former addresses.
    renamed: BTreeMap<&'c Address, &'c Declared>,
    findings: Vec<Diagnostic>,
    held: Vec<(Address, Diagnostic)>,
}

impl LiveRules<'_, '_> {
    fn exists(&self, address: &Address) -> bool {
        self.context.desired.objects.contains_key(address) || self.matching.in_store.contains_key(address)
    }

    /// What a field will be after the plan: as declared, else as in the store.
    fn expected(&self, address: &Address, field: &str) -> Option<&Value> {
        let declared = self.context.desired.get(address).and_then(|declared| declared.value(field));
        declared.or_else(|| self.matching.in_store.get(address).and_then(|live| live.attributes.get(field)))
    }

    /// CAM-009, CAM-022, CAM-023: the parent is declared or in the store.
    fn check_parent(&mut self, declared: &Declared) {
        let Some(parent) = declared.parent.as_ref().filter(|parent| !self.exists(&parent.address)) else { return };
        let rule = match declared.address.kind() {
            Kind::Application => &rules::CAM_009,
            Kind::Plan => &rules::CAM_022,
            _ => &rules::CAM_023,
        };
        self.unknown(rule, declared, &parent.address, parent.place);
    }

    fn unknown(&mut self, rule: &Rule, declared: &Declared, missing: &Address, place: Place) {
        if let Some(renamed) = self.renamed.get(missing) {
            let message = format!("{} needs {missing}, which is renamed to {}", declared.address, renamed.address);
            let problem = rule.finding(message).at(place).label(renamed.place, "renamed here");
            let help = format!("write the new name, {}", crate::text::line(&renamed.address.name()));
            return self.findings.push(problem.help(help));
        }
        let is_where = "which is neither declared nor in the store";
        let problem = rule.finding(format!("{} needs {missing}, {is_where}", declared.address)).at(place);
        // Each suggestion compares with thousands of names, and no one reads more of them.
        let is_helped = self.findings.len() < MOST_SUGGESTIONS;
        self.findings.push(match is_helped.then(|| self.meant(missing)).flatten() {
            Some((near, place)) => problem.label(place, "declared here").help(format!("did you mean {near}?")),
            None => problem.help(match is_helped.then(|| self.meant_in_store(missing)).flatten() {
                Some(near) => format!("did you mean {near}, which is in the store?"),
                None => format!("declare {missing}, or correct the name"),
            }),
        });
    }

    /// An object of the store that was probably meant: one with the same parents and a similar name.
    fn meant_in_store(&self, missing: &Address) -> Option<&Address> {
        let (name, mut path) = (missing.name(), missing.names());
        path.pop();
        let of_kind = self.matching.in_store.of(missing.kind()).map(|(address, _)| address);
        let is_beside = |address: &&Address| address.names().split_last().is_some_and(|(_, above)| above == path);
        let beside: Vec<(String, &Address)> =
            of_kind.filter(is_beside).take(5_000).map(|address| (address.name(), address)).collect();
        let near = crate::diagnostic::did_you_mean(&name, beside.iter().map(|(name, _)| name.as_str()))?;
        beside.iter().find(|(name, _)| name == near).map(|(_, address)| *address)
    }

    /// The declared object that was probably meant: a sibling with a similar name, or any with the same name.
    fn meant(&self, missing: &Address) -> Option<(&Address, Place)> {
        let declared: Vec<&Declared> = self.context.desired.of(missing.kind()).take(5_000).collect();
        let (name, mut path) = (missing.name(), missing.names());
        path.pop();
        let beside = |other: &&&Declared| other.address.names().split_last().is_some_and(|(_, above)| above == path);
        let names: Vec<(String, &Declared)> =
            declared.iter().filter(beside).map(|other| (other.address.name(), *other)).collect();
        let near = crate::diagnostic::did_you_mean(&name, names.iter().map(|(name, _)| name.as_str()));
        let near = near.and_then(|near| names.iter().find(|(name, _)| name == near)).map(|(_, other)| *other);
        near.or_else(|| declared.iter().find(|other| other.address.name() == name).copied())
            .map(|other| (&other.address, other.place))
    }

    /// CAM-023: the package of a key exists and has the plan.
    fn check_terms(&mut self, declared: &Declared, key: &DeclaredKey) {
        if !self.exists(&key.package.address) {
            self.unknown(&rules::CAM_023, declared, &key.package.address, key.package.place);
        } else if !self.exists(&key.plan.address) {
            self.unknown(&rules::CAM_023, declared, &key.plan.address, key.plan.place);
        }
    }

    /// CAM-034: only an active user can get a key. A user that is declared without a status starts as waiting. Only the key
    /// waits for the user, unless the manifests contradict each other.
    fn check_owner(&mut self, declared: &Declared, found: Option<&Match<'_>>) {
        let Some(application) = declared.parent.as_ref().filter(|_| found.is_none_or(|found| found.moved)) else {
            return;
        };
        let user = Address::user(&application.address.first_name());
        if !self.exists(&user) || !self.exists(&application.address) {
            return;
        }
        let status = self.expected(&user, "status").and_then(Value::as_text).unwrap_or("waiting");
        if status != "active" {
            let message = format!("{} belongs to {user}, whose status is {status}", declared.address);
            let problem = rules::CAM_034.finding(message).at(application.place);
            let of_user = self.context.desired.get(&user).and_then(|user| user.field("status"));
            if let Some(of_user) = of_user {
                let problem = problem.label(of_user.place, "declared here");
                self.findings.push(problem.help("only an active user can get a key: write `status: active`"));
            } else {
                let step = match self.context.desired.get(&user) {
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
        let kept = found.filter(|found| changes_terms(declared, found, self.matching));
        for (field, flag, dimension) in [
            ("settings.throttle", "throttle.keyOverride", "throttle"),
            ("settings.quota", "quota.keyOverride", "quota"),
        ] {
            let wanted = declared.value(field);
            let limit = wanted.or_else(|| kept.and_then(|found| found.live.attributes.get(field)));
            let own = limit.is_some_and(|limit| limit.as_text() != Some("plan"));
            // `validate` has compared what both manifests declare.
            let is_declared =
                self.context.desired.get(&key.plan.address).is_some_and(|plan| plan.field(flag).is_some());
            let allowed = self.expected(&key.plan.address, flag).and_then(Value::as_bool);
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
        let Some(protection) = Protection::of(live, self.context) else { return };
        let ends = protection == Protection::Platform || matches!(status, "disabled" | "waiting");
        if ends && live.attributes.text("status") != Some(status) {
            let problem = protection.of_status(&declared.address).at(declared.place_of("status"));
            self.held.push((declared.address.clone(), problem));
        }
    }

    /// CAM-047: the API cannot create roles, so they must exist.
    fn check_roles(&mut self, declared: &Declared) {
        let Some(desired) = declared.field("roles") else { return };
        let (Some(known), Value::Set(wanted)) = (&self.context.live.roles, &desired.value) else { return };
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
        if super::expiry::is_over(self.context, declared) {
            // It is not created.
            return;
        }
        self.findings.extend(super::minting::too_short(self.context, self.matching, declared));
        let slot = declared.parent.as_ref().map(|parent| (parent.address.clone(), key.package.address.clone()));
        let Some(slot) = slot else { return };
        if let Some(other) = self.beside.get(&slot).copied() {
            if self.context.options.prune && super::prune::is_owned(self.context, self.matching, other) {
                // KW-128 asks.
                return;
            }
            let message = format!("{} is a new key; {} is kept", declared.address, other.address);
            let place = crate::rules::values::source_place(&key.source, declared.place);
            let help = "switch the callers to the new key, then remove the old one";
            self.findings.push(rules::CAM_038.finding(message).at(place).help(help));
        } else if let Some(other) = self.going.get(&slot).filter(|other| is_active(other)) {
            let message = format!("{} is a new key; {} is removed by the same run", declared.address, other.address);
            let place = crate::rules::values::source_place(&key.source, declared.place);
            let help = "its callers need the new value before: create the new key first, and remove the old one later";
            self.findings.push(rules::CAM_038.finding(message).at(place).help(help));
        }
    }

    /// CAM-036, CAM-037: a key that moves is briefly unavailable.
    fn check_move(&mut self, declared: &Declared, found: &Match<'_>) {
        let (true, Some(key), Some(live)) = (found.moved, &declared.key, &found.live.key) else { return };
        let (rule, what, place) = if self.matching.translated(&live.package) == key.package.address {
            (&rules::CAM_037, "application", declared.parent.as_ref().map_or(declared.place, |parent| parent.place))
        } else {
            (&rules::CAM_036, "package", key.package.place)
        };
        let message = format!("{} moves to another {what}, so it is deleted and created again", declared.address);
        let problem = rule.finding(message).at(place);
        self.findings.push(problem.help("calls fail until it exists again"));
    }

    /// CAM-040 with the keys that are only in the store.
    fn check_counts(&mut self) {
        let mut held: BTreeMap<(Address, Address), Held> = BTreeMap::new();
        for declared in self.context.desired.of(Kind::PackageKey) {
            let (Some(key), Some(application)) = (&declared.key, &declared.parent) else { continue };
            let user = Address::user(&application.address.first_name());
            let entry = held.entry((user, key.plan.address.clone())).or_default();
            let older = self.matching.found.get(&declared.address).map_or(0, |found| found.older.len());
            entry.declared += 1;
            entry.rotated += usize::from(key.rotation.is_some());
            // During an overlap there are two generations.
            entry.older += older.max(usize::from(key.rotation.is_some()));
            entry.place = Some(key.plan.place);
        }
        for live in &self.matching.unmatched {
            let Some((_, Some(plan))) = self.matching.terms_of(live) else { continue };
            let Some(application) = self.matching.parent_of(live) else { continue };
            if let Some(entry) = held.get_mut(&(Address::user(&application.first_name()), plan)) {
                entry.others += 1;
            }
        }
        for ((user, plan), Held { declared, rotated, older, others, place }) in held {
            let most = self.expected(&plan, "maxNumKeysAllowed").and_then(Value::as_number);
            let Some(most) = most.and_then(|most| usize::try_from(most).ok()) else { continue };
            // `validate` has compared the declared keys with a declared limit.
            let is_reported = declared + rotated > most
                && self.context.desired.get(&plan).is_some_and(|p| p.field("maxNumKeysAllowed").is_some());
            let all = declared + older + others;
            if all > most && !is_reported {
                let during = if declared + others > most { "" } else { " during a rotation" };
                let keys = crate::text::count(all, "key");
                let message = format!("{user} would have {keys} in {plan}{during}, which allows {most}");
                let mut problem = rules::CAM_040.finding(message);
                problem.place = place;
                self.findings.push(problem.help("raise `maxNumKeysAllowed`, or remove keys"));
            }
        }
    }
}
