//! "Done" means that the site's list was read after the write and shows the key.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::site::KEYS;
use super::site::Team;
use crate::proxy::Answer;
use crate::proxy::between;

/// A workspace behind a proxy that answers reads after the `last` write; from the second run on, it passes everything.
fn apply_with(last: usize, answer: fn() -> Answer) -> (Team, crate::cloud::area::Area) {
    let team = Team::new();
    let area = team.site(&[]);
    let writes = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&writes);
    let url = between(&area.url, move |request, pass_on| {
        if request.method == "GET" && seen.load(Ordering::SeqCst) >= last {
            return answer();
        }
        let given = pass_on(&request);
        if request.method != "GET" {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        given
    });
    team.edit(&area.url, &url);
    let said = team.apply();
    assert!(said.exit == 9 && said.text.contains("1 unverified"), "{}: {}", said.exit, said.text);
    assert!(said.text.contains("could not verify apikey/"), "{}", said.text);
    // The proxy must not end with its first run.
    writes.store(0, Ordering::SeqCst);
    (team, area)
}

#[test]
fn a_key_that_could_not_be_read_after_the_write_is_unverified() {
    for answer in [
        || Answer::of(500, "{}"),
        || Answer::of(401, "{}"),
        || Answer::of(403, "{}"),
        || Answer::of(404, "{}"),
        || Answer::of(200, "{}"),
    ] {
        let (team, _area) = apply_with(KEYS, answer);
        let said = team.apply();
        assert!(said.exit == 0 && said.text.contains("run 1 could not verify apikey/"), "{}: {}", said.exit, said.text);
        let said = team.apply();
        assert!(said.exit == 0 && !said.text.contains("could not verify"), "{}: {}", said.exit, said.text);
        assert_eq!(team.keys().len(), KEYS);
        team.assert_unharmed("unverified");
    }
}
