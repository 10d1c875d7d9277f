//! A saved plan is the plan: it loads equal, and its apply makes exactly the plan's writes, at any concurrency. If the
//! store has changed, exactly the changes whose object changed are stale.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use keywright::apply;
use keywright::apply::Delivering;
use keywright::apply::Effects;
use keywright::apply::Secrets;
use keywright::apply::delivered_at_once;
use keywright::diagnostic::Finding;
use keywright::diagnostic::Places;
use keywright::diagnostic::has_errors;
use keywright::model::Address;
use keywright::model::Delivery;
use keywright::model::Digest;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::LiveObject;
use keywright::model::Secret;
use keywright::outcome::ChangeResult;
use keywright::outcome::Outcome;
use keywright::plan;
use keywright::plan::Action;
use keywright::plan::Change;
use keywright::plan::Context;
use keywright::plan::LivingValues;
use keywright::plan::MaxDelete;
use keywright::plan::Options;
use keywright::plan::Origin;
use keywright::plan::Plan;
use keywright::plan::Planned;
use keywright::plan::Remembered;
use keywright::plan::pending::Pending;
use keywright::saved_plan::SavedPlan;
use keywright::store::Performed;
use keywright::store::Query;
use keywright::store::Reader;
use keywright::store::Refusal;
use keywright::store::Store;
use keywright::store::Write;
use keywright::stores::embedded::Embedded;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::Ready;
use super::bench::block_on;
use super::bench::found;
use super::bench::now;
use super::bench::valid;
use super::change::two_versions;
use super::edits;
use super::settings::Settings;
use super::settings::settings;
use super::settled::all_done;
use super::settled::nothing_to_do;
use super::settled::short;
use super::tape::tapes;

/// A store that records its requests, and in which later calls overtake earlier ones.
struct Recording<'a> {
    store: &'a Embedded,
    concurrency: usize,
    asked: RefCell<Vec<Change>>,
}

impl Reader for Recording<'_> {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        self.store.read(query).await
    }
}

impl Store for Recording<'_> {
    fn concurrency(&self) -> usize {
        self.concurrency
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        let address = write.change.address.to_string();
        for _ in 0..Digest::of(address.as_bytes()).hex().as_bytes()[0] % 4 {
            tokio::task::yield_now().await;
        }
        self.asked.borrow_mut().push(write.change.clone());
        self.store.perform(write).await
    }
}

struct Around<'a> {
    delivered: &'a mut BTreeMap<Delivery, Secret>,
    randomness: u64,
}

impl Effects for Around<'_> {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        for byte in bytes {
            self.randomness = self.randomness.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            *byte = self.randomness.to_be_bytes()[0];
        }
        Ok(())
    }

    fn deliver(&mut self, _: &Change, to: &Delivery, value: &Secret) -> Delivering {
        self.delivered.insert(to.clone(), value.clone());
        delivered_at_once(Ok(()))
    }

    fn report(&mut self, _: usize, _: &Change, _: &ChangeResult) {}
}

/// A plan as loaded from a file, with its original consent.
fn saved(ready: &Ready, plan: &Plan, settings: &Settings) -> Result<SavedPlan, TestCaseError> {
    let origin = Origin {
        version: "1".into(),
        made: now(),
        workspace: "law".into(),
        stores: Vec::new(),
        database: Vec::new(),
        sinks: Vec::new(),
        manifests: None,
    };
    let options = Options {
        prune: settings.prune,
        allow: plan.changes.iter().map(|change| change.address.to_string()).collect(),
        max_delete: Some(MaxDelete::Percent(100)),
        ..Options::default()
    };
    // The plan was made from everything that the store returns.
    let added = Query::everything().added;
    let places = Places::new(&ready.sources);
    let findings = ready.diagnostics.iter().map(|diagnostic| Finding::of(diagnostic, &places)).collect();
    let saved = SavedPlan { origin, options, added, plan: plan.clone(), findings };
    let bytes = saved.to_bytes();
    let loaded = SavedPlan::read(&bytes).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
    prop_assert!(loaded == saved, "it does not load as it was saved");
    prop_assert_eq!(&loaded.to_bytes(), &bytes);
    Ok(loaded)
}

/// Finds the objects of a saved plan in the store, and checks the guards.
fn reviewed(bench: &Bench, ready: &Ready, saved: &SavedPlan) -> Result<(Live, Planned), TestCaseError> {
    let desired = ready.desired.as_ref().expect("the manifests have no errors");
    let query = plan::query(&saved.plan, saved.options.prune, &saved.added, desired);
    let live = block_on(bench.store.read(&query)).expect("the store can be read");
    let context = Context {
        desired,
        sources: &ready.sources,
        live: &live,
        values: &ready.secrets.values,
        secrets: &ready.secrets.shared,
        delivered: &BTreeMap::new(),
        workspace: &ready.workspace,
        now: now(),
        options: &saved.options,
        remembered: &Remembered::default(),
        living: LivingValues::default(),
    };
    let planned =
        plan::review(saved.plan.clone(), &context).map_err(|undeclared| TestCaseError::fail(undeclared.to_string()))?;
    prop_assert!(planned.asked.is_empty(), "what was consented to is held back:\n{}", found(&planned.asked));
    prop_assert!(!has_errors(&planned.stopped), "what was consented to is stopped:\n{}", found(&planned.stopped));
    Ok((live, planned))
}

/// Applies what can be applied, and returns the requests to the store.
fn carry_out(
    bench: &mut Bench,
    ready: &Ready,
    live: &Live,
    planned: &Planned,
    (concurrency, seed): (usize, u64),
) -> (Vec<Change>, Outcome) {
    let store = Recording { store: &bench.store, concurrency, asked: RefCell::default() };
    let secrets =
        Secrets { values: &ready.secrets.values, shared: &ready.secrets.shared, live, pending: &Pending::default() };
    let mut effects = Around { delivered: &mut bench.delivered, randomness: seed };
    let work = apply::apply(&planned.plan, &planned.excluded, &store, &secrets, &mut effects);
    let outcome = block_on(work).expect("it needs no look");
    (store.asked.into_inner(), outcome)
}

/// What a change asks of a store, without its place in a manifest and without what was done before.
fn write(change: &Change) -> String {
    let live = change.target.live.as_ref().map(|live| (live.object, live.fingerprint));
    let key = change.target.key.as_ref().map(|key| (&key.package, &key.value, key.with_secret, &key.deliver));
    let target = (&change.target.name, &change.target.parent, live, key);
    format!("{} {} {:?} {target:?}", change.action, change.address, change.fields)
}

fn writes<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<String> {
    let mut writes: Vec<String> =
        changes.into_iter().filter(|change| change.action != Action::Deliver).map(write).collect();
    writes.sort();
    writes
}

/// Key values, and ids except those in the addresses of keys.
fn nothing_secret(saved: &SavedPlan, live: &Live, ready: &Ready) -> Result<(), TestCaseError> {
    let text = String::from_utf8(saved.to_bytes()).expect("a file is text");
    let values = live.of(Kind::PackageKey).iter().filter_map(|object| object.key.as_ref()).map(|key| &key.value);
    for value in values.chain(ready.secrets.values.values()).filter(|value| value.expose().len() > 6) {
        prop_assert!(!text.contains(value.expose()), "the value of a key is in the file");
    }
    let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::PackageKey);
    for object in kinds.flat_map(|kind| live.of(kind)) {
        prop_assert!(!text.contains(object.id.expose()), "the id of {} is in the file", object.address);
    }
    Ok(())
}

fn same<'a>(live: &'a Live, change: &Change) -> Option<&'a LiveObject> {
    let id = change.live_id()?;
    live.of(change.address.kind()).iter().find(|object| object.id == *id)
}

/// Whether an object that is deleted with everything on it has something that the plan does not know.
fn got_something_new(change: &Change, changes: &[Change], now: &Live) -> bool {
    let is_known = |object: &LiveObject| {
        changes.iter().any(|other| other.address.kind() == object.address.kind() && other.live_id() == Some(&object.id))
    };
    let hangs_on_it = |object: &&LiveObject| {
        let key = object.key.as_ref().map(|key| &key.package);
        let plan = key.zip(object.attributes.text("plan")).map(|(package, plan)| Address::plan(&package.name(), plan));
        object.parent.as_ref() == Some(&change.address)
            || key == Some(&change.address)
            || plan.as_ref() == Some(&change.address)
    };
    let below = [Kind::Application, Kind::Plan, Kind::PackageKey];
    change.action == Action::Delete
        && change.address.kind() != Kind::PackageKey
        && same(now, change).is_some()
        && below.into_iter().flat_map(|kind| now.of(kind)).filter(hangs_on_it).any(|object| !is_known(object))
}

/// The deletes that stay because what they hang on stays.
fn kept_with(stale: &BTreeSet<usize>, changes: &[Change], now: &Live) -> BTreeSet<usize> {
    let deletes = |index: &usize| changes[*index].action == Action::Delete;
    let is_there = |index: &usize| same(now, &changes[*index]).is_some();
    let mut open: Vec<usize> = stale.iter().copied().filter(|index| deletes(index) && is_there(index)).collect();
    let mut kept = BTreeSet::new();
    while let Some(parent) = open.pop() {
        let new = changes[parent].needs.iter().copied().filter(|index| deletes(index) && !stale.contains(index));
        open.extend(new.filter(|index| kept.insert(*index)));
    }
    kept
}

proptest! {
    #![proptest_config(super::cases(96))]

    #[test]
    fn a_saved_plan_makes_exactly_the_writes_of_the_plan(
        (first, second) in two_versions(),
        foreign in tapes(0, 4),
        settings in settings(),
        concurrency in 1_usize..9,
    ) {
        let mut bench = Bench::new();
        let mut deleted = BTreeSet::new();
        // Values that differ from those of the edits and earlier rounds.
        for (world, foreign, seed) in [(&first, &foreign[..], 0x9e37_79b9), (&second, &[], 0x7f4a_7c15)] {
            for mut tape in foreign.iter().cloned() {
                edits::create_foreign(&bench, &mut tape);
            }
            let ready = valid(world, &settings)?;
            let planned = bench.plan(&ready, &settings, true);
            if has_errors(&planned.diagnostics) || has_errors(&planned.left_out()) || has_errors(&planned.stopped) {
                return Ok(());
            }
            let of = |action| planned.plan.changes.iter().filter(move |change| change.action == action);
            if of(Action::Create).any(|change| deleted.contains(&change.address)) {
                // The username of a deleted user can never be used again (CAM-048).
                return Ok(());
            }
            let users = of(Action::Delete).map(|change| &change.address).filter(|gone| gone.kind() == Kind::User);
            deleted.extend(users.cloned());
            let saved = saved(&ready, &planned.plan, &settings)?;
            nothing_secret(&saved, &bench.live(), &ready)?;
            let (live, reviewed) = reviewed(&bench, &ready, &saved)?;
            prop_assert!(reviewed.excluded.is_empty(), "stale without a cause:\n{}", short(&planned.plan));
            let (asked, outcome) = carry_out(&mut bench, &ready, &live, &reviewed, (concurrency, seed));
            prop_assert_eq!(writes(&asked), writes(&planned.plan.changes));
            all_done(&planned, &outcome)?;
            nothing_to_do(&bench, &ready, &settings)?;
        }
    }

    #[test]
    fn exactly_the_changed_objects_are_stale(
        (first, second) in two_versions(),
        settings in settings(),
        edits in tapes(1, 4),
        concurrency in 1_usize..9,
    ) {
        let mut bench = Bench::new();
        prop_assume!(bench.apply(&valid(&first, &settings)?, &settings).is_some());
        let ready = valid(&second, &settings)?;
        let planned = bench.plan(&ready, &settings, true);
        prop_assume!(!has_errors(&planned.diagnostics) && planned.left_out().is_empty() && !has_errors(&planned.stopped));
        let saved = saved(&ready, &planned.plan, &settings)?;
        for mut tape in edits {
            edits::edit(&bench, &mut tape);
        }
        let now = bench.live();
        let Ok((live, reviewed)) = reviewed(&bench, &ready, &saved) else { return Ok(()) };
        let changes = &planned.plan.changes;
        let stale: BTreeSet<usize> =
            reviewed.excluded.iter().filter(|(_, fate)| fate.name() == "stale").map(|(index, _)| *index).collect();
        for (index, change) in changes.iter().enumerate() {
            let Some(target) = &change.target.live else { continue };
            let moved = same(&now, change).is_none_or(|object| object.fingerprint() != target.fingerprint);
            let moved = moved || got_something_new(change, changes, &now);
            prop_assert_eq!(stale.contains(&index), moved, "{} {}", change.action, change.address);
        }
        let kept = kept_with(&stale, changes, &now);
        for (index, change) in changes.iter().enumerate().filter(|(index, _)| !stale.contains(index)) {
            let is_blocked = change.needs.iter().any(|need| reviewed.excluded.contains_key(need)) || kept.contains(&index);
            prop_assert_eq!(reviewed.excluded.contains_key(&index), is_blocked, "{} {}", change.action, change.address);
        }
        let (asked, outcome) = carry_out(&mut bench, &ready, &live, &reviewed, (concurrency, 0x9e37_79b9));
        prop_assert_eq!(outcome.results.len(), changes.len());
        let allowed = writes(changes.iter().enumerate().filter(|(i, _)| !reviewed.excluded.contains_key(i)).map(|(_, c)| c));
        for write in writes(&asked) {
            prop_assert!(allowed.contains(&write), "not in the plan, or stale: {write}");
        }
    }
}
