//! The names of organizations in manifests → their ids in the store (`mft-api-keys.md` 4; MFT-025).

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::did_you_mean;
use crate::manifest::plain::whole_number;
use crate::model::Desired;
use crate::model::DesiredField;
use crate::model::Kind;
use crate::model::Live;
use crate::model::Value;
use crate::model::transfer::Organization;
use crate::rules;
use crate::text::quoted;

/// The field of the organizations that a key may use.
pub const FIELD: &str = "allowedOrgs";

/// Replaces every declared organization by the form `id:41` that the snapshot has. A name that matches no organization,
/// or more than one, is reported and stays.
pub fn resolve_organizations(desired: &mut Desired, live: &Live) -> Vec<Diagnostic> {
    let Some(transfer) = &live.transfer else { return Vec::new() };
    let known = transfer.organizations.as_deref();
    let mut findings = Vec::new();
    let keys = desired.objects.values_mut().filter(|object| object.address.kind() == Kind::ApiKey);
    for desired in keys.flat_map(|key| &mut key.fields).filter(|desired| desired.field == FIELD) {
        resolve(desired, known, &mut findings);
    }
    findings
}

/// How the snapshot writes the organization that a manifest names; `None` if it is not known.
pub fn resolved_organization(name: &str, live: &Live) -> Option<Box<str>> {
    let known = live.transfer.as_ref()?.organizations.as_deref();
    number(name, known).ok().map(|id| format!("id:{id}").into())
}

fn resolve(desired: &mut DesiredField, known: Option<&[Organization]>, findings: &mut Vec<Diagnostic>) {
    let Value::Set(names) = &desired.value else { return };
    let mut resolved: BTreeSet<Box<str>> = BTreeSet::new();
    for name in names.iter() {
        match number(name, known) {
            Ok(id) => {
                resolved.insert(format!("id:{id}").into());
            }
            Err((message, help)) => {
                findings.push(rules::MFT_025.finding(message).at(desired.place).help(help));
                resolved.insert(name.clone());
            }
        }
    }
    desired.value = Value::set(resolved);
}

/// The id of the organization that a text names, or a message and its help.
fn number(text: &str, known: Option<&[Organization]>) -> Result<i64, (String, String)> {
    let called = quoted(text);
    if let Some(id) = text.strip_prefix("id:").and_then(whole_number) {
        let Some(known) = known else { return Ok(id) };
        return if known.iter().any(|organization| organization.id == id) {
            Ok(id)
        } else {
            let help = "remove it, or write the id of an existing organization".to_owned();
            Err((format!("the store has no organization `{called}`, or it was deleted"), help))
        };
    }
    let Some(known) = known else {
        let message = format!("cannot resolve organization `{called}`: this credential cannot list organizations");
        return Err((
            message,
            "write its id, like \"id:41\", or give the credential's user permission to list them".to_owned(),
        ));
    };
    // Codes take precedence, so that no name can shadow another organization's code.
    let ways: [fn(&Organization) -> Option<&str>; 3] =
        [|one| one.public_code.as_deref(), |one| one.system_code.as_deref(), |one| one.name.as_deref()];
    for way in ways {
        let mut hits = known.iter().filter(|organization| way(organization) == Some(text));
        match (hits.next(), hits.next()) {
            (Some(one), None) => return Ok(one.id),
            (Some(one), Some(other)) => {
                let message = format!("`{called}` matches more than one organization: {} and {}", one.id, other.id);
                return Err((message, format!("write the id of the one that you mean, like \"id:{}\"", one.id)));
            }
            (None, _) => {}
        }
    }
    let names = known.iter().take(1_000).flat_map(|one| ways.into_iter().filter_map(move |way| way(one)));
    let names = names.filter(|name| name.len() <= 100);
    let near = did_you_mean(text, names);
    let help = near.map_or_else(
        || "write its public code, system code, name, or \"id:\" and its number".to_owned(),
        |near| format!("did you mean `{}`?", quoted(near)),
    );
    Err((format!("the store has no organization `{called}`"), help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(id: i64, public: &str, system: &str, name: &str) -> Organization {
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        Organization { id, tenant: None, public_code: text(public), system_code: text(system), name: text(name) }
    }

    fn known() -> Vec<Organization> {
        vec![
            organization(41, "ACME", "SYS-1", "Acme Ltd"),
            organization(57, "", "SYS-2", "ACME"),
            organization(58, "", "", "North"),
            organization(59, "", "", "North"),
        ]
    }

    #[test]
    fn codes_take_precedence_over_names() {
        let known = known();
        for (text, id) in [("ACME", 41), ("SYS-2", 57), ("Acme Ltd", 41), ("id:58", 58)] {
            assert_eq!(number(text, Some(&known)).ok(), Some(id), "{text}");
        }
    }

    #[test]
    fn ambiguous_and_unknown_names_are_refused() {
        let known = known();
        for (text, expected) in
            [("North", "58 and 59"), ("id:60", "deleted"), ("Acme", "no organization"), ("acme", "no organization")]
        {
            let (message, _) = number(text, Some(&known)).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
        assert_eq!(number("Acme Lt", Some(&known)).unwrap_err().1, "did you mean `Acme Ltd`?");
    }

    #[test]
    fn without_the_list_only_ids_are_accepted() {
        assert_eq!(number("id:41", None).ok(), Some(41));
        assert!(number("ACME", None).unwrap_err().0.contains("cannot list"));
    }
}
