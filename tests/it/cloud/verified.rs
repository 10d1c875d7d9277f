//! "Done" means that the store was read after the writes and holds them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use super::MANIFESTS;
use super::area::Area;
use super::area::Said;
use super::area::World;
use crate::proxy::Answer;
use crate::proxy::Request;
use crate::proxy::between;

const FAST: &str = "{callsPerSecond: 1000}";

/// The last write of an apply: everything read after it is the verification.
fn is_last_write(request: &Request) -> bool {
    request.is("POST", "/packageKeys") && request.body.contains(super::CUSTOM)
}

/// Applies behind a proxy that answers the reads after the writes; later runs pass.
fn apply_with(replace: fn(&Request) -> Option<Answer>, arguments: &[&str]) -> (World, Area, Said) {
    let world = World::new(ONE);
    let area = world.area(&[]);
    let written = Arc::new(AtomicBool::new(false));
    let is_written = Arc::clone(&written);
    let url = between(&area.url, move |request, pass_on| {
        if request.method == "GET"
            && is_written.load(Ordering::SeqCst)
            && let Some(answer) = replace(&request)
        {
            return answer;
        }
        let is_last = is_last_write(&request);
        let answer = pass_on(&request);
        if is_last {
            is_written.store(true, Ordering::SeqCst);
        }
        answer
    });
    world.point_at_url(&url, FAST, "", "TEST_");
    let said = world.keywright(arguments);
    written.store(false, Ordering::SeqCst);
    (world, area, said)
}

/// One object of every kind; the custom key needs all others.
const ONE: &str = r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card and wallet payments}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {custom: {env: TEST_KEY}}}
";

#[test]
fn what_could_not_be_read_after_the_writes_is_unverified() {
    let answers: [(fn(&Request) -> Option<Answer>, &str); 5] = [
        (|_| Some(Answer::of(500, "{}")), "answered 500"),
        (|_| Some(Answer::of(401, "{}")), "answered 401"),
        (|_| Some(Answer::of(403, "{}")), "answered 403"),
        (|_| Some(Answer::of(404, "{}")), ""),
        (|_| Some(Answer::of(200, "{}")), ""),
    ];
    for (replace, reason) in answers {
        let (world, _area, said) = apply_with(replace, &["apply", "--auto-approve"]);
        assert_eq!(said.exit, 9, "{reason}: {}", said.text);
        assert!(said.text.contains("5 unverified") && said.text.contains(reason), "{}", said.text);
        assert!(said.text.contains("could not verify key/checkout: "), "{}", said.text);
        let shown = world.here(&["runs", "show", "1"]);
        assert_eq!(shown.text.matches("unverified  ").count(), 6, "{}", shown.text);
        // The next run compares what was left, and says so once.
        let said = world.apply();
        assert_eq!(said.exit, 0, "{}", said.text);
        assert!(said.text.contains("run 1 could not verify"), "{}", said.text);
        let shown = world.here(&["runs", "show", "1"]);
        assert_eq!(shown.text.matches("done ").count(), 6, "{}", shown.text);
        let said = world.apply();
        assert!(said.exit == 0 && !said.text.contains("could not verify"), "{}", said.text);
        assert_eq!(world.keys(), 1);
    }
}

#[test]
fn programs_see_what_is_unverified() {
    for (format, lines) in [("json", 1), ("json-stream", 5)] {
        let replace = |_: &Request| Some(Answer::of(500, "{}"));
        let (_world, _area, said) = apply_with(replace, &["apply", "--auto-approve", "--format", format]);
        assert_eq!(said.exit, 9, "{}", said.text);
        let compact = said.text.replace(": ", ":");
        assert_eq!(compact.matches(r#""outcome":"unverified""#).count(), 5, "{lines}: {}", said.text);
        assert!(compact.contains(r#""unverified":5"#), "{}", said.text);
    }
}

#[test]
fn an_object_that_is_not_shown_is_unverified_and_no_other() {
    let world = World::new(MANIFESTS);
    let area = world.area(&[]);
    let url = between(&area.url, |request, pass_on| {
        let mut answer = pass_on(&request);
        let list = request.is("GET", "/members?").then(|| serde_json::from_str::<serde_json::Value>(&answer.body));
        if let Some(Ok(serde_json::Value::Array(mut rows))) = list {
            rows.retain(|row| row["username"] != "ann");
            let total = rows.len();
            answer = answer.with_header("X-Total-Count", &total.to_string());
            answer.body = serde_json::Value::Array(rows).to_string();
        }
        if request.is("GET", "/members/") { Answer::of(404, "{}") } else { answer }
    });
    world.point_at_url(&url, FAST, "", "TEST_");
    let said = world.apply();
    assert_eq!(said.exit, 9, "{}", said.text);
    assert!(
        said.text.contains("could not verify user/ann: ") && said.text.contains("12 done, 1 unverified"),
        "{}",
        said.text
    );
}
