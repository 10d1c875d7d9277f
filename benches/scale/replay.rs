//! A server that stands before another one and repeats its answers to reads from memory, so that a measured command waits
//! for its own work and not for a server that shares its cores.

use std::collections::HashMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;

/// Whole answers by the first line of their requests; `None` until they are kept.
type Answers = Mutex<Option<HashMap<String, Arc<[u8]>>>>;

/// A running server. It ends with the program.
pub(crate) struct Replay {
    pub(crate) url: String,
    answers: Arc<Answers>,
}

impl Replay {
    /// Stands before the server at `url`, and passes everything on.
    pub(crate) fn before(url: &str) -> Self {
        let upstream: Arc<str> = url.trim_start_matches("http://").trim_end_matches('/').into();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = Arc::new(Answers::default());
        let shared = Arc::clone(&answers);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (upstream, answers) = (Arc::clone(&upstream), Arc::clone(&shared));
                // A client that hangs up has what it needs.
                thread::spawn(move || drop(converse(stream, &upstream, &answers)));
            }
        });
        Self { url, answers }
    }

    /// From now on, answers to reads are kept and repeated.
    pub(crate) fn keep(&self) {
        *kept(&self.answers) = Some(HashMap::new());
    }
}

fn kept(answers: &Answers) -> MutexGuard<'_, Option<HashMap<String, Arc<[u8]>>>> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

fn converse(stream: TcpStream, upstream: &str, answers: &Answers) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let Some(request) = Request::read(&mut reader)? else { return Ok(()) };
        let is_read = request.first.starts_with("GET ");
        let known = kept(answers).as_ref().and_then(|answers| answers.get(&request.first).cloned());
        let answer = match known.filter(|_| is_read) {
            Some(answer) => answer,
            None => {
                let answer: Arc<[u8]> = request.pass_on(upstream)?.into();
                if let Some(answers) = kept(answers).as_mut().filter(|_| is_read) {
                    answers.insert(request.first, Arc::clone(&answer));
                }
                answer
            }
        };
        reader.get_mut().write_all(&answer)?;
    }
}

struct Request {
    first: String,
    headers: String,
    body: Vec<u8>,
}

impl Request {
    fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Self>> {
        let (mut first, mut headers, mut length) = (String::new(), String::new(), 0);
        if reader.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            headers.push_str(&line);
        }
        let mut body = Vec::new();
        reader.take(length).read_to_end(&mut body)?;
        Ok(Some(Self { first, headers, body }))
    }

    /// The answer of the server itself, without its wish to close the connection.
    fn pass_on(&self, upstream: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(upstream)?;
        write!(stream, "{}{}connection: close\r\n\r\n", self.first, self.headers)?;
        stream.write_all(&self.body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0) + 2;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let kept = head.split_inclusive('\n').filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        Ok([kept.collect::<String>().as_bytes(), &answer[end..]].concat())
    }
}
