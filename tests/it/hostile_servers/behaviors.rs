//! The table: what each server does, and where.

/// Which request it misbehaves at.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// The beginning of a TLS connection.
    Handshake,
    /// The sign-in to Cloud API Management.
    Token,
    /// A list of Cloud API Management.
    List,
    /// The list of a site of Managed File Transfer.
    Site,
}

pub(super) enum Act {
    Answer {
        status: &'static str,
        headers: &'static str,
        body: &'static str,
    },
    /// A valid answer whose body is one part, many times.
    Repeated {
        headers: &'static str,
        start: &'static str,
        part: &'static str,
        times: usize,
        end: &'static str,
    },
    /// Bytes, and then the end of the connection.
    Raw(&'static [u8]),
    Close,
    Silent,
    RawThenSilent(&'static [u8]),
    /// The same bytes as fast as possible, without end.
    Endless {
        start: &'static [u8],
        part: &'static [u8],
    },
    /// The same bytes, slowly and without end.
    Trickle {
        start: &'static [u8],
        part: &'static [u8],
    },
    /// One new row for each page, of a list with a billion rows.
    Pages,
}

pub(super) struct Behavior {
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) act: Act,
    /// A part of the message.
    pub(super) says: &'static str,
    /// The exit codes that are right.
    pub(super) exits: &'static [i32],
}

const fn at(place: Place, name: &'static str, act: Act, says: &'static str) -> Behavior {
    Behavior { name, place, act, says, exits: &[1, 8] }
}

const fn token(name: &'static str, act: Act, says: &'static str) -> Behavior {
    at(Place::Token, name, act, says)
}

const fn handshake(name: &'static str, act: Act, says: &'static str) -> Behavior {
    at(Place::Handshake, name, act, says)
}

const fn list(name: &'static str, act: Act, says: &'static str) -> Behavior {
    at(Place::List, name, act, says)
}

const fn site(name: &'static str, act: Act, says: &'static str) -> Behavior {
    at(Place::Site, name, act, says)
}

const fn harmless(behavior: Behavior) -> Behavior {
    Behavior { exits: &[0], ..behavior }
}

const fn ok(headers: &'static str, body: &'static str) -> Act {
    Act::Answer { status: "200 OK", headers, body }
}

const fn status(status: &'static str, headers: &'static str) -> Act {
    Act::Answer { status, headers, body: "" }
}

const ONE: &str = "X-Total-Count: 1\r\n";
const ROW: &str = r#"[{"id":"1","name":"a package"}]"#;
const OVER_QPS: &str = "X-Mashery-Error-Code: ERR_403_DEVELOPER_OVER_QPS\r\n";

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nX-Total-Count: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
const LONG: &[u8] = b"HTTP/1.1 200 OK\r\nX-Total-Count: 1\r\nContent-Length: 1000000\r\n\r\n[";

pub(super) const ALL: &[Behavior] = &[
    // The connection.
    token("accepts the sign-in and says nothing", Act::Silent, "after 1 s"),
    list("accepts the list and says nothing", Act::Silent, "after 1 s"),
    site("accepts the site's list and says nothing", Act::Silent, "after 1 s"),
    handshake("speaks no TLS", Act::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "answered without TLS"),
    token("closes at the sign-in", Act::Close, "got no answer"),
    list("closes at the list", Act::Close, "got no answer"),
    site("closes at the site's list", Act::Close, "got no answer"),
    list("answers with other bytes", Act::Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "got no answer"),
    list("answers with TLS", Act::Raw(b"\x15\x03\x03\x00\x02\x02\x46"), "got no answer"),
    list(
        "answers with HTTP/2",
        Act::Raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"),
        "got no answer",
    ),
    list("answers with HTTP/0.9", Act::Raw(b"[]"), "got no answer"),
    // The head.
    token("trickles headers at the sign-in", Act::Trickle { start: HEAD, part: b"a: b\r\n" }, "after 1 s"),
    list("trickles headers", Act::Trickle { start: HEAD, part: b"a: b\r\n" }, "got no answer"),
    list("trickles one header", Act::Trickle { start: b"HTTP/1.1 200 OK\r\nx: ", part: b"y" }, "after 1 s"),
    site("trickles one header at the site", Act::Trickle { start: b"HTTP/1.1 200 OK\r\nx: ", part: b"y" }, "after 1 s"),
    list("sends headers without end", Act::Endless { start: HEAD, part: b"a: b\r\n" }, "got no answer"),
    list(
        "sends one header without end",
        Act::Endless { start: b"HTTP/1.1 200 OK\r\nx: ", part: b"y" },
        "got no answer",
    ),
    list("continues forever", Act::Endless { start: b"", part: b"HTTP/1.1 100 Continue\r\n\r\n" }, "after 1 s"),
    token(
        "continues forever at the sign-in",
        Act::Endless { start: b"", part: b"HTTP/1.1 100 Continue\r\n\r\n" },
        "after 1 s",
    ),
    list("continues slowly forever", Act::Trickle { start: b"", part: b"HTTP/1.1 100 Continue\r\n\r\n" }, "after 1 s"),
    list(
        "sends early hints forever",
        Act::Endless { start: b"", part: b"HTTP/1.1 103 Early Hints\r\n\r\n" },
        "after 1 s",
    ),
    list(
        "switches protocols",
        Act::RawThenSilent(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "",
    ),
    list("sends a negative length", Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n[]"), "got no answer"),
    list(
        "sends two lengths",
        Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]"),
        "got no answer",
    ),
    list("sends a status of four digits", Act::Raw(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"), "got no answer"),
    list("sends status 999", status("999 What", ONE), "answered 999"),
    list("sends no status", Act::Raw(b"HTTP/1.1\r\n\r\n"), "got no answer"),
    // The body.
    list("trickles the body", Act::Trickle { start: LONG, part: b" " }, "after 1 s"),
    token("trickles the token", Act::Trickle { start: LONG, part: b" " }, "after 1 s"),
    site("trickles the site's body", Act::Trickle { start: LONG, part: b" " }, "after 1 s"),
    list(
        "announces an exabyte and sends nothing",
        Act::RawThenSilent(b"HTTP/1.1 200 OK\r\nX-Total-Count: 1\r\nContent-Length: 1000000000000000000\r\n\r\n"),
        "after 1 s",
    ),
    list("ends in the middle of the body", Act::Raw(LONG), "interrupted"),
    list("sends a body without end", Act::Endless { start: CHUNKED, part: b"4\r\n    \r\n" }, ""),
    site("sends the site's body without end", Act::Endless { start: CHUNKED, part: b"4\r\n    \r\n" }, ""),
    token("sends a token without end", Act::Endless { start: CHUNKED, part: b"4\r\n    \r\n" }, ""),
    list(
        "sends chunks without length",
        Act::Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-number\r\n"),
        "interrupted",
    ),
    list(
        "sends a chunk that is too long",
        Act::Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
        "interrupted",
    ),
    list(
        "sends 20 MiB",
        Act::Repeated { headers: ONE, start: "", part: " ", times: 20 << 20, end: "[]" },
        "more than 16 MiB",
    ),
    list(
        "sends four million zeros",
        Act::Repeated { headers: ONE, start: "[0", part: ",0", times: 4_000_000, end: "]" },
        "values",
    ),
    list(
        "sends four million empty objects",
        Act::Repeated { headers: ONE, start: "[{}", part: ",{}", times: 4_000_000, end: "]" },
        "values",
    ),
    site(
        "sends the site four million zeros",
        Act::Repeated { headers: "", start: "[0", part: ",0", times: 4_000_000, end: "]" },
        "values",
    ),
    list(
        "nests lists too deeply",
        Act::Repeated { headers: ONE, start: "", part: "[", times: 1 << 20, end: "" },
        "not JSON",
    ),
    site(
        "nests the site's lists too deeply",
        Act::Repeated { headers: "", start: "", part: "[", times: 1 << 20, end: "" },
        "not JSON",
    ),
    harmless(list(
        "sends an id of a MiB",
        Act::Repeated { headers: ONE, start: r#"[{"name":"x","id":""#, part: "7", times: 1 << 20, end: r#""}]"# },
        "1 left alone",
    )),
    list("sends nothing", ok(ONE, ""), "empty body"),
    list("sends null", ok(ONE, "null"), "not a list"),
    list("sends a number", ok(ONE, "7"), "not a list"),
    list("sends a list of numbers", ok(ONE, "[1, 2]"), "objects"),
    list("sends half of a list", ok(ONE, r#"[{"id":"#), "not JSON"),
    list("sends a page of a portal", ok(ONE, "<html>Sign in</html>"), "HTML"),
    site("sends a page of the site's portal", ok("", "<html>Sign in</html>"), "web page"),
    list(
        "sends compressed bytes",
        ok("X-Total-Count: 1\r\nContent-Encoding: gzip\r\n", "\u{1f}\u{8b}\u{8}"),
        "not JSON",
    ),
    list("sends 204", status("204 No Content", ""), "empty body"),
    harmless(list(
        "begins with a byte order mark",
        ok(ONE, "\u{feff}[{\"id\":\"1\",\"name\":\"a package\"}]"),
        "Plan: 2 to create",
    )),
    // The total.
    list("sends no total", ok("", ROW), "X-Total-Count"),
    list("sends a negative total", ok("X-Total-Count: -1\r\n", ROW), "is not a number: `-1`"),
    list("sends a total in words", ok("X-Total-Count: many\r\n", ROW), "X-Total-Count"),
    // Only the list of packages, of which no manifest declares one.
    harmless(list(
        "promises a billion rows and sends one",
        ok("X-Total-Count: 1000000000\r\n", ROW),
        "Plan: 2 to create",
    )),
    harmless(list(
        "promises more rows than can be counted",
        ok("X-Total-Count: 18446744073709551615\r\n", ROW),
        "Plan: 2 to create",
    )),
    list("sends a new row for each of a billion pages", Act::Pages, "--max-time"),
    // Statuses.
    list("asks to wait a day", status("429 Too Many Requests", "Retry-After: 86400\r\n"), "wait 24 h"),
    list(
        "asks to wait for an endless time",
        status("503 Unavailable", "Retry-After: 999999999999999999999\r\n"),
        "wait more than a year",
    ),
    list(
        "asks to wait until a date",
        status(
            "503 Unavailable",
            "Date: Sun, 06 Nov 1994 08:00:00 GMT\r\nRetry-After: Sun, 06 Nov 1994 10:00:00 GMT\r\n",
        ),
        "wait 120 min",
    ),
    token("asks to wait a day at the sign-in", status("503 Unavailable", "Retry-After: 86400\r\n"), "wait 24 h"),
    site("asks to wait a day at the site", status("429 Too Many Requests", "Retry-After: 86400\r\n"), "wait 24 h"),
    list(
        "asks to wait without end, four seconds at a time",
        status("403 Forbidden", "X-Mashery-Error-Code: ERR_403_DEVELOPER_OVER_QPS\r\nRetry-After: 4\r\n"),
        "asks to wait; the next call is in 4 s",
    ),
    token("is always called too fast at the sign-in", status("429 Too Many", ""), "exceeded the rate limit"),
    token("says so as the gateway does", status("403 Forbidden", OVER_QPS), "exceeded the rate limit"),
    site("is always called too fast at the site", status("429 Too Many", ""), "answered 429; the next call is in"),
    list("is always called too fast", status("403 Forbidden", OVER_QPS), "GET /"),
    list("fails always", status("503 Unavailable", ""), "answered 503"),
    site("fails always at the site", status("502 Bad Gateway", ""), "answered 502"),
    token("fails always at the sign-in", status("500 Error", ""), "the server failed"),
    list("times out always", status("408 Request Timeout", ""), "answered 408"),
    list("redirects in a circle", status("302 Found", "Location: /v3/rest/packages\r\n"), "redirects are not followed"),
    list(
        "redirects to a script",
        status("302 Found", "Location: javascript:alert(1)\r\n"),
        "redirects are not followed",
    ),
    list("is a proxy that requires a sign-in", status("407 Proxy Authentication Required", ""), "407"),
    list("rejects every token", status("401 Unauthorized", ""), "the sign-in was rejected"),
    list("forbids everything", status("403 Forbidden", ""), "not allowed"),
    // The token.
    token("sends no token", ok("", "{}"), "did not answer with a token"),
    token("sends an empty token", ok("", r#"{"access_token":""}"#), "empty token"),
    token("sends a token with line ends", ok("", r#"{"access_token":"a\r\nHost: evil"}"#), "cannot be sent"),
    token("sends a list as token", ok("", "[]"), "did not answer with a token"),
    harmless(token(
        "sends the lifetime as text",
        ok("", r#"{"access_token":"a-token-that-is-not-real","expires_in":"3600"}"#),
        "Plan: 2 to create",
    )),
    harmless(token(
        "sends the lifetime as a fraction",
        ok("", r#"{"access_token":"a-token-that-is-not-real","expires_in":3600.5}"#),
        "Plan: 2 to create",
    )),
    harmless(token(
        "sends a negative lifetime",
        ok("", r#"{"access_token":"a-token-that-is-not-real","expires_in":-1}"#),
        "Plan: 2 to create",
    )),
];
