//! Receives requests, with limits.

use std::pin::pin;
use std::time::Duration;

use hyper::Request;
use hyper::body::Body;
use hyper::body::Bytes;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::header::HeaderValue;

use super::answer::ApiError;
use super::call::Call;

/// Maximum size of a body in bytes.
const MAX_BODY: usize = 1 << 20;

/// Time limit for the head of a request, and again for its body.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A request, and an error if its body could not be read.
pub(super) async fn read(request: Request<Incoming>) -> (Call, Option<ApiError>) {
    let (head, body) = request.into_parts();
    let (body, error) = match tokio::time::timeout(PATIENCE, whole(body)).await {
        Ok(Some(body)) => (body, None),
        Ok(None) => (Bytes::new(), Some(ApiError::new(413, "Request Entity Too Large"))),
        Err(_) => (Bytes::new(), Some(ApiError::new(408, "Request Timeout"))),
    };
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let authorization = head.headers.get(AUTHORIZATION).and_then(text);
    let query = head.uri.query().unwrap_or_default();
    let api_key = head.headers.get("apikey").and_then(text);
    let call = Call { api_key, ..Call::new(head.method, head.uri.path(), query, authorization, body) };
    (call, error)
}

/// The whole body; `None` if it is too long or breaks off.
async fn whole(body: Incoming) -> Option<Bytes> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        if let Ok(data) = frame.ok()?.into_data() {
            if bytes.len() + data.len() > MAX_BODY {
                return None;
            }
            bytes.extend_from_slice(&data);
        }
    }
    Some(bytes.into())
}
