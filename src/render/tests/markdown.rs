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
use crate::render::markdown;
use crate::rules;

/// Tries to end code, cells, lines and tags, and to begin others.
const HOSTILE: &str = "`|</code></summary></details><img src=x onerror=alert(1)>\n\n# h ![i](//e) @team \u{202e}";

fn shown(plan: &Plan, workspace: &str, found: &[Diagnostic]) -> String {
    let origin = Origin {
        database: Vec::new(),
        version: "1.2.3".into(),
        made: "2026-11-21T12:00:00Z".parse().unwrap(),
        workspace: workspace.into(),
        stores: vec![StoreName { name: "embedded store".into(), host: None, area: None }],
        manifests: None,
    };
    let sources = sample::sources();
    let places = Places::new(&sources);
    let found: Vec<Finding> = found.iter().map(|diagnostic| Finding::of(diagnostic, &places)).collect();
    let mut bytes = Vec::new();
    markdown::plan(&mut bytes, plan, &origin, &found).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_comment_begins_with_a_summary() {
    let text = shown(&sample::plan(), "payments", &[rules::CAM_038.finding("a new key")]);
    let expected = "\
### Plan for workspace payments · embedded store

**2 to create, 1 to update, 1 to enable, 1 to disable, 1 to replace, 1 to deliver, 1 to delete** · 12 unchanged · 2 \
kept · 4 left alone (not owned) · made 2026-11-21 12:00 UTC by Keywright 1.2.3

| | Change | Object | Manifest |
|---|---|---|---|
| <code>&#43;</code> | create | <code>package/payments</code> | <code>quickstart.yaml&#58;12</code> |
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\n- **warning** CAM-038: a new key\n"), "{text}");
    let deleted = "<details><summary>delete <code>application/bob/old</code></summary>\n\n\
                   Why: owned but not declared (--prune)\n\n</details>\n";
    assert!(text.ends_with(deleted), "{text}");
    assert!(shown(&Plan::default(), "payments", &[]).contains("**Nothing to do** · made"));
}

#[test]
fn hostile_names_cannot_break_out() {
    let mut change = sample::change(Action::Update, Address::user(HOSTILE), HOSTILE);
    change.fields = vec![sample::field("eav", Some(Value::text(HOSTILE)), Some(Value::set([HOSTILE])))];
    change.fields[0].field = HOSTILE.to_owned().into();
    let plan = Plan { changes: vec![change], ..Plan::default() };
    let text = shown(&plan, HOSTILE, &[rules::CAM_038.finding(HOSTILE)]);
    let tags = ["<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"];
    assert!(text.match_indices('<').all(|(at, _)| tags.iter().any(|tag| text[at..].starts_with(tag))), "{text}");
    assert_eq!(text.matches("<details>").count(), 1);
    assert!(text.lines().filter(|line| line.starts_with('|')).all(|line| matches!(line.matches('|').count(), 4 | 5)));
    assert!(!text.contains(['`', '@', '!', '[', '\u{202e}']), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains('#') && !line.contains("&#")).count(), 0, "{text}");
}

#[test]
fn a_comment_fits_for_a_plan_of_any_size() {
    let change = |number: usize| {
        let mut change = sample::change(Action::Update, Address::user(&format!("user-{number}")), "a reason");
        change.fields = vec![sample::field("displayName", None, Some(Value::text("x".repeat(5_000))))];
        change
    };
    let plan = Plan { changes: (0..5_000).map(change).collect(), ..Plan::default() };
    let found = vec![rules::CAM_038.finding("m".repeat(1_500)); 500];
    let text = shown(&plan, "payments", &found);
    assert!(text.chars().count() < 65_536, "{}", text.len());
    assert!(text.contains(" more; `keywright show` lists them.") && text.contains(" more findings."), "no count");
    assert!(text.contains(" more changes do not fit; `keywright show` prints them."), "no count");
}
