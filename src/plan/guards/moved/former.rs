//! KW-149: what is created in place of a key that is in use and lost its manifest. It may be the same with another name and
//! another prefix.

use super::Found;
use super::Stray;
use super::Strays;
use super::is_entry;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::rules;

/// What to do about a key that may be the same; `above` is what its application or package needs.
fn same_key(live: &LiveObject, above: &str) -> String {
    let id = crate::text::line(live.id.expose());
    format!(
        "if it is the same key, declare it with its old name and prefix, or by its id with `key: {{existing: {id}}}`{above}; \
         if it is not needed any more, write `removed: true` for it first"
    )
}

/// The same for one in another place.
fn same_key_in(live: &LiveObject, application: &Address, package: &Address) -> String {
    let id = crate::text::line(live.id.expose());
    format!(
        "a key cannot move: if it is the same key, declare it in {application} and {package} as before, or with \
         `key: {{existing: {id}}}`; if it is not needed any more, declare it so with `removed: true` first"
    )
}

impl Strays<'_, '_> {
    /// A key in place of one that lost its manifest.
    pub(super) fn beside_a_former_key(&self, declared: &Declared) -> Found {
        let (former, live) = self.pairs.former(&declared.address)?;
        let (application, package) = self.place_of(live)?;
        let message = format!(
            "{} would be created, but {former} of {application} and {package} {} and is in use",
            declared.address,
            self.why_without_manifest(live)
        );
        let is_there = declared.parent.as_ref().is_some_and(|parent| parent.address == application)
            && declared.key.as_ref().is_some_and(|key| key.package.address == package);
        let help = if is_there { same_key(live, "") } else { same_key_in(live, &application, &package) };
        Some(self.with_its_root(live, Stray::new(&rules::KW_149, message, help)))
    }

    fn why_without_manifest(&self, live: &LiveObject) -> &'static str {
        if self.removals.going(live).is_some() { "waits to be removed" } else { "has no manifest any more" }
    }

    /// An application or a package with such keys.
    pub(super) fn for_keys_with_other_names(&self, declared: &Declared) -> Found {
        let kind = declared.address.kind();
        let (key, covered_by, former, place, live) = self.holders.keys_of(&declared.address).find_map(|key| {
            let (former, live) = self.pairs.former(&key.address)?;
            let (application, package) = self.place_of(live)?;
            let covered_by = self.covered_by(key, &application).filter(|_| kind == Kind::Package);
            let place = if kind == Kind::Application { application } else { package };
            // One that is declared still is not this one with another name.
            self.is_gone(&place).then_some((&key.address, covered_by, former, place, live))
        })?;
        let message = format!(
            "{} would be created for {key}, but {former} of {place} {} and is in use",
            declared.address,
            self.why_without_manifest(live)
        );
        let above = if kind == Kind::Application && place.first_name() != declared.address.first_name() {
            format!(", in {place}: an application cannot change its owner")
        } else {
            format!("; {} then needs `previously: [{}]` too", declared.address, crate::text::line(&place.name()))
        };
        let stray = self.with_its_root(live, Stray::new(&rules::KW_149, message, same_key(live, &above)));
        Some(Stray { covered_by, ..stray })
    }

    /// An API key, after another one lost its manifest: it cannot be renamed.
    pub(super) fn beside_a_former_api_key(&self, declared: &Declared) -> Found {
        let (former, live) = self.pairs.former(&declared.address)?;
        let why = self.why_without_manifest(live);
        let message = format!("{} would be created, but {former} {why} and is in use", declared.address);
        let help = "an API key cannot be renamed: if it is the same key, declare it with its old name; if it is not needed any \
                    more, write `removed: true` for it first";
        Some(self.with_its_root(live, Stray::new(&rules::KW_149, message, help)))
    }

    /// KW-145: a key whose own key another manifest names by its id.
    pub(super) fn named_by_another(&self, declared: &Declared) -> Found {
        let live = self.taken_by_id(declared)?;
        let other = self.owners.find(live)?;
        let message =
            format!("{} would be created, but its key {} is the one of {other} now", declared.address, live.address);
        let help = if is_entry(&declared.address) {
            format!(
                "if it is one key, take the entry out of `Application.packages`, or take out the manifest of {other}"
            )
        } else {
            "if it is one key, take out one of the two manifests".to_owned()
        };
        Some(Stray::new(&rules::KW_145, message, help))
    }
}
