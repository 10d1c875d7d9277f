//! Which hosts are called, which never are, and which proxy or redirect answered: with proxies that record requests.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;

use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::cloud::area::said;
use crate::program::keywright;

const USER: &str = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: ann}\nspec: {email: ann@example.com, displayName: Ann, status: active}\n";

/// A server that records requests and gives all of them the same answer. It ends with the tests.
struct Stub {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut head, mut length) = (String::new(), 0);
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {
                    let last = head.lines().last().unwrap_or_default().to_ascii_lowercase();
                    if let Some(number) = last.strip_prefix("content-length:") {
                        length = number.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                log.lock().unwrap().push(head + &String::from_utf8_lossy(&body));
                // The client may already have hung up.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn host(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }
}

const REFUSED: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Every variable that sets a proxy.
const PROXIES: [&str; 6] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

fn plan(world: &World, variables: &[(&str, &str)]) -> Said {
    let mut command = world.command(&["plan"]);
    for name in PROXIES.into_iter().chain(["NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"]) {
        command.env_remove(name);
    }
    said(command.envs(variables.iter().copied()))
}

fn pointed_at(url: &str) -> World {
    let world = World::new(USER);
    world.point_at_url(url, "{callsPerSecond: 1000}", "", "TEST_");
    let path = world.workspace().join("keywright.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replace("an-area", "00000000-0000-0000-0000-000000000000")).unwrap();
    world
}

#[test]
fn what_is_on_this_machine_is_called_without_a_proxy() {
    let proxy = Stub::start(REFUSED);
    let world = World::new(USER);
    let area = world.area(&[]);
    for url in [area.url.clone(), area.url.replace("127.0.0.1", "localhost")] {
        world.point_at_url(&url, "{callsPerSecond: 1000}", "", "TEST_");
        let variables = PROXIES.map(|name| (name, proxy.url.as_str()));
        let said = plan(&world, &variables);
        assert_eq!(said.exit, 0, "{}", said.text);
        assert_eq!(proxy.seen(), Vec::<String>::new(), "a proxy saw what is for this machine");
    }
    assert!(area.calls() > 0);
}

#[test]
fn a_key_of_a_site_on_this_machine_goes_through_no_proxy() {
    let proxy = Stub::start(REFUSED);
    let site = Stub::start("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]");
    let world = World::new(
        "apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {name: erp}\nspec: {enabled: true, allowedApis: [audit], allOrgs: true}\n",
    );
    let settings = format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  stores:\n    managedFileTransfer:\n      url: {}\n      \
         credentials: {{apiKey: {{env: KEYWRIGHT_TEST_CREDENTIAL}}}}\n      operations: {{list: GET /api/k}}\n",
        site.url
    );
    std::fs::write(world.workspace().join("keywright.yaml"), settings).unwrap();
    let variables = PROXIES.map(|name| (name, proxy.url.as_str()));
    let _ = plan(&world, &variables);
    assert_eq!(proxy.seen(), Vec::<String>::new());
    assert!(site.seen()[0].contains("not-a-real-credential"));
}

#[test]
fn a_proxy_that_answers_is_named() {
    for (answer, text) in [
        (REFUSED, "refused the connection"),
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            "requires a username and password (407)",
        ),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 13\r\n\r\n<html></html>", "refused the connection"),
    ] {
        let proxy = Stub::start(answer);
        let world = pointed_at("https://api.example.com");
        let url = proxy.url.replace("http://", "http://proxy-user:fake-proxy-password@");
        let said = plan(&world, &[("HTTPS_PROXY", &url)]);
        assert_eq!(said.exit, 1, "{}", said.text);
        assert!(said.text.contains(&format!("the proxy {} {text}", proxy.host())), "{}", said.text);
        assert!(said.text.contains("NO_PROXY") && !said.text.contains("credentials"), "{}", said.text);
        assert!(!said.text.contains("fake-proxy-password"), "{}", said.text);
        assert!(proxy.seen().iter().all(|head| head.starts_with("CONNECT api.example.com:443 ")), "{:?}", proxy.seen());
        assert!(!proxy.seen().is_empty());
    }
}

#[test]
fn no_proxy_with_a_star_counts_for_every_host() {
    let proxy = Stub::start(REFUSED);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (name, list) in [("NO_PROXY", "*"), ("no_proxy", "example.com, *")] {
        // An IP address that is not loopback, and where nothing listens: a star covers IP addresses too.
        let world = pointed_at(&format!("https://0.0.0.0:{closed}"));
        let said = plan(&world, &[("HTTPS_PROXY", &proxy.url), (name, list)]);
        assert_eq!(said.exit, 1, "{}", said.text);
        assert!(!said.text.contains("proxy"), "{}", said.text);
    }
    assert_eq!(proxy.seen(), Vec::<String>::new());
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let world = pointed_at("https://api.example.com");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("empty.pem"), "").unwrap();
    std::fs::write(path("broken.pem"), "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").unwrap();
    for (variable, name, why) in [
        ("SSL_CERT_FILE", "missing.pem", "No such file"),
        ("SSL_CERT_FILE", "empty.pem", "no certificate"),
        ("SSL_CERT_FILE", "broken.pem", "cannot be read"),
        ("SSL_CERT_FILE", "", "not a regular file"),
        ("SSL_CERT_DIR", "missing", "No such file"),
    ] {
        let said = plan(&world, &[(variable, &path(name))]);
        assert_eq!(said.exit, 1, "{}", said.text);
        assert!(said.text.contains(&format!("{variable} names {}", path(name))), "{}", said.text);
        assert!(said.text.contains(why) && said.text.contains("help"), "{}", said.text);
    }
}

#[test]
fn a_wait_that_the_limit_of_the_run_forbids_names_that_limit() {
    let server =
        Stub::start("HTTP/1.1 503 Unavailable\r\nRetry-After: 60\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let said = pointed_at(&server.url).keywright(&["plan", "--max-time", "20s"]);
    assert!(said.text.contains("asks to wait 60 s, but this run waits at most"), "{}", said.text);
    assert!(said.text.contains("(--max-time)") && said.text.contains("or raise --max-time"), "{}", said.text);
}

#[test]
fn an_answer_of_a_cache_is_not_called_a_redirect() {
    let server = Stub::start("HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let said = plan(&pointed_at(&server.url), &[]);
    assert!(said.exit == 1 && said.text.contains("answered 304 (not modified)"), "{}", said.text);
    assert!(
        said.text.contains("a proxy or cache may have answered") && !said.text.contains("redirect"),
        "{}",
        said.text
    );
}

#[test]
fn a_redirect_is_named_and_never_followed() {
    let thief = Stub::start(REFUSED);
    for (location, named) in [
        ("/v4?moved", "/v4"),
        ("//elsewhere.example.com:8443/x?q", "http://elsewhere.example.com:8443;"),
        ("https://elsewhere.example.com/secret-path", "https://elsewhere.example.com;"),
    ] {
        for code in ["301 Moved Permanently", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
            let answer =
                format!("HTTP/1.1 {code}\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let server = Stub::start(answer.leak());
            let said = plan(&pointed_at(&server.url), &[]);
            assert_eq!(said.exit, 1, "{}", said.text);
            assert!(said.text.contains("was redirected to") && said.text.contains(named), "{}", said.text);
            assert!(said.text.contains("redirects are not followed") && said.text.contains("`url`"), "{}", said.text);
            assert!(!said.text.contains("credentials"), "{}", said.text);
            assert_eq!(server.seen().len(), 1);
        }
    }
    let answer = format!("HTTP/1.1 307 Moved\r\nLocation: {}/v3/token\r\nContent-Length: 0\r\n\r\n", thief.url);
    let server = Stub::start(answer.leak());
    let said = plan(&pointed_at(&server.url), &[]);
    assert!(said.text.contains(&format!("redirected to {};", thief.url)), "{}", said.text);
    assert_eq!(thief.seen(), Vec::<String>::new());
}

#[test]
fn a_web_page_in_place_of_a_token_is_not_blamed_on_the_credentials() {
    for status in ["200 OK", "403 Forbidden", "404 Not Found"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>");
        let server = Stub::start(answer.leak());
        let said = plan(&pointed_at(&server.url), &[]);
        assert_eq!(said.exit, 1, "{}", said.text);
        assert!(said.text.contains("with a web page") && said.text.contains("`url`"), "{}", said.text);
        assert!(!said.text.contains("credentials"), "{}", said.text);
    }
}

#[test]
fn credentials_that_the_server_rejects_are_named_by_their_source() {
    let answer =
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 25\r\nConnection: close\r\n\r\n{\"error\":\"invalid_grant\"}";
    let said = plan(&pointed_at(&Stub::start(answer).url), &[]);
    assert_eq!(said.exit, 1, "{}", said.text);
    assert!(said.text.contains("check the variable KEYWRIGHT_TEST_CREDENTIAL and"), "{}", said.text);
}

#[test]
fn every_form_of_the_address_is_understood_or_refused() {
    let world = World::new(USER);
    let area = world.area(&[]);
    for end in ["", "/", "//", "/v3", "/v3/", "/v3/rest", "/v3/rest/", "/v3/token"] {
        world.point_at_url(&format!("{}{end}", area.url), "{callsPerSecond: 1000}", "", "TEST_");
        let said = plan(&world, &[]);
        assert_eq!(said.exit, 0, "{end}: {}", said.text);
    }
    for url in ["https://api.example.com:99999", "https://api.example.com:0", "https://api.example.com:x", "https://:1"]
    {
        world.point_at_url(url, "{callsPerSecond: 1000}", "", "TEST_");
        let said = plan(&world, &[]);
        assert!(said.exit == 3 && said.text.contains("KW-022"), "{url}: {}", said.text);
    }
}

#[test]
fn plans_name_every_host_that_is_called() {
    let world = World::new(USER);
    let area = world.area(&[]);
    let host = area.url.strip_prefix("http://").unwrap();
    world.point_at(&area, "{callsPerSecond: 1000}", "");
    let header = format!("Cloud API Management, {host}, area an-area");
    let saved = world.path().join("plan.json");
    let planned = world.keywright(&["plan", "--out", saved.to_str().unwrap()]);
    assert!(planned.text.contains(&header), "{}", planned.text);
    let json = world.command(&["plan", "--format", "json"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["hosts"], serde_json::json!([host]));
    for format in ["text", "markdown", "json"] {
        let mut command = keywright();
        let said = said(command.args(["show", "--format", format]).arg(&saved).stdin(Stdio::null()));
        let plain = said.text.replace("&#58;", ":");
        assert!(plain.contains(host), "{format}: {}", said.text);
    }
    assert_eq!(world.apply().exit, 0);
    let said = world.keywright(&["plan"]);
    assert!(said.text.contains(&header) && said.text.contains("Nothing to do"), "{}", said.text);
}
