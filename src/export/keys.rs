//! Package keys → drafts: by their ids, without their values.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::left_out::LeftOut;
use super::objects;
use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Value;

/// The draft of a key. `labels` are the names that other keys have.
pub(super) fn draft(
    object: &LiveObject,
    matching: &Matching<'_>,
    labels: &mut BTreeSet<String>,
) -> Result<Draft, LeftOut> {
    let no = |reason: &str| Err(LeftOut::of(object, reason));
    let Some(application) = matching.parent_of(object) else { return no("the store does not say whose it is") };
    let Some((package, plan)) = matching.terms_of(object) else { return no("the store does not say its package") };
    let Some(plan) = plan else { return no("it has no package plan, which a manifest needs") };
    let mut needs: Vec<Address> = object.parent.iter().cloned().collect();
    needs.extend(object.parent.iter().map(|application| Address::user(&application.first_name())));
    if let Some(key) = &object.key {
        let name = object.attributes.text("plan").unwrap_or_default();
        needs.extend([key.package.clone(), Address::below(Kind::Plan, Some(&key.package), name)]);
    }
    let name = label(&application, &package, labels);
    let mut draft = Draft::new(object, Address::key(&name), name, needs);
    objects::fields(&mut draft, object);
    objects::without(&mut draft, object, "settings.status");
    draft.fields.retain(|field| field.outer != "plan");
    draft.set("user", Value::text(application.first_name()));
    draft.set("application", Value::text(application.name()));
    draft.set("package", Value::text(package.name()));
    draft.set("plan", Value::text(plan.name()));
    draft.set("key.existing", Value::text(object.id.expose()));
    draft.sort();
    Ok(draft)
}

/// A unique label with user, application and package.
fn label(application: &Address, package: &Address, labels: &mut BTreeSet<String>) -> String {
    let names = [application.first_name(), application.name(), package.name()].join("-");
    let plain: String =
        names.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).take(200).collect();
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    let mut candidates = std::iter::once(plain.clone()).chain(numbered);
    loop {
        if let Some(label) = candidates.next()
            && labels.insert(label.clone())
        {
            return label;
        }
    }
}
