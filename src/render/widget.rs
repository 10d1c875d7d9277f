//! The counts of a plan for the widget of a GitLab merge request (`artifacts: reports: terraform`).

use std::io;

use serde_json::json;

use super::Problem;
use crate::plan::Action;
use crate::plan::Plan;
use crate::text;

/// Writes the counts, without what is held back. A replaced object is deleted and created, and a delivered value is an update.
pub fn plan(out: &mut dyn io::Write, plan: &Plan) -> io::Result<()> {
    let count = |actions: &[Action]| actions.iter().map(|action| plan.count(*action)).sum::<usize>();
    let update = [Action::Update, Action::Enable, Action::Disable, Action::Deliver];
    let document = json!({
        "create": count(&[Action::Create, Action::Replace]),
        "update": count(&update),
        "delete": count(&[Action::Delete, Action::Replace]),
    });
    writeln!(out, "{document}")
}

/// Writes why there is no plan. Without counts, GitLab shows that there is no report, and not a plan without changes.
pub fn no_plan(out: &mut dyn io::Write, why: Problem<'_>) -> io::Result<()> {
    writeln!(out, "{}", text::json(&json!({"error": why.message}).to_string()))
}
