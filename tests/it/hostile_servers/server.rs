//! A server that signs in and answers with empty lists, except where it misbehaves.

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::behaviors::Act;
use super::behaviors::Behavior;
use super::behaviors::Place;

const TOKEN: &str = r#"{"token_type":"bearer","access_token":"a-token-that-is-not-real","expires_in":3600}"#;

/// How long a server goes on that never ends by itself; longer than any run.
const FOREVER: Duration = Duration::from_mins(2);

/// The time between two bytes of a slow server.
const SLOW: Duration = Duration::from_millis(100);

/// A running server. Its threads end with the connections, or with the test.
pub(super) struct Server {
    pub(super) url: String,
}

impl Server {
    pub(super) fn start(behavior: &'static Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || drop(serve(stream, behavior)));
            }
        });
        Self { url }
    }
}

fn serve(mut stream: TcpStream, behavior: &Behavior) -> std::io::Result<()> {
    if matches!(behavior.place, Place::Handshake) {
        let _ = stream.read(&mut [0; 1024])?;
        return act(&mut stream, &behavior.act, "");
    }
    loop {
        let first = request(&mut stream)?;
        let path = first.split(' ').nth(1).unwrap_or_default();
        let is_place = match behavior.place {
            Place::Token => path.starts_with("/v3/token"),
            // The first list of a snapshot, and the only one that is always read whole.
            Place::List => path.starts_with("/v3/rest/packages"),
            Place::Handshake => unreachable!("it ends before a request"),
            Place::Site => path.starts_with("/api/ApiKey/list"),
        };
        if is_place {
            act(&mut stream, &behavior.act, path)?;
            if !matches!(behavior.act, Act::Answer { .. } | Act::Pages) {
                return Ok(());
            }
        } else if path.starts_with("/v3/token") {
            answer(&mut stream, "200 OK", "", TOKEN.as_bytes())?;
        } else {
            answer(&mut stream, "200 OK", "X-Total-Count: 0\r\n", b"[]")?;
        }
    }
}

/// Reads one request, and returns its first line.
fn request(stream: &mut TcpStream) -> std::io::Result<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    stream.read_exact(&mut vec![0; length])?;
    Ok(head.lines().next().unwrap_or_default().to_owned())
}

fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n")?;
    stream.write_all(body)
}

fn act(stream: &mut TcpStream, act: &Act, path: &str) -> std::io::Result<()> {
    match act {
        Act::Answer { status, headers, body } => answer(stream, status, headers, body.as_bytes()),
        Act::Repeated { headers, start, part, times, end } => {
            let body = [start.as_bytes(), part.repeat(*times).as_bytes(), end.as_bytes()].concat();
            answer(stream, "200 OK", headers, &body)
        }
        Act::Raw(bytes) => stream.write_all(bytes),
        Act::Close => Ok(()),
        Act::Silent => {
            thread::sleep(FOREVER);
            Ok(())
        }
        Act::RawThenSilent(bytes) => {
            stream.write_all(bytes)?;
            thread::sleep(FOREVER);
            Ok(())
        }
        Act::Endless { start, part } => {
            stream.write_all(start)?;
            let part = part.repeat(4096 / part.len().max(1) + 1);
            loop {
                stream.write_all(&part)?;
            }
        }
        Act::Trickle { start, part } => {
            stream.write_all(start)?;
            loop {
                stream.write_all(part)?;
                thread::sleep(SLOW);
            }
        }
        Act::Pages => {
            let offset = path.split("offset=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or("0");
            let row = format!(r#"[{{"id":"{offset}","name":"package {offset}"}}]"#);
            answer(stream, "200 OK", "X-Total-Count: 1000000000\r\n", row.as_bytes())
        }
    }
}
