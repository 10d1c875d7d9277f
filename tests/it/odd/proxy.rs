//! A proxy before the emulator. It rewrites the rows of answers, so that an area can contain what the emulator refuses.

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value as Json;

/// Changes the rows of an answer: the path without its query, and the rows (one, for a single object).
pub(super) type Rewrite = Box<dyn Fn(&str, &mut Vec<Json>) + Send>;

/// A running proxy. Its thread ends with the test process.
pub(super) struct Proxy {
    pub(super) url: String,
    rewrite: Arc<Mutex<Rewrite>>,
}

impl Proxy {
    /// Before the server at `url`; answers pass unchanged until [`Self::rewrite`].
    pub(super) fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let rewrite: Arc<Mutex<Rewrite>> = Arc::new(Mutex::new(Box::new(|_, _| {})));
        let (shared, host) = (Arc::clone(&rewrite), url.strip_prefix("http://").unwrap().to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, host) = (Arc::clone(&shared), host.clone());
                std::thread::spawn(move || pass_on(stream, &host, &shared));
            }
        });
        Self { url: own, rewrite }
    }

    pub(super) fn rewrite(&self, rewrite: impl Fn(&str, &mut Vec<Json>) + Send + 'static) {
        *self.rewrite.lock().unwrap() = Box::new(rewrite);
    }
}

/// One request, one answer, and the connection ends.
fn pass_on(mut caller: TcpStream, host: &str, rewrite: &Mutex<Rewrite>) -> std::io::Result<()> {
    let (head, body) = message(&mut caller)?;
    let path = head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head: String = kept.map(|line| format!("{line}\r\n")).collect();
    let mut server = TcpStream::connect(host)?;
    server.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    let (head, body) = message(&mut server)?;
    let (head, body) = match serde_json::from_slice::<Json>(&body) {
        Ok(json) if path.starts_with("/v3/rest/") && head.contains(" 200 ") => {
            rewritten(&head, json, &path, &rewrite.lock().unwrap())
        }
        _ => (head, body),
    };
    let lines = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !line.starts_with("content-length:") && !line.starts_with("connection:")
    });
    let head: String = lines.map(|line| format!("{line}\r\n")).collect();
    caller.write_all(format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes())?;
    caller.write_all(&body)
}

/// Changes rows, and the plans inside packages as if they were in a list of their own.
fn change(path: &str, rows: &mut Vec<Json>, rewrite: &Rewrite) {
    for row in rows.iter_mut() {
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        if let Some(plans) = row.get_mut("plans").and_then(Json::as_array_mut) {
            rewrite(&format!("{path}/{id}/plans"), plans);
        }
    }
    rewrite(path, rows);
}

fn rewritten(head: &str, json: Json, path: &str, rewrite: &Rewrite) -> (String, Vec<u8>) {
    let Json::Array(mut rows) = json else {
        let mut rows = vec![json];
        change(path, &mut rows, rewrite);
        return (head.to_owned(), rows.remove(0).to_string().into_bytes());
    };
    let before = rows.len();
    change(path, &mut rows, rewrite);
    let total = |line: &str| -> Option<usize> {
        let (name, number) = line.split_once(':')?;
        name.eq_ignore_ascii_case("x-total-count").then(|| number.trim().parse().unwrap())
    };
    let line = |line: &str| match total(line) {
        Some(total) => format!("X-Total-Count: {}\n", total + rows.len() - before),
        None => format!("{line}\n"),
    };
    (head.lines().map(line).collect(), Json::Array(rows).to_string().into_bytes())
}

/// The head of a message without its last empty line, and its body.
fn message(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).trim_end().to_owned();
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    Ok((head, body))
}
