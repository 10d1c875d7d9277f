//! One request, completely in memory.

use hyper::Method;
use hyper::body::Bytes;

/// A request as the service sees it.
pub(super) struct Call {
    pub(super) method: Method,
    /// The path, decoded and without empty parts: `/v3/rest/members/` is `["v3", "rest", "members"]`.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
    /// The header `ApiKey`, which carries MFT's credentials.
    pub(super) api_key: Option<String>,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn new(method: Method, path: &str, query: &str, authorization: Option<String>, body: Bytes) -> Self {
        let decoded = |part: &str| {
            // A plus means a space in forms and queries, but not in paths.
            let text = part.replace('+', "%2B");
            form_urlencoded::parse(format!("={text}").as_bytes())
                .map(|(_, value)| value.into_owned())
                .next()
                .unwrap_or_default()
        };
        let path = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method, path, query, authorization, api_key: None, body }
    }

    /// The parts of the path below `/v3/rest`; `None` for other paths.
    pub(super) fn rest(&self) -> Option<Vec<&str>> {
        match self.path.split_at_checked(2) {
            Some(([version, rest], below)) if version == "v3" && rest == "rest" => {
                Some(below.iter().map(String::as_str).collect())
            }
            _ => None,
        }
    }

    pub(super) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// Whether the path belongs to Cloud API Management; all others belong to the site of MFT.
    pub(super) fn is_for_gateway(&self) -> bool {
        self.path.first().is_some_and(|part| part == "v3")
    }

    pub(super) fn is_for_token(&self) -> bool {
        self.path == ["v3", "token"]
    }

    /// Whether the request would change an object.
    pub(super) fn is_write(&self) -> bool {
        !self.is_for_token() && matches!(self.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE)
    }

    pub(super) fn parameter<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    fn call(path: &str, query: &str) -> Call {
        Call::new(hyper::Method::GET, path, query, None, hyper::body::Bytes::new())
    }

    #[test]
    fn paths_are_decoded_after_they_are_taken_apart() {
        assert_eq!(call("/v3/rest//members/a%2Fb+c%/", "").rest(), Some(vec!["members", "a/b+c%"]));
        assert_eq!(call("/v3/restless", "").rest(), None);
        assert_eq!(call("/", "").rest(), None);
        assert!(call("/v3/token", "").is_for_token());
    }

    #[test]
    fn parameters_can_be_repeated() {
        let call = call("/", "filter=a:1&limit=2&filter=b%3A2+3");
        assert_eq!(call.parameter("filter").collect::<Vec<_>>(), ["a:1", "b:2 3"]);
    }
}
