//! The verification after the writes: a store may confirm a value and keep another.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Effects;
use super::Goods;
use super::reported;
use super::value::other_value;
use crate::model::Secret;
use crate::outcome::ChangeResult;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Plan;
use crate::store::Refusal;
use crate::store::Store;

/// Reads the written objects, and corrects the results of those that differ or that could not be read. `made` has the
/// values of new keys.
pub(super) async fn verify<S: Store, E: Effects>(
    plan: &Plan,
    store: &S,
    made: &BTreeMap<usize, Secret>,
    results: &mut [ChangeResult],
    effects: &RefCell<&mut E>,
) {
    let is_written = |(index, change): &(usize, &Change)| {
        results[*index] == ChangeResult::Done && leaves_object(change) && store.needs_read_back(change)
    };
    let written: Vec<(usize, &Change)> = plan.changes.iter().enumerate().filter(is_written).collect();
    if written.is_empty() {
        return;
    }
    let changes: Vec<&Change> = written.iter().map(|(_, change)| *change).collect();
    // After a stop, make no more calls.
    let found = if effects.borrow().is_stopped() {
        let stopped = || Err(Refusal::unavailable("the run was stopped before the verification"));
        changes.iter().map(|_| stopped()).collect()
    } else {
        store.read_back(&changes).await
    };
    for ((index, change), found) in written.into_iter().zip(found) {
        let result = match found {
            Ok(found) => match found.value.filter(|value| made.get(&index).is_some_and(|made| made != value)) {
                Some(live) => {
                    let goods = Goods { value: &live, shared: None };
                    other_value(index, change, goods, None, effects).await
                }
                None => match reported(change, found.altered, &**effects.borrow()) {
                    altered if altered.is_empty() => continue,
                    altered => ChangeResult::Altered(altered),
                },
            },
            Err(refusal) => ChangeResult::Unverified(refusal),
        };
        results[index] = result;
        effects.borrow_mut().correct(index, change, &results[index]);
    }
}

/// Whether a change leaves an object in the store.
fn leaves_object(change: &Change) -> bool {
    !matches!(change.action, Action::Delete | Action::Deliver)
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::plan::Target;
    use crate::store::Found;
    use crate::store::Query;
    use crate::store::Reader;

    /// A store whose answers are not reliable, except for `reliable`.
    #[derive(Default)]
    struct Doubtful {
        refuses: Vec<&'static str>,
        reliable: Vec<&'static str>,
        /// The description that it kept instead of the one that was sent.
        altered: Vec<&'static str>,
        lost: Vec<&'static str>,
        other_value: Vec<&'static str>,
        read_back: RefCell<Vec<String>>,
    }

    fn has(names: &[&'static str], change: &Change) -> bool {
        names.contains(&change.address.to_string().as_str())
    }

    impl Reader for Doubtful {
        async fn read(&self, _: &Query) -> Result<Live, Refusal> {
            Ok(Live::default())
        }
    }

    impl Store for Doubtful {
        async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
            if has(&self.refuses, write.change) {
                return Err(Refusal::unavailable("scripted refusal"));
            }
            Ok(Performed { value: write.value.cloned(), ..Performed::default() })
        }

        fn needs_read_back(&self, change: &Change) -> bool {
            !has(&self.reliable, change)
        }

        async fn read_back(&self, changes: &[&Change]) -> Vec<Result<Found, Refusal>> {
            let found = |change: &&Change| {
                self.read_back.borrow_mut().push(change.address.to_string());
                if has(&self.lost, change) {
                    return Err(Refusal::unavailable("scripted refusal"));
                }
                let altered = Altered { field: "description".into(), wanted: None, held: None };
                let altered = if has(&self.altered, change) { vec![altered] } else { Vec::new() };
                let value = has(&self.other_value, change).then(|| Secret::new("chk_fake-other"));
                Ok(Found { altered, value })
            };
            changes.iter().map(found).collect()
        }
    }

    #[derive(Default)]
    struct Seen {
        delivered: Vec<String>,
        reported: Vec<(usize, &'static str)>,
        corrected: Vec<(usize, &'static str)>,
        ignores: bool,
        stops_after: Option<usize>,
        settled: usize,
    }

    impl Effects for Seen {
        fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
            bytes.fill(7);
            Ok(())
        }

        fn deliver(&mut self, _: &Change, _: &Delivery, value: &Secret) -> Delivering {
            self.delivered.push(value.expose().to_owned());
            delivered_at_once(Ok(()))
        }

        fn settle(&mut self, _: usize, _: &ChangeResult) {
            self.settled += 1;
        }

        fn ignores(&self, _: Kind, field: &str) -> bool {
            self.ignores && field == "description"
        }

        fn is_stopped(&self) -> bool {
            self.stops_after.is_some_and(|most| self.settled >= most)
        }

        fn report(&mut self, index: usize, _: &Change, result: &ChangeResult) {
            self.reported.push((index, result.name()));
        }

        fn correct(&mut self, index: usize, _: &Change, result: &ChangeResult) {
            self.corrected.push((index, result.name()));
        }
    }

    fn change(label: &str, action: Action) -> Change {
        let key = KeyTarget {
            package: Address::package("p"),
            value: ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false },
            with_secret: false,
            sources: crate::plan::Sources::default(),
            deliver: vec![Delivery::file("f", "K")],
            follows: None,
        };
        let target = Target { name: "".into(), parent: None, live: None, key: Some(key) };
        let (address, reason) = (Address::key(label), String::new());
        Change { address, action, fields: Vec::new(), reason, place: None, needs: Vec::new(), target }
    }

    fn results(changes: Vec<Change>, store: &Doubtful, seen: &mut impl Effects) -> Vec<&'static str> {
        let plan = Plan { changes, ..Plan::default() };
        let (values, shared, live) = (Values::default(), BTreeMap::new(), Live::default());
        let secrets = Secrets { values: &values, shared: &shared, live: &live, pending: &Pending::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(apply(&plan, &BTreeMap::new(), store, &secrets, seen));
        let outcome = outcome.unwrap_or_else(|_| unreachable!("the store has no check"));
        outcome.results.iter().map(ChangeResult::name).collect()
    }

    fn creates(labels: &[&str]) -> Vec<Change> {
        labels.iter().map(|label| change(label, Action::Create)).collect()
    }

    #[test]
    fn what_was_written_and_is_still_there_is_read_again() {
        let mut changes = creates(&["new", "refused", "reliable"]);
        changes.push(change("gone", Action::Delete));
        changes.push(change("delivered", Action::Deliver));
        changes.push(change("changed", Action::Update));
        let store = Doubtful { refuses: vec!["key/refused"], reliable: vec!["key/reliable"], ..Doubtful::default() };
        let results = results(changes, &store, &mut Seen::default());
        assert_eq!(results, ["done", "failed", "done", "done", "done", "done"]);
        assert_eq!(*store.read_back.borrow(), ["key/new", "key/changed"]);
    }

    #[test]
    fn a_change_counts_as_done_only_if_the_store_shows_it() {
        let store = Doubtful { altered: vec!["key/altered"], lost: vec!["key/lost"], ..Doubtful::default() };
        let mut seen = Seen::default();
        assert_eq!(
            results(creates(&["as-sent", "altered", "lost"]), &store, &mut seen),
            ["done", "altered", "unverified"]
        );
        assert_eq!(seen.corrected, [(1, "altered"), (2, "unverified")]);
        let mut seen = Seen { ignores: true, ..Seen::default() };
        assert_eq!(
            results(creates(&["altered"]), &store, &mut seen),
            ["done"],
            "the workspace knows that it is ignored"
        );
        assert_eq!(seen.corrected, []);
    }

    #[test]
    fn the_value_that_the_store_shows_later_replaces_the_delivered_one() {
        let store = Doubtful { other_value: vec!["key/other"], ..Doubtful::default() };
        let mut seen = Seen::default();
        assert_eq!(results(creates(&["other"]), &store, &mut seen), ["altered"]);
        assert_eq!(seen.delivered.len(), 2);
        assert_eq!(seen.delivered[1], "chk_fake-other");
    }

    /// Effects of a caller that tells no first result from a correction, and knows no field that the store ignores.
    #[derive(Default)]
    struct Plain(Vec<(usize, &'static str)>);

    impl Effects for Plain {
        fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
            bytes.fill(7);
            Ok(())
        }

        fn deliver(&mut self, _: &Change, _: &Delivery, _: &Secret) -> Delivering {
            delivered_at_once(Ok(()))
        }

        fn report(&mut self, index: usize, _: &Change, result: &ChangeResult) {
            self.0.push((index, result.name()));
        }
    }

    #[test]
    fn a_correction_is_reported_to_a_caller_that_asks_for_nothing_more() {
        let store = Doubtful { altered: vec!["key/altered"], ..Doubtful::default() };
        let mut seen = Plain::default();
        assert_eq!(results(creates(&["altered"]), &store, &mut seen), ["altered"]);
        assert_eq!(seen.0, [(0, "done"), (0, "altered")]);
    }

    /// What a stopped run wrote is not known to be right, and what it did not start is skipped.
    #[test]
    fn a_stopped_run_starts_no_more_changes_and_verifies_none() {
        let store = Doubtful::default();
        let mut seen = Seen { stops_after: Some(1), ..Seen::default() };
        assert_eq!(results(creates(&["first", "second"]), &store, &mut seen), ["unverified", "skipped"]);
        assert_eq!(seen.reported, [(0, "done"), (1, "skipped")]);
        assert!(store.read_back.borrow().is_empty());
    }
}
