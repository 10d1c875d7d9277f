//! Rules about package keys, whichever way they are declared.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::Findings;
use super::world::KeyOf;
use super::world::World;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::package_key::Generate;
use crate::manifest::package_key::Minter;
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::plan::PlanSpec;
use crate::manifest::plan::PlanStatus;
use crate::manifest::read::Spanned;
use crate::manifest::scalar::DateOrNever;
use crate::manifest::user::UserStatus;
use crate::model::Value;
use crate::workspace::DatabaseAt;

/// The key length of a package that says nothing else (`cloud-api-management.md` 1.4).
pub const DEFAULT_KEY_LENGTH: usize = 24;

/// Fewest random characters of a minted value: 16 of 36 are 82 bits.
pub const LEAST_RANDOM: usize = 16;

/// The characters of a key value (CAM-024).
pub fn is_key_text(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte))
}

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some(spec) = key.spec else { continue };
        check_type(key, spec, findings);
        check_expiry(spec, world.now.date_naive(), findings);
        check_rotation(spec, findings);
        if let Some(generate) = generated(spec) {
            check_prefix(world, key, generate, findings);
        }
    }
}

fn generated(spec: &PackageKeySpec) -> Option<&Generate> {
    spec.key.as_ref()?.value.generate.as_ref().map(|generate| &generate.value)
}

fn check_type(declared: &KeyOf<'_>, spec: &PackageKeySpec, findings: &mut Findings) {
    let Some(key) = &spec.key else { return };
    match (&key.value.generate, &key.value.custom) {
        // A field that could not be read looks like one that is missing.
        (None, None) if declared.is_whole => {
            let problem = Diagnostic::error("CAM-042", "the key is neither generated nor custom").at(key.place);
            findings.add(problem.help("write `key: {generate: {prefix: abc_}}` or `key: {custom: {env: NAME}}`"));
        }
        (Some(generate), Some(custom)) => {
            let problem = Diagnostic::error("CAM-042", "the key is both generated and custom").at(custom.place);
            findings.add(problem.label(generate.place, "generated here").help("keep one of the two"));
        }
        _ => {}
    }
}

fn check_expiry(spec: &PackageKeySpec, today: NaiveDate, findings: &mut Findings) {
    if let Some(Spanned { value: DateOrNever::Date(date), place }) = &spec.expires
        && *date < today
    {
        let problem = Diagnostic::warning("CAM-033", format!("the key expired on {date}")).at(*place);
        findings.add(problem.help("a new key can not be made so; write a later date, or remove the manifest"));
    }
}

fn check_rotation(spec: &PackageKeySpec, findings: &mut Findings) {
    let Some(rotation) = &spec.rotation else { return };
    if let Some(custom) = spec.key.as_ref().and_then(|key| key.value.custom.as_ref()) {
        let problem = Diagnostic::error("KW-015", "only a generated key can be rotated").at(rotation.place);
        let problem = problem.label(custom.place, "a value of your own");
        findings.add(problem.help("change the custom value yourself, or use `generate`"));
    }
    let generated = spec.key.as_ref().and_then(|key| key.value.generate.as_ref());
    if generated.is_some_and(|generate| generate.value.prefix.as_ref().is_none_or(|prefix| prefix.value.is_empty())) {
        let problem = Diagnostic::error("KW-015", "a key without a prefix can not be rotated").at(rotation.place);
        findings
            .add(problem.help("give it a prefix: other keys of the application could be taken for its generations"));
    }
    let Some(every) = &rotation.value.every else { return };
    if every.value.0 == 0 {
        let problem = Diagnostic::error("KW-015", "`every` is no time at all").at(every.place);
        findings.add(problem.help("write how old a key may get, like 90d"));
    }
    if let Some(overlap) = &rotation.value.overlap
        && overlap.value >= every.value
    {
        let problem = Diagnostic::error("KW-015", "`overlap` is not shorter than `every`").at(overlap.place);
        let problem = problem.label(every.place, "a new key is made this often");
        findings.add(problem.help("old keys would never be switched off; write a shorter overlap"));
    }
}

fn check_prefix(world: &World<'_>, key: &KeyOf<'_>, generate: &Generate, findings: &mut Findings) {
    let prefix = generate.prefix.as_ref().map_or("", |prefix| &*prefix.value);
    let place = generate.prefix.as_ref().map_or(key.place, |prefix| prefix.place);
    let package = world.packages.get(&*key.package.value);
    let declared = package.and_then(|(_, spec)| spec.key_length.as_ref());
    let length = declared.map_or(DEFAULT_KEY_LENGTH, |length| usize::try_from(length.value).unwrap_or(0));
    let by_store = generate.by.as_ref().filter(|by| by.value == Minter::Store);
    if !is_key_text(prefix) {
        let problem = Diagnostic::error("KW-017", "the prefix holds characters that a key can not have").at(place);
        findings.add(problem.help("use letters, digits and the characters _ - . :"));
    } else if let (Some(by), Some(prefix)) = (by_store, &generate.prefix) {
        let problem = Diagnostic::error("KW-017", "the store mints values without a prefix").at(prefix.place);
        let problem = problem.label(by.place, "minted by the store");
        findings.add(problem.help("the key would never be found again; remove the prefix, or let Keywright mint it"));
    } else if by_store.is_none() && prefix.len() + LEAST_RANDOM > length {
        let problem = too_short(&key.called, prefix, length).at(place);
        findings.add(match declared {
            Some(length) => problem.label(length.place, "the package's keyLength"),
            None => problem,
        });
    }
}

/// KW-017: a value that could be guessed.
pub fn too_short(key: &str, prefix: &str, length: usize) -> Diagnostic {
    let left = length.saturating_sub(prefix.len());
    let message = format!("{key} would have {left} random characters of {length}; it needs {LEAST_RANDOM}");
    Diagnostic::error("KW-017", message).help("shorten the prefix, or raise the package's keyLength")
}

/// CAM-027, CAM-029, CAM-056: what the declared plan of a key allows.
pub(super) fn check_limits(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some((manifest, plan)) = world.plan_of(key) else { continue };
        if let Some(status) = &plan.status
            && status.value == PlanStatus::Inactive
        {
            let message = format!("{} runs under the inactive plan {}", key.called, manifest.name());
            let problem = Diagnostic::warning("CAM-056", message).at(key.plan.place);
            findings.add(problem.label(status.place, "declared inactive here").help("choose an active plan"));
        }
        if let Some(settings) = key.spec.and_then(|spec| spec.settings.as_ref()) {
            let throttle = settings.value.throttle.as_ref().map(|limit| (limit.value.value(), limit.place));
            let quota = settings.value.quota.as_ref().map(|limit| (limit.value.value(), limit.place));
            check_override(key, "throttle", throttle, Terms::throttle(plan), findings);
            check_override(key, "quota", quota, Terms::quota(plan), findings);
        }
    }
}

/// What a declared plan says about one dimension.
struct Terms<'a> {
    key_override: Option<&'a Spanned<bool>>,
    number: Option<&'a Spanned<i64>>,
    is_unlimited: bool,
}

impl<'a> Terms<'a> {
    fn throttle(plan: &'a PlanSpec) -> Self {
        let throttle = plan.throttle.as_ref().map(|throttle| &throttle.value);
        Self {
            key_override: throttle.and_then(|throttle| throttle.key_override.as_ref()),
            number: throttle.and_then(|throttle| throttle.per_second.as_ref()),
            is_unlimited: throttle.and_then(|t| t.unlimited.as_ref()).is_some_and(|unlimited| unlimited.value),
        }
    }

    fn quota(plan: &'a PlanSpec) -> Self {
        let quota = plan.quota.as_ref().map(|quota| &quota.value);
        Self {
            key_override: quota.and_then(|quota| quota.key_override.as_ref()),
            number: quota.and_then(|quota| quota.calls.as_ref()),
            is_unlimited: quota.and_then(|quota| quota.unlimited.as_ref()).is_some_and(|unlimited| unlimited.value),
        }
    }
}

fn check_override(
    key: &KeyOf<'_>,
    dimension: &str,
    limit: Option<(Value, Place)>,
    terms: Terms<'_>,
    findings: &mut Findings,
) {
    let Some((limit, place)) = limit.filter(|(limit, _)| limit.as_text() != Some("plan")) else { return };
    if let Some(flag) = terms.key_override.filter(|flag| !flag.value) {
        let message = format!("plan {} allows keys no {dimension} of their own", key.plan.value);
        let problem = Diagnostic::error("CAM-027", message).at(place).label(flag.place, "forbidden here");
        findings.add(problem.help(format!("write `{dimension}: plan`, or `keyOverride: true` in the plan")));
    } else if let (Some(own), Some(plan)) = (limit.as_number(), terms.number)
        && own > plan.value
        && !terms.is_unlimited
    {
        let message = format!("the key's own {dimension} of {own} is above the plan's");
        let problem = Diagnostic::info("CAM-029", message).at(place).label(plan.place, "the plan's");
        findings.add(problem.help("allowed; make sure that it is meant"));
    }
}

/// CAM-034, CAM-035: keys of users that can not have them.
pub(super) fn check_owners(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some((_, user)) = world.users.get(&*key.user.value) else { continue };
        let Some(status) = &user.status else { continue };
        let name = &key.user.value;
        match status.value {
            UserStatus::Active => {}
            UserStatus::Waiting => {
                let message = format!("{} is for {name}, who is not active", key.called);
                let problem = Diagnostic::error("CAM-034", message).at(key.user.place);
                let problem = problem.label(status.place, "declared waiting here");
                findings.add(problem.help("a key can only be given to an active user: activate the user first"));
            }
            UserStatus::Disabled => {
                let message = format!("{name} is disabled and still has {}", key.called);
                let problem = Diagnostic::error("CAM-035", message).at(key.user.place);
                let problem = problem.label(status.place, "declared disabled here");
                findings.add(problem.help("disabling a user takes the keys away: remove the key's manifest too"));
            }
        }
    }
}

/// KW-014: generated keys of one slot are told apart by their prefixes.
pub(super) fn check_slots(world: &World<'_>, findings: &mut Findings) {
    let mut slots: Vec<(&KeyOf<'_>, &str, Place)> =
        world.keys.iter().filter_map(|key| prefix_of(key).map(|(prefix, place)| (key, prefix, place))).collect();
    // Sorted, a prefix stands right before the first text that it begins, if there is one. What is said does not
    // depend on the order of the files.
    slots.par_sort_by(|a, b| {
        a.0.slot().cmp(&b.0.slot()).then(a.1.cmp(b.1)).then_with(|| a.0.called.cmp(&b.0.called)).then(a.2.cmp(&b.2))
    });
    for keys in slots.chunk_by(|a, b| a.0.slot() == b.0.slot()) {
        let mut shortest = &keys[0];
        for key in &keys[1..] {
            if key.1.starts_with(shortest.1) {
                findings.add(alike(shortest, key));
            } else {
                shortest = key;
            }
        }
    }
}

/// The prefix of a generated key, and where it is written; nothing for a custom key.
fn prefix_of<'a>(key: &'a KeyOf<'_>) -> Option<(&'a str, Place)> {
    let Some(spec) = key.spec else { return Some(("", key.place)) };
    let prefix = generated(spec)?.prefix.as_ref();
    Some(prefix.map_or(("", key.place), |prefix| (&*prefix.value, prefix.place)))
}

fn alike(one: &(&KeyOf<'_>, &str, Place), other: &(&KeyOf<'_>, &str, Place)) -> Diagnostic {
    let message = format!(
        "{} and {} are generated for one application and package and can not be told apart",
        one.0.called, other.0.called
    );
    Diagnostic::error("KW-014", message)
        .at(other.2)
        .label(one.2, "the other key")
        .help("give each a prefix of its own, of which neither begins the other")
}

/// KW-018: deliveries stay in the workspace and do not overwrite each other.
pub(super) fn check_deliveries(world: &World<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<(String, &str), Place> = BTreeMap::new();
    for key in &world.keys {
        let Some(deliver) = key.spec.and_then(|spec| spec.deliver.as_ref()) else { continue };
        for target in &deliver.value {
            let (Some(file), Some(variable)) = (&target.value.file, &target.value.variable) else { continue };
            if !is_inside(&file.value) {
                let problem = Diagnostic::error("KW-018", "a key is delivered outside of the workspace").at(file.place);
                findings.add(problem.help("write a path below the workspace, without `..`"));
            } else if !is_deliverable(&file.value, &world.workspace.database) {
                let problem =
                    Diagnostic::error("KW-018", "a key is delivered into a file that has another use").at(file.place);
                findings.add(problem.help("choose a file of its own, not a manifest, nor one of Git or Keywright"));
            }
            if !is_variable(&variable.value) {
                let problem = Diagnostic::error("KW-018", "this is not the name of a variable").at(variable.place);
                findings.add(problem.help("use letters, digits and _, and begin with a letter or _"));
            }
            if let Some(first) = taken.insert((normal(&file.value), &variable.value), target.place) {
                let message = format!("two keys are delivered to {} in {}", variable.value, file.value);
                let problem = Diagnostic::error("KW-018", message).at(target.place).label(first, "the other one");
                findings.add(problem.help("give one another name or another file"));
            }
        }
    }
}

/// Whether a path stays below the folder that it starts from.
pub(super) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\0', '\\', '\n', '\r'])
        && path.split('/').all(|part| part != "..")
        && path.split('/').any(|part| !part.is_empty() && part != ".")
}

/// Whether a file is neither a manifest, whose lines are shown in messages, nor one that Git or Keywright live by.
fn is_deliverable(path: &str, database: &DatabaseAt) -> bool {
    let path = normal(path).to_ascii_lowercase();
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_taken = |part: &str| part.starts_with(".git") || part == ".keywright";
    let is_database = match database {
        DatabaseAt::File(file) => path.starts_with(&normal(file).to_ascii_lowercase()),
        DatabaseAt::Server { .. } => false,
    };
    let is_live = path.split('/').any(is_taken) || is_database;
    !matches!(extension, "yaml" | "yml") && !is_live
}

fn normal(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// CAM-040, CAM-041: how many keys a user holds in a plan.
pub(super) fn check_counts(world: &World<'_>, findings: &mut Findings) {
    let mut held: Vec<&KeyOf<'_>> = world.keys.iter().collect();
    // A sort that keeps the order of what is equal: the last ones are too many.
    held.par_sort_by(|a, b| a.holding().cmp(&b.holding()));
    for keys in held.chunk_by(|a, b| a.holding() == b.holding()) {
        let Some((_, plan)) = world.plan_of(keys[0]) else { continue };
        let user = &keys[0].user.value;
        let most = plan.max_num_keys_allowed.as_ref();
        if let Some((most, extra)) = beyond(most, keys) {
            let message = format!(
                "{user} holds {} in plan {}, which allows {}",
                crate::text::count(keys.len(), "key"),
                extra.plan.value,
                most.value
            );
            let problem =
                Diagnostic::warning("CAM-040", message).at(extra.plan.place).label(most.place, "at most so many");
            findings.add(problem.help("raise maxNumKeysAllowed, or use another plan"));
        }
        let moderated = plan.admin_key_provisioning_enabled.as_ref().is_some_and(|flag| flag.value);
        // What 0 means is not documented, so nothing is said about it.
        let review = plan.num_keys_before_review.as_ref().filter(|review| moderated && review.value > 0);
        if let Some((review, extra)) = beyond(review, keys) {
            let message = format!(
                "{user} holds {} in the moderated plan {}",
                crate::text::count(keys.len(), "key"),
                extra.plan.value
            );
            let problem =
                Diagnostic::info("CAM-041", message).at(extra.plan.place).label(review.place, "more are reviewed");
            findings.add(problem.help("a further key may start as waiting, until an administrator looks at it"));
        }
    }
}

/// The limit, with the first key that is too many for it.
fn beyond<'s, 'k, 'w>(
    limit: Option<&'s Spanned<i64>>,
    keys: &'k [&'w KeyOf<'w>],
) -> Option<(&'s Spanned<i64>, &'k KeyOf<'w>)> {
    let limit = limit?;
    let allowed = usize::try_from(limit.value).ok()?;
    Some((limit, keys.get(allowed)?))
}
