//! The services of the area and of its package plans (`cloud-api-management.md` 4.1, C19): read with the plans, in nested
//! properties, and changed by one call each. Methods and response filters below an endpoint are left alone.

use serde_json::Value as Json;
use serde_json::json;

use super::CloudApiManagement;
use super::api::Failure;
use super::index::Index;
use super::list;
use super::list::ListRequest;
use super::list::Listing;
use super::path::CollectionPath;
use super::path::ObjectPath;
use super::row::Row;
use super::value;
use super::value::Object;
use crate::model::LiveId;
use crate::model::Value;
use crate::model::services::NotOne;
use crate::model::services::SERVICES;
use crate::model::services::Service;
use crate::model::services::ServiceItem;
use crate::model::services::ServiceStep;
use crate::model::services::Services;
use crate::model::services::set_of;
use crate::model::services::steps;
use crate::plan::Change;
use crate::rules;
use crate::store::Query;
use crate::store::Refusal;
use crate::store::RefusalKind;

const ENDPOINTS: &str = "endpoints";

/// How often a service or endpoint is attached whose answer got lost.
const TRIES: u32 = 3;

/// A property that is missing or not understood.
pub(super) struct Unread;

/// Whether this user, or this server, has no list of services. Any other failure says nothing about that.
fn is_closed(failure: &Failure) -> bool {
    match failure {
        Failure::Missing(_) => true,
        Failure::Refused(refusal) => refusal.kind == RefusalKind::Rejected,
        _ => false,
    }
}

impl CloudApiManagement {
    /// The services of the area. `None` if they are not wanted, or if an export may do without them.
    pub(super) async fn services(&self, query: &Query) -> Result<Option<Box<Services>>, Refusal> {
        if !self.index.reads_services() {
            return Ok(None);
        }
        let services = match self.area_services().await {
            Err(failure) if query.may_lack_services && is_closed(&failure) => None,
            services => Some(Box::new(services?)),
        };
        self.index.learn_services(services.as_deref());
        Ok(services)
    }

    async fn area_services(&self) -> Result<Services, Failure> {
        let path = CollectionPath::services();
        let fields = || self.index.nested_fields("id,name,endpoints.id,endpoints.name", "id,name,endpoints");
        let asked = fields();
        let rows = match self.services_at(&path, asked.clone()).await {
            Err(Failure::Invalid { .. }) if asked.contains('.') => {
                self.index.learn_no_paths();
                self.services_at(&path, fields()).await?
            }
            rows => rows?,
        };
        let mut services = Vec::new();
        for row in rows {
            let Some(id) = value::text(&row, "id") else { continue };
            let endpoints = match row.get(ENDPOINTS).and_then(named) {
                Some(endpoints) => endpoints,
                None => {
                    let path = CollectionPath::endpoints_of(&LiveId::new(id.as_str()))?;
                    let rows = self.services_at(&path, "id,name".to_owned()).await?;
                    rows.iter().filter_map(service).collect()
                }
            };
            services.push(Service::new(id, value::text(&row, "name").unwrap_or_default(), endpoints));
        }
        Ok(Services::new(services))
    }

    /// The rows of a list, which must be whole: what it lacks would be taken for missing.
    async fn services_at(&self, path: &CollectionPath, fields: String) -> Result<Vec<Object>, Failure> {
        let request = ListRequest { path, fields, filter: None, page_size: self.page_size };
        let listing = list::whole(&self.api, &request).await?;
        if !listing.is_whole() {
            let refusal = Refusal::unavailable(format!("the list {} is incomplete", path.as_str())).help("run again");
            return Err(Refusal { rule: Some(rules::CAM_050.id), ..refusal }.into());
        }
        Ok(listing.objects().collect())
    }

    /// Adds the services of plans whose rows do not have them with all endpoints.
    pub(super) async fn with_services(&self, package: &LiveId, mut listing: Listing) -> Result<Listing, Refusal> {
        for row in listing.rows.iter_mut().filter(|_| self.index.reads_services()) {
            let mut object = row.object();
            if let Some(id) = value::text(&object, "id").filter(|_| !are_in(&object)) {
                let plan = ObjectPath::plan(package, &LiveId::new(id))?;
                if let Some(count) = self.add_services(&plan, &mut object).await? {
                    let name = value::text(&object, "name").unwrap_or_default();
                    self.index.learn_services_apart(package, &name, count);
                }
                *row = Row::of(&object);
            }
        }
        Ok(listing)
    }

    /// The same for one plan.
    pub(super) async fn with_services_of_one(&self, plan: &ObjectPath, mut row: Object) -> Result<Object, Refusal> {
        if self.index.reads_services() && !are_in(&row) {
            self.add_services(plan, &mut row).await?;
        }
        Ok(row)
    }

    /// Returns how many there are. `None` if they are not read.
    async fn add_services(&self, plan: &ObjectPath, row: &mut Object) -> Result<Option<usize>, Refusal> {
        if !self.index.knows_services() {
            return Ok(None);
        }
        let mut services = Vec::new();
        for mut service in self.services_at(&CollectionPath::services_of(plan), "id".to_owned()).await? {
            let Some(id) = value::text(&service, "id") else { continue };
            let path = CollectionPath::endpoints_in(plan, &LiveId::new(id))?;
            let endpoints = self.services_at(&path, "id".to_owned()).await?;
            service.insert(ENDPOINTS.to_owned(), endpoints.into_iter().map(Json::Object).collect());
            services.push(Json::Object(service));
        }
        let count = services.len();
        row.insert(SERVICES.to_owned(), Json::Array(services));
        Ok(Some(count))
    }

    /// Opens and closes what a change says, one call each. Each call can be repeated, so a run that is interrupted is
    /// continued by the next plan.
    pub(super) async fn set_services(&self, change: &Change, plan: &ObjectPath) -> Result<(), Refusal> {
        self.index.learn_services_of(change);
        let Some(field) = change.fields.iter().find(|field| field.field == SERVICES) else { return Ok(()) };
        let steps = steps(field.before.as_ref(), field.after.as_ref());
        for (at, step) in steps.iter().enumerate() {
            self.set_service(plan, step).await.map_err(|refusal| {
                let verb = if step.opens { "open" } else { "close" };
                let done = format!("{at} of {} calls for its services are done", steps.len());
                let what = Value::text(step.item.to_string());
                let reason = format!("could not {verb} {what} ({done}): {}", refusal.reason);
                let help =
                    refusal.help.clone().unwrap_or_else(|| "plan again: the next plan has what is left".to_owned());
                Refusal { reason, ..refusal }.help(help)
            })?;
        }
        Ok(())
    }

    async fn set_service(&self, plan: &ObjectPath, step: &ServiceStep) -> Result<(), Refusal> {
        let (service, endpoint) = self.index.ids_of(&step.item)?;
        let (list, object, id) = match endpoint {
            Some(endpoint) => {
                let object = ObjectPath::endpoint_in(plan, &service, &endpoint)?;
                (CollectionPath::endpoints_in(plan, &service)?, object, endpoint)
            }
            None => (CollectionPath::services_of(plan), ObjectPath::service_in(plan, &service)?, service),
        };
        if !step.opens {
            return Ok(self.retry_if_early(object.as_str(), None, || self.api.delete(&object)).await?);
        }
        let body: Object = [("id".to_owned(), json!(id.expose()))].into_iter().collect();
        for tries in 1.. {
            let call = || self.api.create(&list, &body, "id".to_owned());
            let Err(failure) = self.retry_if_early(list.as_str(), None, call).await else { return Ok(()) };
            let is_lost = matches!(failure, Failure::Lost(_));
            let is_duplicate = matches!(failure, Failure::Invalid { is_duplicate: true, .. });
            // It may be open already: by the call whose answer is lost, or by someone else.
            if (is_lost || is_duplicate) && self.api.get(&object, "id".to_owned()).await.is_ok() {
                return Ok(());
            }
            if !is_lost || tries == TRIES {
                return Err(failure.into());
            }
        }
        Ok(())
    }
}

/// Whether the row of a plan has its services, and all of these their endpoints.
pub(super) fn are_in(row: &Object) -> bool {
    let has_all = |all: &Vec<Json>| all.iter().all(|one| one.get(ENDPOINTS).is_some_and(Json::is_array));
    row.get(SERVICES).and_then(Json::as_array).is_some_and(has_all)
}

/// Endpoints with ids and names.
fn named(endpoints: &Json) -> Option<Vec<Service>> {
    let endpoints = endpoints.as_array()?;
    endpoints.iter().map(|endpoint| service(endpoint.as_object().filter(|one| one.contains_key("name"))?)).collect()
}

fn service(row: &Object) -> Option<Service> {
    let id = value::text(row, "id")?;
    Some(Service::new(id, value::text(row, "name").unwrap_or_default(), Vec::new()))
}

/// The services of a plan as a value; `Err` if they are not understood. What the list of the area does not have, for
/// example because it was created just now, is named by its id.
pub(super) fn read(row: &Object, index: &Index) -> Result<Option<Value>, Unread> {
    let (Some(known), Some(Json::Array(all))) = (index.services(), row.get(SERVICES)) else { return Err(Unread) };
    let items = all.iter().map(|one| items(one, known)).collect::<Result<Vec<_>, Unread>>()?;
    Ok(Some(set_of(items.into_iter().flatten())).filter(|set| !set.is_empty()))
}

fn items(row: &Json, known: &Services) -> Result<Vec<ServiceItem>, Unread> {
    let id = |one: &Json| one.as_object().and_then(|one| value::text(one, "id")).ok_or(Unread);
    let by_id = |id: &str| format!("id:{id}");
    let service_id = id(row)?;
    let service = known.with_id(&service_id);
    let called = service.map_or_else(|| by_id(&service_id), |service| service.called.to_string());
    let mut items = vec![ServiceItem::Service(called.clone())];
    for endpoint in row.get(ENDPOINTS).and_then(Json::as_array).ok_or(Unread)? {
        let id = id(endpoint)?;
        let found = service.into_iter().flat_map(|service| &service.endpoints).find(|endpoint| *endpoint.id == *id);
        items.push(ServiceItem::Endpoint(
            called.clone(),
            found.map_or_else(|| by_id(&id), |endpoint| endpoint.called.to_string()),
        ));
    }
    Ok(items)
}

/// The ids of a service, and of its endpoint.
pub(super) fn ids(item: &ServiceItem, known: &Services) -> Result<(LiveId, Option<LiveId>), Refusal> {
    let gone = |why: NotOne<'_>| match why {
        NotOne::Missing => Refusal::stale("the store no longer has it"),
        NotOne::Several(_) => Refusal::stale("the store now has more than one with this name"),
    };
    // A service that the list of the area does not have is known by its id only.
    let by_id = |name: &str| name.strip_prefix("id:").map(LiveId::new);
    match (known.named(item.service()), item) {
        (Ok(service), ServiceItem::Endpoint(_, name)) => {
            let endpoint = service.endpoint(name).map(|endpoint| LiveId::new(endpoint.id.clone())).map_err(gone);
            let endpoint = endpoint.or_else(|refusal| by_id(name).ok_or(refusal))?;
            Ok((LiveId::new(service.id.clone()), Some(endpoint)))
        }
        (Ok(service), _) => Ok((LiveId::new(service.id.clone()), None)),
        (Err(why), ServiceItem::Endpoint(service, endpoint)) => match (by_id(service), by_id(endpoint)) {
            (Some(service), Some(endpoint)) => Ok((service, Some(endpoint))),
            _ => Err(gone(why)),
        },
        (Err(why), item) => by_id(item.service()).map(|service| (service, None)).ok_or_else(|| gone(why)),
    }
}
