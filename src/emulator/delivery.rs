//! Sends the answer to the caller: whole, or with the requested fault.

use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use hyper::Response;
use hyper::body::Body;
use hyper::body::Bytes;
use hyper::body::Frame;
use hyper::body::SizeHint;
use hyper::header::CONTENT_TYPE;
use hyper::header::HeaderName;
use hyper::header::HeaderValue;
use serde_json::Value as Json;
use tokio::time::Sleep;

use super::answer::Answer;
use super::faults::FaultKind;

/// The number of pieces of a slow answer.
const PIECES: u32 = 20;

/// Closes the connection: hyper does so if a body fails.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
pub(super) struct Closed;

/// The body of an answer.
pub(super) struct Delivered {
    rest: Bytes,
    /// The length in the headers.
    length: u64,
    /// How many bytes are missing when the connection closes.
    kept_back: usize,
    /// Whether hyper had time to send the first part before the connection closes.
    is_flushed: bool,
    pace: Option<(usize, Duration, Pin<Box<Sleep>>)>,
}

/// Builds the response.
pub(super) fn deliver(mut answer: Answer, faults: &[FaultKind]) -> Response<Delivered> {
    let mut delivered = Delivered { rest: Bytes::new(), length: 0, kept_back: 0, is_flushed: false, pace: None };
    let (mut drip, mut truncates) = (None, false);
    for fault in faults {
        match *fault {
            FaultKind::Html => {
                answer.body = b"<html><body><h1>It works!</h1></body></html>".to_vec();
                answer.headers.retain(|(name, _)| *name != "Content-Type");
                answer.headers.push(("Content-Type", "text/html".to_owned()));
            }
            FaultKind::Duplicate => answer.body = twice(&answer.body),
            FaultKind::Drip(time) => drip = Some(time),
            FaultKind::Truncate => truncates = true,
            _ => {}
        }
    }
    delivered.length = answer.body.len() as u64;
    delivered.rest = answer.body.into();
    if truncates {
        delivered.kept_back = delivered.rest.len().div_ceil(2);
    }
    if let Some(time) = drip {
        let pause = time / PIECES;
        let size = delivered.rest.len().div_ceil(PIECES as usize).max(1);
        delivered.pace = Some((size, pause, Box::pin(tokio::time::sleep(pause))));
    }
    let mut response = Response::new(delivered);
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    debug_assert!(response.headers().get_all(CONTENT_TYPE).iter().count() <= 1, "one type a body");
    response
}

/// Repeats each row of a list, or else the whole body.
fn twice(body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice(body) {
        Ok(Json::Array(rows)) => {
            let rows: Json = rows.iter().flat_map(|row| [row.clone(), row.clone()]).collect();
            rows.to_string().into_bytes()
        }
        _ => body.repeat(2),
    }
}

impl Body for Delivered {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let left = self.rest.len() - self.kept_back;
        if left == 0 && self.kept_back > 0 && !self.is_flushed {
            // A pending body makes hyper send what it has.
            self.is_flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if left == 0 {
            return Poll::Ready((self.kept_back > 0).then_some(Err(Closed)));
        }
        let mut size = left;
        if let Some((piece, pause, sleep)) = &mut self.pace {
            std::task::ready!(sleep.as_mut().poll(context));
            sleep.as_mut().reset(tokio::time::Instant::now() + *pause);
            size = left.min(*piece);
        }
        let piece = self.rest.split_to(size);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_row_is_repeated() {
        assert_eq!(super::twice(b"[1,2]"), b"[1,1,2,2]");
        assert_eq!(super::twice(b"{\"a\":1}"), b"{\"a\":1}{\"a\":1}");
        assert_eq!(super::twice(b""), b"");
    }
}
