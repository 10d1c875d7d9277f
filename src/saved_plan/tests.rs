//! A saved plan is read back unchanged, and nothing else is read.

use serde_json::Value as Json;

use super::*;
use crate::diagnostic::FileLine;
use crate::diagnostic::Severity;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::LiveId;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Commit;
use crate::plan::FieldChange;
use crate::plan::Held;
use crate::plan::Kept;
use crate::plan::KeyTarget;
use crate::plan::LiveTarget;
use crate::plan::Manifests;
use crate::plan::MaxDelete;
use crate::plan::Need;
use crate::plan::StoreName;
use crate::plan::Target;
use crate::plan::ValueFrom;
use crate::workspace::Consent;

/// The id of every object; no file may contain it.
const ID: &str = "the-id-that-is-a-credential";

fn change(action: Action, address: Address, needs: Vec<usize>) -> Change {
    let live = (action != Action::Create).then(|| LiveTarget::seen(LiveId::new(ID).fingerprint(), Digest::of(b"seen")));
    let target = Target { name: address.name().into(), parent: None, live, key: None };
    Change { address, action, fields: Vec::new(), reason: "a reason".into(), place: None, needs, target }
}

fn held() -> std::collections::BTreeMap<usize, Held> {
    let need = Need { rule: "KW-103".into(), help: "allow it".into() };
    [(1, Held::Asks(vec![need])), (3, Held::Waits(Address::key("k")))].into()
}

fn options() -> Options {
    Options {
        prune: true,
        allow: ["user/dave".to_owned()].into(),
        consents: None,
        max_delete: Some(MaxDelete::Percent(5)),
        deliver: ["key/k".to_owned()].into(),
        no_deliver: true,
        rotate: crate::plan::RotateNow::default(),
        is_part: true,
    }
}

fn origin() -> Origin {
    Origin {
        version: "0.1.0".into(),
        made: "2026-11-21T12:00:00Z".parse().unwrap(),
        workspace: "payments".into(),
        stores: vec![StoreName { name: "a store".into(), host: Some("h:1".into()), area: Some("a".into()) }],
        database: vec!["db.example.com".into()],
        sinks: vec!["vault.example.com".into()],
        manifests: Some(Manifests {
            declared: crate::model::Digest::of(b"all"),
            commit: Some(Commit { id: "0123456789abcdef".repeat(4), is_changed: true }),
        }),
    }
}

/// A plan with everything that a file can hold.
fn sample() -> SavedPlan {
    let mut user = change(Action::Update, Address::user("al/ice\u{202e}"), vec![]);
    let field = |name: &str, before: Option<Value>, after: Option<Value>| FieldChange {
        field: name.to_owned().into(),
        before,
        after,
    };
    user.fields = vec![
        field("displayName", Some(Value::text("\u{1b}[31m\n\"")), Some(Value::text(""))),
        field("a", None, Some(Value::Number(i64::MIN))),
        field("b", Some(Value::Bool(false)), None),
        field("roles", Some(Value::set(["b", "a"])), Some(Value::set::<&str>([]))),
    ];
    user.place = Some(FileLine { file: "m.yaml".into(), line: 2 });
    let mut key = change(Action::Create, Address::key("k"), vec![0]);
    key.target.parent = Some(Address::application("al/ice\u{202e}", "shop"));
    key.target.key = Some(KeyTarget {
        package: Address::package("p"),
        value: ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false },
        with_secret: true,
        sources: crate::plan::Sources {
            value: None,
            secret: Some("the file s/größe".into()),
            value_seen: None,
            secret_seen: Fingerprint::parse(&format!("12345678:{}", "0".repeat(64))),
        },
        deliver: vec![Delivery::file("secrets/größe.env", "K")],
        follows: Some(LiveId::new(ID).fingerprint()),
    });
    let others = [ValueFrom::Store, ValueFrom::Given, ValueFrom::Kept].map(|value| {
        let mut change = key.clone();
        change.target.key = change.target.key.map(|key| KeyTarget { value, follows: None, ..key });
        change
    });
    let mut changes = vec![user, key];
    changes.extend(others);
    changes.push(change(Action::Delete, Address::api_key("old"), vec![0, 3]));
    let plan = Plan {
        changes,
        unchanged: [(Kind::User, 3)].into(),
        left_alone: [(Kind::PackageKey, 7)].into(),
        kept: vec![Kept { address: Address::user("dave"), why: "protected".into() }],
        held: held(),
        consents: [Consent { allow: "key/k".into(), why: "moved".into(), until: "2026-12-31".into() }].into(),
    };
    let finding = Finding {
        rule: "CAM-038".into(),
        severity: Severity::Warning,
        message: "a new key".into(),
        place: None,
        help: Some("look".into()),
    };
    SavedPlan { origin: origin(), options: options(), added: [Kind::User].into(), plan, findings: vec![finding] }
}

#[track_caller]
fn refused(bytes: &[u8]) -> String {
    match SavedPlan::read(bytes) {
        Ok(_) => panic!("the file was accepted"),
        Err(problem) => {
            assert!(!problem.help().is_empty());
            problem.to_string()
        }
    }
}

/// The file with one edit and a valid checksum.
fn changed(change: impl FnOnce(&mut Json)) -> Vec<u8> {
    let mut json: Json = serde_json::from_slice(&sample().to_bytes()).unwrap();
    change(&mut json);
    let bytes = json.to_string().into_bytes();
    sealed(&bytes).unwrap_or(bytes)
}

#[test]
fn a_plan_survives_a_round_trip() {
    let saved = sample();
    let bytes = saved.to_bytes();
    let loaded = SavedPlan::read(&bytes).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(loaded == saved, "what was read is not what was saved");
    assert_eq!(loaded.to_bytes(), bytes);
    assert_eq!(loaded.plan.changes[0].place, Some(FileLine { file: "m.yaml".into(), line: 2 }));
    assert!(is_saved_plan(&bytes));
}

#[test]
fn the_file_has_no_id_and_no_control_character() {
    let text = String::from_utf8(sample().to_bytes()).unwrap();
    assert!(!text.contains(ID), "{text}");
    assert!(text.contains(&Digest::of(ID.as_bytes()).hex()));
    assert!(text.chars().all(|character| character == '\n' || !crate::text::is_hidden(character)), "{text}");
}

#[test]
fn the_checksum_covers_everything_but_whitespace() {
    let bytes = sample().to_bytes();
    let json: Json = serde_json::from_slice(&bytes).unwrap();
    assert!(SavedPlan::read(serde_json::to_string(&json).unwrap().as_bytes()).is_ok());
    let text = String::from_utf8(bytes).unwrap();
    for (from, to) in [("chk_", "chk-"), ("\"prune\": true", "\"prune\": false"), ("\"update\"", "\"delete\"")] {
        assert!(text.contains(from));
        let edited = refused(text.replacen(from, to, 1).as_bytes());
        assert_eq!(edited, "it was edited: its checksum does not match its content");
    }
}

#[test]
fn unknown_versions_fields_and_values_are_refused_by_name() {
    assert_eq!(
        refused(&changed(|json| json["formatVersion"] = 2.into())),
        "it has format version 2, but this Keywright reads version 1"
    );
    assert!(refused(&changed(|json| json["sealed"] = 1.into())).starts_with("unknown field `sealed`"));
    assert!(refused(&changed(|json| json["changes"][0]["force"] = true.into())).starts_with("unknown field `force`"));
    assert!(
        refused(&changed(|json| json["changes"][0]["action"] = "grow".into())).starts_with("unknown variant `grow`")
    );
    assert!(refused(&changed(|json| drop(json.as_object_mut().unwrap().remove("options")))).contains("`options`"));
    assert_eq!(refused(&changed(|json| json["kind"] = "plan".into())), "not a saved plan");
    assert_eq!(refused(b"{}"), "not a saved plan");
    assert!(refused(b"").starts_with("EOF"));
    assert!(refused("[".repeat(100_000).as_bytes()).contains("recursion limit"));
    assert!(!refused(b"{\"kind\": \"saved-plan\", \"formatVersion\": \"\x1b[31m\"}").contains('\u{1b}'));
    assert!(!refused(&changed(|json| json["\u{1b}[2J"] = 1.into())).contains('\u{1b}'));
}

#[test]
fn a_valid_checksum_does_not_make_nonsense_a_plan() {
    type Edit = fn(&mut Json);
    let edits: [(Edit, &str); 14] = [
        (|json| json["changes"][1]["needs"] = vec![1].into(), "needs a change that does not come before it"),
        (|json| json["changes"][5]["needs"] = vec![3, 0].into(), "needs a change that does not come before it"),
        (|json| json["changes"][0]["address"] = "nobody".into(), "has no valid address"),
        (|json| json["changes"][1]["parent"] = "user/a/b".into(), "has no valid parent"),
        (|json| json["changes"][1]["parent"] = "user/a".into(), "has a parent of the wrong kind"),
        (|json| json["changes"][0]["object"] = Json::Null, "changes one that does not exist"),
        (|json| json["changes"][0]["object"]["id"] = "12".into(), "has an invalid fingerprint"),
        (|json| json["changes"][1]["key"]["package"] = "user/a".into(), "has no valid package"),
        (|json| json["changes"][1]["key"] = Json::Null, "has no source for the value of the key"),
        (
            |json| json["changes"][0]["key"] = json["changes"][1]["key"].clone(),
            "has package-key fields but is not a package key",
        ),
        (
            |json| json["changes"][1]["key"]["value"]["minted"]["length"] = 4_000_000_000_u32.into(),
            "of an invalid length",
        ),
        (|json| json["made"] = "soon".into(), "`made` is not a time"),
        (|json| json["options"]["maxDelete"] = "200%".into(), "`maxDelete` is not a limit"),
        (|json| json["unchanged"]["Usr"] = 1.into(), "`Usr` is not a kind"),
    ];
    for (edit, why) in edits {
        let message = refused(&changed(edit));
        assert!(message.contains(why), "{message} instead of {why}");
    }
}

#[test]
fn a_plan_is_recognized_by_its_content() {
    let bytes = sample().to_bytes();
    assert!(is_saved_plan(&bytes[..bytes.len() / 2]), "a damaged plan is still meant to be one");
    assert!(is_saved_plan(b" \n{\"kind\": \"saved-plan\"}"));
    for other in
        ["", "apiVersion: v1", "{\"kind\": \"User\"}", "{\"kind\": \"plan\"}", "{kind: saved-plan}", "[\"saved-plan\"]"]
    {
        assert!(!is_saved_plan(other.as_bytes()), "{other}");
    }
}

#[test]
fn the_same_changes_at_another_time_and_in_another_order_are_no_difference() {
    let (approved, mut now) = (sample(), sample());
    now.origin.made = "2027-01-01T00:00:00Z".parse().unwrap();
    now.origin.version = "9".into();
    now.findings.clear();
    now.plan.kept.clear();
    now.plan.unchanged.clear();
    now.plan.changes.reverse();
    let last = now.plan.changes.len() - 1;
    now.plan.held = now.plan.held.into_iter().map(|(index, held)| (last - index, held)).collect();
    now.plan.changes[0].needs = vec![9];
    now.plan.changes[0].reason = "another reason".into();
    assert_eq!(differences(&approved, &now), [""; 0]);
}

#[test]
fn every_difference_between_two_plans_is_reported() {
    let found = |edit: &dyn Fn(&mut SavedPlan), words: &str| {
        let (approved, mut now) = (sample(), sample());
        edit(&mut now);
        for (approved, now) in [(&approved, &now), (&now, &approved)] {
            assert!(!differences(approved, now).is_empty(), "{words}");
        }
        let found = differences(&approved, &now).join("\n");
        assert!(found.contains(words), "{words}: {found}");
    };
    found(&|plan| plan.origin.workspace = "other".into(), "workspace: approved payments, now other");
    found(&|plan| plan.origin.stores[0].host = Some("evil".into()), "stores: ");
    found(&|plan| plan.origin.database = vec!["evil".into()], "database: ");
    found(&|plan| plan.origin.sinks = vec!["evil".into()], "sinks: ");
    found(&|plan| plan.origin.stores[0].area = None, "stores: ");
    found(&|plan| plan.options.prune = false, "--prune: approved yes, now no");
    found(&|plan| plan.options.allow.clear(), "--allow: ");
    found(&|plan| plan.options.max_delete = None, "--max-delete: ");
    found(&|plan| plan.options.is_part = false, "a part of the workspace: ");
    found(
        &|plan| drop(plan.plan.held.remove(&1)),
        "create key/k: approved held back (KW-103: allow it), now not held back",
    );
    found(&|plan| plan.plan.consents.clear(), "consents of the settings: approved [key/k until 2026-12-31], now []");
    found(&|plan| drop(plan.plan.changes.pop()), "delete apikey/old: only in the approved plan");
    found(&|plan| plan.plan.changes[5].action = Action::Disable, "disable apikey/old: not in the approved plan");
    found(&|plan| plan.plan.changes[5].target.name = "new".into(), "has another name or parent");
    found(&|plan| plan.plan.changes[0].fields[1].after = Some(Value::Number(5)), "a approved not set → ");
    found(&|plan| drop(plan.plan.changes[0].fields.remove(2)), "b approved false → not set, now unchanged");
    found(&|plan| plan.plan.changes[1].target.parent = None, "create key/k: ");
    let key =
        |plan: &mut SavedPlan, edit: &dyn Fn(&mut KeyTarget)| edit(plan.plan.changes[1].target.key.as_mut().unwrap());
    found(&|plan| key(plan, &|key| key.package = Address::package("q")), "create key/k: ");
    found(
        &|plan| {
            key(plan, &|key| key.value = ValueFrom::Minted { prefix: "chk_".into(), length: 8, has_checksum: false });
        },
        "create key/k: ",
    );
    found(&|plan| key(plan, &|key| key.with_secret = false), "create key/k: ");
    found(&|plan| key(plan, &|key| key.deliver[0].file = ".git/config".into()), "another source or destination");
    // Neither is the commit compared.
    let mut other = sample();
    other.origin.manifests = None;
    assert!(differences(&sample(), &other).is_empty());
    // Fingerprints of two runners cannot be compared.
    let mut other = sample();
    other.plan.changes[1].target.key.as_mut().unwrap().sources.secret_seen = None;
    assert!(differences(&sample(), &other).is_empty());
    // The same change twice is not the change once.
    found(&|plan| plan.plan.changes.push(plan.plan.changes[5].clone()), "delete apikey/old: not in the approved plan");
}
