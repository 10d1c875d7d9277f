//! Secrets that a plan does not contain: custom values and shared secrets. The run that applies the plan reads them again, and
//! a fingerprint shows whether they are still the same.

use super::Action;
use super::Change;
use super::Context;
use super::KeyTarget;
use super::Sources;
use super::ValueFrom;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::KeySource;
use crate::model::Secret;
use crate::model::desired::DeclaredKey;
use crate::rules;
use crate::text::and_more;

/// Maximum number of addresses in a finding.
const MOST: usize = 5;

/// Whether the secrets of a change are those of the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Since {
    Same,
    /// What changed, after the address.
    Changed(String),
    /// The fingerprint is missing, or was made with another key.
    Unknown,
}

/// Where the secrets of a key are read, and their fingerprints.
pub(super) fn sources(context: &Context<'_>, address: &Address, key: &DeclaredKey) -> Sources {
    let value = match &key.source {
        KeySource::Custom(source) => Some(source.in_words().into()),
        KeySource::Generate(_) | KeySource::Existing(_) => None,
    };
    let fingerprints = context.remembered.key.as_ref();
    let seen = |secret: Option<&Secret>, of: fn(&FingerprintKey, &Secret) -> Fingerprint| {
        fingerprints.zip(secret).map(|(key, secret)| of(key, secret))
    };
    Sources {
        value,
        secret: key.secret.as_ref().map(|source| source.in_words().into()),
        value_seen: seen(context.values.get(address), FingerprintKey::of_value),
        secret_seen: seen(context.secrets.get(address), of_secret),
    }
}

fn of_secret(key: &FingerprintKey, secret: &Secret) -> Fingerprint {
    key.fingerprint("shared secret", secret.expose())
}

/// Compares the secrets that a change of a saved plan uses with those of the plan.
pub(super) fn since(change: &Change, context: &Context<'_>) -> Since {
    let Some(target) = change.target.key.as_ref().filter(|_| change.action == Action::Create) else {
        return Since::Same;
    };
    let KeyTarget { value, with_secret, sources, .. } = target;
    let mut since = Since::Same;
    if *value == ValueFrom::Given {
        let now = context.values.get(&change.address);
        let what =
            compare("value", sources.value.as_deref(), (sources.value_seen.as_ref(), now), context, |key, value| {
                key.of_value(value)
            });
        since = what;
    }
    if *with_secret && !matches!(since, Since::Changed(_)) {
        let now = context.secrets.get(&change.address);
        let seen = (sources.secret_seen.as_ref(), now);
        let secret = compare("shared secret", sources.secret.as_deref(), seen, context, of_secret);
        since = if secret == Since::Same { since } else { secret };
    }
    since
}

fn compare(
    what: &str,
    source: Option<&str>,
    (seen, now): (Option<&Fingerprint>, Option<&Secret>),
    context: &Context<'_>,
    of: impl Fn(&FingerprintKey, &Secret) -> Fingerprint,
) -> Since {
    let key = context.remembered.key.as_ref().filter(|key| seen.is_some_and(|seen| key.made(seen)));
    match (key, seen, now) {
        (Some(key), Some(seen), Some(now)) if of(key, now) != *seen => {
            let source = source.map_or_else(String::new, |source| format!(" from {source}"));
            Since::Changed(format!("gets another {what}{source} than when the plan was made"))
        }
        (Some(_), Some(_), Some(_)) => Since::Same,
        _ => Since::Unknown,
    }
}

/// KW-066: keys of a saved plan whose secrets may be others than those of the plan.
pub(super) fn unknown<'a>(changes: impl Iterator<Item = &'a Change>, context: &Context<'_>) -> Option<Diagnostic> {
    let unknown = changes.filter(|change| since(change, context) == Since::Unknown);
    let names: Vec<String> = unknown.map(|change| change.address.to_string()).collect();
    (!names.is_empty()).then(|| {
        let names = and_more(&names, MOST, ", ");
        let message = format!("it is unknown whether the plan was made with the secrets that {names} gets now");
        let help = "set `fingerprints: {key: …}` in keywright.yaml, so that all runners use the same key; secrets of programs are \
                    never read for a plan";
        rules::KW_066.finding(message).help(help)
    })
}
