//! A digest of what the manifests declare, to recognize that they changed since a plan was made. Comments, order and files do
//! not count. Secrets are absent, because a plain digest would let guesses of them be tested.

use std::fmt::Write;

use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Digest;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::SecretSource;
use crate::model::desired::DeclaredKey;
use crate::model::desired::Reference;

pub(super) fn digest(desired: &Desired) -> Digest {
    let mut text = String::new();
    desired.objects.values().for_each(|declared| object(&mut text, declared));
    Digest::of(text.as_bytes())
}

fn object(text: &mut String, declared: &Declared) {
    let Declared { address, place: _, name, parent, previously, protect, fields, key, presence } = declared;
    let of = |reference: &Reference| reference.address.to_string();
    let previously: Vec<String> = previously.iter().map(of).collect();
    line(text, "object", &[address.to_string().as_str(), name]);
    line(text, "is", &[&parent.as_ref().map(of).unwrap_or_default(), &format!("{protect} {presence:?}")]);
    line(text, "previously", &previously.iter().map(String::as_str).collect::<Vec<_>>());
    for field in fields {
        line(text, "field", &[&field.field, &field.value.to_string()]);
    }
    if let Some(key) = key {
        describe(text, key);
    }
}

fn describe(text: &mut String, key: &DeclaredKey) {
    let DeclaredKey { package, plan, source, secret, rotation, ends_after, deliver } = key;
    let path = |address: &Address| address.to_string();
    line(text, "key", &[&path(&package.address), &path(&plan.address), &format!("{rotation:?}")]);
    let source = match source {
        KeySource::Generate(generated) => {
            let first = generated.first.as_ref().map(|first| first.id.fingerprint().hex());
            let &Generated { ref prefix, ref former, by_store, has_checksum, .. } = generated;
            // A plan that was saved before there were checksums is as valid.
            let checksum = if has_checksum { " checksum" } else { "" };
            format!("{prefix:?} {former:?} {by_store} {first:?}{checksum}")
        }
        KeySource::Custom(source) => source.in_words(),
        KeySource::Existing(existing) => existing.id.fingerprint().hex(),
    };
    line(text, "source", &[&source, &secret.as_ref().map(SecretSource::in_words).unwrap_or_default()]);
    if let Some(age) = ends_after {
        line(text, "ends", &[&format!("{age}")]);
    }
    for to in deliver {
        // A plan that was saved before there were sinks is as valid.
        let parts = [&*to.file, &*to.variable].into_iter().chain(to.sink.as_deref());
        line(text, "deliver", &parts.collect::<Vec<_>>());
    }
}

/// No part can be mistaken for another one.
fn line(text: &mut String, what: &str, parts: &[&str]) {
    // Writing to memory cannot fail.
    let _ = writeln!(text, "{what} {parts:?}");
}
