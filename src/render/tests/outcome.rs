//! What became of a plan, as text.

use super::plain;
use super::sample;
use crate::outcome::Fate;
use crate::outcome::Outcome;
use crate::render::text;
use crate::store::Refusal;

#[test]
fn every_change_is_a_line_and_a_failure_says_why() {
    let (plan, outcome) = (sample::plan(), sample::outcome());
    let shown = plain(|out| {
        let mut pairs = plan.changes.iter().zip(&outcome.fates).enumerate();
        pairs.try_for_each(|(index, (change, fate))| text::progress(out, index, 8, change, fate))
    });
    let expected = "\
done     + package/payments  1/8
stale    ~ plan/payments/gold  2/8
  could not update plan/payments/gold: its throttle.perSecond is now 15 [CAM-052]
  help: plan again: the object was changed since
failed   ! user/carol  3/8
  could not disable user/carol: user/carol owns keys [CAM-034]
  help: delete the keys first
        or keep the user
undelivered + key/checkout-sandbox  4/8
  could not deliver key/checkout-sandbox: secrets/checkout.env can not be written
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
fn the_sum_names_what_was_not_done_and_what_to_do_next() {
    let (plan, outcome) = (sample::plan(), sample::outcome());
    let expected = "\
Applied: 2 done, 1 undelivered, 1 failed, 1 stale, 1 blocked, 2 skipped.

  undelivered  key/checkout-sandbox
  failed       user/carol
  stale        plan/payments/gold
  blocked      key/checkout-production
  skipped      apikey/erp-orders, application/bob/old

Mend what failed (keywright explain CAM-034), then plan and apply again: what is done stays done.
The stale objects were changed after the plan was made: plan again.
The keys that were not delivered exist: the next apply delivers them.
";
    assert_eq!(plain(|out| text::outcome(out, &plan, &outcome)), expected);
}

#[test]
fn the_sum_of_a_good_run_is_one_line() {
    let plan = sample::plan();
    let sum = |fates| plain(|out| text::outcome(out, &plan, &Outcome { fates, unproven: None }));
    assert_eq!(sum(vec![Fate::Done; 6]), "Applied: 6 changes done.\n");
    assert_eq!(sum(vec![Fate::Done]), "Applied: 1 change done.\n");
    assert_eq!(sum(Vec::new()), "Applied: nothing to do.\n");
}

#[test]
fn what_could_not_be_looked_at_once_more_is_said() {
    let unproven = Some(crate::store::Refusal::unavailable("the network is gone"));
    let text = plain(|out| text::outcome(out, &sample::plan(), &Outcome { fates: vec![Fate::Done], unproven }));
    let expected = "Applied: 1 change done.\nWhat was written could not be looked at once more: the network is gone\n\
                    `keywright plan` tells whether the store holds it.\n";
    assert_eq!(text, expected);
}

#[test]
fn a_run_that_was_stopped_or_refused_everywhere_stays_short() {
    let plan = sample::plan();
    let sum = |fates| plain(|out| text::outcome(out, &plan, &Outcome { fates, unproven: None }));
    let expected = "Applied: 1 done, 1 skipped.\n\n  skipped      plan/payments/gold\n\n\
                    The run was stopped: apply again to do the rest.\n";
    assert_eq!(sum(vec![Fate::Done, Fate::Skipped]), expected);
    let failed = sum(vec![Fate::Failed(Refusal::unavailable("no answer")); 8]);
    assert!(failed.starts_with("Applied: 0 done, 8 failed.\n\n  failed       package/payments, "), "{failed}");
    assert!(failed.contains(" and 3 more\n") && failed.contains("Mend what failed, then"), "{failed}");
}
