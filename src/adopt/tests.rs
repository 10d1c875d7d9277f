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
        is_long: false,
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
        let adopted = adopt(&[drift], &sources, &Workspace::named("w"), &|_, _| None);
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
        let adopted = adopt(&[drift], &sources, &Workspace::named("w"), &|_, _| None);
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
    let adopted = adopt(std::slice::from_ref(&drift), &sources, &Workspace::named("w"), &|_, _| None);
    assert!(adopted.texts.is_empty() && adopted.refused.len() == 1);
    (drift.side, drift.fields[0].side) = (Side::Both, Side::Both);
    let adopted = adopt(&[drift], &sources, &Workspace::named("w"), &|_, _| None);
    assert!(adopted.texts.is_empty() && adopted.refused[0].message.contains("the manifest changed, too"));
}

#[test]
fn lists_in_brackets_keep_their_order() {
    let of = |old: &str, items: &[&str]| {
        let new = spelling::spelled(old, 0..old.len(), &Value::set(items.iter().copied()));
        new.ok().map(|(_, text)| text)
    };
    assert_eq!(of("[b, a]", &["a", "b", "c"]).as_deref(), Some("[b, a, c]"));
    assert_eq!(of("[b, a]", &[]).as_deref(), Some("[]"));
    assert_eq!(of("[\"b\", a]", &["a", "c"]).as_deref(), Some("[a, c]"));
    assert_eq!(of("['b, x','it''s']", &["b, x", "c"]).as_deref(), Some("['b, x','c']"));
    assert_eq!(of("[ a , \"b\" ,c, ]", &["b", "c", "d"]).as_deref(), Some("[ \"b\" ,c, d, ]"));
    for other in ["[&x a]", "[a, {b: c}]", "[\"\\x62\"]", "[a: b]", "[[a]]", "[a,, b]", "[a #b]", "['a]"] {
        assert_eq!(of(other, &["z"]), None, "{other}");
    }
}

#[test]
fn lists_in_brackets_are_adopted_as_the_parser_places_them() {
    for (old, items, new) in [
        ("[b@x, a@x]", &["a@x", "b@x", "c@x"][..], "[b@x, a@x, c@x]"),
        ("[ b@x, a@x, ]", &["a@x"], "[ a@x, ]"),
        ("['b@x',\"a@x\"]", &["a@x", "c@x"], "[\"a@x\",\"c@x\"]"),
        ("[]", &["a@x"], "[a@x]"),
        ("[b@x]", &[], "[]"),
    ] {
        for (before, after) in
            [("", "\n  description: x\n"), ("", ""), ("", " # who\n"), ("{", "}\n"), ("{", ", description: x}")]
        {
            let spec = if before.is_empty() { "spec:\n  " } else { "spec: {" };
            let head = format!(
                "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: p}}\n{spec}notifyAdminEmails: "
            );
            let text = format!("{head}{old}{after}");
            let adopted = with_list(&text, items);
            let texts: Vec<&String> = adopted.texts.values().collect();
            assert_eq!(texts, [&format!("{head}{new}{after}")], "{text}");
        }
    }
}

/// A package whose list has these lines.
fn listed(lines: &str, after: &str) -> String {
    format!(
        "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: p}}\nspec:\n  # who\n  notifyAdminEmails:  # all\n{lines}{after}"
    )
}

fn emails(text: &str) -> Vec<String> {
    let desired = desired(&sources(text), &Workspace::named("w")).unwrap();
    match desired.objects.values().next().unwrap().field("notifyAdminEmails").map(|field| field.value.clone()) {
        Some(Value::Set(items)) => items.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// The texts after the adoption of another list.
fn with_list(text: &str, new: &[&str]) -> Adopted {
    let sources = sources(text);
    let desired = desired(&sources, &Workspace::named("w")).unwrap();
    let declared = desired.objects.values().next().unwrap();
    let field = declared.field("notifyAdminEmails").unwrap();
    let (_, mut drift) = drifted(&manifest(0, "Ann"), Value::text("x")).unwrap();
    drift.address = declared.address.clone();
    drift.fields[0] = FieldDrift {
        field: field.field.clone(),
        applied: Some(field.value.clone()),
        store: Some(Value::set(new.iter().copied())),
        manifest: Some(field.value.clone()),
        place: Some(field.place),
        ..drift.fields[0].clone()
    };
    adopt(&[drift], &sources, &Workspace::named("w"), &|_, _| None)
}

/// One line of a list: an item in some spelling, a comment, or nothing.
fn line() -> impl Strategy<Value = (Option<usize>, String)> {
    let item = (0..6_usize, 0..5_usize).prop_map(|(number, spelling)| {
        let item = format!("u{number}@example.com");
        let text = match spelling {
            0 => format!("- {item}"),
            1 => format!("-   '{item}'  # it's {number}"),
            2 => format!("- \"{item}\""),
            3 => format!("- {item} # the \"first\""),
            _ => format!("- {item}   "),
        };
        (Some(number), text)
    });
    prop_oneof![6 => item, 1 => Just((None, "# between".to_owned())), 1 => Just((None, String::new()))]
}

proptest! {
    #[test]
    fn a_list_of_lines_keeps_every_line_of_an_item_that_stays(
        lines in proptest::collection::vec(line(), 0..8),
        new in proptest::collection::btree_set(0..9_usize, 0..6),
        indent in prop_oneof![Just("  "), Just("    "), Just("      ")],
        after in prop_oneof![Just(""), Just("  description: x\n"), Just("  # the end\n\n  description: x\n"), Just("---\n")],
        has_end in any::<bool>(),
        is_crlf in any::<bool>(),
    ) {
        let mut seen = std::collections::BTreeSet::new();
        let mut lines: Vec<(Option<usize>, String)> =
            lines.into_iter().filter(|(item, _)| item.is_none_or(|item| seen.insert(item))).collect();
        lines.insert(0, (Some(7), "- u7@example.com".to_owned()));
        let mut text: String = lines.iter().map(|(_, line)| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") }).collect();
        if !has_end && after.is_empty() {
            text.truncate(text.trim_end().len());
        }
        let text = listed(&text, after);
        let text = if is_crlf { text.replace('\n', "\r\n") } else { text };
        let old: Vec<String> = emails(&text);
        let new: Vec<String> = new.into_iter().map(|number| format!("u{number}@example.com")).collect();
        prop_assume!(old != new);
        let adopted = with_list(&text, &new.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert!(adopted.refused.is_empty(), "{text}: {:?}", adopted.refused);
        let written = &adopted.texts[&SourceId(0)];
        prop_assert_eq!(emails(written), new.clone());
        // The other lines, in their order.
        let stays = |line: &&str| !old.iter().any(|item| !new.contains(item) && line.contains(item.as_str()));
        let kept: Vec<&str> = text.lines().filter(stays).collect();
        let added = new.iter().filter(|item| !old.contains(item)).map(|item| format!("{indent}- {item}"));
        let added: Vec<String> = if new.is_empty() { vec!["[]".to_owned()] } else { added.collect() };
        let is_added = |line: &&str| added.iter().any(|added| *added == *line || new.is_empty() && line.trim() == "[]");
        let others: Vec<&str> = written.lines().filter(|line| !is_added(line)).collect();
        prop_assert_eq!(others, kept, "{}", written);
        prop_assert_eq!(written.lines().filter(is_added).count(), added.len());
        prop_assert_eq!(written.contains("\r\n"), is_crlf);
        prop_assert!(!is_crlf || !written.replace("\r\n", "").contains('\n'));
    }
}

proptest! {
    #[test]
    fn a_list_in_brackets_keeps_every_item_that_stays_as_it_is_spelled(
        old in proptest::collection::vec((0..6_usize, 0..3_usize, 0..3_usize, 0..2_usize), 0..6),
        new in proptest::collection::btree_set(0..9_usize, 0..6),
        has_comma in any::<bool>(),
        after in prop_oneof![Just(""), Just("\n  description: x\n"), Just("  # [it's\n")],
    ) {
        let email = |number: usize| format!("u{number}@example.com");
        let mut seen = std::collections::BTreeSet::new();
        let old: Vec<_> = old.into_iter().filter(|(number, ..)| seen.insert(*number)).collect();
        let spelled = |number: usize, spelling: usize| match spelling {
            0 => email(number),
            1 => format!("'{}'", email(number)),
            _ => format!("\"{}\"", email(number)),
        };
        let parts: Vec<String> = old.iter().map(|&(number, spelling, before, after)| {
            format!("{}{}{}", " ".repeat(before), spelled(number, spelling), " ".repeat(after))
        }).collect();
        let comma = if has_comma && !parts.is_empty() { "," } else { "" };
        let head = "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: p}\nspec:\n  notifyAdminEmails: ";
        let text = format!("{head}[{}{comma}]{after}", parts.join(","));
        let (before, after) = text.split_once('[').map(|(before, _)| (before, after)).unwrap();
        let new: Vec<String> = new.into_iter().map(email).collect();
        let was: std::collections::BTreeSet<String> = old.iter().map(|(number, ..)| email(*number)).collect();
        prop_assume!(was != new.iter().cloned().collect());
        let adopted = with_list(&text, &new.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert!(adopted.refused.is_empty(), "{text}: {:?}", adopted.refused);
        let written = &adopted.texts[&SourceId(0)];
        prop_assert!(written.starts_with(before) && written.ends_with(&format!("]{after}")), "{written}");
        prop_assert_eq!(emails(written), new.clone());
        // The spellings that stay, in their order.
        let inside = &written[before.len() + 1..written.len() - after.len() - 1];
        let items: Vec<&str> = inside.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
        let stay: Vec<String> = old.iter().filter(|(number, ..)| new.contains(&email(*number))).map(|&(number, spelling, ..)| spelled(number, spelling)).collect();
        prop_assert_eq!(&items[..stay.len()], &stay[..], "{}", written);
        if new.iter().all(|item| was.contains(item)) && !new.is_empty() {
            prop_assert_eq!(inside.ends_with(','), has_comma);
        }
    }
}

#[test]
fn a_list_that_is_more_than_texts_is_refused() {
    for lines in [
        "    - a@example.com\n    - &b b@example.com\n  description: x\n",
        "    - a@example.com\n    - >-\n      b@example.com\n",
        "    - a@example.com\n    - \"\\x62@example.com\"\n",
        "    [a@example.com,\n     b@example.com]\n",
    ] {
        let text = listed(lines, "");
        let adopted = with_list(&text, &["a@example.com", "c@example.com"]);
        assert!(adopted.texts.is_empty() && adopted.refused.len() == 1, "{lines}: {:?}", adopted.texts);
        assert!(adopted.refused[0].place.is_some() && adopted.fields.is_empty(), "{lines}");
        assert!(adopted.refused[0].message.contains("its "), "{lines}: {}", adopted.refused[0].message);
    }
}

#[test]
fn what_is_adopted_is_listed_and_each_reason_is_named() {
    let text = listed("    - a@example.com\n", "");
    let adopted = with_list(&text, &["c@example.com"]);
    let fields: Vec<String> = adopted.fields.iter().map(|one| format!("{} {}", one.address, one.field)).collect();
    assert_eq!(fields, ["package/p notifyAdminEmails"]);
    for (old, why) in
        [("|-\n    Ann", "several lines"), (">-\n    Ann", "several lines"), ("Ann\n    Lee", "several lines")]
    {
        let text = manifest(0, "Ann").replace("displayName:   Ann   # keep me", &format!("displayName: {old}"));
        let (sources, drift) = drifted(&text, Value::text("Zoe")).unwrap();
        let adopted = adopt(&[drift], &sources, &Workspace::named("w"), &|_, _| None);
        let place = adopted.refused[0].place.unwrap();
        let at = &text[place.start as usize..place.end as usize];
        assert!(adopted.refused[0].message.contains(why), "{old}, {at:?}: {}", adopted.refused[0].message);
    }
    let alias = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: &name ann}\nspec: {email: a@example.com, displayName: *name}\n";
    let (sources, drift) = drifted(alias, Value::text("Zoe")).unwrap();
    let adopted = adopt(&[drift], &sources, &Workspace::named("w"), &|_, _| None);
    assert!(adopted.refused[0].message.contains("alias"), "{}", adopted.refused[0].message);
    assert!(adopted.refused[0].place.is_some());
}
