//! Reading of rows in the platform's known formats, and the bodies of writes.

use super::*;

/// The vendor's own sample, with values that are obviously fake.
const SAMPLE: &str = r#"{"id":"fake-id","enabled":true,"keyName":"erp-orders","tenantId":1001,"allowedApis":"audit","allowedOrgs":"41, 57",
  "expirationDate":"2027-06-30T00:00:00","createdDate":"2026-01-02T03:04:05.1234567","createdBy":"svc-aft","updatedBy":null,
  "updatedDate":null,"deletedBy":null,"deletedDate":null,"name":"erp-orders"}"#;

fn key(text: &str) -> Key {
    match row(serde_json::from_str(text).unwrap()) {
        Row::Key(key) => key,
        _ => panic!("not a key: {text}"),
    }
}

fn with(property: &str, value: Json) -> Key {
    let mut sample: Object = serde_json::from_str(SAMPLE).unwrap();
    sample.insert(property.into(), value);
    key(&Json::Object(sample).to_string())
}

fn change(field: &'static str, after: Value) -> FieldChange {
    FieldChange { field: field.into(), before: None, after: Some(after) }
}

#[test]
fn a_row_becomes_an_object() {
    let live = key(SAMPLE).live();
    assert_eq!(live.address, Address::api_key("erp-orders"));
    assert_eq!(live.attributes.text("expires"), Some("2027-06-30T00:00:00Z"));
    assert_eq!(live.attributes.get("allowedOrgs"), Some(&Value::set(["id:41", "id:57"])));
    assert_eq!(live.created.map(|at| at.to_rfc3339()), Some("2026-01-02T03:04:05.123456700+00:00".to_owned()));
    assert!(live.attributes.flag("enabled") && live.updated.is_none());
    let facts = key(SAMPLE).facts();
    assert_eq!((facts.tenant, facts.changed_by.as_deref()), (Some(1001), Some("svc-aft")));
    assert!(facts.other_name.is_none() && facts.unread.is_empty());
}

#[test]
fn an_expiry_date_is_read_in_every_format() {
    for (written, read) in [
        (Json::Null, "never"),
        (Json::from("0001-01-01T00:00:00"), "never"),
        (Json::from("2027-06-30T02:00:00+02:00"), "2027-06-30T00:00:00Z"),
        (Json::from("2027-06-30T00:00:00.9999999Z"), "2027-06-30T00:00:00Z"),
        (Json::from("9999-12-31T23:59:59.9999999"), "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(with("expirationDate", written.clone()).live().attributes.text("expires"), Some(read), "{written}");
    }
    for invalid in [Json::from("30/06/2027"), Json::from(1), Json::from(true)] {
        let (attributes, unread) = with("expirationDate", invalid).attributes();
        assert!(attributes.get("expires").is_none() && unread.contains("expires"));
    }
}

#[test]
fn only_a_real_date_marks_a_key_as_deleted() {
    let deleted = |value: &str| {
        let text = SAMPLE.replace(r#""deletedDate":null"#, &format!(r#""deletedDate":{value}"#));
        matches!(row(serde_json::from_str(&text).unwrap()), Row::Deleted(Some(name)) if &*name == "erp-orders")
    };
    assert!(!deleted("null") && !deleted("\"0001-01-01T00:00:00\"") && !deleted("\"\""));
    assert!(deleted("\"2026-10-01T00:00:00Z\"") && !deleted("\"0000-00-00T00:00:00\""));
    // The key may still be in use.
    assert!(!deleted("\"yesterday\"") && !deleted("1"));
}

#[test]
fn rows_in_other_formats_are_odd() {
    for invalid in [
        "1",
        "[]",
        r#"{"id":"x","keyName":"n"}"#,
        r#"{"enabled":true,"keyName":"n"}"#,
        r#"{"id":"x","enabled":"yes","keyName":"n"}"#,
    ] {
        assert!(matches!(row(serde_json::from_str(invalid).unwrap()), Row::Odd(_)), "{invalid}");
    }
    let nameless = r#"{"id":"x","enabled":true,"keyName":" "}"#;
    let Row::Odd(nameless) = row(serde_json::from_str(nameless).unwrap()) else { panic!("a nameless key is odd") };
    assert!(nameless.is_nameless_api_key() && nameless.id.is_some());
    // A text and a number lose nothing.
    let (found, _) = key(&SAMPLE.replace("true", "\"true\"").replace("\"fake-id\"", "17")).attributes();
    assert!(found.flag("enabled"));
}

#[test]
fn an_update_sends_the_whole_object_with_unknown_properties() {
    let text = SAMPLE
        .replace("\"enabled\":true", "\"Enabled\":true,\"shoeSize\":{\"eu\":44}")
        .replace("fake-id\",", "fake-id\",\"deletedby\":null,");
    let key = key(&text);
    let body = key.changed(
        &[change("enabled", Value::Bool(false)), change("allowedOrgs", Value::set(["id:9", "id:41"]))],
        &SiteStyles::default(),
    );
    assert_eq!(body.get("Enabled"), Some(&Json::from(false)));
    assert!(!body.contains_key("enabled"), "no property is sent twice");
    assert_eq!(body.get("allowedOrgs"), Some(&Json::from("9, 41")));
    assert_eq!(body.get("shoeSize"), Some(&serde_json::json!({"eu": 44})));
    assert_eq!(
        body.get("expirationDate"),
        Some(&Json::from("2027-06-30T00:00:00")),
        "unchanged fields are sent as they were read"
    );
    assert_eq!((body.get("id"), body.get("tenantId")), (Some(&Json::from("fake-id")), Some(&Json::from(1001))));
    for never in ["name", "deletedBy", "deletedDate", "deletedby"] {
        assert!(!body.contains_key(never), "{never}");
    }
}

#[test]
fn a_new_key_has_all_properties_except_the_id() {
    let changes = [
        change("enabled", Value::Bool(true)),
        change("allowedApis", Value::set::<&str>([])),
        change("allowedOrgs", Value::set(["id:41"])),
        change("expires", Value::text("2027-06-30T00:00:00Z")),
    ];
    let body = Json::Object(new("erp", &changes, Some(7), &SiteStyles::default()));
    let wanted = serde_json::json!({"keyName":"erp","enabled":true,"allowedApis":null,"allowedOrgs":"41","expirationDate":"2027-06-30T00:00:00Z","tenantId":7});
    assert_eq!(body, wanted);
    assert_eq!(
        new("erp", &[change("expires", Value::text("never"))], None, &SiteStyles::default()).get("tenantId"),
        None
    );
}

#[test]
fn every_managed_field_has_a_property_and_others_are_refused() {
    let fields: Vec<&str> =
        crate::manifest::fields::of(crate::model::Kind::ApiKey).iter().map(|field| field.name).collect();
    for name in &fields {
        assert_eq!(check(&[FieldChange { field: (*name).into(), before: None, after: None }]), Ok(()), "{name}");
    }
    assert!(FIELDS.iter().all(|(name, _)| fields.contains(name)));
    for not in ["keyName", "name", "shoeSize"] {
        let refusal = check(&[change(not, Value::text("44"))]).unwrap_err();
        assert_eq!(refusal.rule, Some(crate::rules::KW_005.id), "{not}");
    }
}
