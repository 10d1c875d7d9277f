//! An emulator as a child process, and a minimal HTTP client that can check its answers.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;

use crate::program::keywright;

/// A running emulator that ends when dropped, and a token for it.
pub(crate) struct Emulator {
    child: Child,
    address: String,
    token: String,
    folder: tempfile::TempDir,
}

/// The parts of an answer that tests read.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON of a successful answer.
    #[track_caller]
    pub(crate) fn ok(&self) -> Json {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Fails unless a delete was successful.
    #[track_caller]
    pub(crate) fn assert_done(&self) {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
    }

    /// The property and the message of a 400.
    #[track_caller]
    pub(crate) fn refused(&self) -> (String, String) {
        assert_eq!(self.status, 400, "{}", String::from_utf8_lossy(&self.body));
        let json = self.json();
        assert_eq!(json["errorCode"], 400);
        let error = &json["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (text("property"), text("message"))
    }

    /// Whether all announced bytes arrived.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length").is_none_or(|length| length.parse() == Ok(self.body.len()))
    }
}

impl Emulator {
    /// Starts an emulator in memory, with additional arguments, and signs in.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut emulator = Self::start_signed_out(arguments);
        emulator.sign_in();
        emulator
    }

    /// `{}` in an argument is the emulator's own folder.
    pub(crate) fn start_signed_out(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = |argument: &&str| argument.replace("{}", folder.path().to_str().unwrap());
        let mut child = keywright()
            .args(["emulator", "--listen", "127.0.0.1:0", "--format", "json"])
            .args(arguments.iter().map(place))
            .current_dir(folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let first: Json = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let address = first["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { child, address, token: String::new(), folder }
    }

    pub(crate) fn sign_in(&mut self) {
        let form = "grant_type=password&username=fake-user&password=fake-password&scope=fake-area";
        let reply = self.token(form, Some("fake-key:fake-secret"));
        reply.ok()["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    /// Calls the token endpoint, with `KEY:SECRET` as HTTP Basic.
    pub(crate) fn token(&self, form: &str, client: Option<&str>) -> Reply {
        use base64::Engine;
        let encoded = client.map(|client| base64::engine::general_purpose::STANDARD.encode(client));
        let headers = encoded.map(|encoded| format!("Authorization: Basic {encoded}\r\n")).unwrap_or_default();
        let headers = format!("{headers}Content-Type: application/x-www-form-urlencoded\r\n");
        self.send("POST", "/v3/token", &headers, form).unwrap()
    }

    /// Sends a request below `/v3/rest`; `None` if the connection was closed without an answer.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Json>) -> Option<Reply> {
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", self.token);
        let body = body.map(Json::to_string).unwrap_or_default();
        self.send(method, &format!("/v3/rest{path}"), &headers, &body)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, None).unwrap()
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: Json) -> Reply {
        self.ask("POST", path, Some(&body)).unwrap()
    }

    #[track_caller]
    pub(crate) fn put(&self, path: &str, body: Json) -> Reply {
        self.ask("PUT", path, Some(&body)).unwrap()
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path, None).unwrap()
    }

    /// Sends a raw request and reads until the connection closes.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &str, body: &str) -> Option<Reply> {
        let length = body.len();
        self.raw(
            format!(
                "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
            )
            .as_bytes(),
        )
    }

    pub(crate) fn raw(&self, bytes: &[u8]) -> Option<Reply> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        // The other side may close before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        parse(&answer)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The lines of the file `log` in the emulator's folder.
    pub(crate) fn log(&self) -> Vec<Json> {
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The process id, and the process to wait for.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub(crate) fn world(&self) -> World {
        let package = id(&self.post("/packages", json!({"name": "pay"})));
        let plan = id(&self.post(&format!("/packages/{package}/plans"), json!({"name": "gold"})));
        let member =
            json!({"username": "alice", "email": "alice@example.com", "displayName": "Alice", "areaStatus": "active"});
        let member = id(&self.post("/members", member));
        let application = id(&self.post(&format!("/members/{member}/applications"), json!({"name": "shop"})));
        World { package, plan, member, application }
    }

    /// Creates a key in the world, with additional properties.
    pub(crate) fn key(&self, world: &World, more: Json) -> Reply {
        let mut body = json!({"package": {"id": world.package}, "plan": {"id": world.plan}});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.post(&format!("/applications/{}/packageKeys", world.application), body)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The ids of one object of each kind except keys.
pub(crate) struct World {
    pub(crate) package: String,
    pub(crate) plan: String,
    pub(crate) member: String,
    pub(crate) application: String,
}

#[track_caller]
pub(crate) fn id(reply: &Reply) -> String {
    reply.ok()["id"].as_str().unwrap().to_owned()
}

fn parse(answer: &[u8]) -> Option<Reply> {
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..at]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    Some(Reply { status, headers: headers.collect(), body: answer[at + 4..].to_vec() })
}
