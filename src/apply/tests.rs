//! Applying on a store that is told what to answer.

use std::cell::RefCell;

use super::*;
use crate::plan::Target;
use crate::store::Performed;
use crate::store::Query;
use crate::store::Reader;

/// Refuses what it is told to refuse, and remembers what it was asked.
#[derive(Default)]
struct Told {
    refuses: Vec<&'static str>,
    asked: RefCell<Vec<(String, Option<String>)>>,
}

impl Reader for Told {
    async fn read(&self, _: &Query) -> Result<Live, Refusal> {
        Ok(Live::default())
    }
}

impl Store for Told {
    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        let address = write.change.address.to_string();
        if self.refuses.contains(&address.as_str()) {
            return Err(Refusal::unavailable("told to refuse"));
        }
        let value = write.value.map(|value| value.expose().to_owned());
        self.asked.borrow_mut().push((address, value));
        Ok(Performed { value: write.value.cloned(), ..Performed::default() })
    }
}

#[derive(Default)]
struct Seen {
    delivered: Vec<(String, String)>,
    told: Vec<(usize, &'static str)>,
    refuses_delivery: bool,
}

impl Effects for Seen {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        bytes.fill(7);
        Ok(())
    }

    fn deliver(&mut self, to: &Delivery, value: &Secret) -> Result<(), Refusal> {
        if self.refuses_delivery {
            return Err(Refusal::unavailable("told to refuse"));
        }
        self.delivered.push((to.file.to_string(), value.expose().to_owned()));
        Ok(())
    }

    fn tell(&mut self, index: usize, _: &Change, fate: &Fate) {
        self.told.push((index, fate.name()));
    }
}

fn change(address: Address, needs: Vec<usize>) -> Change {
    let target = Target { name: "".into(), parent: None, live: None, key: None };
    Change { address, action: Action::Create, fields: Vec::new(), reason: String::new(), place: None, needs, target }
}

fn key(label: &str, value: ValueFrom, files: &[&str]) -> Change {
    let deliver = files.iter().map(|file| Delivery { file: (*file).into(), variable: "K".into() }).collect();
    let mut change = change(Address::key(label), Vec::new());
    change.target.key =
        Some(KeyTarget { package: Address::package("p"), value, with_secret: false, deliver, follows: None });
    change
}

fn run(changes: Vec<Change>, store: &Told, seen: &mut Seen) -> Outcome {
    let plan = Plan { changes, ..Plan::default() };
    let values = Values::from([(Address::key("given"), Secret::new("fake-given"))]);
    let secrets = Secrets { values: &values, shared: &BTreeMap::new(), live: &Live::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(apply(&plan, &BTreeMap::new(), store, &secrets, seen))
        .unwrap_or_else(|_| unreachable!("the store needs no look"))
}

#[test]
fn a_failure_blocks_what_needs_it_and_nothing_else() {
    let store = Told { refuses: vec!["user/a"], ..Told::default() };
    let mut seen = Seen::default();
    let changes = vec![
        change(Address::user("a"), vec![]),
        change(Address::application("a", "x"), vec![0]),
        change(Address::user("b"), vec![]),
        change(Address::key("k"), vec![1]),
    ];
    let outcome = run(changes, &store, &mut seen);
    assert_eq!(seen.told, [(0, "failed"), (1, "blocked"), (2, "done"), (3, "blocked")]);
    assert_eq!(outcome.fates[1], Fate::Blocked(Address::user("a")));
    assert_eq!(outcome.fates[3], Fate::Blocked(Address::application("a", "x")));
    assert_eq!(store.asked.borrow().len(), 1);
    assert!(!outcome.all_done());
}

#[test]
fn a_value_is_minted_or_given_and_delivered_after_the_key_exists() {
    let (store, mut seen) = (Told::default(), Seen::default());
    let minted = ValueFrom::Minted { prefix: "abc_".into(), length: 24 };
    let changes = vec![key("m", minted, &["one", "two"]), key("given", ValueFrom::Given, &["three"])];
    assert!(run(changes, &store, &mut seen).all_done());
    let value = store.asked.borrow()[0].1.clone().unwrap();
    assert_eq!(value, "abc_hhhhhhhhhhhhhhhhhhhh");
    let expected = [("one", value.as_str()), ("two", value.as_str()), ("three", "fake-given")];
    assert_eq!(seen.delivered, expected.map(|(file, value)| (file.to_owned(), value.to_owned())));
}

#[test]
fn a_value_that_is_not_known_creates_nothing() {
    let (store, mut seen) = (Told::default(), Seen::default());
    let _ = run(vec![key("unknown", ValueFrom::Given, &[])], &store, &mut seen);
    assert_eq!(seen.told, [(0, "failed")]);
    assert!(store.asked.borrow().is_empty());
}

#[test]
fn a_key_whose_value_could_not_be_delivered_is_in_the_store() {
    let mut seen = Seen { refuses_delivery: true, ..Seen::default() };
    let mut changes = vec![key("given", ValueFrom::Given, &["f"])];
    changes.push(change(Address::user("later"), vec![0]));
    let _ = run(changes, &Told::default(), &mut seen);
    assert_eq!(seen.told, [(0, "undelivered"), (1, "done")]);
    // The store minted the value and did not tell it: nothing can be delivered.
    let mut seen = Seen::default();
    let _ = run(vec![key("k", ValueFrom::Store, &["f"])], &Told::default(), &mut seen);
    assert_eq!(seen.told, [(0, "undelivered")]);
}

#[test]
fn delivering_does_not_touch_the_store() {
    let (store, mut seen) = (Told::default(), Seen::default());
    let mut deliver = key("given", ValueFrom::Given, &["f"]);
    deliver.action = Action::Deliver;
    let _ = run(vec![deliver], &store, &mut seen);
    assert_eq!(seen.delivered, [("f".to_owned(), "fake-given".to_owned())]);
    assert!(store.asked.borrow().is_empty());
}
