//! What a run must read from the stores before it applies a saved plan.

use std::collections::BTreeSet;

use super::Change;
use super::Plan;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Kind;
use crate::store::Query;
use crate::store::Wanted;

/// What a plan for `desired` would read, plus the objects of the changes, in case the manifests have changed since.
/// `added` is [`Query::added`] of the plan: a fingerprint covers everything that was read, so the same must be read again.
pub fn query(plan: &Plan, prunes: bool, added: &BTreeSet<Kind>, desired: &Desired) -> Query {
    let mut query = Query::for_plan(desired, prunes);
    query.added.clone_from(added);
    query.names_roles |= plan.changes.iter().any(|change| change.fields.iter().any(|f| f.field == "roles"));
    if let Some(wanted) = &mut query.only {
        plan.changes.iter().for_each(|change| want(wanted, change));
    }
    query
}

fn want(wanted: &mut Wanted, change: &Change) {
    let key = change.target.key.as_ref();
    let named = [Some(&change.address), change.target.parent.as_ref(), key.map(|key| &key.package)];
    for address in named.into_iter().flatten() {
        want_one(wanted, address);
    }
    // An object to be renamed still has its old name.
    let renamed = change.fields.iter().find(|field| field.field == "name").and_then(|field| field.before.as_ref());
    if let Some(name) = renamed.and_then(|name| name.as_text()) {
        want_one(wanted, &Address::below(change.address.kind(), change.target.parent.as_ref(), name));
    }
    if let (Kind::PackageKey, Some(application)) = (change.address.kind(), &change.target.parent) {
        wanted.applications_with_keys.insert(application.clone());
    }
}

fn want_one(wanted: &mut Wanted, address: &Address) {
    match address.kind() {
        Kind::User | Kind::Application => drop(wanted.users.insert(address.first_name().into())),
        Kind::Package | Kind::Plan => drop(wanted.packages.insert(address.first_name().into())),
        Kind::PackageKey | Kind::ApiKey => {}
    }
}
