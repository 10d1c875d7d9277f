//! The token of a delivery, given to a service that ignores known tokens. Seen to fail: with a token of place and value alone,
//! a value that came back was not taken, and the run said that it was delivered.

use std::fs;

use super::Workspace;
use crate::team::TEAM;

const SINK: &str = "    sink: {command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}']}}\n";

const DELIVER: &str = "deliver: [{to: sink, path: teams/checkout, as: KEY}]";

fn workspace() -> Workspace {
    Workspace::new(SINK, DELIVER).with_stand_ins()
}

impl Workspace {
    /// The manifests of two keys, of which one is delivered to the sink. Returns the consent that this needs.
    fn delivers(&self, delivered: &str) -> Vec<String> {
        let key = |name: &str, package: &str| {
            let deliver = if name == delivered { DELIVER } else { "deliver: elsewhere" };
            format!(
                "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec:\n  user: alice\n  \
                 application: checkout\n  package: payments\n  plan: gold\n  key: {{generate: {{prefix: {package}}}}}\n  {deliver}\n"
            )
        };
        let keys = [key("one", "one_"), key("two", "two_")].concat();
        fs::write(self.path("m.yaml"), format!("{TEAM}{keys}")).unwrap();
        // The place has the value of another key that works.
        let is_other = self.kept().last().is_some_and(|last| !last.starts_with(delivered));
        if is_other { vec!["--allow".to_owned(), format!("key/{delivered}")] } else { Vec::new() }
    }

    fn tries(&self, consent: &[String]) -> Option<i32> {
        let consent: Vec<&str> = consent.iter().map(String::as_str).collect();
        self.applies_apart_with(&consent)
    }

    /// The beginnings of the values that the service got, in this order.
    fn got(&self) -> Vec<String> {
        self.kept().iter().map(|value| value[..3].to_owned()).collect()
    }
}

#[test]
fn a_value_that_comes_back_is_taken() {
    let workspace = workspace();
    let mut expected = Vec::new();
    for name in ["one", "two", "one", "two", "one"] {
        let consent = workspace.delivers(name);
        assert_eq!(workspace.tries(&consent), Some(0), "{name}");
        expected.push(name);
        assert_eq!(workspace.got(), expected);
        workspace.is_settled();
    }
}

/// By hand, the place may have got another value, which nothing shows.
#[test]
fn what_was_confirmed_is_taken_again_on_request() {
    let workspace = workspace();
    workspace.applies();
    for versions in 2..4 {
        workspace.runs("apply --auto-approve --deliver key/k", 0);
        assert_eq!(workspace.kept(), vec![workspace.live()[0].clone(); versions]);
    }
}

/// Over several runs, whatever came before.
#[test]
fn one_delivery_makes_one_version_however_often_it_is_tried() {
    let workspace = workspace();
    let mut expected = Vec::new();
    for name in ["one", "two", "one"] {
        let consent = workspace.delivers(name);
        expected.push(name);
        for fault in ["stored killed", "stored lies", "stored refuses", "stored hangs"] {
            workspace.fault(fault);
            assert_ne!(workspace.tries(&consent), Some(0), "{fault}");
            assert_eq!(workspace.got(), expected, "{fault}");
        }
        workspace.fault("");
        assert_eq!(workspace.tries(&consent), Some(0), "{name}");
        assert_eq!(workspace.got(), expected);
        workspace.is_settled();
    }
}

/// The run could not record what the place has, so the value of before is due again.
#[test]
fn after_a_delivery_that_was_not_confirmed_the_former_value_is_delivered_again() {
    let workspace = workspace();
    workspace.delivers("one");
    workspace.applies();
    for fault in ["stored killed", "stored lies", "stored refuses", "stored hangs"] {
        let consent = workspace.delivers("two");
        workspace.fault(fault);
        assert_ne!(workspace.tries(&consent), Some(0), "{fault}");
        assert_eq!(workspace.got().last().unwrap(), "two", "{fault}");
        workspace.fault("");
        workspace.delivers("one");
        workspace.runs("plan --detailed-exitcode", 2);
        workspace.applies();
        assert_eq!(workspace.got().last().unwrap(), "one", "{fault}");
        workspace.is_settled();
    }
}
