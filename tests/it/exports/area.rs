//! A raw server of both services, written from the reference alone: it serves rows as they are given, and counts writes.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value as Json;
use serde_json::json;

use crate::console::Console;
use crate::console::Ran;

/// The rows of both services: `members`, `applications`, `packageKeys`, `packages`, `plans` (by the id of the package),
/// `roles`, and `apiKeys`.
pub(crate) struct Raw {
    pub(crate) url: String,
    writes: Arc<Mutex<Vec<String>>>,
}

impl Raw {
    /// The server's thread ends with the process.
    pub(crate) fn start(rows: Json) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let writes = Arc::new(Mutex::new(Vec::new()));
        let (log, rows) = (Arc::clone(&writes), Arc::new(rows));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, rows) = (Arc::clone(&log), Arc::clone(&rows));
                // A client that hangs up has what it needs.
                std::thread::spawn(move || serve(stream, &rows, &log));
            }
        });
        Self { url, writes }
    }

    /// The writes so far: method and path.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.writes.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, rows: &Json, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
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
    reader.read_exact(&mut vec![0; length])?;
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if method != "GET" && path != "/v3/token" {
        log.lock().unwrap().push(format!("{method} {path}"));
    }
    let (status, total, body) = answer(path, query, rows);
    let body = body.to_string();
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nX-Total-Count: {total}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn answer(path: &str, query: &str, rows: &Json) -> (u16, usize, Json) {
    let list = match path {
        "/v3/token" => {
            let token = json!({"access_token": "fake", "token_type": "bearer", "expires_in": 3600});
            return (200, 0, token);
        }
        "/api/ApiKey/list" => return (200, 0, rows["apiKeys"].clone()),
        "/api/Organization" => return (200, 0, rows["organizations"].clone()),
        path => match path.strip_prefix("/v3/rest/").unwrap_or_default().split('/').collect::<Vec<_>>()[..] {
            [kind] => &rows[kind],
            ["packages", id, "plans"] => &rows["plans"][id],
            _ => &Json::Null,
        },
    };
    let number = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.parse::<usize>().ok());
    let all = list.as_array().cloned().unwrap_or_default();
    let page = all.iter().skip(number("offset=").unwrap_or(0)).take(number("limit=").unwrap_or(100));
    (200, all.len(), page.cloned().collect())
}

/// A workspace that uses a raw server, in a folder of its own.
pub(crate) struct Shop {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) console: Console,
    pub(crate) raw: Raw,
}

impl Shop {
    /// `more` are additional lines of `spec`.
    pub(crate) fn of(rows: Json, more: &str) -> Self {
        let (folder, raw) = (tempfile::tempdir().unwrap(), Raw::start(rows));
        let secret = "{env: KEYWRIGHT_FAKE}";
        let operations = "{list: GET /api/ApiKey/list, create: POST /api/ApiKey, update: PUT /api/ApiKey}";
        let text = format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: shop}}\nspec:\n{more}  stores:\n    \
             cloudApiManagement:\n      url: {url}\n      area: an-area\n      credentials: {{apiKey: {secret}, \
             apiSecret: {secret}, username: {secret}, password: {secret}}}\n      limits: {{callsPerSecond: 1000}}\n    \
             managedFileTransfer:\n      url: {url}\n      credentials: {{apiKey: {secret}}}\n      operations: \
             {operations}\n      limits: {{callsPerSecond: 1000}}\n",
            url = raw.url
        );
        std::fs::write(folder.path().join("keywright.yaml"), text).unwrap();
        let mut console = Console::new(folder.path().to_path_buf());
        console.environment.insert("KEYWRIGHT_FAKE".to_owned(), "fake-credential".to_owned());
        Self { folder, console, raw }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        self.console.run(line)
    }

    /// What the manifests in the workspace are worth: valid, nothing to plan, and nothing written by an apply.
    pub(crate) fn check(&self) -> Result<(), String> {
        let told = |line: &str, ran: &Ran| format!("{line}: exit {}\n{}{}", ran.exit, ran.out, ran.err);
        for line in ["validate", "plan --detailed-exitcode", "apply --auto-approve"] {
            let ran = self.run(line);
            if ran.exit != 0 {
                return Err(told(line, &ran));
            }
        }
        let writes = self.raw.writes();
        if writes.is_empty() { Ok(()) } else { Err(format!("written: {writes:?}")) }
    }
}
