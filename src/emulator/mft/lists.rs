//! Converts `allowedApis` and `allowedOrgs` (2.4) between the caller's text and the store's sets (`id:41`).

use std::collections::BTreeSet;

use serde_json::Value as Json;
use serde_json::json;

use super::organizations;

/// The elements of a text, as the store keeps them.
pub(super) fn read(property: &str, text: &str) -> BTreeSet<Box<str>> {
    elements(text).into_iter().map(|element| stored(property, &element)).collect()
}

fn elements(text: &str) -> Vec<String> {
    let text = text.trim();
    if let Ok(Json::Array(items)) = serde_json::from_str(text) {
        let plain = items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
        return plain.map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
    }
    let parts = |separator: &[char]| -> Vec<String> {
        text.split(separator).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    let by_others = parts(&[';', '|']);
    if !text.contains(',') && by_others.iter().all(|part| part.parse::<i32>().is_ok()) {
        return by_others;
    }
    parts(&[','])
}

fn stored(property: &str, element: &str) -> Box<str> {
    match element.parse::<i32>() {
        Ok(id) if property == "allowedOrgs" => format!("id:{id}").into(),
        _ => element.into(),
    }
}

/// A stored element as a caller writes it; organizations named by a code become numbers.
fn written(property: &str, element: &str) -> String {
    if property != "allowedOrgs" {
        return element.to_owned();
    }
    match element.strip_prefix("id:") {
        Some(id) => id.to_owned(),
        None => organizations::number_of(element).map_or_else(|| element.to_owned(), |id| id.to_string()),
    }
}

/// The stored elements with all organizations as `id:41`.
pub(super) fn resolved<'a>(property: &str, stored: impl Iterator<Item = &'a str>) -> BTreeSet<Box<str>> {
    stored.map(|element| self::stored(property, &written(property, element))).collect()
}

/// The text for stored elements, in ascending order.
pub(super) fn text(property: &str, elements: &BTreeSet<Box<str>>, style: &str) -> String {
    let mut written: Vec<String> = elements.iter().map(|element| self::written(property, element)).collect();
    written.sort_by_key(|element| (element.parse::<i32>().unwrap_or(i32::MAX), element.clone()));
    let separator = match style {
        "comma-space" => ", ",
        "semicolon" => ";",
        "pipe" => "|",
        "json" => {
            let item = |text: &String| text.parse::<i32>().map_or_else(|_| json!(text), |number| json!(number));
            return written.iter().map(item).collect::<Json>().to_string();
        }
        _ => ",",
    };
    written.join(separator)
}

#[cfg(test)]
mod tests {
    use super::read;
    use super::text;

    #[test]
    fn every_style_is_read_as_the_same_set() {
        let expected = read("allowedOrgs", "7,41");
        for same in ["41, 7", " 7 ;41;", "7|41", "[41,7]", "[\"41\", 7]", ",,041,7,7,"] {
            assert_eq!(read("allowedOrgs", same), expected, "{same}");
        }
        assert!(read("allowedOrgs", " ").is_empty() && read("allowedOrgs", "[]").is_empty());
        assert_eq!(read("allowedApis", "audit;x").len(), 1);
    }

    #[test]
    fn every_style_is_written_in_ascending_order() {
        let orgs = read("allowedOrgs", "41,7,odd");
        let styles =
            ["comma", "comma-space", "semicolon", "pipe", "json"].map(|style| text("allowedOrgs", &orgs, style));
        assert_eq!(styles, ["7,41,odd", "7, 41, odd", "7;41;odd", "7|41|odd", "[7,41,\"odd\"]"]);
        assert_eq!(text("allowedOrgs", &["ACME".into()].into(), "comma"), "41");
    }
}
