//! Applying to a scripted store.

use std::cell::Cell;
use std::cell::RefCell;

use super::*;
use crate::plan::KeyTarget;
use crate::plan::Target;
use crate::store::Performed;
use crate::store::Query;
use crate::store::Reader;

/// Refuses the given addresses and records its writes.
#[derive(Default)]
struct ScriptedStore {
    refuses: Vec<&'static str>,
    asked: RefCell<Vec<(String, Option<String>)>>,
    confirmed: RefCell<Vec<String>>,
    concurrency: usize,
    running: Cell<usize>,
    most_at_once: Cell<usize>,
    /// Whether it confirms each change and keeps another description.
    alters: bool,
}

impl Reader for ScriptedStore {
    async fn read(&self, _: &Query) -> Result<Live, Refusal> {
        Ok(Live::default())
    }
}

impl Store for ScriptedStore {
    fn concurrency(&self) -> usize {
        self.concurrency
    }

    async fn confirm(&self, changes: &[&Change]) -> Result<(), Refusal> {
        self.confirmed.borrow_mut().extend(changes.iter().map(|change| change.address.to_string()));
        Ok(())
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        self.running.set(self.running.get() + 1);
        self.most_at_once.set(self.most_at_once.get().max(self.running.get()));
        tokio::task::yield_now().await;
        self.running.set(self.running.get() - 1);
        let address = write.change.address.to_string();
        if self.refuses.contains(&address.as_str()) {
            return Err(Refusal::unavailable("scripted refusal"));
        }
        let value = write.value.map(|value| value.expose().to_owned());
        self.asked.borrow_mut().push((address, value));
        let altered = Altered { field: "description".into(), wanted: None, held: None };
        let altered = if self.alters { vec![altered] } else { Vec::new() };
        Ok(Performed { value: write.value.cloned(), altered, ..Performed::default() })
    }
}

#[derive(Default)]
struct Seen {
    delivered: Vec<(String, String)>,
    reported: Vec<(usize, &'static str)>,
    refuses_delivery: bool,
    ignores: bool,
}

impl Effects for Seen {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        bytes.fill(7);
        Ok(())
    }

    fn deliver(&mut self, _: &Change, to: &Delivery, value: &Secret) -> Delivering {
        if self.refuses_delivery {
            return delivered_at_once(Err(Refusal::unavailable("scripted refusal")));
        }
        self.delivered.push((to.file.to_string(), value.expose().to_owned()));
        delivered_at_once(Ok(()))
    }

    fn ignores(&self, _: Kind, field: &str) -> bool {
        self.ignores && field == "description"
    }

    fn report(&mut self, index: usize, _: &Change, result: &ChangeResult) {
        self.reported.push((index, result.name()));
    }
}

fn change(address: Address, needs: Vec<usize>) -> Change {
    let target = Target { name: "".into(), parent: None, live: None, key: None };
    Change { address, action: Action::Create, fields: Vec::new(), reason: String::new(), place: None, needs, target }
}

fn key(label: &str, value: ValueFrom, files: &[&str]) -> Change {
    let deliver = files.iter().map(|file| Delivery::file(*file, "K")).collect();
    let mut change = change(Address::key(label), Vec::new());
    change.target.key = Some(KeyTarget {
        package: Address::package("p"),
        value,
        with_secret: false,
        sources: crate::plan::Sources::default(),
        deliver,
        follows: None,
    });
    change
}

fn run(changes: Vec<Change>, store: &ScriptedStore, seen: &mut Seen) -> Outcome {
    run_without(&BTreeMap::new(), changes, store, seen)
}

fn run_without(
    excluded: &BTreeMap<usize, ChangeResult>,
    changes: Vec<Change>,
    store: &ScriptedStore,
    seen: &mut Seen,
) -> Outcome {
    let plan = Plan { changes, ..Plan::default() };
    let values = Values::from([(Address::key("given"), Secret::new("fake-given"))]);
    let secrets =
        Secrets { values: &values, shared: &BTreeMap::new(), live: &Live::default(), pending: &Pending::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(apply(&plan, excluded, store, &secrets, seen))
        .unwrap_or_else(|_| unreachable!("the store has no check"))
}

#[test]
fn a_failure_blocks_what_needs_it_and_nothing_else() {
    let store = ScriptedStore { refuses: vec!["user/a"], ..ScriptedStore::default() };
    let mut seen = Seen::default();
    let changes = vec![
        change(Address::user("a"), vec![]),
        change(Address::application("a", "x"), vec![0]),
        change(Address::user("b"), vec![]),
        change(Address::key("k"), vec![1]),
    ];
    let outcome = run(changes, &store, &mut seen);
    assert_eq!(seen.reported, [(0, "failed"), (1, "blocked"), (2, "done"), (3, "blocked")]);
    assert_eq!(outcome.results[1], ChangeResult::Blocked(Address::user("a")));
    assert_eq!(outcome.results[3], ChangeResult::Blocked(Address::application("a", "x")));
    assert_eq!(store.asked.borrow().len(), 1);
    assert!(!outcome.all_done());
}

#[test]
fn an_excluded_change_is_not_made_when_what_it_needs_is_done() {
    let (store, mut seen) = (ScriptedStore::default(), Seen::default());
    let stale = ChangeResult::Failed(Refusal::stale("it has changed"));
    let changes = vec![change(Address::user("a"), vec![]), change(Address::application("a", "x"), vec![0])];
    let outcome = run_without(&BTreeMap::from([(1, stale.clone())]), changes, &store, &mut seen);
    assert_eq!((outcome.results, store.asked.borrow().len()), (vec![ChangeResult::Done, stale], 1));
    assert_eq!(*store.confirmed.borrow(), ["user/a"], "the store checks what is written");
}

#[test]
fn as_many_changes_run_at_once_as_the_store_takes() {
    for (concurrency, most) in [(0, 1), (1, 1), (2, 2), (9, 3)] {
        let store = ScriptedStore { concurrency, ..ScriptedStore::default() };
        let changes = Vec::from(["a", "b", "c"].map(|name| change(Address::user(name), vec![])));
        assert!(run(changes, &store, &mut Seen::default()).all_done());
        assert_eq!(store.most_at_once.get(), most, "{concurrency}");
    }
}

#[test]
fn a_change_waits_for_what_it_needs_although_the_store_takes_more_at_once() {
    let store = ScriptedStore { concurrency: 9, ..ScriptedStore::default() };
    let changes = vec![
        change(Address::user("a"), vec![]),
        change(Address::application("a", "x"), vec![0]),
        change(Address::key("k"), vec![0, 1]),
    ];
    assert!(run(changes, &store, &mut Seen::default()).all_done());
    assert_eq!(store.most_at_once.get(), 1);
}

#[test]
fn what_the_store_alters_is_said_unless_the_workspace_knows_it() {
    for (ignores, result) in [(false, "altered"), (true, "done")] {
        let store = ScriptedStore { alters: true, ..ScriptedStore::default() };
        let mut seen = Seen { ignores, ..Seen::default() };
        let _ =
            run(vec![change(Address::user("a"), vec![]), key("given", ValueFrom::Given, &["f"])], &store, &mut seen);
        assert_eq!(seen.reported, [(0, result), (1, result)]);
        assert_eq!(seen.delivered.len(), 1);
    }
}

#[test]
fn a_generated_or_custom_value_is_delivered_after_the_key_exists() {
    let (store, mut seen) = (ScriptedStore::default(), Seen::default());
    let minted = ValueFrom::Minted { prefix: "abc_".into(), length: 24, has_checksum: false };
    let changes = vec![key("m", minted, &["one", "two"]), key("given", ValueFrom::Given, &["three"])];
    assert!(run(changes, &store, &mut seen).all_done());
    let value = store.asked.borrow()[0].1.clone().unwrap();
    assert_eq!(value, "abc_hhhhhhhhhhhhhhhhhhhh");
    let expected = [("one", value.as_str()), ("two", value.as_str()), ("three", "fake-given")];
    assert_eq!(seen.delivered, expected.map(|(file, value)| (file.to_owned(), value.to_owned())));
}

#[test]
fn a_generated_value_ends_with_the_checksum_that_its_manifest_asks_for() {
    for has_checksum in [false, true] {
        let store = ScriptedStore::default();
        let minted = ValueFrom::Minted { prefix: "abc_".into(), length: 32, has_checksum };
        assert!(run(vec![key("m", minted, &[])], &store, &mut Seen::default()).all_done());
        let value = store.asked.borrow()[0].1.clone().unwrap();
        assert_eq!((value.len(), crate::model::has_checksum(&value)), (32, has_checksum), "{value}");
    }
}

#[test]
fn an_unknown_value_creates_nothing() {
    let (store, mut seen) = (ScriptedStore::default(), Seen::default());
    let _ = run(vec![key("unknown", ValueFrom::Given, &[])], &store, &mut seen);
    assert_eq!(seen.reported, [(0, "failed")]);
    assert!(store.asked.borrow().is_empty());
}

#[test]
fn a_key_whose_value_could_not_be_delivered_is_in_the_store() {
    let mut seen = Seen { refuses_delivery: true, ..Seen::default() };
    let mut changes = vec![key("given", ValueFrom::Given, &["f"])];
    changes.push(change(Address::user("later"), vec![0]));
    let _ = run(changes, &ScriptedStore::default(), &mut seen);
    assert_eq!(seen.reported, [(0, "undelivered"), (1, "done")]);
    // The store generated the value and did not return it, so it cannot be delivered.
    let mut seen = Seen::default();
    let _ = run(vec![key("k", ValueFrom::Store, &["f"])], &ScriptedStore::default(), &mut seen);
    assert_eq!(seen.reported, [(0, "undelivered")]);
}

#[test]
fn delivering_does_not_touch_the_store() {
    let (store, mut seen) = (ScriptedStore::default(), Seen::default());
    let mut deliver = key("given", ValueFrom::Given, &["f"]);
    deliver.action = Action::Deliver;
    let _ = run(vec![deliver], &store, &mut seen);
    assert_eq!(seen.delivered, [("f".to_owned(), "fake-given".to_owned())]);
    assert!(store.asked.borrow().is_empty());
}
