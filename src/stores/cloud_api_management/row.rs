//! One row of a list, as short as it arrived: a list of hundreds of thousands is held until the objects that its rows
//! refer to are known, and parsed JSON takes four times as much memory as its text.

use super::value::Object;

#[derive(Clone)]
pub(super) struct Row(Box<[u8]>);

impl Row {
    pub(super) fn of(object: &Object) -> Self {
        // An object with text names always has a text.
        Self(serde_json::to_vec(object).unwrap_or_default().into())
    }

    pub(super) fn object(&self) -> Object {
        // It was written from an object.
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Object;
    use super::Row;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let json = json!({"id": "1", "name": "x\u{202e}\"\\", "eav": {"a": null}, "rate": 0.1, "big": u64::MAX, "low": i64::MIN,
            "list": [true, {"b": 1e300}]});
        let object: Object = json.as_object().cloned().unwrap_or_default();
        assert_eq!(Row::of(&object).object(), object);
        assert_eq!(Row::of(&Object::new()).object(), Object::new());
    }
}
