//! Outcomes as text.

use super::plain;
use super::sample;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::render::text;
use crate::store::Refusal;

#[test]
fn every_change_is_a_line_and_a_failure_has_a_reason() {
    let (plan, outcome) = (sample::plan(), sample::outcome());
    let shown = plain(|out| {
        let mut pairs = plan.changes.iter().zip(&outcome.results).enumerate();
        pairs.try_for_each(|(index, (change, result))| text::progress(out, (index, 8), change, result, &[]))
    });
    let expected = "\
done     + package/payments  1/8
stale    ~ plan/payments/gold  2/8
  could not update plan/payments/gold: its throttle.perSecond is now 15 [CAM-052]
  help: plan again: the object changed since the plan
failed   ! user/carol  3/8
  could not disable user/carol: user/carol owns keys [CAM-034]
  help: delete the keys first
        or keep the user
undelivered + key/checkout-sandbox  4/8
  could not deliver key/checkout-sandbox: secrets/checkout.env cannot be written
  help: make the folder secrets
blocked  -/+ key/checkout-production  5/8
  needs plan/payments/gold, which was not done
done     > key/erp  6/8
skipped  ^ apikey/erp-orders  7/8
skipped  - application/bob/old  8/8
";
    assert_eq!(shown, expected);
}

#[test]
fn the_summary_names_unfinished_changes_and_next_steps() {
    let (plan, outcome) = (sample::plan(), sample::outcome());
    let expected = "\
Applied: 2 done, 1 undelivered, 1 failed, 1 stale, 1 blocked, 2 skipped.

  undelivered  key/checkout-sandbox
  failed       user/carol
  stale        plan/payments/gold
  blocked      key/checkout-production
  skipped      apikey/erp-orders, application/bob/old

Fix the failures (keywright explain CAM-034) and apply again; completed changes are kept.
The stale objects changed after the plan was made: plan again.
The undelivered keys exist in the store: the next apply delivers them.
";
    assert_eq!(plain(|out| text::outcome(out, &plan, &outcome)), expected);
}

#[test]
fn the_summary_of_a_successful_run_is_one_line() {
    let plan = sample::plan();
    let sum = |results| plain(|out| text::outcome(out, &plan, &Outcome { results, ..Outcome::default() }));
    assert_eq!(sum(vec![ChangeResult::Done; 6]), "Applied: 6 changes done.\n");
    assert_eq!(sum(vec![ChangeResult::Done]), "Applied: 1 change done.\n");
    assert_eq!(sum(Vec::new()), "Applied: nothing to do.\n");
}

#[test]
fn a_failed_verification_is_reported() {
    let refusal = crate::store::Refusal::unavailable("the network is gone");
    let outcome =
        Outcome { results: vec![ChangeResult::Done, ChangeResult::Unverified(refusal)], ..Outcome::default() };
    let text = plain(|out| text::outcome(out, &sample::plan(), &outcome));
    let expected = "Applied: 1 done, 1 unverified.\n\n  unverified   plan/payments/gold\n\n\
                    The store confirmed the unverified changes: the next apply compares them with the store.\n";
    assert_eq!(text, expected);
}

#[test]
fn the_summary_of_a_stopped_or_failed_run_is_short() {
    let plan = sample::plan();
    let sum = |results| plain(|out| text::outcome(out, &plan, &Outcome { results, ..Outcome::default() }));
    let expected = "Applied: 1 done, 1 skipped.\n\n  skipped      plan/payments/gold\n\n\
                    The run was stopped: apply again to make the remaining changes.\n";
    assert_eq!(sum(vec![ChangeResult::Done, ChangeResult::Skipped]), expected);
    let failed = sum(vec![ChangeResult::Failed(Refusal::unavailable("no answer")); 8]);
    assert!(failed.starts_with("Applied: 0 done, 8 failed.\n\n  failed       package/payments, "), "{failed}");
    assert!(failed.contains(" and 3 more\n") && failed.contains("Fix the failures and apply"), "{failed}");
}
