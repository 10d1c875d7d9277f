//! The services of a plan: list, get, add, remove, by id (section 4.1 of the reference). Any id is accepted.

use hyper::Method;
use serde_json::Value as Json;
use serde_json::json;

use super::answer::Answer;
use super::answer::ApiError;
use super::answer::Outcome;
use super::area::Area;
use super::body;
use super::call::Call;
use super::list::Query;
use super::reads::with_total;
use crate::model::Kind;

impl Area {
    pub(super) fn services(&mut self, package: &str, plan: &str, service: Option<&str>, call: &Call) -> Outcome {
        let plan = self.existing(Kind::Plan, Some(package), plan)?;
        let mut services = self.extras.get(&plan, "services").as_array().cloned().unwrap_or_default();
        let known = service.and_then(|id| services.iter().position(|service| service["id"] == id));
        match (&call.method, service) {
            (&Method::GET | &Method::HEAD, None) => {
                let (start, length) = Query::parse(call)?.page(false, None);
                let total = services.len();
                let page: Json = services.into_iter().skip(start).take(length).collect();
                Ok(with_total(Answer::json(200, &page), total, &self.quirks))
            }
            (&Method::GET | &Method::HEAD, Some(_)) => {
                Ok(Answer::json(200, &services[known.ok_or_else(ApiError::not_found)?]))
            }
            (&Method::POST, None) => {
                let body = body::parse(&call.body)?;
                let id = body.get("id").and_then(Json::as_str).filter(|id| !id.is_empty());
                let service = json!({"id": id.ok_or_else(|| ApiError::property("id", "must be a text"))?});
                if services.contains(&service) {
                    return Err(ApiError::property("id", "duplicate value: the plan has the service"));
                }
                if services.len() >= body::MAX_SERVICES {
                    return Err(ApiError::property("id", "the plan has too many services"));
                }
                services.push(service.clone());
                self.save_extras(&plan, vec![("services", Json::Array(services))])?;
                Ok(Answer::json(200, &service))
            }
            (&Method::DELETE, Some(_)) => {
                services.remove(known.ok_or_else(ApiError::not_found)?);
                self.save_extras(&plan, vec![("services", Json::Array(services))])?;
                Ok(Answer::empty())
            }
            _ => Err(ApiError::new(405, "Method Not Allowed")),
        }
    }
}
