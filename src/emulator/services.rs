//! Services with their endpoints, and those that a plan opens (section 4.1 of the reference). Both are lists of objects with
//! an id, so one part serves both. What the emulator does not know of them, such as methods and response filters, is kept as
//! it was sent.
//!
//! An area without services accepts any service in a plan, as before there were services here.

mod seed;
mod shown;

pub(super) use shown::of_plan;

use hyper::Method;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use super::answer::Answer;
use super::answer::ApiError;
use super::answer::Outcome;
use super::area::Area;
use super::body;
use super::call::Call;
use super::list::Query;
use super::mirror::Id;
use super::quirks::Quirk;
use super::reads::fields;
use super::reads::with_total;
use crate::model::Instant;
use crate::model::Kind;
use crate::randomness;

/// The list in the table of extras, and in an object.
pub(super) const SERVICES: &str = "services";
pub(super) const ENDPOINTS: &str = "endpoints";

/// The id under which the services of the area are kept.
pub(super) const AREA: &str = "";

/// A path below the services of the area or of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ServicePath<'a> {
    Services,
    Service(&'a str),
    Endpoints(&'a str),
    Endpoint(&'a str, &'a str),
}

impl<'a> ServicePath<'a> {
    pub(super) fn parse(rest: &[&'a str]) -> Option<Self> {
        match *rest {
            [] => Some(Self::Services),
            [service] => Some(Self::Service(service)),
            [service, "endpoints"] => Some(Self::Endpoints(service)),
            [service, "endpoints", endpoint] => Some(Self::Endpoint(service, endpoint)),
            _ => None,
        }
    }

    pub(super) const fn service(self) -> Option<&'a str> {
        match self {
            Self::Services => None,
            Self::Service(service) | Self::Endpoints(service) | Self::Endpoint(service, _) => Some(service),
        }
    }
}

impl Area {
    /// The services of the area.
    pub(super) fn area_services(&mut self, path: ServicePath<'_>, call: &Call) -> Outcome {
        let shown = shown::of_area(&self.extras);
        if matches!(call.method, Method::GET | Method::HEAD) {
            return self.show(shown, path, call);
        }
        let mut all = shown;
        match (&call.method, path) {
            (&Method::POST, ServicePath::Services) => {
                let made = new(body::parse(&call.body)?, self.now)?;
                add(&mut all, made.clone())?;
                self.keep(AREA, all)?;
                self.answer_with(made, call)
            }
            (&Method::POST, ServicePath::Endpoints(service)) => {
                let made = new(body::parse(&call.body)?, self.now)?;
                let endpoints = endpoints_of(find(&mut all, service)?)?;
                add(endpoints, made.clone())?;
                self.keep(AREA, all)?;
                self.answer_with(made, call)
            }
            (&Method::PUT, ServicePath::Service(_) | ServicePath::Endpoint(..)) => {
                let object = at(&mut all, path)?;
                let body = body::parse(&call.body)?;
                check_name(body.get("name"), false)?;
                merge(object, body, self.now);
                let changed = object.clone();
                self.keep(AREA, all)?;
                self.answer_with(changed, call)
            }
            (&Method::DELETE, ServicePath::Service(_) | ServicePath::Endpoint(..)) => {
                take(&mut all, path)?;
                self.keep(AREA, all)?;
                self.detach_everywhere(path)?;
                Ok(Answer::empty())
            }
            _ => Err(ApiError::new(405, "Method Not Allowed")),
        }
    }

    /// The services that a plan opens.
    pub(super) fn plan_services(&mut self, package: &str, plan: &str, path: ServicePath<'_>, call: &Call) -> Outcome {
        let plan = self.existing(Kind::Plan, Some(package), plan)?;
        if matches!(call.method, Method::GET | Method::HEAD) {
            return self.show(shown::of_plan(&self.extras, &plan), path, call);
        }
        let mut opened = list(self.extras.get(&plan, SERVICES));
        match (&call.method, path) {
            (&Method::POST, ServicePath::Services) => {
                let service = self.attached(body::parse(&call.body)?, None)?;
                add(&mut opened, service.clone())?;
                self.keep(&plan, opened)?;
                self.answer_with(json!({"id": service["id"]}), call)
            }
            (&Method::POST, ServicePath::Endpoints(service)) => {
                let endpoint = self.attached(body::parse(&call.body)?, Some(service))?;
                add(endpoints_of(find(&mut opened, service)?)?, endpoint.clone())?;
                self.keep(&plan, opened)?;
                self.answer_with(json!({"id": endpoint["id"]}), call)
            }
            (&Method::DELETE, ServicePath::Service(_) | ServicePath::Endpoint(..)) => {
                take(&mut opened, path)?;
                self.keep(&plan, opened)?;
                Ok(Answer::empty())
            }
            _ => Err(ApiError::new(405, "Method Not Allowed")),
        }
    }

    fn show(&self, mut all: Vec<Json>, path: ServicePath<'_>, call: &Call) -> Outcome {
        let fields = fields(call, &self.quirks)?.unwrap_or_else(|| super::fields::Fields::of_path("*"));
        let rows = match path {
            ServicePath::Service(_) | ServicePath::Endpoint(..) => {
                return Ok(Answer::json(200, &fields.cut(at(&mut all, path)?.take())));
            }
            ServicePath::Services => all,
            ServicePath::Endpoints(service) => std::mem::take(endpoints_of(find(&mut all, service)?)?),
        };
        let query = Query::parse(call)?;
        let value = |row: &Json, path: &str| row.get(path).cloned().unwrap_or_default();
        let mut rows: Vec<Json> = rows.into_iter().filter(|row| query.meets(false, |path| value(row, path))).collect();
        rows.sort_by_cached_key(|row| row["id"].to_string());
        rows.sort_by(|a, b| query.order(&query.keys(|path| value(a, path)), &query.keys(|path| value(b, path))));
        let total = rows.len();
        let (start, length) = query.page(self.quirks.has(Quirk::PageOffset), self.quirks.number(Quirk::MaxLimit));
        let page: Json = rows.into_iter().skip(start).take(length).map(|row| fields.cut(row)).collect();
        Ok(with_total(Answer::json(200, &page), total, &self.quirks))
    }

    fn answer_with(&self, object: Json, call: &Call) -> Outcome {
        let fields = fields(call, &self.quirks)?.unwrap_or_else(|| super::fields::Fields::of_path("*"));
        Ok(Answer::json(200, &fields.cut(object)))
    }

    fn keep(&mut self, id: &str, all: Vec<Json>) -> Result<(), ApiError> {
        self.save_extras(&Id::from(id), vec![(SERVICES, Json::Array(all))])
    }

    /// What a body adds to a plan: a service, or an endpoint of `service`.
    fn attached(&self, mut body: Map<String, Json>, service: Option<&str>) -> Result<Json, ApiError> {
        let id = body::id_in("id", &json!({"id": body.get("id")}))?;
        let mut all = shown::of_area(&self.extras);
        let is_there = match service {
            _ if all.is_empty() => true,
            None => find(&mut all, &id).is_ok(),
            Some(service) => at(&mut all, ServicePath::Endpoint(service, &id)).is_ok(),
        };
        if !is_there {
            return Err(ApiError::property("id", "does not exist"));
        }
        if service.is_none() {
            let endpoints = body.remove(ENDPOINTS).unwrap_or_default();
            body.insert(ENDPOINTS.to_owned(), body::with_ids(ENDPOINTS, &endpoints)?);
        }
        Ok(Json::Object(body))
    }

    /// A deleted service or endpoint is in no plan.
    fn detach_everywhere(&mut self, path: ServicePath<'_>) -> Result<(), ApiError> {
        let plans: Vec<Id> = self.mirror.all(Kind::Plan).map(|row| row.id.clone()).collect();
        for plan in plans {
            let mut opened = list(self.extras.get(&plan, SERVICES));
            if take(&mut opened, path).is_ok() {
                self.keep(&plan, opened)?;
            }
        }
        Ok(())
    }
}

/// The objects of a list; none if it is null.
fn list(value: &Json) -> Vec<Json> {
    value.as_array().cloned().unwrap_or_default()
}

fn find<'a>(all: &'a mut [Json], id: &str) -> Result<&'a mut Json, ApiError> {
    all.iter_mut().find(|one| one["id"] == id).ok_or_else(ApiError::not_found)
}

/// The list of endpoints; an empty one if the service has none.
fn endpoints_of(service: &mut Json) -> Result<&mut Vec<Json>, ApiError> {
    let endpoints = service.as_object_mut().map(|service| service.entry(ENDPOINTS).or_insert(Json::Null));
    let endpoints = endpoints.ok_or_else(ApiError::not_found)?;
    if !endpoints.is_array() {
        *endpoints = json!([]);
    }
    endpoints.as_array_mut().ok_or_else(ApiError::not_found)
}

fn at<'a>(all: &'a mut [Json], path: ServicePath<'_>) -> Result<&'a mut Json, ApiError> {
    match path {
        ServicePath::Service(service) => find(all, service),
        ServicePath::Endpoint(service, endpoint) => find(endpoints_of(find(all, service)?)?, endpoint),
        ServicePath::Services | ServicePath::Endpoints(_) => Err(ApiError::not_found()),
    }
}

/// Removes a service, or an endpoint of one.
fn take(all: &mut Vec<Json>, path: ServicePath<'_>) -> Result<(), ApiError> {
    let (list, id) = match path {
        ServicePath::Service(service) => (all, service),
        ServicePath::Endpoint(service, endpoint) => (endpoints_of(find(all, service)?)?, endpoint),
        ServicePath::Services | ServicePath::Endpoints(_) => return Err(ApiError::not_found()),
    };
    let before = list.len();
    list.retain(|one| one["id"] != id);
    if list.len() == before { Err(ApiError::not_found()) } else { Ok(()) }
}

fn add(all: &mut Vec<Json>, object: Json) -> Result<(), ApiError> {
    if all.iter().any(|one| one["id"] == object["id"]) {
        return Err(ApiError::property("id", "duplicate value: it is already there"));
    }
    if all.len() >= body::MAX_SERVICES {
        return Err(ApiError::property("id", "there are too many"));
    }
    all.push(object);
    Ok(())
}

/// A new service or endpoint, with an id of its own and those of its endpoints.
fn new(mut body: Map<String, Json>, now: Instant) -> Result<Json, ApiError> {
    check_name(body.get("name"), true)?;
    if let Some(endpoints) = body.remove(ENDPOINTS) {
        let endpoints = list(&endpoints).into_iter().filter_map(|one| one.as_object().cloned());
        let endpoints = endpoints.map(|endpoint| new(endpoint, now)).collect::<Result<Vec<_>, _>>()?;
        body.insert(ENDPOINTS.to_owned(), Json::Array(endpoints));
    }
    let id = randomness::id().map_err(|error| ApiError::new(503, format!("could not {error}")))?.simple().to_string();
    let at = shown::instant(now);
    body.extend([
        ("id".to_owned(), json!(&id[..24])),
        ("created".to_owned(), json!(at)),
        ("updated".to_owned(), json!(at)),
    ]);
    Ok(Json::Object(body))
}

fn check_name(name: Option<&Json>, is_new: bool) -> Result<(), ApiError> {
    match name {
        None if !is_new => Ok(()),
        Some(Json::String(name)) if !name.is_empty() => Ok(()),
        _ => Err(ApiError::property("name", "must be a text that is not empty")),
    }
}

/// Properties that are absent keep their value (section 1.1).
fn merge(object: &mut Json, body: Map<String, Json>, now: Instant) {
    for (name, value) in
        body.into_iter().filter(|(name, _)| !["id", "created", "updated", ENDPOINTS].contains(&&**name))
    {
        object[&*name] = value;
    }
    object["updated"] = json!(shown::instant(now));
}
