//! Servers that do not match the workspace: each gives one message with the cause and the fix, and nothing is written.

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::MANIFESTS;
use super::area::World;

const TOKEN: &str = r#"{"token_type":"bearer","access_token":"a-token-that-is-not-real","expires_in":3600}"#;

/// The answers of a scripted server to sign-ins, and to everything else.
#[derive(Clone, Copy)]
struct Script {
    token: (&'static str, &'static str, &'static str),
    other: (&'static str, &'static str, &'static str),
    /// How often the body of `other` is repeated.
    times: usize,
}

const SIGNED_IN: (&str, &str, &str) = ("200 OK", "Content-Type: application/json\r\n", TOKEN);

/// A server that follows the script until the test ends; it counts write requests.
struct Server {
    url: String,
    writes: Arc<AtomicUsize>,
}

fn serve(script: Script) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let writes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&writes);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || answer(stream, script, &counted));
        }
    });
    Server { url, writes }
}

fn answer(mut stream: TcpStream, script: Script, writes: &AtomicUsize) -> Option<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).into_owned();
    let is_token = head.starts_with("POST /v3/token");
    if !is_token && !head.starts_with("GET ") {
        writes.fetch_add(1, Ordering::SeqCst);
    }
    let ((status, headers, body), times) = if is_token { (script.token, 1) } else { (script.other, script.times) };
    let length = body.len() * times;
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n").ok()?;
    for _ in 0..times {
        stream.write_all(body.as_bytes()).ok()?;
    }
    Some(())
}

/// Plans and applies against the server; both exit with 1 and print `expected`.
fn assert_fails(script: Script, expected: &[&str]) {
    let server = serve(script);
    let world = World::new(MANIFESTS);
    world.point_at_url(&server.url, "{callsPerSecond: 1000}", "", "TEST_");
    for command in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = world.keywright(command);
        assert_eq!(said.exit, 1, "{}", said.text);
        for part in expected {
            assert!(said.text.contains(part), "{part} is not expected:\n{}", said.text);
        }
        assert!(!said.text.contains("a-token-that-is-not-real"), "{}", said.text);
        assert_eq!(said.text.matches("error").count(), 1, "{}", said.text);
    }
    assert_eq!(server.writes.load(Ordering::SeqCst), 0, "something was written");
}

const fn other(status: &'static str, headers: &'static str, body: &'static str) -> Script {
    Script { token: SIGNED_IN, other: (status, headers, body), times: 1 }
}

#[test]
fn a_page_of_a_proxy_is_not_a_list() {
    assert_fails(other("200 OK", "Content-Type: text/html\r\n", "<html>Please sign in</html>"), &["HTML", "`url`"]);
}

#[test]
fn a_page_of_a_proxy_is_not_a_token() {
    let script = Script { token: ("200 OK", "", "<html>Please sign in</html>"), ..other("200 OK", "", "[]") };
    assert_fails(script, &["with a web page", "`url`"]);
}

#[test]
fn a_server_that_is_not_the_api_is_reported() {
    assert_fails(other("200 OK", "", r#"{"hello": "world"}"#), &["not a list", "`url`"]);
    assert_fails(other("200 OK", "", "[1, 2]"), &["does not contain objects"]);
    assert_fails(other("200 OK", "", "[]"), &["X-Total-Count"]);
    assert_fails(other("200 OK", "X-Total-Count: 1\r\n", r#"[{"name": "x"}]"#), &["an object without an id"]);
    assert_fails(other("200 OK", "X-Total-Count: 1\r\n", ""), &["answered with an empty body"]);
    assert_fails(other("200 OK", "X-Total-Count: 1\r\n", r#"[{"id": "#), &["not JSON"]);
    let script = Script { token: ("404 Not Found", "", "no"), ..other("404 Not Found", "", "no") };
    assert_fails(script, &["could not sign in", "404"]);
    assert_fails(other("404 Not Found", "", "no"), &["404", "`url`"]);
}

#[test]
fn a_wrong_area_is_reported_with_its_setting() {
    let script =
        Script { token: ("400 Bad Request", "", r#"{"error": "invalid_scope"}"#), ..other("200 OK", "", "[]") };
    assert_fails(script, &["the area does not exist", "`area`"]);
}

#[test]
fn a_redirect_is_not_followed() {
    let script = other("302 Found", "Location: https://elsewhere.example.com/v3\r\n", "");
    assert_fails(script, &["elsewhere.example.com", "`url`"]);
}

#[test]
fn a_list_without_end_is_cut_off() {
    let script = Script { times: 500, ..other("200 OK", "X-Total-Count: 1\r\n", ROW) };
    assert_fails(script, &["more than 16 MiB", "pageSize"]);
}

/// A hundred thousand bytes.
const ROW: &str = {
    static BYTES: [u8; 100_000] = [b' '; 100_000];
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

#[test]
fn a_forbidden_call_reports_the_required_roles() {
    let headers = "X-Mashery-Error-Code: ERR_403_NOT_AUTHORIZED\r\n";
    assert_fails(other("403 Forbidden", headers, r#"{"errorCode": 400}"#), &["not allowed", "Administrator"]);
    // Without the header, a 403 means the same whatever its body is.
    assert_fails(other("403 Forbidden", "", "<h1>Developer Over Qps</h1>"), &["not allowed"]);
}

#[test]
fn a_token_that_is_never_taken_ends_the_run() {
    let headers = "X-Mashery-Error-Code: ERR_403_DEVELOPER_INACTIVE\r\n";
    assert_fails(other("403 Forbidden", headers, "<h1>Developer Inactive</h1>"), &["the sign-in was rejected"]);
}
