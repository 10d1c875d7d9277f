//! Tokens, limits, and the refusals that are not JSON.

use serde_json::json;

use super::caller::Emulator;
use super::caller::Reply;

const FORM: &str = "grant_type=password&username=fake-user&password=fake-password&scope=fake-area";

fn error(reply: &Reply) -> (u16, String) {
    let json = reply.json();
    assert!(json["error_description"].is_string());
    (reply.status, json["error"].as_str().unwrap().to_owned())
}

fn code(reply: &Reply) -> &str {
    assert_eq!(reply.status, 403, "{}", String::from_utf8_lossy(&reply.body));
    assert!(reply.body.starts_with(b"<h1>"));
    reply.header("x-mashery-error-code").unwrap()
}

#[test]
fn a_token_is_given_for_any_credentials_that_are_not_empty() {
    let emulator = Emulator::start_signed_out(&[]);
    let refused = |form: &str, client: Option<&str>| error(&emulator.token(form, client));
    assert_eq!(refused(FORM, None), (401, "invalid_client".to_owned()));
    assert_eq!(refused(FORM, Some("key:")), (401, "invalid_client".to_owned()));
    assert_eq!(refused("grant_type=password&username=u&scope=a", Some("k:s")).1, "invalid_request");
    assert_eq!(refused("grant_type=password&username=u&password=p", Some("k:s")).1, "invalid_scope");
    assert_eq!(refused("grant_type=client_credentials", Some("k:s")).1, "unsupported_grant_type");
    assert_eq!(refused("grant_type=refresh_token&refresh_token=x", Some("k:s")).1, "invalid_grant");
    assert_eq!(code(&emulator.get("/members")), "ERR_403_DEVELOPER_INACTIVE");
}

#[test]
fn a_refresh_token_is_good_for_one_more_pair() {
    let emulator = Emulator::start_signed_out(&["--token-lifetime", "10m"]);
    let first = emulator.token(FORM, Some("k:s")).ok();
    assert_eq!(first["expires_in"], 600);
    let form = format!("grant_type=refresh_token&refresh_token={}", first["refresh_token"].as_str().unwrap());
    let second = emulator.token(&form, Some("k:s")).ok();
    assert_eq!(second["scope"], "fake-area");
    assert_eq!(error(&emulator.token(&form, Some("k:s"))).1, "invalid_grant");
    let asked = |scheme: &str| {
        let header = format!("Authorization: {scheme} {}\r\n", second["access_token"].as_str().unwrap());
        emulator.send("GET", "/v3/rest/members", &header, "").unwrap().status
    };
    assert_eq!((asked("Bearer"), asked("bearer")), (200, 403));
}

#[test]
fn tokens_end() {
    let mut emulator = Emulator::start(&["--token-lifetime", "0s"]);
    assert_eq!(code(&emulator.get("/members")), "ERR_403_DEVELOPER_INACTIVE");
    assert!(emulator.get("/members").header("www-authenticate").is_some());
    emulator.sign_in();
    assert_eq!(emulator.get("/members").status, 403);
}

#[test]
fn only_the_named_credentials_are_taken() {
    let emulator = Emulator::start_signed_out(&[
        "--credential",
        "key:secret:joe:word:area-1",
        "--credential",
        "other:secret:ann:word",
    ]);
    let ask = |client: &str, user: &str, password: &str, area: &str| {
        let form = format!("grant_type=password&username={user}&password={password}&scope={area}");
        let reply = emulator.token(&form, Some(client));
        if reply.status == 200 { "taken".to_owned() } else { error(&reply).1 }
    };
    assert_eq!(ask("key:secret", "joe", "word", "area-1"), "taken");
    assert_eq!(ask("other:secret", "ann", "word", "any"), "taken");
    assert_eq!(ask("key:wrong", "joe", "word", "area-1"), "invalid_client");
    assert_eq!(ask("key:secret", "ann", "word", "area-1"), "invalid_request");
    assert_eq!(ask("key:secret", "joe", "word", "area-2"), "invalid_scope");
}

#[test]
fn calls_above_the_limit_of_a_second_are_refused_and_not_done() {
    let emulator = Emulator::start(&["--calls-per-second", "1", "--log", "log"]);
    // Wherever the seconds change, twenty calls do not take twenty of them.
    let replies: Vec<Reply> =
        (0..20).map(|number| emulator.post("/packages", json!({"name": number.to_string()}))).collect();
    let refused: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 403).collect();
    assert!(!refused.is_empty());
    assert_eq!(code(refused[0]), "ERR_403_DEVELOPER_OVER_QPS");
    assert_eq!(refused[0].header("retry-after"), Some("1"));
    assert_eq!(refused[0].header("x-packagekey-qps-allotted"), Some("1"));
    let done = emulator.log().iter().filter(|line| line["committed"] == true).count();
    assert_eq!(done + refused.len(), replies.len());
}

#[test]
fn calls_above_the_quota_of_the_day_are_refused() {
    let emulator = Emulator::start(&["--calls-per-day", "2"]);
    let first = emulator.get("/members");
    assert_eq!(
        (first.header("x-packagekey-quota-current"), first.header("x-packagekey-quota-allotted")),
        (Some("1"), Some("2"))
    );
    assert!(first.header("x-plan-quota-reset").unwrap().ends_with("12:00:00 AM GMT"));
    assert_eq!(first.header("x-packagekey-qps-allotted"), None);
    // The day may end in between; then two more calls are allowed.
    let last = (0..4).map(|_| emulator.get("/members")).find(|reply| reply.status == 403).unwrap();
    assert_eq!(code(&last), "ERR_403_DEVELOPER_OVER_RATE");
}
