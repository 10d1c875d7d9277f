//! A delivery that a later run began again and did not end, and what a rotation does then.

use super::Workspace;
use super::says;
use super::shared_secrets::statuses;

const STORE: &str = "command: {program: [OUTSIDE/store, '{name}', '{path}', '{token}'], probe: [OUTSIDE/probe]}";

const KEY: &str = "rotation: {every: 90d, overlap: 14d, grace: 70d}
deliver: [{to: sink, path: teams/checkout, as: KEY}]";

fn workspace() -> Workspace {
    let workspace = Workspace::new(&format!("    sink: {{{STORE}}}\n"), KEY).with_stand_ins();
    workspace.applies();
    workspace
}

#[test]
fn a_delivery_that_a_later_run_did_not_end_is_not_said_to_be_there() {
    let workspace = workspace();
    says(&workspace.runs("keys", 0), "teams/checkout of sink (KEY): delivered 2026-11-21");
    for fault in ["write refuses", "stored refuses"] {
        workspace.fault(fault);
        workspace.runs("apply --auto-approve --deliver key/k", 6);
        let listed = workspace.runs("keys", 0);
        says(&listed, "teams/checkout of sink (KEY): in doubt: delivered 2026-11-21");
        says(&listed, "but a later run began to deliver there and did not record that it did");
        says(&listed, "delivered-nowhere");
        let document: serde_json::Value = serde_json::from_str(&workspace.runs("keys --format json", 0).out).unwrap();
        let place = &document["keys"][0]["places"][0];
        assert!(place["delivered"].is_null() && place["inDoubt"].is_string(), "{place}");
        workspace.fault("");
        workspace.applies();
        says(&workspace.runs("keys", 0), "teams/checkout of sink (KEY): delivered 2026-11-21");
    }
}

/// The present value comes first: its callers may have nothing else, and its successor could be missing there too.
#[test]
fn a_successor_waits_for_the_value_that_is_missing_at_a_place() {
    let moved = format!("    sink: {{{}}}\n", STORE.replace("'{path}'", "'other-{path}'"));
    for is_moved in [false, true] {
        let mut workspace = workspace();
        if is_moved {
            workspace.sinks(&moved);
        } else {
            workspace.fault("write refuses");
            workspace.runs("apply --auto-approve --deliver key/k", 6);
        }
        workspace.fault("write refuses");
        workspace.console.now = "2027-03-20T12:00:00Z".to_owned();
        for _ in 0..3 {
            workspace.runs("apply --auto-approve", 6);
            assert_eq!(workspace.live().len(), 1, "no second value that is at no place");
        }
        let due = workspace.runs("keys due", 2);
        says(&due, "gets a successor (overdue): its present value is delivered first");
        workspace.fault("");
        workspace.applies();
        assert_eq!((workspace.live().len(), workspace.kept().last()), (1, workspace.live().last()));
        workspace.applies();
        assert_eq!((workspace.live().len(), workspace.kept().last()), (2, workspace.live().last()));
        assert_eq!(statuses(&workspace), ["active", "active"]);
        // Again, and the chain ends with the second.
        workspace.fault("write refuses");
        workspace.console.now = "2027-09-20T12:00:00Z".to_owned();
        for _ in 0..2 {
            workspace.console.run("apply --auto-approve");
            assert_eq!(workspace.live().len(), 3);
        }
        workspace.console.now = "2028-03-20T12:00:00Z".to_owned();
        workspace.console.run("apply --auto-approve");
        assert_eq!(workspace.live().len(), 3);
    }
}
