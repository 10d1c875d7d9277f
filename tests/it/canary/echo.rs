//! A gateway that repeats what it received: headers, body and tokens, in many forms and with many statuses.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_clean;

const TOKEN: &str = "canary-token-0010/+";

/// Answers sign-ins with a token, and repeats every other request with `status`. With `reads`, it answers reads with
/// empty lists, so that runs get to their writes.
fn serve(status: u16, reads: bool, signs_in: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream, status, reads, signs_in));
        }
    });
    url
}

fn answer(mut stream: TcpStream, status: u16, reads: bool, signs_in: bool) -> Option<()> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).into_owned();
    let length = |line: &str| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned);
    let length: usize = head.lines().find_map(length).and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let request = format!("{head}{}", String::from_utf8_lossy(&body));
    let (status, more, text) = if signs_in && head.starts_with("POST /v3/token") {
        (
            200,
            String::new(),
            json!({"access_token": TOKEN, "refresh_token": "canary-refresh-0011", "expires_in": 3600}).to_string(),
        )
    } else if reads && head.starts_with("GET ") {
        (200, "X-Total-Count: 0\r\n".to_owned(), "[]".to_owned())
    } else {
        (status, format!("Location: http://{}.example/\r\n", header(&head)), repeated(&head, &request))
    };
    write!(
        stream,
        "HTTP/1.1 {status} As Sent\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .ok()
}

/// The credential in the header: all its characters can be in a host name.
fn header(head: &str) -> String {
    let value = head.lines().find_map(|line| line.split_once("ApiKey: ").or_else(|| line.split_once("apikey: ")));
    value.map_or("elsewhere", |(_, value)| value).to_owned()
}

/// The request in every form in which a server could repeat it: the headers' values and the body come first, because
/// messages are cut.
fn repeated(head: &str, request: &str) -> String {
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let secret: Vec<&str> = headers
        .filter(|(name, _)| ["authorization", "apikey"].contains(&&*name.to_ascii_lowercase()))
        .map(|(_, value)| value)
        .collect();
    let secret = secret.join(" ");
    let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let message = format!(
        "{secret} {} {url} {} {hex} {}",
        secret.to_uppercase(),
        STANDARD.encode(&secret),
        request.rsplit("\r\n\r\n").next().unwrap_or_default()
    );
    let errors: Vec<_> =
        [request.rsplit("\r\n\r\n").next().unwrap_or_default(), &secret, &url, &hex, &STANDARD.encode(&secret)]
            .into_iter()
            .map(|part| json!({"property": part, "message": part}))
            .collect();
    json!({"errorCode": 400, "errorMessage": message, "errors": errors, "title": message, "detail": message, "error": secret})
        .to_string()
}

fn check(status: u16, reads: bool, signs_in: bool) {
    let world = World::new(MANIFESTS);
    world.point_at(&serve(status, reads, signs_in), "");
    let more = [TOKEN.to_owned(), "canary-refresh-0011".to_owned()];
    for command in [
        &["plan", "--verbose"][..],
        &["apply", "--auto-approve", "--verbose"],
        &["apply", "--auto-approve", "--format=json", "--log-format=json"],
    ] {
        let output = world.run(command);
        let what = format!("{status} {reads} {signs_in}: {}", command.join(" "));
        assert_clean(&what, &[output.stdout, output.stderr].concat(), &more);
        assert!(!reads || command[0] == "plan" || output.status.code() != Some(0), "{what} was done");
    }
    for entry in ["keywright.db", "keywright.db-wal"] {
        let bytes = std::fs::read(world.workspace().join(".keywright").join(entry)).unwrap_or_default();
        assert_clean(&format!("{status}: {entry}"), &bytes, &[world.secrets(), more.to_vec()].concat());
    }
}

#[test]
fn what_a_gateway_repeats_is_masked_whatever_it_refuses() {
    std::thread::scope(|scope| {
        for status in [301, 400, 401, 403, 404, 409, 422] {
            for reads in [true, false] {
                scope.spawn(move || check(status, reads, true));
            }
        }
        scope.spawn(|| check(400, false, false));
        scope.spawn(|| check(401, false, false));
    });
}
