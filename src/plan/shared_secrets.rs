//! KW-167, KW-168: shared secrets that are to be delivered and that do not exist, or that the store does not show.

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::matching::has_mask;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Kind;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::rules;
use crate::text::shell;

const HELP: &str = "set `sharedSecretLength` of the package, like 32, or `secret` of the key; or remove the place";

/// What holds back a new key: it would have no shared secret.
pub(super) fn missing(context: &Context<'_>, matching: &Matching<'_>, declared: &Declared) -> Option<Diagnostic> {
    let key = declared.key.as_ref().filter(|_| !context.options.no_deliver)?;
    // A key that moves keeps its shared secret.
    let moves = matching.found.get(&declared.address).and_then(|found| found.live.key.as_ref());
    if moves.is_some_and(|live| live.secret.is_some()) {
        return None;
    }
    let to =
        place(key).filter(|_| key.secret.is_none() && !package_has_secrets(context, matching, &key.package.address))?;
    let message = format!("{} gets no shared secret, so none can be delivered to {}", declared.address, to.place());
    Some(rules::KW_167.finding(message).at(declared.place).help(HELP))
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
        return "sign in as a user who may read shared secrets, or remove the place".to_owned();
    }
    let Some(key) = &declared.key else { return String::new() };
    let first = if package_has_secrets(context, matching, &key.package.address) {
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
