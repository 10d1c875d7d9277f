//! KW-142: manifests with `removed: true` that have done their work.

use super::super::holders::holders_of_row;
use super::super::holders::kinds_above;
use super::Context;
use super::NAMED;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::matching::begins;
use crate::model::Address;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::Value;
use crate::rules;
use crate::rules::look_of;
use crate::text::and_more;

pub(super) fn harmless(done: &[&Declared], context: &Context<'_>, matching: &Matching<'_>) -> Option<Diagnostic> {
    let first = done.first()?;
    let names: Vec<String> = done.iter().map(|declared| declared.address.to_string()).collect();
    let names = and_more(&names, NAMED, ", ");
    let has_api_key = done.iter().any(|declared| declared.address.kind() == Kind::ApiKey);
    let portal = if has_api_key { " (a disabled API key is deleted in the portal)" } else { "" };
    let message = format!("removed, and no longer in use in the store: {names}");
    // What a run deleted was meant.
    let mut unsure = done.iter().filter(|declared| !context.remembered.deleted.includes(&declared.address));
    let meant = unsure.find_map(|declared| meant(&declared.address, matching));
    let help = match meant {
        Some((meant, looks)) => {
            format!(
                "if {meant} is meant, which is in the store{looks}, correct the name; otherwise take the manifests out"
            )
        }
        None => format!("take their manifests out, they change nothing any more{portal}"),
    };
    Some(rules::KW_142.finding(message).at(first.place).help(help))
}

/// An object that is not there, and lives in another place: the database knows its id, or, without memory, a key of the same
/// user has its prefix.
pub(super) fn lives_elsewhere(
    declared: &Declared,
    context: &Context<'_>,
    matching: &Matching<'_>,
    stays: impl Fn(&LiveObject) -> bool,
) -> Option<Diagnostic> {
    let (address, remembered) = (&declared.address, context.remembered);
    if address.kind() == Kind::ApiKey {
        return None;
    }
    let text = address.to_string();
    let has_name = |live: &&&LiveObject| {
        let known = remembered.objects.of(live, remembered.key.as_ref());
        known.is_some_and(|known| *known.address == *text)
    };
    let has_prefix = |live: &&&LiveObject| {
        !is_known(live, context) && has_prefix_of(live, declared) && is_of_user(live, declared, matching)
    };
    let all = || matching.unmatched.iter().filter(|live| live.address.kind() == address.kind() && stays(live));
    let found = all().find(has_name).map(|live| (live, "the object that had this name"));
    let (live, what) = found.or_else(|| Some((all().find(has_prefix)?, "a key with its prefix")))?;
    let place = place_of(live, matching);
    let message = format!("{address} is not there any more, but {what} is {place}");
    let help = "if it must go too, write `removed: true` for what it is there; otherwise take the manifest out";
    Some(rules::KW_142.finding(message).at(declared.place).help(help))
}

/// Where an object is in the store.
pub(super) fn place_of(live: &LiveObject, matching: &Matching<'_>) -> String {
    match (matching.parent_of(live), matching.terms_of(live)) {
        (Some(application), Some((package, _))) => format!("in {application} and {package}"),
        _ => format!("in the store as {}", live.address),
    }
}

/// Whether memory knows an object, under any address.
pub(super) fn is_known(live: &LiveObject, context: &Context<'_>) -> bool {
    context.remembered.objects.of(live, context.remembered.key.as_ref()).is_some()
}

fn has_prefix_of(live: &LiveObject, declared: &Declared) -> bool {
    match declared.key.as_ref().map(|key| &key.source) {
        Some(KeySource::Generate(generated)) if !generated.prefix.is_empty() => {
            live.key.as_ref().is_some_and(|key| begins(key.value.expose(), generated))
        }
        _ => false,
    }
}

fn is_of_user(live: &LiveObject, declared: &Declared, matching: &Matching<'_>) -> bool {
    let user = declared.parent.as_ref().map(|parent| parent.address.first_name());
    user.is_some() && matching.parent_of(live).map(|application| application.first_name()) == user
}

/// A key that is not there, beside others that are. `None` if there are no others.
pub(super) fn beside_others(declared: &Declared, others: &[String]) -> Option<Diagnostic> {
    let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
    let what = match &key.source {
        KeySource::Generate(generated) => format!("prefix {}", Value::text(&*generated.prefix)),
        KeySource::Custom(_) | KeySource::Existing(_) => "value".to_owned(),
    };
    let (address, application, package) = (&declared.address, &parent.address, &key.package.address);
    let message = format!(
        "{address} is removed, and no key of {application} and {package} has its {what}; undeclared keys there: {}",
        and_more(others, NAMED, ", ")
    );
    let help = format!(
        "if one of them is meant, correct the {}, or write `key: {{existing: ID}}`; otherwise take the manifest out",
        what.split(' ').next().unwrap_or_default()
    );
    (!others.is_empty()).then(|| rules::KW_142.finding(message).at(declared.place).help(help))
}

/// An object of the store that looks like one that is not there, or has nearly its name.
fn meant(missing: &Address, matching: &Matching<'_>) -> Option<(Address, &'static str)> {
    // A disabled API key is done, and is still there.
    if matching.in_store.contains_key(missing) {
        return None;
    }
    let (name, mut path) = (missing.name(), missing.names());
    path.pop();
    let is_beside = |address: &&Address| {
        let is_alike = address.kind() == missing.kind() && *address != missing;
        // What another manifest declares is not meant.
        let is_free = !matching.found.contains_key(address);
        is_alike && is_free && address.names().split_last().is_some_and(|(_, above)| above == path)
    };
    let look = look_of(missing);
    if let Some(alike) = matching.in_store.keys().filter(is_beside).find(|address| look_of(address) == look) {
        return Some((alike.clone(), ", with a name that is almost the same"));
    }
    let beside: Vec<&Address> = matching.in_store.keys().filter(is_beside).take(5_000).collect();
    let names: Vec<String> = beside.iter().map(|address| address.name()).collect();
    let near = crate::diagnostic::did_you_mean(&name, names.iter().map(String::as_str))?;
    beside.into_iter().find(|address| address.name() == near).map(|near| (near.clone(), ""))
}

/// Whether a row that was not understood hangs on an object, or may do so, because what it hangs on is not known.
pub(super) fn may_hang_on(row: &OddRow, address: &Address, matching: &Matching<'_>) -> bool {
    let kind = address.kind();
    let is_unknown = match (row.kind, kind) {
        // A key belongs to the user of its application.
        (Kind::PackageKey, Kind::User) => row.parent(Kind::Application).is_none(),
        (of_row, _) => kinds_above(of_row).contains(&kind) && row.parent(kind).is_none(),
    };
    is_unknown || holders_of_row(row, matching).contains(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_known_owner_may_hang_on_anything_above_it() {
        let (ann, pay) = (Address::user("ann"), Address::below(Kind::Package, None, "pay"));
        let shop = Address::below(Kind::Application, Some(&ann), "shop");
        let row = |kind, parents: &[&Address]| OddRow {
            kind,
            id: None,
            name: Some("one".into()),
            parents: parents.iter().map(|parent| (*parent).clone()).collect(),
            value: None,
            property: "username".into(),
        };
        let may = |row: &OddRow, address: &Address| may_hang_on(row, address, &Matching::default());
        let application = row(Kind::Application, &[]);
        assert!(may(&application, &ann) && !may(&application, &pay) && !may(&application, &shop));
        let known = row(Kind::Application, &[&ann]);
        assert!(may(&known, &ann) && !may(&known, &Address::user("bob")));
        let key = row(Kind::PackageKey, &[]);
        assert!(may(&key, &ann) && may(&key, &pay) && may(&key, &shop));
        let key = row(Kind::PackageKey, &[&shop, &pay]);
        assert!(!may(&key, &ann) && may(&key, &shop) && may(&key, &pay));
        assert!(!may(&row(Kind::User, &[]), &ann));
    }
}
