//! Services and endpoints as answers have them: in a plan, with what the area says of them.

use serde_json::Value as Json;

use super::AREA;
use super::ENDPOINTS;
use super::SERVICES;
use super::list;
use crate::emulator::extras::Extras;
use crate::model::Instant;

/// The services of the area, each with a list of endpoints.
pub(super) fn of_area(extras: &Extras) -> Vec<Json> {
    let mut all = list(extras.get(AREA, SERVICES));
    for service in &mut all {
        // Those that are kept are objects.
        let _ = super::endpoints_of(service);
    }
    all
}

/// The services of a plan, each with the properties that the area has of it.
pub(in crate::emulator) fn of_plan(extras: &Extras, plan: &str) -> Vec<Json> {
    let area = of_area(extras);
    let service = |opened: Json| {
        let known = area.iter().find(|known| known["id"] == opened["id"]);
        let endpoints = list(&opened[ENDPOINTS]).into_iter().map(|endpoint| {
            let known = known.into_iter().filter_map(|known| known[ENDPOINTS].as_array()).flatten();
            let known = known.into_iter().find(|known| known["id"] == endpoint["id"]).cloned();
            joined(known, endpoint)
        });
        let endpoints: Json = endpoints.collect();
        let mut service = joined(known.cloned(), opened);
        service[ENDPOINTS] = endpoints;
        service
    };
    list(extras.get(plan, SERVICES)).into_iter().map(service).collect()
}

/// What the plan says of it comes before what the area says.
fn joined(of_area: Option<Json>, of_plan: Json) -> Json {
    let Some(mut joined) = of_area else { return of_plan };
    if let Json::Object(own) = of_plan {
        own.into_iter().for_each(|(name, value)| joined[&*name] = value);
    }
    joined
}

/// The style of services (section 1.1).
pub(super) fn instant(now: Instant) -> String {
    now.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}
