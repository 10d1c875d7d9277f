//! Reading and writing of values in the API's formats.

use serde_json::json;

use super::*;

fn object(json: Json) -> Object {
    match json {
        Json::Object(object) => object,
        _ => unreachable!("the samples are objects"),
    }
}

fn read_one(kind: Kind, json: Json) -> Vec<String> {
    attributes(kind, &object(json), false).iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn change(field: &'static str, after: Value) -> FieldChange {
    FieldChange { field: field.into(), before: None, after: Some(after) }
}

#[test]
fn both_time_formats_are_read() {
    let at = |text: &str| instant(&object(json!({ "updated": text })), "updated").map(|at| at.to_rfc3339());
    assert_eq!(at("2017-12-12T14:06:45Z").as_deref(), Some("2017-12-12T14:06:45+00:00"));
    assert_eq!(at("2018-01-17T20:43:59.000+0000").as_deref(), Some("2018-01-17T20:43:59+00:00"));
    for invalid in ["", "yesterday", "2018-01-17", "2018-13-17T20:43:59Z"] {
        assert_eq!(at(invalid), None, "{invalid}");
    }
}

#[test]
fn a_member_is_read_without_empty_properties() {
    let member = json!({"id": "1", "username": "u", "email": "u@example.com", "displayName": "U", "blog": "",
        "locality": "Example City ", "areaStatus": "active", "passwdNew": "", "unknown": "x", "roles": [{"id": "r", "name": "Member"}]});
    let expected =
        ["displayName=U", "email=u@example.com", "locality=\"Example City \"", "roles=[Member]", "status=active"];
    assert_eq!(read_one(Kind::User, member), expected);
}

#[test]
fn limits_of_plans_and_keys_are_read_in_the_form_of_manifests() {
    let plan = json!({"qpsLimitCeiling": 2, "qpsLimitExempt": false, "rateLimitCeiling": 0, "rateLimitExempt": true, "rateLimitPeriod": "week"});
    assert_eq!(read_one(Kind::Plan, plan), ["quota.calls=unlimited", "quota.per=week", "throttle.perSecond=2"]);
    let own = |json| read_one(Kind::PackageKey, json);
    let none = ["expires=never", "settings.quota=plan", "settings.throttle=plan"];
    assert_eq!(own(json!({})), none);
    assert_eq!(own(json!({"qpsLimitCeiling": null, "rateLimitCeiling": 0, "expires": ""})), none);
    let some = own(
        json!({"qpsLimitCeiling": 7, "rateLimitExempt": true, "rateLimitCeiling": 9, "expires": "2027-06-30T00:00:00Z"}),
    );
    assert_eq!(some, ["expires=2027-06-30", "settings.quota=unlimited", "settings.throttle=7"]);
}

#[test]
fn an_end_is_the_same_day_in_every_form_and_zone() {
    for form in [
        "2027-06-30",
        "2027-06-30T00:00:00Z",
        "2027-06-30T00:00:00.000+0000",
        "2027-06-30 00:00:00",
        "2027-06-30T23:59:59Z",
        "2027-06-30T23:59:59.999Z",
        "2027-06-30T00:00:00-08:00",
        "2027-06-30T00:00:00+14:00",
        "2027-06-30T23:59:59-11:00",
        // Midnight in Berlin, Kathmandu, Auckland, New York and Honolulu.
        "2027-06-29T22:00:00Z",
        "2027-06-29T18:15:00Z",
        "2027-06-29T12:00:00.000+0000",
        "2027-06-29T11:00:00Z",
        "2027-06-30T04:00:00Z",
        "2027-06-30T10:00:00Z",
        // The last second of the day in Berlin and Los Angeles.
        "2027-06-30T21:59:59Z",
        "2027-07-01T06:59:59Z",
        // No midnight anywhere.
        "2027-06-30T13:07:21Z",
    ] {
        let read = read_one(Kind::PackageKey, json!({"expires": form}));
        assert_eq!(read[0], "expires=2027-06-30", "{form}");
    }
}

#[test]
fn unexpected_types_are_read_without_loss_or_named() {
    let invalid = json!({"email": 7, "displayName": null, "roles": "x", "uri": ["a"], "areaStatus": {"a": 1}});
    let unread = fields_of(Kind::User, &object(invalid.clone()), false).unread;
    assert_eq!(unread.into_iter().collect::<Vec<_>>(), ["roles", "status", "uri"]);
    assert_eq!(read_one(Kind::User, invalid), ["email=7"]);
    for date in ["soon", "2027-13-01", "2027-06-30x"] {
        let unread = fields_of(Kind::PackageKey, &object(json!({"expires": date})), false).unread;
        assert!(unread.contains("expires"), "{date}");
    }
    let invalid = json!({"notifyAdminEmails": " b@x , a@x,,", "keyLength": "24", "nearQuotaThreshold": 1.5, "eav": {"a": "1", "b": 2, "c": ""}});
    assert_eq!(
        read_one(Kind::Package, invalid),
        ["eav.a=1", "eav.b=2", "keyLength=24", "notifyAdminEmails=[a@x, b@x]"]
    );
    assert_eq!(text(&object(json!({"id": 17})), "id").as_deref(), Some("17"));
    assert_eq!(inner_id(&object(json!({"package": {"id": ""}})), "package"), None);
}

#[test]
fn only_what_changes_is_sent() {
    let changes = [change("throttle.perSecond", Value::text("unlimited")), change("roles", Value::set(["a", "b"]))];
    let roles = [("a".into(), "id-a".into())].into();
    let sent = Json::Object(body(Kind::Plan, &changes, None, &roles).object).to_string();
    let expected = json!({"qpsLimitExempt": true, "qpsLimitCeiling": 0, "roles": [
        {"id": "id-a", "name": "a", "action": "register_keys"}, {"name": "b", "action": "register_keys"}]});
    assert_eq!(sent, expected.to_string());
    let changes = [
        change("settings.throttle", Value::text("plan")),
        change("settings.quota", Value::Number(9)),
        change("settings.status", Value::text("disabled")),
        change("expires", Value::text("never")),
    ];
    let sent = Json::Object(body(Kind::PackageKey, &changes, None, &Roles::new()).object).to_string();
    let expected = json!({"qpsLimitExempt": false, "qpsLimitCeiling": 0, "rateLimitExempt": false,
        "rateLimitCeiling": 9, "status": "disabled", "expires": null});
    assert_eq!(sent, expected.to_string());
}

#[test]
fn custom_attributes_are_separate_and_eav_is_complete() {
    let changes = [change("extendedAttributes.team", Value::text("a")), change("tags", Value::text(""))];
    let sent = body(Kind::Application, &changes, None, &Roles::new());
    assert_eq!((Json::Object(sent.object), Json::Object(sent.added)), (json!({"tags": ""}), json!({"team": "a"})));
    let before: Attributes = [("eav.a", Value::text("1")), ("eav.b", Value::text("2"))].into_iter().collect();
    let sent = body(Kind::Package, &[change("eav.b", Value::text("3"))], Some(&before), &Roles::new());
    assert_eq!(Json::Object(sent.object), json!({"eav": {"a": "1", "b": "3"}}));
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let changes = [
        change("status", Value::text("inactive")),
        change("throttle.perSecond", Value::Number(50)),
        change("throttle.keyOverride", Value::Bool(true)),
        change("quota.calls", Value::text("unlimited")),
        change("maxNumKeysAllowed", Value::Number(3)),
        change("emailTemplateSetId", Value::text("ab-12")),
        change("eav.team", Value::text("x")),
    ];
    let sent = body(Kind::Plan, &changes, None, &Roles::new()).object;
    let back = attributes(Kind::Plan, &sent, false);
    for change in &changes {
        assert_eq!(back.get(&change.field), change.after.as_ref(), "{}", change.field);
    }
    assert_eq!(back.len(), changes.len());
}
