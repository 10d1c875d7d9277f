//! Adopted values, over layouts that a person may write.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Places;
use crate::text::yaml;

/// Layouts of a manifest around the value of `displayName`.
const LAYOUTS: [(&str, &str); 5] = [
    ("spec:\n  # who it is\n  displayName:   ", "   # keep me\n  email: a@example.com\n"),
    ("spec: {email: a@example.com, displayName: ", " , company: \"x, y\"} # end\n"),
    ("spec:\n    email: 'a@example.com'\n    displayName:\n      ", "\n\n\n# the end"),
    ("spec: {\n  \"displayName\": ", ",\n  email: a@example.com }\r\n"),
    ("spec:\r\n  email: a@example.com\r\n  displayName: ", "\r\n  company: É\r\n"),
];

fn sources(text: &str) -> Sources {
    Sources(vec![Source { name: "m.yaml".into(), text: text.into(), readable: true }])
}

fn drifted(text: &str, value: Value) -> Option<(Sources, Drift)> {
    let sources = sources(text);
    let desired = desired(&sources, &Workspace::named("w"))?;
    let declared = desired.objects.values().next()?;
    let field = declared.field("displayName")?;
    let field = FieldDrift {
        field: field.field.clone(),
        side: Side::Theirs,
        applied: Some(field.value.clone()),
        store: Some(value),
        manifest: Some(field.value.clone()),
        place: Some(field.place),
        is_secret: false,
    };
    let drift = Drift {
        address: declared.address.clone(),
        what: What::Changed,
        side: Side::Theirs,
        fields: vec![field],
        place: Some(declared.place),
        line: Places::new(&sources).line(declared.place),
        updated: None,
        by: None,
        run: None,
    };
    Some((sources, drift))
}

fn manifest(layout: usize, old: &str) -> String {
    let (before, after) = LAYOUTS[layout];
    format!("# a comment\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: ann}}\n{before}{old}{after}")
}

fn has(text: &str, value: &str) -> bool {
    let desired = desired(&sources(text), &Workspace::named("w")).unwrap();
    desired.objects.values().next().unwrap().text("displayName") == Some(value)
}

proptest! {
    #[test]
    fn only_the_value_differs_and_it_is_the_one_of_the_store(
        layout in 0..LAYOUTS.len(),
        old in prop_oneof![Just("Ann"), Just("'Ann ''A'''"), Just("\"A\\tb\""), Just("Ann-Marie B")],
        new in "[ -~é\u{2028}\t]{1,30}",
    ) {
        let text = manifest(layout, old);
        let (sources, drift) = drifted(&text, Value::text(new.as_str())).unwrap();
        let adopted = adopt(&[drift], &sources, &Workspace::named("w"));
        match adopted.texts.get(&SourceId(0)) {
            Some(written) => {
                let (before, after) = text.split_once(old).unwrap();
                prop_assert!(written.starts_with(before) && written.ends_with(after), "{written}");
                prop_assert!(has(written, &new), "{written}");
                prop_assert!(adopted.refused.is_empty());
            }
            None => {
                prop_assert_eq!(adopted.refused.len(), 1);
                // Nothing is refused that a person could write.
                let by_hand = desired(&super::tests::sources(&manifest(0, &yaml(&new))), &Workspace::named("w"));
                let is_valid = by_hand.is_some_and(|all| all.objects.values().next().unwrap().text("displayName") == Some(&*new));
                prop_assert!(!is_valid || has(&text, &new), "{:?}", adopted.refused);
            }
        }
    }
}

#[test]
fn what_is_not_one_value_on_one_line_is_refused() {
    for old in ["|-\n    Ann", ">-\n    Ann", "Ann\n    Lee", "&name Ann\n  company: *name", "!!str Ann"] {
        let text = manifest(0, "Ann").replace("displayName:   Ann   # keep me", &format!("displayName: {old}"));
        let (sources, drift) = drifted(&text, Value::text("Zoe")).unwrap();
        let adopted = adopt(&[drift], &sources, &Workspace::named("w"));
        let is_right = match adopted.texts.values().next() {
            // A value behind a tag can be replaced alone.
            Some(written) => old == "!!str Ann" && written.contains("!!str Zoe"),
            None => adopted.refused.len() == 1 && adopted.refused[0].place.is_some(),
        };
        assert!(is_right, "{old}: {:?}", adopted.texts);
    }
}

#[test]
fn a_value_that_a_rule_refuses_and_a_field_that_both_changed_are_named() {
    let text = manifest(0, "Ann");
    let (sources, mut drift) = drifted(&text, Value::text("A\nb")).unwrap();
    let adopted = adopt(std::slice::from_ref(&drift), &sources, &Workspace::named("w"));
    assert!(adopted.texts.is_empty() && adopted.refused.len() == 1);
    (drift.side, drift.fields[0].side) = (Side::Both, Side::Both);
    let adopted = adopt(&[drift], &sources, &Workspace::named("w"));
    assert!(adopted.texts.is_empty() && adopted.refused[0].message.contains("the manifest changed, too"));
}

#[test]
fn lists_in_brackets_keep_their_order() {
    let of = |old: &str, items: &[&str]| spelling::spelled(old, &Value::set(items.iter().copied()));
    assert_eq!(of("[b, a]", &["a", "b", "c"]).as_deref(), Some("[b, a, c]"));
    assert_eq!(of("[b, a]", &[]).as_deref(), Some("[]"));
    assert_eq!(of("[\"b\", a]", &["a"]), None);
    assert_eq!(of("- a", &["a"]), None);
}
