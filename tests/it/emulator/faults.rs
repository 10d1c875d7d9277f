//! Every fault: what the caller sees, and whether the store was changed anyway.

use std::time::Duration;
use std::time::Instant;

use serde_json::json;

use super::caller::Emulator;
use super::caller::Reply;

/// Creates a package under a fault. Returns the answer, and whether the package exists.
fn struck(fault: &str) -> (Option<Reply>, bool) {
    let emulator = Emulator::start(&["--fault", fault, "--log", "log"]);
    let body = json!({"name": "pay", "description": "a text that is long enough to be cut in two"});
    let reply = emulator.ask("POST", "/packages", Some(&body));
    let line = emulator.log().pop().unwrap();
    assert_eq!(line["fault"], true, "{line}");
    assert_eq!(line["status"], json!(reply.as_ref().map(|reply| reply.status)), "{line}");
    let is_there = emulator.get("/packages?limit=1").header("x-total-count") == Some("1");
    assert_eq!(line["committed"], is_there, "{line}");
    (reply, is_there)
}

#[test]
fn connections_are_dropped_before_and_after_the_change_is_made() {
    assert!(matches!(struck("drop-before@w1"), (None, false)));
    assert!(matches!(struck("drop-after@w1"), (None, true)));
}

#[test]
fn statuses_come_before_and_after_the_change_is_made() {
    let (reply, is_there) = struck("status-503@2");
    let reply = reply.unwrap();
    assert_eq!((reply.status, is_there), (503, false));
    assert!(reply.header("x-mashery-error-code").unwrap().starts_with("ERR_503"));
    let (reply, is_there) = struck("late-status-500@POST:/packages");
    assert_eq!((reply.unwrap().status, is_there), (500, true));
}

#[test]
fn bodies_are_cut_replaced_doubled_and_slowed() {
    let (reply, is_there) = struck("truncate@w1");
    let reply = reply.unwrap();
    assert!(is_there && reply.status == 200 && !reply.is_whole() && !reply.body.is_empty());
    let (reply, is_there) = struck("html@w1");
    let reply = reply.unwrap();
    assert!(is_there && reply.header("content-type") == Some("text/html") && reply.body.starts_with(b"<html>"));
    let (reply, _) = struck("duplicate@w1");
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.unwrap().body).is_err());
    let (reply, is_there) = struck("drip-300ms@w1");
    assert!(is_there && reply.unwrap().ok()["name"] == "pay");
}

#[test]
fn rows_of_a_list_come_twice() {
    let emulator = Emulator::start(&["--fault", "duplicate@GET:/packages"]);
    emulator.post("/packages", json!({"name": "pay"})).ok();
    let list = emulator.get("/packages");
    assert_eq!(
        (list.ok().as_array().unwrap().len(), list.header("x-total-count"), list.is_whole()),
        (2, Some("1"), true)
    );
}

#[test]
fn the_gateway_refuses_on_demand() {
    let refusals = [
        ("over-qps", "ERR_403_DEVELOPER_OVER_QPS"),
        ("over-rate", "ERR_403_DEVELOPER_OVER_RATE"),
        ("inactive", "ERR_403_DEVELOPER_INACTIVE"),
        ("not-authorized", "ERR_403_NOT_AUTHORIZED"),
        ("service-over-qps", "ERR_403_SERVICE_OVER_QPS"),
    ];
    for (kind, code) in refusals {
        let (reply, is_there) = struck(&format!("{kind}@w1"));
        assert_eq!((reply.unwrap().header("x-mashery-error-code"), is_there), (Some(code), false));
    }
}

#[test]
fn tokens_are_forgotten() {
    let mut emulator = Emulator::start(&["--fault", "forget-tokens@GET:/members#2"]);
    let statuses = [(); 3].map(|()| emulator.get("/members").status);
    assert_eq!(statuses, [200, 403, 403]);
    emulator.sign_in();
    assert_eq!(emulator.get("/members").status, 200);
}

#[test]
fn delays_and_latency_are_waited_for() {
    let emulator = Emulator::start(&["--fault", "delay-120ms@GET:/members", "--latency", "40ms"]);
    let began = Instant::now();
    emulator.get("/members").ok();
    assert!(began.elapsed() >= Duration::from_millis(160));
}

#[test]
fn chance_strikes_the_same_requests_for_the_same_seed() {
    let pattern = |seed: &str| {
        let emulator = Emulator::start_signed_out(&["--fault", "status-503@p0.5", "--fault-seed", seed]);
        (0..24).map(|_| emulator.get("/members").status).collect::<Vec<_>>()
    };
    let first = pattern("1");
    assert!(first.contains(&503) && first.contains(&403));
    assert_eq!(first, pattern("1"));
    assert_ne!(first, pattern("2"));
}
