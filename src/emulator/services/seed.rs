//! The services of an area whose plans were seeded from manifests: what they name exists.

use serde_json::Value as Json;
use serde_json::json;

use super::AREA;
use super::ENDPOINTS;
use super::SERVICES;
use super::endpoints_of;
use super::shown;
use crate::emulator::answer::ApiError;
use crate::emulator::area::Area;
use crate::emulator::mirror::Id;
use crate::model::Digest;
use crate::model::Kind;
use crate::model::services::ServiceItem;
use crate::model::services::items_of;

impl Area {
    /// Creates the services that plans name, and opens them. A plan whose services were changed over the API is left alone.
    pub(in crate::emulator) fn seed_services(&mut self) -> Result<(), ApiError> {
        let named = |id: &Id, row: &crate::emulator::mirror::Row| {
            let items = items_of(row.attributes.get(SERVICES));
            let is_new = !items.is_empty() && self.extras.get(id, SERVICES).is_null();
            is_new.then(|| (id.clone(), items))
        };
        let plans: Vec<_> = self.mirror.all(Kind::Plan).filter_map(|row| named(&row.id, row)).collect();
        let mut all = shown::of_area(&self.extras);
        for item in plans.iter().flat_map(|(_, items)| items) {
            let service = with_name(&mut all, item.service(), "service", self.now)?;
            if let ServiceItem::Endpoint(of, name) = item {
                let endpoints = endpoints_of(service)?;
                with_name(endpoints, name, &format!("endpoint/{of}"), self.now)?;
            }
        }
        for (plan, items) in plans {
            let is_open = |service: &str, endpoint: &str| {
                items.contains(&ServiceItem::All(service.to_owned()))
                    || items.contains(&ServiceItem::Endpoint(service.to_owned(), endpoint.to_owned()))
            };
            let opened = all.iter().filter_map(|service| {
                let name = service["name"].as_str()?;
                let endpoints = service[ENDPOINTS].as_array().into_iter().flatten();
                let endpoints = endpoints.filter(|one| one["name"].as_str().is_some_and(|one| is_open(name, one)));
                let endpoints: Json = endpoints.map(|one| json!({"id": one["id"]})).collect();
                let is_there = items.contains(&ServiceItem::Service(name.to_owned()));
                is_there.then(|| json!({"id": service["id"], ENDPOINTS: endpoints}))
            });
            let opened: Vec<Json> = opened.collect();
            self.keep(&plan, opened)?;
            self.keep(AREA, all.clone())?;
        }
        Ok(())
    }
}

/// The object with a name, which is created if there is none. Its id is the same in every emulator.
fn with_name<'a>(
    all: &'a mut Vec<Json>,
    name: &str,
    what: &str,
    now: crate::model::Instant,
) -> Result<&'a mut Json, ApiError> {
    let at = match all.iter().position(|one| one["name"] == name) {
        Some(at) => at,
        None => {
            let (id, at) = (Digest::of(format!("{what}/{name}").as_bytes()).hex(), shown::instant(now));
            all.push(json!({"id": &id[..24], "name": name, "created": at, "updated": at}));
            all.len() - 1
        }
    };
    all.get_mut(at).ok_or_else(ApiError::not_found)
}
