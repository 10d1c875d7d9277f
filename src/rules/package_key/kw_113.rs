//! KW-113. Decided here.

use crate::manifest::package_key::DeliverSpec;
use crate::manifest::package_key::DeliverTo;
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::KeyOf;

pub static KW_113: Rule = Rule {
    says: "A rotated key is delivered to files, or says `deliver: elsewhere`.",
    why: "The old key is disabled after the overlap. Callers that never receive the new value fail from then on.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-113").shown_by(cases!("kw-113"))
};

pub(super) fn check(key: &KeyOf<'_>, spec: &PackageKeySpec, findings: &mut Findings) {
    // A field that could not be read looks like a missing one.
    let Some(rotation) = spec.rotation.as_ref().filter(|_| key.is_complete) else { return };
    let (place, message) = match &spec.deliver {
        None => (rotation.place, "the key is rotated, but its new values are delivered nowhere"),
        Some(deliver) if matches!(&deliver.value, DeliverSpec::Files(files) if files.is_empty()) => {
            (deliver.place, "the key is rotated, but the list of its files is empty")
        }
        Some(deliver) if matches!(&deliver.value, DeliverSpec::Files(files) if files.iter().all(is_of_secret)) => {
            (deliver.place, "the key is rotated, but only its shared secret is delivered, and its new values nowhere")
        }
        Some(_) => return,
    };
    let help = "add `deliver: [{file: secrets/key.env, as: NAME}]`; or write `deliver: elsewhere`, if another program takes \
                the value from the store within the overlap";
    findings.add(KW_113.finding(message).at(place).help(help));
}

fn is_of_secret(place: &Spanned<DeliverTo>) -> bool {
    place.value.secret.as_ref().is_some_and(|secret| secret.value)
}
