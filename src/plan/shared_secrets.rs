//! KW-167, KW-168, KW-176, CAM-039: shared secrets that are to be delivered and that do not exist, that the store does not show, or that
//! the manifest changes.

use super::Context;
use super::consent::is_allowed_for_run;
use super::successor;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::model::has_mask;
use crate::rules;
use crate::text::shell;

const HELP: &str = "set `sharedSecretLength` of the package, like 32, or `secret` of the key; or remove the place";

const NONE_SHOWN: &str = "the store shows no shared secret of its generations";

const SIGN_IN: &str = "sign in as a user who may read shared secrets, or remove the place";

/// What holds back a new key: it would have no shared secret.
pub(super) fn missing(context: &Context<'_>, matching: &Matching<'_>, declared: &Declared) -> Option<Diagnostic> {
    // A key that moves keeps its shared secret.
    let moves = matching.found.get(&declared.address).is_some_and(|found| of(found.live).is_some());
    if moves || context.options.no_deliver {
        return None;
    }
    gets_none(context, matching, declared, &declared.address.to_string())
}

/// What holds back the successor of a key. Its value must not come to the callers without its shared secret: they would use it
/// with that of the old key. A shared secret that leaked must not come back.
pub(super) fn refusal_of_successor(
    context: &Context<'_>,
    matching: &Matching<'_>,
    declared: &Declared,
    live: &LiveObject,
) -> Option<Diagnostic> {
    let (key, address) = (declared.key.as_ref()?, &declared.address);
    let given = context.secrets.get(address);
    let is_revoked = is_allowed_for_run(address, context) && context.remembered.is_revoked(live);
    // Without consent, the guard of a revoked key asks.
    let leaked = given.filter(|given| is_revoked && of(live) == Some(*given) || is_of_revoked(given, live, context));
    if leaked.is_some() {
        let source = key.secret.as_ref()?;
        let message = format!("{address} gets no successor: its manifest names the shared secret of a revoked key");
        let (source, place, address) = (source.in_words(), source.place, shell::argument(&address.to_string()));
        let then =
            if is_revoked { format!("keywright keys revoke {address} --replace") } else { "keywright apply".into() };
        let help = format!("put a new one in {source}, and run `{then}`");
        return Some(rules::KW_176.finding(message).at(place).help(help));
    }
    let name = format!("the successor of {address}");
    if let Some(to) = place(key).filter(|_| of(live).is_some_and(|secret| has_mask(secret.expose()))) {
        let why = "the store shows shared secrets only masked, so none could be delivered to";
        let message = format!("{name} is not created: {why} {}", to.place());
        return Some(rules::KW_167.finding(message).at(declared.place).help(SIGN_IN));
    }
    if let Some(to) = place(key).filter(|_| is_shown_nowhere(context, matching, declared)) {
        let message = format!("{name} is not created: {NONE_SHOWN}, so none could be delivered to {}", to.place());
        return Some(rules::KW_167.finding(message).at(declared.place).help(SIGN_IN));
    }
    gets_none(context, matching, declared, &name)
}

/// Whether the key and one before it have no shared secret, and no other key of the store shows one: a further generation would be
/// the same.
fn is_shown_nowhere(context: &Context<'_>, matching: &Matching<'_>, declared: &Declared) -> bool {
    let Some(found) = matching.found.get(&declared.address) else { return false };
    let lacks = |live: &LiveObject| of(live).is_none();
    lacks(found.live) && found.older.iter().any(|old| lacks(old)) && !context.living.has_secrets(context.live)
}

/// Whether a key beside `live` leaked with this shared secret.
fn is_of_revoked(secret: &Secret, live: &LiveObject, context: &Context<'_>) -> bool {
    if context.remembered.revoked.0.is_empty() {
        return false;
    }
    let others = context.live.of(Kind::PackageKey).iter().filter(|key| key.id != live.id);
    others.filter(|key| of(key) == Some(secret)).any(|key| context.remembered.is_revoked(key))
}

/// KW-167, if a key that is created now would have no shared secret to deliver.
fn gets_none(context: &Context<'_>, matching: &Matching<'_>, declared: &Declared, name: &str) -> Option<Diagnostic> {
    let key = declared.key.as_ref()?;
    let to =
        place(key).filter(|_| key.secret.is_none() && !package_has_secrets(context, matching, &key.package.address))?;
    let message = format!("{name} gets no shared secret, so none can be delivered to {}", to.place());
    Some(rules::KW_167.finding(message).at(declared.place).help(HELP))
}

/// Why callers who have the value of a key cannot use it: its places receive a shared secret, and the store has none, or does not
/// show it.
pub(super) fn why_incomplete(declared: &Declared, live: &LiveObject) -> Option<&'static str> {
    let is_there = of(live).is_some_and(|secret| !has_mask(secret.expose()));
    place(declared.key.as_ref()?).filter(|_| !is_there).map(|_| "without its shared secret (KW-168)")
}

/// Whether a key has no shared secret for its places, so that only a successor can have one.
pub(super) fn lacks_secret(declared: &Declared, live: &LiveObject) -> bool {
    of(live).is_none() && why_incomplete(declared, live).is_some()
}

/// CAM-039: the shared secret of a key cannot change. A successor that is due gets the declared one.
pub(super) fn changed(
    context: &Context<'_>,
    declared: &Declared,
    found: Option<&Found<'_>>,
) -> Option<(Address, Diagnostic)> {
    let (address, key, live) = (&declared.address, declared.key.as_ref()?, found?.live);
    // What the store shows in place of one tells nothing (KW-168).
    let is_other = |wanted: &&Secret| of(live) != Some(*wanted) && !of(live).is_some_and(|it| has_mask(it.expose()));
    context.secrets.get(address).filter(is_other)?;
    let is_due = |at| key.rotation.is_some_and(|rotation| successor::due_at(rotation, at).0 <= context.now);
    if context.options.rotate.keys.contains(address) || live.created.is_some_and(is_due) {
        return None;
    }
    let help = match key.rotation {
        Some(_) => {
            let address = shell::argument(&address.to_string());
            format!("`keywright rotate {address}` creates a successor with the new one; or set the old one again")
        }
        None => "create a new key, switch the callers to it, then remove this one".to_owned(),
    };
    let message = format!("the shared secret of {address} differs from the store and cannot change");
    let place = key.secret.as_ref().map_or(declared.place, |source| source.place);
    Some((address.clone(), rules::CAM_039.finding(message).at(place).help(help)))
}

/// The keys of the store that have no shared secret to deliver.
pub(super) fn without_secret(context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let finding = |declared: &Declared| {
        let to = place(declared.key.as_ref()?)?;
        let live = matching.found.get(&declared.address)?.live.key.as_ref()?;
        let why = match &live.secret {
            None => "has no shared secret in the store",
            Some(secret) if has_mask(secret.expose()) => "has a shared secret that the store shows only masked",
            Some(_) => return None,
        };
        let (address, place) = (&declared.address, to.place());
        let problem = rules::KW_168.finding(format!("{address} {why}, so none is delivered to {place}"));
        Some(problem.at(declared.place).help(help(context, matching, declared, live.secret.is_none())))
    };
    context.desired.of(Kind::PackageKey).filter_map(finding).collect()
}

fn help(context: &Context<'_>, matching: &Matching<'_>, declared: &Declared, is_missing: bool) -> String {
    if !is_missing {
        return SIGN_IN.to_owned();
    }
    let Some(key) = &declared.key else { return String::new() };
    if is_shown_nowhere(context, matching, declared) {
        return format!("{NONE_SHOWN}: {SIGN_IN}");
    }
    let first = if key.secret.is_some() || package_has_secrets(context, matching, &key.package.address) {
        ""
    } else {
        "set `sharedSecretLength` of its package; then "
    };
    if key.rotation.is_some() {
        let address = shell::argument(&declared.address.to_string());
        return format!("{first}`keywright rotate {address}` creates a successor with one");
    }
    format!("{first}create another key, and let its callers change to it; or remove the place")
}

/// The shared secret of a key in the store.
fn of(live: &LiveObject) -> Option<&Secret> {
    live.key.as_ref()?.secret.as_ref()
}

/// The first place that receives the shared secret.
fn place(key: &DeclaredKey) -> Option<&Delivery> {
    key.deliver.iter().find(|to| to.is_secret())
}

/// Whether the package gives new keys a shared secret: as declared, else as in the store, else the store's default.
fn package_has_secrets(context: &Context<'_>, matching: &Matching<'_>, package: &Address) -> bool {
    const LENGTH: &str = "sharedSecretLength";
    let declared = context.desired.get(package).and_then(|package| package.value(LENGTH));
    let live = matching.in_store.get(package);
    let length = declared.or_else(|| live.and_then(|live| live.attributes.get(LENGTH)));
    length.and_then(Value::as_number).is_some_and(|length| length > 0)
}
