//! Documents for programs.

use std::ops::RangeInclusive;

use serde_json::Value as Json;

use super::plain;
use super::sample;
use super::styled;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::SourceId;
use crate::model::Address;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Plan;
use crate::render::Findings;
use crate::render::json;
use crate::render::json::Layout;
use crate::rules;

fn findings() -> Vec<Diagnostic> {
    let place = |start, end| Place { source: SourceId(0), start, end };
    vec![
        rules::CAM_027
            .finding("two keys\u{202e} have one label")
            .at(place(7, 15))
            .note("again here")
            .label(place(0, 3), "first here")
            .help("rename one"),
        Diagnostic::new(rules::KW_009.id, Severity::Warning, "roles were not checked"),
    ]
}

fn diagnostics_text() -> String {
    plain(|out| json::diagnostics(out, Layout::Pretty, &findings(), &sample::sources()))
}

fn plan_text(plan: &Plan) -> String {
    plain(|out| {
        json::plan(
            out,
            Layout::Pretty,
            plan,
            &sample::HEADER,
            &[],
            Findings::Found(&findings(), &sample::sources()),
            None,
        )
    })
}

fn outcome_text() -> String {
    plain(|out| json::outcome(out, &sample::plan(), &sample::outcome(), (&[], &sample::sources()), None))
}

#[test]
fn findings_are_a_document() {
    let expected = r#"{
  "formatVersion": 1,
  "kind": "diagnostics",
  "diagnostics": [
    {
      "rule": "CAM-027",
      "severity": "error",
      "message": "two keys\u202e have one label",
      "file": "keys.yaml",
      "line": 2,
      "column": 1,
      "endLine": 3,
      "endColumn": 2,
      "note": "again here",
      "labels": [
        {
          "file": "keys.yaml",
          "line": 1,
          "column": 1,
          "text": "first here"
        }
      ],
      "help": "rename one"
    },
    {
      "rule": "KW-009",
      "severity": "warning",
      "message": "roles were not checked",
      "labels": []
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 1,
    "infos": 0
  }
}
"#;
    assert_eq!(diagnostics_text(), expected);
}

/// The document of the two keys of the sample, up to the findings.
const TWO_KEYS: &str = r#"{
  "formatVersion": 1,
  "kind": "plan",
  "workspace": "payments",
  "store": "embedded store",
  "hosts": [],
  "changes": [
    {
      "address": "key/checkout-sandbox",
      "kind": "PackageKey",
      "action": "create",
      "reason": "declared but not in the store",
      "file": "quickstart.yaml",
      "line": 33,
      "needs": [
        "key/checkout-sandbox"
      ],
      "fields": [
        {
          "field": "plan",
          "after": "gold"
        },
        {
          "field": "settings.status",
          "after": "active"
        }
      ],
      "key": {
        "package": "package/wallets",
        "value": "minted",
        "prefix": "chk_",
        "length": 24,
        "deliver": [
          {
            "file": "secrets/checkout.env",
            "as": "CHECKOUT_KEY"
          }
        ]
      }
    },
    {
      "address": "key/checkout-production",
      "kind": "PackageKey",
      "action": "replace",
      "reason": "the package of a key cannot change; consumers of the old key are refused",
      "file": "keys.yaml",
      "line": 3,
      "needs": [
        "key/checkout-sandbox",
        "key/checkout-production"
      ],
      "fields": [
        {
          "field": "package",
          "before": "payments",
          "after": "wallets"
        }
      ],
      "key": {
        "package": "package/wallets",
        "value": "store",
        "deliver": []
      },
      "fingerprint": "1d733a3a107987ad5b7d506ee3b0730e29d0415e18acc8f6005b92ca7a53f65a"
    }
  ],
  "summary": {
    "create": 1,
    "update": 0,
    "enable": 0,
    "disable": 0,
    "replace": 1,
    "deliver": 0,
    "delete": 0,
    "held": 0
  },
  "unchanged": {
    "Plan": 2,
    "User": 10
  },
  "leftAlone": {
    "PackageKey": 3,
    "User": 1
  },
  "kept": [
    {
      "address": "user/dave",
      "why": "not deleted without --prune"
    },
    {
      "address": "application/dave/tool",
      "why": "protected (protect: true)"
    }
  ],
  "rotation": [],
  "consents": [],
  "forecasts": [],
  "diagnostics": [
"#;

#[test]
fn a_plan_is_a_document() {
    let mut plan = sample::plan();
    plan.changes = plan.changes.drain(1..5).filter(|change| change.action != Action::Disable).collect();
    plan.changes[2].needs = vec![0, 1];
    plan.changes.remove(0);
    let text = plan_text(&plan);
    assert!(text.starts_with(TWO_KEYS), "{text}");
}

#[test]
fn an_outcome_is_a_document() {
    let text = outcome_text();
    let expected = r#"    {
      "address": "user/carol",
      "action": "disable",
      "outcome": "failed",
      "reason": "user/carol owns keys",
      "help": "delete the keys first\nor keep the user",
      "rule": "CAM-034"
    },
    {
      "address": "key/checkout-sandbox",
      "action": "create",
      "outcome": "undelivered",
      "reason": "secrets/checkout.env cannot be written",
      "help": "make the folder secrets"
    },
    {
      "address": "key/checkout-production",
      "action": "replace",
      "outcome": "blocked",
      "blockedBy": "plan/payments/gold"
    },
"#;
    assert!(text.starts_with("{\n  \"formatVersion\": 1,\n  \"kind\": \"outcome\",\n  \"changes\": [\n"), "{text}");
    assert!(text.contains(expected), "{text}");
    let document: Json = serde_json::from_str(&text).unwrap();
    let summary = r#"{"done":2,"altered":0,"unverified":0,"undelivered":1,"failed":1,"stale":1,"blocked":1,"held":0,"skipped":2}"#;
    assert_eq!(document["summary"].to_string(), summary);
}

#[test]
fn values_have_their_natural_types() {
    let values = [Value::text("a"), Value::Number(-1), Value::Bool(true), Value::set(["b", "a"])];
    let mut change = sample::change(Action::Update, Address::user("alice"), "r");
    change.fields = values.map(|value| sample::field("f", None, Some(value))).into();
    let text = plan_text(&Plan { changes: vec![change], ..Plan::default() });
    let document: Json = serde_json::from_str(&text).unwrap();
    let fields = document["changes"][0]["fields"].as_array().unwrap();
    let after: Vec<_> = fields.iter().map(|field| field["after"].to_string()).collect();
    assert_eq!(after, ["\"a\"", "-1", "true", r#"["a","b"]"#]);
}

#[test]
fn documents_match_their_schemas() {
    let texts = [diagnostics_text(), plan_text(&sample::plan()), outcome_text()];
    for ((name, schema), text) in json::schemas().into_iter().zip(texts) {
        let document: Json = serde_json::from_str(&text).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert!(!validator.is_valid(&serde_json::json!({ "formatVersion": 2 })), "{name}");
    }
}

#[test]
fn schemas_describe_every_field_and_allow_no_null() {
    for (name, schema) in json::schemas() {
        let text = serde_json::to_string_pretty(&schema).unwrap();
        assert!(text.starts_with("{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": "));
        assert!(!text.contains("\"null\"") && !text.contains("$id") && !text.contains("uint"), "{name}");
        undescribed(&schema, name);
    }
    assert_eq!(json::schemas(), json::schemas());
}

fn undescribed(schema: &Json, path: &str) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        assert!(field["description"].is_string(), "{path}.{name}");
    }
    for (name, definition) in schema["definitions"].as_object().into_iter().flatten() {
        undescribed(definition, &format!("{path}#{name}"));
    }
}

#[test]
fn no_document_holds_an_id_or_a_raw_control_character() {
    let mut plan = sample::plan();
    plan.changes[0].reason = "\u{7f}\u{9b}\u{e0001}".to_owned();
    for text in [diagnostics_text(), plan_text(&plan), outcome_text()] {
        assert!(!text.contains(sample::ID));
        let raw: RangeInclusive<char> = '\u{7f}'..='\u{9f}';
        assert!(!text.contains(|c| raw.contains(&c) || c == '\u{202e}' || c == '\u{e0001}'), "{text}");
    }
    let written = styled(|out| {
        json::plan(out, Layout::Pretty, &plan, &sample::HEADER, &[], Findings::Found(&[], &sample::sources()), None)
    });
    assert!(written.contains(r"\u007f\u009b\udb40\udc01"), "{written}");
    let read: Json = serde_json::from_str(&written).unwrap();
    assert_eq!(read["changes"][0]["reason"], "\u{7f}\u{9b}\u{e0001}");
}
