//! 10,000 changes with 30,000 findings fit in every format, and give the same bytes twice.

use std::io;

use super::plain;
use super::sample;
use super::styled;
use crate::adopt::AdoptedField;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Place;
use crate::diagnostic::Places;
use crate::diagnostic::Severity;
use crate::diagnostic::SourceId;
use crate::drift::Drift;
use crate::drift::FieldDrift;
use crate::drift::Side;
use crate::drift::What;
use crate::manifest_diff::Declaration;
use crate::manifest_diff::Edit;
use crate::model::Address;
use crate::model::Value;
use crate::render;
use crate::render::Findings;
use crate::render::findings::Form;
use crate::render::findings::Report;
use crate::render::markdown::Host;
use crate::render::markdown::Topic;
use crate::rules;

const HOSTS: [(Host, usize); 3] = [(Host::Github, 65_536), (Host::Gitlab, 1_000_000), (Host::Bitbucket, 32_768)];

fn findings() -> Vec<Diagnostic> {
    let severities = [Severity::Info, Severity::Warning, Severity::Error];
    let found = |number: usize| {
        let message = format!("key/checkout-{number} has the label of another key of package/payments");
        let place = Place { source: SourceId(0), start: 0, end: 2 };
        Diagnostic::new(rules::CAM_027.id, severities[number % 3], message).at(place).help("rename one of both keys")
    };
    (0..30_000).map(found).collect()
}

fn drifts() -> Vec<Drift> {
    let field = || FieldDrift {
        field: "displayName".into(),
        side: Side::Theirs,
        applied: None,
        store: Some(Value::text("a")),
        manifest: Some(Value::text("b")),
        place: None,
        is_secret: false,
        is_long: false,
    };
    let one = |number: usize| Drift {
        address: Address::user(&format!("user-{number}")),
        what: What::Changed,
        side: Side::Theirs,
        fields: vec![field()],
        place: None,
        line: None,
        updated: None,
        by: None,
        run: None,
    };
    (0..10_000).map(one).collect()
}

/// The same output twice.
fn twice(write: impl Fn(&mut dyn io::Write) -> io::Result<()>) -> String {
    let first = plain(&write);
    assert!(first == plain(&write), "other bytes: {}", &first[..100]);
    first
}

#[test]
fn comments_of_every_command_fit() {
    let (sources, drift) = (sample::sources(), drifts());
    let found = findings();
    let places = Places::new(&sources);
    let saved: Vec<Finding> = found.iter().map(|one| Finding::of(one, &places)).collect();
    let edit = |drift: &Drift| Declaration {
        edit: Edit::Changed,
        address: drift.address.clone(),
        fields: vec![sample::field("displayName", Some(Value::text("a")), Some(Value::text("b")))],
        place: None,
    };
    let declarations: Vec<Declaration> = drift.iter().map(edit).collect();
    let difference = render::Difference {
        workspace: "w",
        before: "main",
        after: "HEAD",
        declarations: Some(&declarations),
        settings: &[],
    };
    let adopted: [AdoptedField; 0] = [];
    let report =
        render::DriftReport { workspace: "w", store: "embedded store", drift: &drift, adopted: Some(&adopted) };
    for (host, longest) in HOSTS {
        let diff = twice(|out| render::markdown::difference(out, host, &difference, &saved));
        let drifted = twice(|out| render::markdown::drift(out, host, &report, &saved));
        let names: Vec<String> = (0..50).map(|number| format!("teams/{number}")).collect();
        let one = |name| render::Workspace { name, exit: 2, words: "changes", document: diff.as_bytes() };
        let workspaces: Vec<render::Workspace<'_>> = names.iter().map(|name| one(name)).collect();
        let all = twice(|out| render::markdown::workspaces(out, host, Topic::Drift, Some("teams/*"), &workspaces));
        for (text, counts) in [(&diff, "10000 changed"), (&drifted, "10000 changed in the store"), (&all, "do not fit")]
        {
            assert!(text.chars().count() <= longest, "{host:?}: {}", text.len());
            assert!(text.contains(counts), "{host:?}, {counts}: {}", &text[..500]);
        }
        assert!(diff.contains("more findings") && drifted.contains("more findings"), "{host:?}: no count");
    }
}

#[test]
fn reports_of_several_workspaces_fit() {
    let sources = sample::sources();
    let found = findings();
    let report = |found: &[Diagnostic]| {
        let parts = found
            .chunks(found.len() / 3)
            .map(|part| Report::new(Findings::Found(part, &sources), "keywright.yaml", None));
        Report::of_all(parts.map(Report::into_owned).collect())
    };
    let first = report(&found);
    let text = |form| styled(|out| render::findings::write(out, form, &first));
    let sarif = text(Form::Sarif);
    assert!(sarif.len() < 10_000_000 && sarif.contains("findings are omitted; the worst are shown"), "{}", sarif.len());
    // The same findings give the same bytes; fewer, because digests take long without optimization.
    for form in [Form::Sarif, Form::Github, Form::Gitlab, Form::Junit] {
        twice(|out| render::findings::write(out, form, &report(&found[..300])));
    }
    assert_eq!(text(Form::Github).lines().count(), 28, "at most ten of each level, with a count");
    let quality: Vec<serde_json::Value> = serde_json::from_str(&text(Form::Gitlab)).unwrap();
    let prints: std::collections::BTreeSet<&str> =
        quality.iter().filter_map(|one| one["fingerprint"].as_str()).collect();
    assert_eq!((quality.len(), prints.len()), (30_000, 30_000));
    assert_eq!(text(Form::Junit).matches("<testcase ").count(), 30_000);
    // The worst come first, whatever workspace they are of.
    assert!(quality[..10_000].iter().all(|one| one["severity"] == quality[0]["severity"]));
}
