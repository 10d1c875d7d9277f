//! A scripted site, written from the reference alone: it keeps rows as received, and answers as little as the
//! documentation promises. Golden cases with a `site.json` run against it.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use serde_json::Value as Json;
use serde_json::json;

/// A running site. It ends with the test.
pub(crate) struct Scripted {
    pub(crate) url: String,
    state: Arc<Mutex<Json>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Scripted {
    /// `{keys, organizations, account}`. An array under `answers` is used up first, one entry `[status, body]` per
    /// request; `ignores` names properties that updates ignore.
    pub(crate) fn start(state: Json) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (state, ended) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let (shared, end) = (state.clone(), ended.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                // A client that hangs up has what it needs.
                let _ = serve(stream, &shared);
            }
        });
        Self { url, state, ended, thread: Some(thread) }
    }

    /// Every request so far: method, path, and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let log = state["log"].as_array().cloned().unwrap_or_default();
        log.into_iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
    }

    /// Texts that no output may contain: the ids of keys, and the secrets of organizations.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let organizations = state["organizations"].as_array().cloned().unwrap_or_default();
        let secrets = organizations.iter().filter_map(|one| one["secretKey"].as_str().map(str::to_owned));
        secrets.chain(["fake-credential".to_owned()]).chain(ids_of(&state)).collect()
    }

    /// Ids that no output may contain.
    pub(crate) fn ids(&self) -> Vec<String> {
        ids_of(&self.state.lock().unwrap())
    }
}

fn ids_of(state: &Json) -> Vec<String> {
    let keys = state["keys"].as_array().cloned().unwrap_or_default();
    keys.iter().filter_map(|key| key["id"].as_str().map(str::to_owned)).collect()
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.strip_prefix("http://").unwrap());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(stream: TcpStream, state: &Mutex<Json>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Json = serde_json::from_slice(&body).unwrap_or_default();
    let (status, answer) = answer(&first, &body, &mut state.lock().unwrap());
    let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
    let length = text.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status} X\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
}

fn answer(first: &str, body: &Json, state: &mut Json) -> (u64, Json) {
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let entry = format!("{method} {target} {}", if body.is_null() { String::new() } else { body.to_string() });
    log(state, entry.trim());
    if let Some(scripted) = state["answers"].as_array_mut().filter(|left| !left.is_empty()) {
        let scripted = scripted.remove(0);
        if !scripted.is_null() {
            return (scripted[0].as_u64().unwrap(), scripted[1].clone());
        }
    }
    match (method, path) {
        ("GET", "/api/ApiKey/list") => (200, state["keys"].clone()),
        ("GET", "/api/Organization") if state["organizations"].is_array() => (200, state["organizations"].clone()),
        ("GET", "/api/Organization") => (403, json!("")),
        ("GET", "/api/Account") if state["account"].is_object() => (200, state["account"].clone()),
        ("POST", "/api/ApiKey") => (200, made(body, state)),
        ("PUT", "/api/ApiKey") => (200, changed(body, state)),
        _ => (404, json!("")),
    }
}

fn log(state: &mut Json, entry: &str) {
    if !state["log"].is_array() {
        state["log"] = json!([]);
    }
    state["log"].as_array_mut().unwrap().push(json!(entry));
}

fn made(body: &Json, state: &mut Json) -> Json {
    let keys = state["keys"].as_array_mut().unwrap();
    let mut key = body.clone();
    key["id"] = json!(format!("fake-value-of-key-{}", keys.len() + 1));
    key["createdDate"] = json!("2026-11-21T12:00:00Z");
    key["createdBy"] = json!("svc-aft");
    keys.push(key.clone());
    key
}

fn changed(body: &Json, state: &mut Json) -> Json {
    let ignored: Vec<Json> = state["ignores"].as_array().cloned().unwrap_or_default();
    let keys = state["keys"].as_array_mut().unwrap();
    let Some(key) = keys.iter_mut().find(|key| key["id"] == body["id"]) else { return Json::Null };
    for (name, value) in body.as_object().unwrap() {
        if !ignored.contains(&json!(name)) {
            key[name] = value.clone();
        }
    }
    key["updatedBy"] = json!("svc-aft");
    key["updatedDate"] = json!("2026-11-21T12:00:01Z");
    key.clone()
}
