//! One row of a list, as short as it arrived: a list of hundreds of thousands is held until the objects that its rows
//! refer to are known, and parsed JSON takes four times as much memory as its text.

mod sound;

use serde::Deserialize;
use serde_json::Value as Json;

use self::sound::Sound;
use super::value::Object;

pub(super) use self::sound::Identity;

#[derive(Clone)]
pub(super) struct Row(Box<[u8]>);

impl Row {
    pub(super) fn of(object: &Object) -> Self {
        // An object with text names always has a text.
        Self(serde_json::to_vec(object).unwrap_or_default().into())
    }

    /// `None` if the text is not an object.
    fn of_text(text: &[u8]) -> Option<Self> {
        // Not the white space of a server that writes each property on a line of its own.
        if text.contains(&b'\n') {
            Some(Self::of(&serde_json::from_slice(text).ok()?))
        } else {
            Some(Self(text.into()))
        }
    }

    pub(super) fn object(&self) -> Object {
        // It was written from an object, or it is sound.
        serde_json::from_slice(&self.0).unwrap_or_default()
    }

    pub(super) fn identity(&self) -> Identity {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }

    /// The ids of the package of a key, and of its plan.
    pub(super) fn package_and_plan(&self) -> Option<(Box<str>, Option<Box<str>>)> {
        #[derive(Deserialize)]
        struct Key {
            package: Option<Json>,
            plan: Option<Json>,
        }
        let id = |one: Option<Json>| {
            let id = one.as_ref()?.get("id")?.as_str().filter(|id| !id.is_empty());
            id.map(Box::from)
        };
        let Key { package, plan } = serde_json::from_slice(&self.0).unwrap_or_else(|_| {
            // It names one of them twice.
            let mut object = self.object();
            Key { package: object.remove("package"), plan: object.remove("plan") }
        });
        Some((id(package)?, id(plan)))
    }
}

/// The rows of one answer. They are not parsed into objects.
pub(super) struct Rows {
    pub(super) rows: Vec<(Row, Identity)>,
    /// Whether any row is an object, or there is none.
    pub(super) has_objects: bool,
}

/// The rows of the list in a text. One that is not an object becomes an empty one. `None` if the text is not JSON, or not a
/// list.
pub(super) fn of_list(text: &[u8]) -> Option<Rows> {
    let mut rest = text.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?.trim_ascii();
    let mut found = Rows { rows: Vec::new(), has_objects: rest.is_empty() };
    while !rest.is_empty() {
        let is_object = rest.starts_with(b"{");
        found.has_objects |= is_object;
        let length = if is_object {
            let (identity, length) = next::<Identity>(rest)?;
            found.rows.push((Row::of_text(rest.get(..length)?)?, identity));
            length
        } else {
            found.rows.push((Row::of(&Object::new()), Identity::default()));
            next::<Sound>(rest)?.1
        };
        rest = rest.get(length..)?.trim_ascii_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(b",")?.trim_ascii_start();
            if rest.is_empty() {
                return None;
            }
        }
    }
    Some(found)
}

/// The first value of a text, and where it ends.
fn next<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Option<(T, usize)> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;
    use serde_json::json;

    use super::super::value;
    use super::Object;
    use super::Row;
    use super::of_list;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let json = json!({"id": "1", "name": "x\u{202e}\"\\", "eav": {"a": null}, "rate": 0.1, "big": u64::MAX, "low": i64::MIN,
            "list": [true, {"b": 1e300}]});
        let object: Object = json.as_object().cloned().unwrap_or_default();
        assert_eq!(Row::of(&object).object(), object);
        assert_eq!(Row::of(&Object::new()).object(), Object::new());
    }

    #[test]
    fn a_key_names_its_package_and_its_plan() {
        let read = |text: &str| {
            let found = Row::of_text(text.as_bytes()).and_then(|row| row.package_and_plan());
            found.map(|(package, plan)| format!("{package} {plan:?}"))
        };
        for (text, expected) in [
            (
                r#"{"id":"1","package":{"id":"a"},"apikey":"not-a-real-key","plan":{"name":"x","id":"b"}}"#,
                Some("a Some(\"b\")"),
            ),
            (r#"{"package":{"id":"a"},"plan":{"id":""}}"#, Some("a None")),
            (r#"{"package":{"id":"a"},"package":{"id":"c"},"plan":null}"#, Some("c None")),
            (r#"{"package":{"id":7},"plan":{"id":"b"}}"#, None),
            (r#"{"package":"a","plan":{"id":"b"}}"#, None),
            ("{}", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }

    /// What a list means does not depend on how it is read.
    #[test]
    fn a_list_has_the_rows_that_its_json_has() {
        let deep = |depth: usize| format!("[{{\"id\":{}1{}}}]", "[".repeat(depth), "]".repeat(depth));
        let texts = [
            r#"[{"id":"a","apikey":"not-a-real-key"},{"name":"b"},{"id":null},{"id":""},{"id":7},{"id":-1.5e3},{"id":["x"]}]"#,
            "[\n  {\n    \"id\": \"a b\\n\",\n    \"x\": [1, {\"id\": \"inner\"}]\n  }\n]",
            r#"[{"id":"first","id":"last"},{"\u0069d":"escaped"}, {"id":"\ud83d\ude00"}]"#,
            "[]",
            r#"[1,"x",null,[{"id":"a"}],{}]"#,
            "[1]",
            "{}",
            "1",
            "",
            "[{]",
            r#"[{"id":"a"}"#,
            r#"[{"id":"a"},]"#,
            r#"[{"id":"a","n":1e999}]"#,
            r#"[{"id":"a","n":01}]"#,
            r#"[{"id":"a","n":-}]"#,
            r#"[{"id":"a","t":"\ud800"}]"#,
            r#"[{"id":"a","t":"\x"}]"#,
            "[{\"id\":\"a\",\"t\":\"\u{1}\"}]",
            r#"[{"id":"a"}, 1e999]"#,
            r#"[{"id":"a","\ud800":1}]"#,
            r"[{1:2}]",
            &deep(10),
            &deep(200),
        ];
        for text in texts {
            let expected: Option<Vec<Json>> = serde_json::from_str(text).ok();
            let expected = expected.map(|all| all.into_iter().map(|one| one.as_object().cloned().unwrap_or_default()));
            let found = of_list(text.as_bytes()).map(|found| found.rows);
            let objects = found.as_ref().map(|rows| rows.iter().map(|(row, _)| row.object()).collect::<Vec<_>>());
            assert_eq!(objects, expected.map(Iterator::collect), "{text}");
            for (row, identity) in found.iter().flatten() {
                let object = row.object();
                assert_eq!(identity.id.as_deref(), value::text(&object, "id").as_deref(), "{text}");
                assert_eq!(identity.has_id, object.contains_key("id"), "{text}");
            }
        }
        assert!(of_list(b"[{\"id\":\"a\xff\"}]").is_none());
    }
}
