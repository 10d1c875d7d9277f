//! The services that a package plan opens, as the texts of a set: a service (`Payments API`), and each of its endpoints that
//! the plan opens (`Payments API: v1`). A set of texts is compared, shown and saved like every other one.

use std::collections::BTreeSet;
use std::fmt;

use super::Value;
use crate::text::flaw;

/// The field of a package plan.
pub const SERVICES: &str = "services";

/// What a manifest writes for all endpoints of a service, and its item in the set.
pub const ALL: &str = "all";
const STAR: &str = "*";

/// Between a service and its endpoint.
const COLON: &str = ": ";

/// What begins the name of a service or an endpoint that is named by its id.
const ID: &str = "id:";

/// One text of the set.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ServiceItem {
    Service(String),
    Endpoint(String, String),
    /// Only in manifests: all endpoints of a service. A plan names them.
    All(String),
}

impl ServiceItem {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Self {
        let mut service = String::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some(endpoint) = rest.strip_prefix(COLON) {
                return match endpoint {
                    STAR => Self::All(service),
                    _ => Self::Endpoint(service, endpoint.strip_prefix('\\').unwrap_or(endpoint).to_owned()),
                };
            }
            let after = &rest[next.len_utf8()..];
            let literal = after.chars().next().filter(|_| next == '\\');
            service.push(literal.unwrap_or(next));
            rest = &after[literal.map_or(0, char::len_utf8)..];
        }
        Self::Service(service)
    }

    pub fn service(&self) -> &str {
        match self {
            Self::Service(service) | Self::Endpoint(service, _) | Self::All(service) => service,
        }
    }

    fn text(&self) -> Box<str> {
        self.to_string().into()
    }
}

impl fmt::Display for ServiceItem {
    /// A colon or backslash in a name that would be read as something else has a backslash before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.service().replace('\\', "\\\\").replace(COLON, "\\: "))?;
        match self {
            Self::Service(_) => Ok(()),
            Self::All(_) => write!(f, "{COLON}{STAR}"),
            Self::Endpoint(_, endpoint) if endpoint == STAR || endpoint.starts_with('\\') => {
                write!(f, "{COLON}\\{endpoint}")
            }
            Self::Endpoint(_, endpoint) => write!(f, "{COLON}{endpoint}"),
        }
    }
}

/// The set of these items. A service is open if one of its endpoints is.
pub fn set_of(items: impl IntoIterator<Item = ServiceItem>) -> Value {
    let items = items.into_iter().flat_map(|item| [ServiceItem::Service(item.service().to_owned()), item]);
    Value::set(items.map(|item| item.text()))
}

/// The items of a field; none if it is not such a set.
pub fn items_of(value: Option<&Value>) -> BTreeSet<ServiceItem> {
    match value {
        Some(Value::Set(items)) => items.iter().map(|item| ServiceItem::parse(item)).collect(),
        _ => BTreeSet::new(),
    }
}

/// One call that leads from one set to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceStep {
    pub item: ServiceItem,
    pub opens: bool,
}

/// The calls from one set to another: what opens comes first, and a service goes with its endpoints.
pub fn steps(before: Option<&Value>, after: Option<&Value>) -> Vec<ServiceStep> {
    let (before, after) = (items_of(before), items_of(after));
    let mut opened: Vec<ServiceItem> = after.difference(&before).cloned().collect();
    // A service before its endpoints.
    opened.sort_by_key(|item| (item.service().to_owned(), !matches!(item, ServiceItem::Service(_))));
    let goes_whole = |item: &ServiceItem| {
        let service = ServiceItem::Service(item.service().to_owned());
        *item != service && !after.contains(&service)
    };
    let closed = before.difference(&after).filter(|item| !goes_whole(item) && !is_in_all(item, &after));
    let opened = opened.into_iter().map(|item| ServiceStep { item, opens: true });
    opened.chain(closed.map(|item| ServiceStep { item: item.clone(), opens: false })).collect()
}

/// Whether an endpoint stays open because all of its service are.
fn is_in_all(item: &ServiceItem, items: &BTreeSet<ServiceItem>) -> bool {
    matches!(item, ServiceItem::Endpoint(service, _) if items.contains(&ServiceItem::All(service.clone())))
}

/// The services of a store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Services(Vec<Service>);

/// A service, or an endpoint of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    pub id: Box<str>,
    /// As the store has it.
    pub name: Box<str>,
    /// By what manifests name it: its name, or its id if the name is not unique or cannot be written.
    pub called: Box<str>,
    /// None for an endpoint.
    pub endpoints: Vec<Self>,
}

/// Why a name means no single service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotOne<'a> {
    Missing,
    /// The ids of those with this name.
    Several(Vec<&'a str>),
}

impl Service {
    pub fn new(id: impl Into<Box<str>>, name: impl Into<Box<str>>, endpoints: Vec<Self>) -> Self {
        Self { id: id.into(), name: name.into(), called: "".into(), endpoints: called(endpoints) }
    }

    /// The endpoint that a manifest names.
    pub fn endpoint(&self, name: &str) -> Result<&Self, NotOne<'_>> {
        find(&self.endpoints, name)
    }
}

impl Services {
    pub fn new(all: Vec<Service>) -> Self {
        Self(called(all))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Service> {
        self.0.iter()
    }

    /// The service that a manifest names.
    pub fn named(&self, name: &str) -> Result<&Service, NotOne<'_>> {
        find(&self.0, name)
    }

    pub fn with_id(&self, id: &str) -> Option<&Service> {
        self.0.iter().find(|service| *service.id == *id)
    }

    /// The items that a manifest means, as a plan names them. What means nothing stays.
    pub fn resolved(&self, value: &Value) -> Value {
        let resolve = |item: ServiceItem| {
            let Ok(service) = self.named(item.service()) else { return vec![item] };
            let called = service.called.to_string();
            let endpoint = |endpoint: &Service| ServiceItem::Endpoint(called.clone(), endpoint.called.to_string());
            match &item {
                ServiceItem::Service(_) => vec![ServiceItem::Service(called)],
                ServiceItem::All(_) if service.endpoints.is_empty() => vec![ServiceItem::Service(called)],
                ServiceItem::All(_) => service.endpoints.iter().map(endpoint).collect(),
                ServiceItem::Endpoint(_, name) => match service.endpoint(name) {
                    Ok(found) => vec![endpoint(found)],
                    Err(_) => vec![ServiceItem::Endpoint(called, name.clone())],
                },
            }
        };
        set_of(items_of(Some(value)).into_iter().flat_map(resolve))
    }
}

fn find<'a>(all: &'a [Service], name: &str) -> Result<&'a Service, NotOne<'a>> {
    if let Some(id) = name.strip_prefix(ID)
        && let Some(found) = all.iter().find(|one| *one.id == *id)
    {
        return Ok(found);
    }
    let same: Vec<&Service> = all.iter().filter(|one| *one.name == *name).collect();
    match same.as_slice() {
        [] => Err(NotOne::Missing),
        [one] => Ok(one),
        several => Err(NotOne::Several(several.iter().map(|one| &*one.id).collect())),
    }
}

/// Names each of them.
fn called(mut all: Vec<Service>) -> Vec<Service> {
    all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let is_same = |at: usize, other: Option<usize>| {
        other.and_then(|other| all.get(other)).is_some_and(|it| it.name == all[at].name)
    };
    let names: Vec<Box<str>> = (0..all.len())
        .map(|at| {
            let name = &all[at].name;
            let is_unique = !is_same(at, at.checked_sub(1)) && !is_same(at, at.checked_add(1));
            let is_plain = !name.is_empty() && !name.starts_with(ID) && flaw(name).is_none();
            if is_unique && is_plain { name.clone() } else { format!("{ID}{}", all[at].id).into() }
        })
        .collect();
    all.iter_mut().zip(names).for_each(|(one, name)| one.called = name);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(service: &str, endpoint: &str) -> ServiceItem {
        ServiceItem::Endpoint(service.to_owned(), endpoint.to_owned())
    }

    #[test]
    fn every_name_is_read_as_it_was_written() {
        let names = ["Payments API", "a: b", "a:", ":", "*", "\\", "\\*", "a\\: b", "a\\", " ", ": ", "é: ", "id:1"];
        let mut texts = BTreeSet::new();
        for service in names {
            let mut items = vec![ServiceItem::Service(service.to_owned()), ServiceItem::All(service.to_owned())];
            items.extend(names.map(|name| endpoint(service, name)));
            for item in items {
                assert_eq!(ServiceItem::parse(&item.to_string()), item, "{item}");
                assert!(texts.insert(item.to_string()), "{item}");
            }
        }
        assert_eq!(endpoint("Payments API", "v1").to_string(), "Payments API: v1");
    }

    fn store() -> Services {
        let one = |id: &str, name: &str| Service::new(id, name, Vec::new());
        Services::new(vec![
            Service::new("p", "Pay", vec![one("1", "v1"), one("2", "v2"), one("3", "v3"), one("4", "v3")]),
            one("q", "Twice"),
            one("r", "Twice"),
            one("s", " odd"),
            one("t", ""),
        ])
    }

    #[test]
    fn what_has_no_name_of_its_own_is_named_by_its_id() {
        let store = store();
        let called: Vec<&str> = store.iter().map(|service| &*service.called).collect();
        assert_eq!(called, ["id:t", "id:s", "Pay", "id:q", "id:r"]);
        assert_eq!(store.named("Twice"), Err(NotOne::Several(vec!["q", "r"])));
        assert_eq!(store.named("pay"), Err(NotOne::Missing));
        assert_eq!(store.named("id:r").map(|service| &*service.id), Ok("r"));
    }

    #[test]
    fn a_manifest_is_resolved_to_what_the_store_has() {
        let set = |items: &[&str]| Value::set(items.iter().copied());
        let resolved = |items: &[&str]| store().resolved(&set(items));
        assert_eq!(resolved(&["Pay", "Pay: *"]), set(&["Pay", "Pay: v1", "Pay: v2", "Pay: id:3", "Pay: id:4"]));
        assert_eq!(resolved(&["id:p", "id:p: v1", "id:p: id:2"]), set(&["Pay", "Pay: v1", "Pay: v2"]));
        assert_eq!(resolved(&["id:q", "id:q: *"]), set(&["id:q"]));
        assert_eq!(resolved(&["Other", "Other: *", "Pay: v9"]), set(&["Other", "Other: *", "Pay", "Pay: v9"]));
        assert_eq!(resolved(&[]), set(&[]));
    }

    #[test]
    fn steps_open_first_and_close_a_service_with_its_endpoints() {
        let set = |items: &[&str]| Value::set(items.iter().copied());
        let named = |before: &[&str], after: &[&str]| -> Vec<String> {
            let steps = steps(Some(&set(before)), Some(&set(after)));
            steps.iter().map(|step| format!("{}{}", if step.opens { '+' } else { '-' }, step.item)).collect()
        };
        assert_eq!(named(&["A", "A: 1", "A: 2"], &["A", "A: 2", "B", "B: 1"]), ["+B", "+B: 1", "-A: 1"]);
        assert_eq!(named(&["A", "A: 1", "A: 2"], &[]), ["-A"]);
        assert_eq!(named(&["A"], &["A"]), [""; 0]);
        assert!(named(&["A", "A: 1"], &["A", "A: *"]).iter().all(|step| step.starts_with('+')), "all has each of them");
    }
}
