//! The names of services in manifests → those of the store (CAM-079).

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::did_you_mean;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::Live;
use crate::model::Value;
use crate::model::services::NotOne;
use crate::model::services::SERVICES;
use crate::model::services::ServiceItem;
use crate::model::services::items_of;
use crate::rules;

/// Replaces every declared service by what the snapshot calls it, and `endpoints: all` by the endpoints of the store. A store
/// that has no list of services, as the embedded one, keeps what the manifests say.
pub fn resolve_services(desired: &mut Desired, live: &Live) {
    let Some(services) = &live.services else { return };
    let plans = desired.objects.values_mut().filter(|object| object.address.kind() == Kind::Plan);
    for field in plans.flat_map(|plan| &mut plan.fields).filter(|field| field.field == SERVICES) {
        field.value = services.resolved(&field.value);
    }
}

/// CAM-079: the errors of a package plan, which hold it back.
pub(super) fn check(context: &Context<'_>, declared: &Declared) -> Vec<(Address, Diagnostic)> {
    let (Some(known), Some(field)) = (&context.live.services, declared.field(SERVICES)) else { return Vec::new() };
    let problem = |item: &ServiceItem| {
        let (message, help) = match (item, known.named(item.service())) {
            (ServiceItem::Service(name), Err(why)) => {
                let near = known.iter().map(|service| &*service.called);
                problem("the store", "service", name, &why, near)
            }
            (ServiceItem::Endpoint(_, name), Ok(service)) => {
                let why = service.endpoint(name).err()?;
                let near = service.endpoints.iter().map(|endpoint| &*endpoint.called);
                problem(&format!("the service {}", shown(&service.called)), "endpoint", name, &why, near)
            }
            // The service itself is reported.
            _ => return None,
        };
        Some((declared.address.clone(), rules::CAM_079.finding(message).at(field.place).help(help)))
    };
    items_of(Some(&field.value)).iter().filter_map(problem).collect()
}

fn problem<'a>(
    whose: &str,
    what: &str,
    name: &str,
    why: &NotOne<'_>,
    near: impl Iterator<Item = &'a str>,
) -> (String, String) {
    match why {
        NotOne::Missing => {
            let help = did_you_mean(name, near).map_or_else(
                || format!("create the {what} in the Control Center first, or correct the name"),
                |near| format!("did you mean `{}`?", crate::text::line(near)),
            );
            (format!("{whose} has no {what} {}", shown(name)), help)
        }
        NotOne::Several(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| format!("`id:{}`", crate::text::line(id))).collect();
            let message = format!("{whose} has {} {what}s with the name {}", ids.len(), shown(name));
            (message, format!("write the id of the one that you mean: {}", crate::text::and_more(&ids, 5, " or ")))
        }
    }
}

fn shown(name: &str) -> Value {
    Value::text(name)
}

/// What a package plan would no longer open: `Payments API`, or `v1 of Payments API`.
pub(super) fn closed(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let steps = crate::model::services::steps(before, after);
    let closed = steps.into_iter().filter(|step| !step.opens).map(|step| match step.item {
        ServiceItem::Endpoint(service, endpoint) => format!("{} of {}", shown(&endpoint), shown(&service)),
        ServiceItem::Service(service) | ServiceItem::All(service) => shown(&service).to_string(),
    });
    closed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_closes_with_its_endpoints_and_an_endpoint_closes_alone() {
        let before = Value::set(["Old", "Old: v1", "Pay", "Pay: v1", "Pay: v2"]);
        let after = Value::set(["New", "Pay", "Pay: v1"]);
        assert_eq!(closed(Some(&before), Some(&after)), ["Old", "v2 of Pay"]);
        assert!(closed(None, Some(&after)).is_empty() && closed(Some(&after), Some(&after)).is_empty());
    }
}
