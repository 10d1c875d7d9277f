//! A proxy between Keywright and a store: it alters what goes through, or answers itself.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;

/// A request as the store would receive it.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path with its query.
    pub(crate) target: String,
    headers: Vec<String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str, headers: &[&str], body: &str) -> Self {
        let headers = headers.iter().map(|line| (*line).to_owned()).collect();
        Self { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() }
    }

    /// The same with another method and body.
    pub(crate) fn instead(&self, method: &str, body: &str) -> Self {
        Self { method: method.to_owned(), body: body.to_owned(), ..self.clone() }
    }

    pub(crate) fn is(&self, method: &str, part: &str) -> bool {
        self.method == method && self.target.contains(part)
    }
}

/// An answer as Keywright receives it.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<String>,
    pub(crate) body: String,
}

impl Answer {
    /// No answer: the connection is closed.
    pub(crate) fn lost() -> Self {
        Self::of(LOST, "")
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn of(status: u16, body: &str) -> Self {
        Self { status, headers: vec!["Content-Type: application/json".to_owned()], body: body.to_owned() }
    }

    pub(crate) fn with_body(mut self, body: String) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        let start = format!("{}: ", name.to_ascii_lowercase());
        self.headers.retain(|line| !line.to_ascii_lowercase().starts_with(&start));
        self.headers.push(format!("{name}: {value}"));
        self
    }
}

/// The status of an answer that is not sent.
const LOST: u16 = 0;

/// What a proxy does with a request. It can pass it on with the function.
type Rule = dyn Fn(Request, &dyn Fn(&Request) -> Answer) -> Answer + Send + Sync;

/// Starts a proxy for the server at `url`, which runs until the test ends. Returns its address.
pub(crate) fn between(
    url: &str,
    rule: impl Fn(Request, &dyn Fn(&Request) -> Answer) -> Answer + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let host = url.strip_prefix("http://").unwrap().to_owned();
    let rule: Arc<Rule> = Arc::new(rule);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (rule, host) = (Arc::clone(&rule), host.clone());
            std::thread::spawn(move || serve(stream, &host, &*rule));
        }
    });
    address
}

/// The answer of the server at `url`.
pub(crate) fn ask(url: &str, request: &Request) -> Option<Answer> {
    pass_on(url.strip_prefix("http://")?, request)
}

fn serve(stream: TcpStream, host: &str, rule: &Rule) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (first, headers, body) = message(&mut reader)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let answer = rule(Request { method, target, headers, body }, &|request| pass_on(host, request).unwrap());
    let (status, length) = (answer.status, answer.body.len());
    if status == LOST {
        return None;
    }
    let headers = answer.headers.iter().map(|line| format!("{line}\r\n")).collect::<String>();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    reader.get_mut().write_all((head + &answer.body).as_bytes()).ok()
}

fn pass_on(host: &str, request: &Request) -> Option<Answer> {
    let mut stream = TcpStream::connect(host).ok()?;
    let Request { method, target, headers, body } = request;
    let headers = headers.iter().map(|line| format!("{line}\r\n")).collect::<String>();
    let head =
        format!("{method} {target} HTTP/1.1\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).ok()?;
    let (first, headers, body) = message(&mut BufReader::new(stream))?;
    Some(Answer { status: first.split(' ').nth(1)?.parse().ok()?, headers, body })
}

/// The first line, the headers that do not describe the connection or the length, and the body.
fn message(reader: &mut impl BufRead) -> Option<(String, Vec<String>, String)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        let lower = line.to_ascii_lowercase();
        match lower.split_once(": ") {
            _ if line.is_empty() => break,
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("connection" | "keep-alive", _)) => {}
            _ => headers.push(line.to_owned()),
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.trim_end().to_owned(), headers, String::from_utf8(body).ok()?))
}
