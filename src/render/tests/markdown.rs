//! Saved plans as Markdown.

use super::sample;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::model::Address;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Origin;
use crate::plan::Plan;
use crate::plan::StoreName;
use crate::render::Problem;
use crate::render::markdown;
use crate::render::markdown::Comment;
use crate::render::markdown::Host;
use crate::render::markdown::Topic;
use crate::rules;

/// Tries to end code, cells, lines and tags, and to begin others.
const HOSTILE: &str = "`|</code></summary></details><img src=x onerror=alert(1)>\n\n# h ![i](//e) @team \u{202e}";

fn origin(workspace: &str) -> Origin {
    Origin {
        database: Vec::new(),
        sinks: Vec::new(),
        version: "1.2.3".into(),
        made: "2026-11-21T12:00:00Z".parse().unwrap(),
        workspace: workspace.into(),
        stores: vec![StoreName { name: "embedded store".into(), host: None, area: None }],
        manifests: None,
    }
}

fn saved(found: &[Diagnostic]) -> Vec<Finding> {
    let sources = sample::sources();
    let places = Places::new(&sources);
    found.iter().map(|diagnostic| Finding::of(diagnostic, &places)).collect()
}

fn written(comment: &Comment<'_>) -> String {
    let mut bytes = Vec::new();
    markdown::comment(&mut bytes, comment).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn on(host: Host, plan: &Plan, workspace: &str, found: &[Diagnostic]) -> String {
    let (origin, findings) = (origin(workspace), saved(found));
    let plan = Some((plan, &origin));
    written(&Comment {
        host,
        topic: Topic::Plan,
        workspace: Some(workspace),
        plan,
        is_stopped: true,
        findings: &findings,
        failure: None,
    })
}

fn shown(plan: &Plan, workspace: &str, found: &[Diagnostic]) -> String {
    on(Host::Github, plan, workspace, found)
}

#[test]
fn a_comment_begins_with_a_summary() {
    let text = shown(&sample::plan(), "payments", &[rules::CAM_038.finding("a new key")]);
    let expected = "\
<!-- keywright plan payments -->

### Plan for workspace payments · embedded store

**2 to create, 1 to update, 1 to enable, 1 to disable, 1 to replace, 1 to deliver, 1 to delete** · 12 unchanged · 2 \
kept · 4 left alone (not owned) · Keywright 1.2.3

| | Change | Object | Manifest |
|---|---|---|---|
| <code>&#43;</code> | create | <code>package/payments</code> | <code>quickstart.yaml&#58;12</code> |
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\n- **warning** CAM-038: a new key\n"), "{text}");
    let deleted = "<details><summary>delete <code>application/bob/old</code></summary>\n\n\
                   Why: owned but not declared (--prune)\n\n</details>\n";
    assert!(text.ends_with(deleted), "{text}");
    assert!(shown(&Plan::default(), "payments", &[]).contains("**Nothing to do** · Keywright"));
}

#[test]
fn hostile_names_cannot_break_out() {
    let mut change = sample::change(Action::Update, Address::user(HOSTILE), HOSTILE);
    change.fields = vec![sample::field("eav", Some(Value::text(HOSTILE)), Some(Value::set([HOSTILE])))];
    change.fields[0].field = HOSTILE.to_owned().into();
    let plan = Plan { changes: vec![change], ..Plan::default() };
    let text = shown(&plan, HOSTILE, &[rules::CAM_038.finding(HOSTILE)]);
    let (marker, text) = text.split_once("\n\n").unwrap();
    assert_eq!((marker.matches("--").count(), marker.lines().count()), (2, 1), "{marker}");
    let tags = ["<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"];
    assert!(text.match_indices('<').all(|(at, _)| tags.iter().any(|tag| text[at..].starts_with(tag))), "{text}");
    assert_eq!(text.matches("<details>").count(), 1);
    assert!(text.lines().filter(|line| line.starts_with('|')).all(|line| matches!(line.matches('|').count(), 4 | 5)));
    assert!(!text.contains(['`', '@', '!', '[', '\u{202e}']), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains('#') && !line.contains("&#")).count(), 0, "{text}");
}

/// A plan of many changes, of large fields, and with long findings.
fn large(size: usize) -> (Plan, Vec<Diagnostic>) {
    let change = |number: usize| {
        let mut change = sample::change(Action::Update, Address::user(&format!("user-{number}")), "a reason");
        change.fields = vec![sample::field("displayName", None, Some(Value::text("x".repeat(size))))];
        change
    };
    let plan = Plan { changes: (0..10_000).map(change).collect(), ..Plan::default() };
    (plan, vec![rules::CAM_038.finding("_".repeat(1_500)); 500])
}

#[test]
fn a_comment_fits_for_a_plan_of_any_size() {
    let hosts = [(Host::Github, 65_536), (Host::Gitlab, 1_000_000), (Host::Bitbucket, 32_768)];
    for (host, longest) in hosts {
        for size in [10, 5_000] {
            let (plan, found) = large(size);
            let text = on(host, &plan, &"w".repeat(5_000), &found);
            assert!(text.chars().count() <= longest, "{host:?}: {}", text.len());
            assert!(text.len() > longest / 2, "{host:?}: {}", text.len());
            for count in
                [" more; `keywright` prints them on a terminal.", " more changes do not fit;", " more findings."]
            {
                assert!(text.contains(count), "{host:?}: no count: {count}");
            }
        }
    }
}

#[test]
fn bitbucket_gets_no_html() {
    let text = on(Host::Bitbucket, &sample::plan(), "payments", &[rules::CAM_038.finding("a new key")]);
    assert!(text.starts_with("[//]: # (keywright plan payments)\n\n### Plan for workspace payments"), "{text}");
    assert!(!text.contains('<'), "{text}");
    assert!(text.contains("\n**delete application/bob/old**\n\nWhy: owned"), "{text}");
}

#[test]
fn a_plan_that_is_stopped_never_says_that_there_is_nothing_to_do() {
    let stopped = shown(&Plan::default(), "payments", &[rules::CAM_027.finding("two keys").help("rename one")]);
    assert!(stopped.contains("**Stopped by 1 error**: nothing will be applied\n"), "{stopped}");
    assert!(stopped.contains("\n- **error** CAM-027: two keys\n  Help: rename one\n"), "{stopped}");
    assert!(!stopped.contains("Nothing to do"), "{stopped}");
    let failure = Some(Problem { exit: 1, message: "could not read @all", help: Some("try again") });
    let comment = Comment {
        host: Host::Github,
        topic: Topic::Plan,
        workspace: None,
        plan: None,
        is_stopped: true,
        findings: &[],
        failure,
    };
    let expected = "<!-- keywright plan -->\n\n### Plan\n\n**Failed**: could not read &#64;all\n\nHelp: try again\n\n";
    assert_eq!(written(&comment), expected);
}

/// What a reviewer must see is never beyond the place where a long value is cut.
#[test]
fn a_small_difference_of_long_values_is_shown() {
    let items =
        |more: &[&str]| Value::set((0..300).map(|n| format!("id:{n:04}")).chain(more.iter().map(ToString::to_string)));
    let text = |end: &str| Value::text(format!("{}{end}", "D".repeat(5_000)));
    let change = |field: &'static str, before, after| {
        let mut plan = sample::plan();
        let change = plan.changes.iter_mut().find(|change| change.action == Action::Update).unwrap();
        change.fields =
            vec![crate::plan::FieldChange { field: field.into(), before: Some(before), after: Some(after) }];
        shown(&plan, "w", &[])
    };
    let new = change("notifyAdminEmails", items(&[]), items(&["evil@evil.example"]));
    assert!(new.contains("evil.example") && new.matches("and 300 that stay").count() == 2, "{new}");
    let ends = change("description", text("A"), text("B"));
    for part in ["DDDA", "DDDB"] {
        assert!(ends.contains(part) && ends.matches("from character 4961").count() == 2, "{part}\n{ends}");
    }
}

#[test]
fn the_marker_distinguishes_workspaces() {
    let marker = |name| shown(&Plan::default(), name, &[]).lines().next().unwrap().to_owned();
    let names = ["a-b", "a.b", "a--b", "a b", "-->", "a%2Eb"];
    let markers: std::collections::BTreeSet<String> = names.into_iter().map(marker).collect();
    assert_eq!(markers.len(), names.len(), "{markers:?}");
    assert!(markers.iter().all(|marker| marker.matches("--").count() == 2), "{markers:?}");
}
