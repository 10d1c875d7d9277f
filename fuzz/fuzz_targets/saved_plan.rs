//! A plan file, from bytes to its output.
#![no_main]
#![expect(clippy::disallowed_methods, reason = "the macro can write what it is given to a file")]

use std::collections::BTreeMap;

use keywright::diagnostic::Sources;
use keywright::model::Desired;
use keywright::model::Live;
use keywright::plan;
use keywright::plan::Context;
use keywright::plan::Remembered;
use keywright::render;
use keywright::rules::values::Values;
use keywright::saved_plan;
use keywright::saved_plan::SavedPlan;
use keywright::workspace::Workspace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let as_it_is = SavedPlan::read(bytes);
    assert!(as_it_is.is_err() || saved_plan::is_saved_plan(bytes), "read, and not known as a plan");
    if let Err(problem) = &as_it_is {
        assert!(!problem.to_string().contains(char::is_control), "a raw control character in a message");
    }
    // With a correct checksum, which anyone can compute.
    let Some(sealed) = saved_plan::sealed(bytes) else { return };
    let Ok(saved) = SavedPlan::read(&sealed) else { return };
    assert!(saved.to_bytes() == saved_plan::sealed(&saved.to_bytes()).expect("a plan"), "not canonical");
    assert!(SavedPlan::read(&saved.to_bytes()).is_ok_and(|again| again == saved), "it does not load as it was saved");
    check_stale(&saved);
    check_drawing(&saved);
});

/// In an empty store only creates are possible.
fn check_stale(saved: &SavedPlan) {
    let (desired, live) = (Desired::default(), Live::default());
    let _ = plan::query(&saved.plan, saved.options.prune, &saved.added, &desired);
    let planned = plan::review(
        saved.plan.clone(),
        &Context {
            desired: &desired,
            sources: &Sources::default(),
            live: &live,
            values: &Values::new(),
            secrets: &BTreeMap::new(),
            delivered: &BTreeMap::new(),
            workspace: &Workspace::named("fuzz"),
            now: saved.origin.made,
            options: &saved.options,
            remembered: &Remembered::default(),
        },
    );
    let Ok(planned) = planned else { return };
    assert_eq!(planned.left().count() + planned.excluded.len(), saved.plan.changes.len());
    for change in planned.left() {
        assert!(change.needs.iter().all(|need| !planned.excluded.contains_key(need)), "a change that needs a stale one");
        assert!(change.target.live.is_none(), "an object in an empty store");
    }
}

/// No raw text from the file reaches a terminal, and no text breaks out of the Markdown.
fn check_drawing(saved: &SavedPlan) {
    const TAGS: [&str; 6] = ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"];
    let mut drawn = Vec::new();
    let store = saved.origin.stores();
    let header = render::Header { workspace: &saved.origin.workspace, store: &store };
    for style in [render::text::Style::Unified, render::text::Style::Fields] {
        render::text::plan(&mut drawn, &saved.plan, &header, style).expect("a writer that takes everything");
    }
    render::text::findings(&mut drawn, &saved.findings).expect("a writer that takes everything");
    let findings = render::Findings::Remembered(&saved.findings);
    render::json::plan(&mut drawn, &saved.plan, &header, &[], findings).expect("a writer that takes everything");
    keywright_fuzz::check_escapes(&String::from_utf8(drawn).expect("UTF-8"));
    let mut comment = Vec::new();
    render::markdown::plan(&mut comment, &saved.plan, &saved.origin, &saved.findings).expect("a writer that takes everything");
    let comment = String::from_utf8(comment).expect("UTF-8");
    assert!(!comment.contains(|c: char| c.is_control() && c != '\n'), "a raw control character");
    for (at, _) in comment.match_indices('<') {
        assert!(TAGS.iter().any(|tag| comment[at..].starts_with(tag)), "a foreign tag");
    }
    for line in comment.lines().filter(|line| line.starts_with('|')) {
        assert!(matches!(line.matches('|').count(), 4 | 5), "a foreign cell");
    }
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
}
