//! The services that a package plan opens, in areas where other people and programs work, too.

mod nested;

use serde_json::Value as Json;
use serde_json::json;

use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::emulator::caller::Emulator;
use crate::emulator::caller::id;
use crate::proxy::Answer;
use crate::proxy::Request;
use crate::proxy::between;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 0s}";

/// An area, and a workspace with a package plan and a key of it. The field `services` is given.
struct Story {
    area: Emulator,
    world: World,
    service: String,
}

fn manifests(services: &str) -> String {
    let below = "apiVersion: keywright.dev/v1\nkind";
    format!(
        "{below}: Package\nmetadata: {{name: payments}}\nspec: {{description: Card}}\n---\n\
         {below}: Plan\nmetadata: {{name: gold}}\nspec:\n  package: payments\n{services}\n---\n\
         {below}: User\nmetadata: {{name: alice}}\n\
         spec: {{email: alice@example.com, displayName: Alice, status: active}}\n---\n\
         {below}: Application\nmetadata: {{name: shop}}\nspec: {{user: alice}}\n---\n\
         {below}: PackageKey\nmetadata: {{name: k}}\n\
         spec: {{user: alice, application: shop, package: payments, plan: gold, key: {{generate: {{}}}}}}\n"
    )
}

fn services(entries: &str) -> String {
    format!("  services: [{entries}]")
}

const V1: &str = "{service: Payments API, endpoints: [v1]}";
const BOTH: &str = "{service: Payments API, endpoints: [v1, v2]}";

impl Story {
    /// The area has a service with two endpoints.
    fn new(quirks: &[&str]) -> Self {
        let area = Emulator::start(quirks);
        let service = json!({"name": "Payments API", "endpoints": [{"name": "v1"}, {"name": "v2"}]});
        let service = id(&area.post("/services", service));
        let world = World::new(&manifests(""));
        let story = Self { area, world, service };
        story.point_at(&story.url());
        story
    }

    fn url(&self) -> String {
        format!("http://{}", self.area.address())
    }

    fn point_at(&self, url: &str) {
        self.world.point_at_url(url, FAST, "", "TEST_");
    }

    fn declare(&self, entries: &str) -> &Self {
        self.world.write(&manifests(&services(entries)));
        self
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.world.keywright(arguments)
    }

    /// Applies and expects that nothing is left to do.
    #[track_caller]
    fn settle(&self, what: &str) -> Said {
        let said = self.world.apply();
        assert_eq!(said.exit, 0, "{what}\n{}", said.text);
        self.world.assert_settled(what);
        said
    }

    /// The path of the package plan.
    fn plan(&self) -> String {
        let first = |path: &str| self.area.get(path).ok()[0]["id"].as_str().unwrap().to_owned();
        let package = first("/packages");
        format!("/packages/{package}/plans/{}", first(&format!("/packages/{package}/plans")))
    }

    /// What the package plan opens: `Payments API: v1 v2`.
    fn opened(&self) -> Vec<String> {
        let list = |path: &str| self.area.get(path).ok().as_array().unwrap().clone();
        let text = |one: &Json, name: &str| one[name].as_str().unwrap().to_owned();
        let path = format!("{}/services", self.plan());
        let service = |service: &Json| {
            let endpoints = list(&format!("{path}/{}/endpoints", text(service, "id")));
            let mut endpoints: Vec<String> = endpoints.iter().map(|endpoint| text(endpoint, "name")).collect();
            endpoints.sort();
            format!("{}: {}", text(service, "name"), endpoints.join(" "))
        };
        let mut services: Vec<String> = list(&path).iter().map(service).collect();
        services.sort();
        services
    }

    fn endpoint(&self, name: &str) -> String {
        let endpoints = self.area.get(&format!("/services/{}/endpoints", self.service)).ok();
        let found = endpoints.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    }
}

#[track_caller]
fn says(said: &Said, exit: i32, words: &[&str]) {
    assert_eq!(said.exit, exit, "{}", said.text);
    for words in words {
        assert!(said.text.contains(words), "{words}\n{}", said.text);
    }
}

/// An apply made as many calls as its plan said, give or take two; without those that were repeated.
#[track_caller]
fn assert_as_forecast(said: &Said) {
    let number = |text: &str| text.trim_start().split(' ').next().and_then(|number| number.parse::<usize>().ok());
    let (calls, forecast) = said.text.lines().find_map(|line| line.split_once("the forecast was")).unwrap();
    let repeated = calls.split_once('(').and_then(|(_, repeated)| number(repeated)).unwrap_or(0);
    let (calls, forecast) = (number(calls).unwrap() - repeated, number(forecast).unwrap());
    assert!(calls.abs_diff(forecast) <= 2, "{}", said.text);
}

/// Also: the calls are as many as forecast, and what another client put below an endpoint stays.
#[test]
fn a_plan_opens_what_its_manifest_says() {
    let story = Story::new(&[]);
    let said = story.declare(V1).settle("new");
    says(&said, 0, &["services              [\"Payments API\", \"Payments API: v1\"]", "the forecast was 13"]);
    assert!(said.text.contains("\n13 calls to"), "{}", said.text);
    assert_eq!(story.opened(), ["Payments API: v1"]);
    let v1 = format!("{}/services/{}/endpoints", story.plan(), story.service);
    story.area.delete(&format!("{v1}/{}", story.endpoint("v1"))).assert_done();
    let methods = json!([{"id": "fakemethod00000000000001", "responseFilter": {"name": "f"}}]);
    story.area.post(&v1, json!({"id": story.endpoint("v1"), "methods": methods})).ok();
    story.world.assert_settled("the same endpoint, attached by another client");
    says(&story.declare("{service: Payments API, endpoints: all}").settle("all"), 0, &["+ \"Payments API: v2\""]);
    assert_eq!(story.opened(), ["Payments API: v1 v2"]);
    let kept = story.area.get(&format!("{}?fields=services.endpoints.methods", story.plan())).ok();
    assert!(kept.to_string().contains("responseFilter"), "{kept}");
    // A new endpoint of the service is one of all.
    story.area.post(&format!("/services/{}/endpoints", story.service), json!({"name": "v3"})).ok();
    says(&story.settle("v3"), 0, &["+ \"Payments API: v3\""]);
}

#[test]
fn closing_what_active_keys_can_call_needs_consent() {
    let story = Story::new(&[]);
    story.declare(BOTH).settle("new");
    let held = story.declare(V1).run(&["apply", "--auto-approve"]);
    let message =
        "error[CAM-080]: plan/payments/gold would no longer open v2 of \"Payments API\"; 1 active key uses it";
    says(&held, 4, &[message, "--allow plan/payments/gold"]);
    assert_eq!(story.opened(), ["Payments API: v1 v2"]);
    let allowed = story.run(&["apply", "--auto-approve", "--allow", "plan/payments/gold"]);
    says(&allowed, 0, &["- \"Payments API: v2\"", "3 calls to", "the forecast was 3"]);
    assert_eq!(story.opened(), ["Payments API: v1"]);
    says(&story.declare("").run(&["plan"]), 4, &["would no longer open \"Payments API\"; 1 active key uses it"]);
    // Without the field they are left alone.
    story.world.write(&manifests(""));
    story.world.assert_settled("unmanaged");
    story.declare("").run(&["apply", "--auto-approve", "--allow", "plan/payments/gold"]);
    assert_eq!(story.opened(), [""; 0]);
    story.world.assert_settled("closed");
}

#[test]
fn a_name_that_means_no_single_service_holds_back_the_plan_and_its_keys() {
    let story = Story::new(&[]);
    let twice: Vec<String> = (0..2).map(|_| id(&story.area.post("/services", json!({"name": "Twice"})))).collect();
    story.declare("{service: Payment API, endpoints: [v1]}, {service: Twice, endpoints: all}");
    let said = story.run(&["apply", "--auto-approve"]);
    let near = ["error[CAM-079]: the store has no service \"Payment API\"", "did you mean `Payments API`?"];
    says(&said, 6, &near);
    says(&said, 6, &["the store has 2 services with the name Twice", &twice[0], &twice[1]]);
    story.declare("{service: Payments API, endpoints: [V1]}");
    let said = story.run(&["plan"]);
    says(&said, 3, &["the service \"Payments API\" has no endpoint V1", "did you mean `v1`?"]);
    assert!(!said.text.contains("+ key/k"), "{}", said.text);
    story.declare(&format!("{{service: 'id:{}', endpoints: []}}", twice[1])).settle("by its id");
    assert_eq!(story.opened(), ["Twice: "]);
}

/// What a person closed in the Control Center comes back only with consent, and what a person opened goes only with consent.
#[test]
fn what_other_people_open_and_close_is_not_undone_in_silence() {
    let story = Story::new(&[]);
    story.declare(BOTH).settle("new");
    let opened = format!("{}/services", story.plan());
    story.area.delete(&format!("{opened}/{}/endpoints/{}", story.service, story.endpoint("v2"))).assert_done();
    let said = story.run(&["apply", "--auto-approve"]);
    says(&said, 4, &["error[KW-127]: plan/payments/gold lost \"Payments API: v2\" of `services` in the store"]);
    assert_eq!(story.opened(), ["Payments API: v1"]);
    story.run(&["apply", "--auto-approve", "--allow", "plan/payments/gold"]);
    assert_eq!(story.opened(), ["Payments API: v1 v2"]);
    let other = id(&story.area.post("/services", json!({"name": "Payouts API"})));
    story.area.post(&opened, json!({"id": other})).ok();
    says(&story.run(&["plan"]), 4, &["CAM-080", "would no longer open \"Payouts API\""]);
    says(&story.run(&["drift"]), 2, &["plan/payments/gold", "Payouts API"]);
    says(&story.run(&["drift", "--adopt"]), 2, &["could not adopt `services` of plan/payments/gold"]);
    story.declare(&format!("{BOTH}, {{service: Payouts API, endpoints: []}}"));
    story.world.assert_settled("adopted by hand");
}

#[test]
fn a_plan_that_was_saved_does_not_write_over_what_changed_since() {
    let story = Story::new(&[]);
    story.declare(V1).settle("new");
    story.declare(BOTH);
    let file = story.world.path().join("saved.json");
    let file = file.to_str().unwrap();
    says(&story.run(&["plan", "--out", file]), 0, &["+ \"Payments API: v2\""]);
    let other = id(&story.area.post("/services", json!({"name": "Payouts API"})));
    story.area.post(&format!("{}/services", story.plan()), json!({"id": other})).ok();
    says(&story.run(&["apply", file, "-f"]), 5, &["has changed since the plan"]);
    assert_eq!(story.opened(), ["Payments API: v1", "Payouts API: "]);
}

/// The calls that attach services fail, or their answers are lost; the endpoint is gone meanwhile.
#[test]
fn an_apply_that_fails_half_way_is_continued_by_the_next() {
    for (status, is_made) in [(400, false), (500, false), (500, true)] {
        let story = Story::new(&[]);
        let is_attach = |request: &Request| request.is("POST", "/endpoints");
        let url = between(&story.url(), move |request, pass_on| {
            if !is_attach(&request) {
                return pass_on(&request);
            }
            if is_made {
                pass_on(&request);
            }
            Answer::of(status, "{}")
        });
        story.point_at(&url);
        let said = story.declare(BOTH).run(&["apply", "--auto-approve"]);
        let what = format!("{status} {is_made}\n{}", said.text);
        if is_made {
            assert_eq!(said.exit, 0, "{what}");
        } else {
            assert_eq!(said.exit, 6, "{what}");
            let reason = "could not open \"Payments API: v1\" (1 of 3 calls for its services are done)";
            assert!(said.text.contains(reason), "{what}");
            assert!(!said.text.contains("done     + key/k"), "{what}");
        }
        story.point_at(&story.url());
        story.settle(&what);
        assert_eq!(story.opened(), ["Payments API: v1 v2"], "{what}");
    }
    let story = Story::new(&[]);
    story.declare(V1).settle("new");
    let file = story.world.path().join("saved.json");
    let file = file.to_str().unwrap();
    says(&story.declare(BOTH).run(&["plan", "--out", file]), 0, &[]);
    story.area.delete(&format!("/services/{}/endpoints/{}", story.service, story.endpoint("v2"))).assert_done();
    let said = story.run(&["apply", file, "-f"]);
    says(
        &said,
        5,
        &["could not open \"Payments API: v2\" (0 of 1 calls for its services are done): the store no longer has it"],
    );
    says(&story.run(&["plan"]), 3, &["has no endpoint v2"]);
    story.declare(V1);
    story.world.assert_settled("without it");
}

/// A second runner with the same manifests finds nothing to do, and one that comes in between converges.
#[test]
fn two_runners_agree() {
    let story = Story::new(&[]);
    let other = World::new(&manifests(&services(BOTH)));
    other.point_at_url(&story.url(), FAST, "", "TEST_");
    story.declare(V1).settle("first");
    let said = other.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_eq!(story.opened(), ["Payments API: v1 v2"]);
    story.declare(BOTH);
    story.world.assert_settled("both");
}

/// A server that takes no paths in `fields`, and one that leaves the services out of plans.
#[test]
fn services_are_read_from_servers_that_do_not_nest_them() {
    for is_left_out in [false, true] {
        let story = Story::new(if is_left_out { &[] } else { &["--quirk", "no-nested-fields"] });
        let without_services = between(&story.url(), |request, pass_on| {
            let of_plans = ",services.id,services.endpoints.id".replace(',', "%2C");
            let of_packages = ",plans.services.id,plans.services.endpoints.id".replace(',', "%2C");
            let mut without = request;
            without.target = without.target.replace(&of_plans, "").replace(&of_packages, "");
            pass_on(&without)
        });
        story.point_at(&if is_left_out { without_services } else { story.url() });
        assert_as_forecast(&story.declare(V1).settle("new"));
        assert_as_forecast(&story.declare(BOTH).settle("one endpoint more"));
        assert_eq!(story.opened(), ["Payments API: v1 v2"]);
        says(&story.declare("{service: Payments API, endpoints: all}").run(&["plan"]), 0, &["Nothing to do"]);
    }
}

#[test]
fn an_export_names_every_service_that_people_made() {
    let story = Story::new(&[]);
    story.declare("").settle("new");
    let names = ["Twice", "Twice", " blanks ", "a: b", "*", "id:x", "back\\slash", "true", "12", "b\u{200b}c", "${X}"];
    for name in names {
        let endpoints: Vec<Json> = ["v1", "v1", "*", "a: b", "\\*"].iter().map(|name| json!({"name": name})).collect();
        let made = json!({"name": name, "endpoints": endpoints});
        let made = story.area.post("/services?fields=id,endpoints.id", made).ok();
        story.area.post(&format!("{}/services", story.plan()), made).ok();
    }
    let exported = story.run(&["export"]);
    assert_eq!(exported.exit, 0, "{}", exported.text);
    let text = exported.text.replace("Exported: 5 objects.", "");
    assert!(text.matches("- service:").count() == names.len() && text.contains("service: \"id:"), "{text}");
    story.world.write(&text);
    says(&story.run(&["validate"]), 0, &[]);
    story.world.assert_settled("the export");
}

/// Credentials that may not see services: an export does without them, and a manifest that names some is an error.
#[test]
fn an_area_that_hides_its_services_is_exported_without_them() {
    let story = Story::new(&[]);
    story.declare(V1).settle("new");
    let url = between(&story.url(), |request, pass_on| {
        let is_list = request.is("GET", "/v3/rest/services");
        if is_list { Answer::of(403, "{\"errorCode\": 403}") } else { pass_on(&request) }
    });
    story.point_at(&url);
    let exported = story.run(&["export"]);
    says(&exported, 0, &["# services is not exported: the store does not show its list of services to this user"]);
    assert!(!exported.text.contains("- service:"), "{}", exported.text);
    says(&story.run(&["plan"]), 1, &["GET /services answered 403"]);
}

/// The embedded store has no list of services: it keeps what manifests say. The emulator makes the services that they name.
#[test]
fn a_store_without_services_keeps_what_manifests_say() {
    let all = "{service: Payments API, endpoints: all}, {service: 'Pay: out', endpoints: [v1]}";
    let world = World::new(&manifests(&services(all)));
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    world.assert_settled("embedded");
    let exported = world.keywright(&["export"]);
    says(
        &exported,
        0,
        &["- service: Payments API\n      endpoints: all", "- service: \"Pay: out\"\n      endpoints:\n        - v1"],
    );
    let seed = world.workspace();
    let area = Emulator::start(&["--seed", seed.to_str().unwrap()]);
    let services = area.get("/services?fields=name,endpoints.name&sort=name").ok();
    let named = json!([{"name": "Pay: out", "endpoints": [{"name": "v1"}]}, {"name": "Payments API", "endpoints": []}]);
    assert_eq!(services, named);
    world.point_at_url(&format!("http://{}", area.address()), FAST, "", "TEST_");
    says(&world.keywright(&["plan"]), 0, &["Nothing to do"]);
}

/// In a large area, only keys of declared applications are read. Others may use the plan.
#[test]
fn what_other_applications_may_use_is_not_closed_or_narrowed_without_consent() {
    let story = Story::new(&["--quirk", "max-limit=3"]);
    let both = services(BOTH);
    let only_plan = |fields: &str| manifests(fields).split("---\n").take(2).collect::<Vec<_>>().join("---\n");
    story.world.write(&format!("{}\n", manifests(&format!("{both}\n  throttle: {{perSecond: 100}}"))));
    assert_eq!(story.run(&["apply", "--auto-approve"]).exit, 0);
    // Another client makes more keys than one page shows, and this workspace declares none of the applications.
    let application = story.area.get("/applications?fields=id").json()[0]["id"].as_str().unwrap().to_owned();
    let key = story.area.get("/packageKeys?fields=id,package.id,plan.id").json()[0].clone();
    for number in 0..6 {
        let body =
            json!({"apikey": format!("not-a-real-key-{number}"), "package": key["package"], "plan": key["plan"]});
        assert_eq!(story.area.post(&format!("/applications/{application}/packageKeys"), body).status, 200);
    }
    for (fields, rule) in [
        (format!("{}\n  throttle: {{perSecond: 100}}", services(V1)), "CAM-080"),
        (format!("{both}\n  throttle: {{perSecond: 1}}"), "KW-122"),
    ] {
        story.world.write(&only_plan(&fields));
        let said = story.run(&["apply", "--auto-approve"]);
        assert_eq!(said.exit, 4, "{}", said.text);
        assert!(said.text.contains(rule) && said.text.contains("were not read, and may use it"), "{}", said.text);
    }
}
