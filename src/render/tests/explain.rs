//! Rules and fields, explained.

use serde_json::json;

use super::plain;
use super::styled;
use crate::diagnostic::Severity;
use crate::manifest::documents;
use crate::model::Kind;
use crate::render::explain;
use crate::render::explain::WIDEST;
use crate::rule::Example;
use crate::rule::Rule;
use crate::rule::When;
use crate::rules::catalogue;

fn rule(example: Example, [wrong, right]: [&'static str; 2], when: When, fixed: bool) -> Rule {
    Rule {
        when,
        fixed,
        says: "A key has a label that says enough about its application, so that a reader does not have to search for it.",
        why: "Labels are what people read.",
        source: "cloud-api-management.md §1",
        wrong,
        right,
        example,
        also: (!fixed).then_some((Severity::Info, "for a key that is switched off")),
        ..Rule::warning("CAM-900")
    }
}

#[test]
fn a_rule_is_explained_with_its_reason_and_source() {
    let manifests = ["kind: User\nmetadata: {}\n", "kind: User\nmetadata: {name: a}\n"];
    let expected = "\
warning[CAM-900]
A key has a label that says enough about its application, so that a reader does not have to search
for it.

Labels are what people read.

  checked   by validate, from the manifests alone
  severity  can be changed under rules: in keywright.yaml
  also      info for a key that is switched off
  source    cloud-api-management.md §1

Wrong

  kind: User
  metadata: {}

Right

  kind: User
  metadata: {name: a}
";
    let rule = rule(Example::Manifests, manifests, When::Validate, false);
    assert_eq!(plain(|out| explain::rule(out, &rule, WIDEST)), expected);
    let colored = styled(|out| explain::rule(out, &rule, WIDEST));
    assert!(colored.contains("  kind: User\n  \u{1b}[31mmetadata: {}\u{1b}[0m\n"), "{colored:?}");
    assert!(colored.contains("  kind: User\n  \u{1b}[32mmetadata: {name: a}\u{1b}[0m\n"), "{colored:?}");
}

#[test]
fn a_rule_that_needs_a_store_has_a_story() {
    let story = ["The key is called x.", "The key is called checkout."];
    let expected = "
  checked   by apply, before, during or after its writes
  severity  fixed, because it protects the store
  source    cloud-api-management.md §1

Wrong

  The key is called x.

Right

  The key is called checkout.
";
    let text = plain(|out| explain::rule(out, &rule(Example::Story, story, When::Apply, true), WIDEST));
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn every_rule_is_explained_and_has_one_line_in_the_list() {
    let list = plain(explain::list);
    assert_eq!(list.lines().count(), catalogue::all().count());
    for (rule, line) in catalogue::all().zip(list.lines()) {
        assert!(line.starts_with(rule.id.0) && line.ends_with(rule.says), "{line}");
        let text = plain(|out| explain::rule(out, rule, WIDEST));
        assert!(text.contains("\nWrong\n\n") && text.contains("\nRight\n\n"), "{text}");
    }
    let first = "CAM-001  error    validate  The name of a user has 1 to 255 characters.\n";
    assert!(list.starts_with(first), "{list}");
}

/// The description of a field, `None` if it is unknown.
fn described(path: &str, schema: &serde_json::Value) -> Option<String> {
    let mut found = false;
    let text = plain(|out| explain::field(out, path, schema, WIDEST).map(|known| found = known));
    assert_eq!(found, !text.is_empty(), "{path}");
    found.then_some(text)
}

fn schema() -> serde_json::Value {
    json!({ "properties": {
        "metadata": { "type": "object", "description": "What it is called.", "properties": {
            "name": { "type": "string" },
        } },
        "spec": { "type": "object", "description": "A kind.", "required": ["rotation"], "properties": {
            "rotation": { "type": "object", "description": "When it turns. Twice a year.", "required": ["every"],
                "properties": {
                    "every": { "type": "string", "pattern": "^[0-9]+d$", "description": "The age, e.g. 90d. Days only." },
                    "mode": { "enum": ["fast", "slow"], "description": "How." },
                } },
            "limit": { "anyOf": [
                { "enum": ["plan"] }, { "type": "integer" },
                { "type": "object", "required": ["perSecond"], "properties": { "perSecond": { "type": "integer" } } },
            ] },
            "deliver": { "type": "array", "description": "Files.", "items": { "type": "object", "properties": {
                "file": { "type": "string", "description": "The path." },
            } } },
            "eav": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Custom." },
            "on": { "type": "boolean" },
        } },
    } })
}

#[test]
fn a_field_is_described_with_its_type_and_subfields() {
    let expected = "\
rotation  mapping, required

  When it turns. Twice a year.

  every  text, required  The age, e.g. 90d.
  mode   fast | slow     How.
";
    assert_eq!(described("rotation", &schema()).unwrap(), expected);
    let every = "rotation.every  text, required\n\n  The age, e.g. 90d. Days only.\n\n  pattern  ^[0-9]+d$\n";
    assert_eq!(described("rotation.every", &schema()).unwrap(), every);
    let limit = "limit  plan | whole number | mapping\n\n  perSecond  whole number, required\n";
    assert_eq!(described("limit", &schema()).unwrap(), limit);
    assert_eq!(described("limit.perSecond", &schema()).unwrap(), "limit.perSecond  whole number, required\n");
    let deliver = "deliver  list of mappings\n\n  Files.\n\n  file  text  The path.\n";
    assert_eq!(described("deliver", &schema()).unwrap(), deliver);
    assert_eq!(described("deliver[].file", &schema()).unwrap(), "deliver[].file  text\n\n  The path.\n");
    assert_eq!(described("eav", &schema()).unwrap(), "eav  mapping of names to texts\n\n  Custom.\n");
    assert_eq!(described("eav.team", &schema()).unwrap(), "eav.team  text\n");
    assert_eq!(described("metadata.name", &schema()).unwrap(), "metadata.name  text\n");
}

#[test]
fn the_empty_path_describes_the_kind() {
    let expected = "\
spec  mapping

  A kind.

  rotation  mapping, required              When it turns.
  limit     plan | whole number | mapping
  deliver   list of mappings               Files.
  eav       mapping of names to texts      Custom.
  on        true | false
";
    assert_eq!(described("", &schema()).unwrap(), expected);
}

#[test]
fn unknown_fields_have_no_description() {
    for path in ["rotaton", "rotation.every.day", "rotation.hours", "on.off", "limit.calls", "a.b.c"] {
        assert_eq!(described(path, &schema()), None, "{path}");
    }
}

#[test]
fn the_fields_of_every_kind_are_described() {
    for kind in Kind::ALL {
        let schema = documents::of_kind(kind);
        for name in schema["properties"]["spec"]["properties"].as_object().unwrap().keys() {
            let text = described(name, &schema).unwrap();
            assert!(text.starts_with(name) && !text.contains("any value"), "{text}");
            assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
        }
    }
    assert!(described("rotation.every", &documents::of_kind(Kind::PackageKey)).unwrap().contains("The age"));
    assert!(described("guards.deletes", &documents::of_workspace()).is_some());
}
