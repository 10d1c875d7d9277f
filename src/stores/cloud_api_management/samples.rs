//! Recorded requests and answers of the API, read by this client.

use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use serde_json::Value as Json;

use super::answer::Answer;
use super::answer::Gate;
use super::index::AreaIndex;
use super::object;
use super::value;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Value;
use crate::plan::FieldChange;
use crate::stores::masking::Masking;

macro_rules! sample {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../../../tests/samples/emulator/", $name))).unwrap()
    };
}

fn object(json: &Json) -> Object {
    json.as_object().unwrap().clone()
}

/// The answer that a sample describes, with status, headers and body.
fn answer(sample: &Json, status: u16) -> Answer {
    let headers = sample["headers"].as_object().into_iter().flatten();
    let headers: HeaderMap = headers
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.as_str().unwrap().parse().unwrap()))
        .collect();
    let body = sample["body"].as_str().map_or_else(|| sample.to_string(), str::to_owned);
    let status = sample["status"].as_u64().map_or(status, |status| u16::try_from(status).unwrap());
    Answer { status, headers, body: body.into_bytes() }
}

fn live(kind: Kind, json: &Json, within: Option<&Address>) -> crate::model::LiveObject {
    let index = AreaIndex::new(100);
    index.learn(&Address::package("payments"), &LiveId::new("<package uuid>"));
    index.learn(&Address::plan("payments", "gold"), &LiveId::new("<plan uuid>"));
    index.with(|index| object::live(kind, &object(json), within, false, index)).ok().unwrap()
}

#[test]
fn applications() {
    let one = live(Kind::Application, &sample!("03-application-all-fields.json"), None);
    assert_eq!(one.address, Address::application("mashclitest", "mashclitest_application"));
    assert_eq!(one.attributes.text("usageModel"), Some("OPEN_VERY_WIDE"));
    assert!(one.attributes.flag("commercial") && one.created.is_some() && one.updated > one.created);
    for row in sample!("04-applications-list.json").as_array().unwrap() {
        assert_eq!(live(Kind::Application, row, None).parent, Some(Address::user("mmussett")));
    }
}

#[test]
fn members() {
    for row in sample!("05-members-list-filtered.json").as_array().unwrap() {
        let one = live(Kind::User, row, None);
        assert_eq!(one.address, Address::user("user1"));
        assert_eq!((one.attributes.text("status"), one.attributes.text("blog")), (Some("active"), None));
    }
}

#[test]
fn plans() {
    let one = live(Kind::Plan, &sample!("07-plan-put-response.json"), Some(&Address::package("payments")));
    assert_eq!(one.address, Address::plan("payments", "Pln1704"));
    assert_eq!(one.attributes.get("quota.calls"), Some(&Value::Number(5000)));
    assert_eq!(one.attributes.get("throttle.keyOverride"), Some(&Value::Bool(true)));
    assert!(one.updated > one.created);
}

#[test]
fn package_keys() {
    let application = Address::application("alice", "checkout");
    let one = live(Kind::PackageKey, &sample!("21-packagekey-full-composed.json"), Some(&application));
    let key = one.key.unwrap();
    assert_eq!((key.value.expose(), key.secret.is_none()), ("fake-key-0001", true));
    assert_eq!((key.package, one.attributes.text("plan")), (Address::package("payments"), Some("gold")));
    assert_eq!(one.attributes.text("settings.throttle"), Some("plan"));
    assert_eq!(one.attributes.text("expires"), Some("never"));
}

#[test]
fn refusals_of_the_gateway() {
    let fast = answer(&sample!("17-throttle-over-qps.json"), 0);
    assert_eq!(
        (fast.gate(), crate::stores::retry_after::retry_after(&fast.headers).map(|pause| pause.as_secs())),
        (Some(Gate::TooFast), Some(1))
    );
    assert_eq!(answer(&sample!("18-quota-over-rate.json"), 0).gate(), Some(Gate::Spent));
    let usage = answer(&sample!("16-usage-headers.json"), 200);
    assert_eq!((usage.gate(), usage.rate_allotted()), (None, Some(25.0)));
    assert_eq!(usage.quota_reset(), Some("Saturday, July 30, 2016 12:00:00 AM GMT"));
}

#[test]
fn errors_of_the_api() {
    let generic = answer(&sample!("19-error-generic.json"), 404).complaint(&Masking::default());
    assert!(!generic.is_about_property && !generic.is_duplicate && generic.text == "<text>");
    let properties = answer(&sample!("20-error-properties.json"), 400).complaint(&Masking::default());
    assert!(properties.is_about_property && properties.is_duplicate, "{}", properties.text);
    assert!(properties.text.starts_with("`name`: "), "{}", properties.text);
}

#[test]
fn requests() {
    let changed = |field: &'static str, after| FieldChange { field: field.into(), before: None, after: Some(after) };
    let roles: value::Roles = [("Community Manager".into(), "<role uuid>".into())].into();
    let sent = value::body(Kind::Plan, &[changed("roles", Value::set(["Community Manager"]))], None, &roles).object;
    let recorded = object(&sample!("06-plan-put-roles-request.json"));
    let shape = |object: &Object| {
        let role = object["roles"][0].as_object().unwrap();
        (object.keys().cloned().collect::<Vec<_>>(), role.keys().cloned().collect::<std::collections::BTreeSet<_>>())
    };
    assert_eq!(shape(&sent), shape(&recorded));
    let status = [changed("settings.status", Value::text("active"))];
    let sent = value::body(Kind::PackageKey, &status, None, &roles).object;
    assert_eq!(Json::Object(sent), sample!("11-packagekey-status-put-request.json"));
}
