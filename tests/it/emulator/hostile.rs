//! The emulator answers or closes, whatever is sent, and keeps running.

use std::io::Write;
use std::net::TcpStream;

use serde_json::json;

use super::caller::Emulator;

#[test]
fn bodies_that_are_no_object_of_the_api_are_refused() {
    let emulator = Emulator::start(&[]);
    let world = emulator.world();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in ["", "{", "[]", "7", "null", "\"\u{0}\"", "{\"name\":7}", "{\"name\":{}}", "{\"eav\":7}", deep.as_str()]
    {
        let headers = |emulator: &Emulator| {
            let token = emulator.token("grant_type=password&username=u&password=p&scope=a", Some("k:s")).ok();
            format!("Authorization: Bearer {}\r\n", token["access_token"].as_str().unwrap())
        };
        let reply = emulator.send("POST", "/v3/rest/packages", &headers(&emulator), body).unwrap();
        assert_eq!((reply.status, &reply.json()["errorCode"]), (400, &json!(400)), "{body}");
    }
    for body in [
        json!({"plan": 7}),
        json!({"plan": {"id": 7}}),
        json!({"qpsLimitCeiling": 1.5}),
        json!({"qpsLimitCeiling": u64::MAX}),
        json!({"expires": "2027-02-30"}),
        json!({"expires": "😀😀😀😀"}),
        json!({"apikey": 7}),
        json!({"apikey": "a".repeat(300)}),
    ] {
        assert_eq!(emulator.key(&world, body.clone()).status, 400, "{body}");
    }
    assert_eq!(emulator.get("/packageKeys").ok(), json!([]));
}

#[test]
fn odd_requests_do_not_end_it() {
    let emulator = Emulator::start(&[]);
    let long = "a".repeat(70_000);
    for bytes in [
        b"\r\n\r\n\r\n".to_vec(),
        b"GET".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"\x00\xff\xfe\r\n\r\n".to_vec(),
        b"POST /v3/token HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nConnection: close\r\n\r\nshort".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: x\r\nX: {long}\r\n\r\n").into_bytes(),
    ] {
        let mut stream = TcpStream::connect(emulator.address()).unwrap();
        let _ = stream.write_all(&bytes);
        drop(stream);
    }
    for target in
        ["/", "//", "/v3", "/v3/rest", "/v3/rest/%zz", "/v3/rest/members/%00", "/v3/rest/members?filter=%ff:%ff", "*"]
    {
        if let Some(reply) = emulator.send("GET", target, "", "") {
            assert!([400, 403, 404].contains(&reply.status), "{target}: {}", reply.status);
        }
    }
    let query = "fields=applications.packageKeys.member.applications.packageKeys&sort=a.b.c,%00:desc&filter=a.b.c.d:x";
    assert_eq!(emulator.get(&format!("/members?{query}")).ok(), json!([]));
    let deep = "package.".repeat(7_000);
    for parameter in ["fields", "filter", "sort"] {
        assert_eq!(emulator.get(&format!("/packageKeys?{parameter}={deep}id:asc")).status, 400, "{parameter}");
    }
    assert_eq!(emulator.get("/members").status, 200);
}

#[test]
fn an_object_with_too_many_properties_is_refused() {
    let emulator = Emulator::start(&[]);
    let many =
        |name: &str| (0..5_000).map(|number| (format!("{name}{number}"), json!("x"))).collect::<serde_json::Value>();
    assert_eq!(emulator.post("/members", many("a")).status, 400);
    assert_eq!(emulator.post("/packages", json!({"name": "pay", "eav": many("a")})).refused().0, "eav");
}

#[test]
fn paths_that_multiply_come_to_an_end() {
    let seed = many_keys();
    let emulator = Emulator::start(&["--seed", seed.path().to_str().unwrap()]);
    let path = "/packageKeys?limit=100000&fields=application.packageKeys.application.packageKeys";
    assert_eq!(emulator.get(path).status, 400);
    assert_eq!(emulator.get("/packageKeys?fields=application.packageKeys.id").status, 200);
}

/// Manifests of one application with many keys.
fn many_keys() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let header = |kind: &str, name: &str| {
        format!("---\napiVersion: keywright.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n")
    };
    let mut text = header("User", "al") + "spec: {email: al@example.com, displayName: Al, status: active}\n";
    text += &(header("Application", "shop") + "spec: {user: al}\n");
    text += &(header("Package", "pay") + "spec: {}\n");
    text += &(header("Plan", "gold") + "spec: {package: pay, maxNumKeysAllowed: 1000}\n");
    for number in 0..70 {
        text += &header("PackageKey", &format!("key-{number}"));
        text += &format!(
            "spec: {{user: al, application: shop, package: pay, plan: gold, key: {{generate: {{prefix: k{number}_}}}}}}\n"
        );
    }
    std::fs::write(folder.path().join("many.yaml"), text).unwrap();
    folder
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let emulator = Emulator::start(&[]);
    let huge = "a".repeat(3 << 20);
    // The refusal may arrive during the upload; then the connection breaks.
    if let Some(reply) = emulator.ask("POST", "/packages", Some(&json!({"name": huge}))) {
        assert_eq!(reply.status, 413);
    }
    assert_eq!(emulator.get("/packages").ok(), json!([]));
}

#[test]
fn one_connection_carries_many_requests() {
    let emulator = Emulator::start_signed_out(&["--fault", "drop-after@4"]);
    let one = "GET /v3/rest/members HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // The fourth request ends the connection; the fifth is never answered.
    let reply = emulator.raw(one.repeat(5).as_bytes()).unwrap();
    let text = String::from_utf8(reply.body).unwrap();
    assert_eq!((reply.status, text.matches("HTTP/1.1 403").count()), (403, 2), "{text}");
}
