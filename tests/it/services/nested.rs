//! Lists that show the services of plans late, in part, or as null.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use serde_json::Value as Json;
use serde_json::json;

use super::BOTH;
use super::Story;
use super::V1;
use super::says;
use crate::proxy::Request;
use crate::proxy::between;

impl Story {
    /// Changes the services that lists and objects of packages and plans contain. Lists of services stay whole.
    fn alter_nested(&self, alter: impl Fn(&mut Json) + Send + Sync + 'static) {
        let url = between(&self.url(), move |request: Request, pass_on| {
            let path = request.target.split('?').next().unwrap_or_default().to_owned();
            let answer = pass_on(&request);
            let shows_plans = path.contains("/packages") && !path.contains("/services");
            match serde_json::from_str::<Json>(&answer.body) {
                Ok(mut json) if request.is("GET", "services") && shows_plans => {
                    in_plans(&mut json, &alter);
                    answer.with_body(json.to_string())
                }
                _ => answer,
            }
        });
        self.point_at(&url);
    }
}

/// Applies `alter` to each property `services`.
fn in_plans(json: &mut Json, alter: &impl Fn(&mut Json)) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| in_plans(item, alter)),
        Json::Object(object) => {
            for (name, value) in object {
                if name == "services" { alter(value) } else { in_plans(value, alter) }
            }
        }
        _ => {}
    }
}

/// Null says nothing: the services are read in lists of their own.
#[test]
fn services_that_are_null_are_read_in_their_own_list() {
    let story = Story::new(&[]);
    story.alter_nested(|services| *services = Json::Null);
    story.declare(BOTH).settle("new");
    assert_eq!(story.opened(), ["Payments API: v1 v2"]);
    let held = story.declare(V1).run(&["plan"]);
    says(&held, 4, &["CAM-080", "would no longer open v2 of \"Payments API\"; 1 active key uses it"]);
}

/// The verification looks once more. What stays hidden is not reported as done.
#[test]
fn services_that_a_list_shows_late_are_waited_for() {
    for (late, exit) in [(1, 0), (usize::MAX, 9)] {
        let story = Story::new(&[]);
        story.declare(V1).settle("new");
        let left = AtomicUsize::new(late);
        story.alter_nested(move |services| {
            let has_v2 = services[0]["endpoints"].as_array().is_some_and(|endpoints| endpoints.len() == 2);
            if has_v2 && left.load(Ordering::Relaxed) > 0 {
                left.fetch_sub(1, Ordering::Relaxed);
                services[0]["endpoints"].as_array_mut().unwrap().truncate(1);
            }
        });
        let said = story.declare(BOTH).run(&["apply", "--auto-approve"]);
        assert_eq!(said.exit, exit, "{late}\n{}", said.text);
        assert_eq!(story.opened(), ["Payments API: v1 v2"], "{late}");
        story.point_at(&story.url());
        story.world.assert_settled("shown");
    }
}

/// A list that shows only the first service of each plan hides what is open. Nothing that it hides counts as done, and
/// closing goes on until nothing is open.
#[test]
fn services_that_a_list_cuts_off_are_never_reported_as_done() {
    let story = Story::new(&[]);
    story.area.post("/services", json!({"name": "Payouts API"})).ok();
    let all = format!("{BOTH}, {{service: Payouts API, endpoints: []}}");
    story.declare(&all).settle("new");
    story.alter_nested(|services| services.as_array_mut().unwrap().truncate(1));
    let said = story.run(&["apply", "--auto-approve", "--allow", "plan/payments/gold"]);
    assert_eq!(said.exit, 9, "{}", said.text);
    assert_eq!(story.opened(), ["Payments API: v1 v2", "Payouts API: "]);
    let close = |exit| {
        let said = story.declare("").run(&["apply", "--auto-approve", "--allow", "plan/payments/gold"]);
        assert_eq!(said.exit, exit, "{}", said.text);
    };
    close(9);
    close(0);
    assert_eq!(story.opened(), [""; 0]);
}
