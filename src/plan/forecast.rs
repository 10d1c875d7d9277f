//! What a plan will cost: API calls, time, and the share of the daily quota.

mod looks;

use std::collections::BTreeMap;
use std::fmt;

pub use self::looks::Lists;
pub use self::looks::Way;
pub use self::looks::looks;
pub use self::looks::proof;

use super::Action;
use super::Change;
use super::ValueFrom;
use crate::model::Address;
use crate::model::Kind;
use crate::model::services::SERVICES;
use crate::model::services::steps;
use crate::text::count;

/// The call limits of a remote store, and the calls made so far.
#[derive(Clone, PartialEq, Debug)]
pub struct Tariff {
    pub store: &'static str,
    pub kinds: &'static [Kind],
    /// Calls per second that the client really makes.
    pub per_second: f64,
    /// The daily limit, if there is one.
    pub per_day: Option<u64>,
    /// Calls that the last snapshot took; another snapshot takes as many.
    pub snapshot: usize,
    /// Lifetime of a token, in seconds.
    pub token_life: f64,
    /// The lists that the last snapshot found.
    pub lists: Lists,
    /// Whether the client reads one list before the first change and one after each.
    pub reads_back: bool,
}

/// The calls that a plan needs at one store, by purpose.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Forecast {
    pub store: &'static str,
    /// Reads for the plan itself, already made.
    pub read: usize,
    /// Checks right before the writes.
    pub look: usize,
    pub create: usize,
    pub update: usize,
    pub delete: usize,
    /// Verifications after all writes.
    pub read_back: usize,
    /// The calls of [`Self::left`] by the kind of the objects. Packages and plans may be read in one list, which counts for the
    /// packages.
    pub kinds: BTreeMap<Kind, usize>,
    /// How long the remaining calls take at the allowed rate.
    pub seconds: f64,
    /// Share of the daily limit that the whole run takes; 1 is all of it.
    pub share_of_day: Option<f64>,
    /// Tokens that expire during the run.
    pub token_renewals: usize,
}

impl Forecast {
    /// The cost of making `changes` in the store of the tariff.
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a Change> + Clone, tariff: &Tariff) -> Self {
        let mut cost = Self { store: tariff.store, read: tariff.snapshot, ..Self::default() };
        let there: Vec<&Change> =
            changes.into_iter().filter(|change| tariff.kinds.contains(&change.address.kind())).collect();
        for change in &there {
            let before = cost.left();
            cost.add(change);
            cost.of_kind(change.address.kind(), cost.left() - before);
        }
        let writes = cost.create + cost.update + cost.delete;
        if tariff.reads_back {
            (cost.look, cost.read_back) = (if writes > 0 { 1 + writes } else { 0 }, 0);
            cost.kinds = tariff.kinds.iter().take(1).map(|kind| (*kind, cost.left())).collect();
        } else {
            let checked = looks(there.iter().copied().filter(|change| is_checked(change)), &tariff.lists);
            let after = looks::after(there.iter().copied(), &tariff.lists);
            let verified = looks(there.iter().copied().filter(|change| is_verified(change)), &after);
            let proofs = proofs(&there, &after);
            cost.look += calls(&checked);
            cost.read_back += calls(&verified) + proofs;
            for (kind, (_, calls)) in checked.into_iter().chain(verified) {
                cost.of_kind(kind, calls);
            }
            cost.of_kind(Kind::PackageKey, proofs);
        }
        cost.kinds.retain(|_, calls| *calls > 0);
        cost.seconds = precise(cost.left()) / tariff.per_second;
        cost.share_of_day = tariff
            .per_day
            .map(|day| precise(cost.total()) / precise(usize::try_from(day).unwrap_or(usize::MAX)).max(1.0));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
        {
            cost.token_renewals = (cost.seconds / tariff.token_life.max(1.0)) as usize;
        }
        cost
    }

    fn of_kind(&mut self, kind: Kind, calls: usize) {
        *self.kinds.entry(kind).or_default() += calls;
    }

    fn add(&mut self, change: &Change) {
        let is_added = |field: &str| field.starts_with("extendedAttributes.");
        let added = usize::from(change.fields.iter().any(|field| is_added(&field.field)));
        let has_own = change.fields.iter().any(|field| !is_added(&field.field) && field.field != SERVICES);
        self.add_services(change);
        let key = change.target.key.as_ref();
        let delivers = key.is_some_and(|key| !key.deliver.is_empty());
        match change.action {
            Action::Deliver => {}
            Action::Create => {
                self.create += 1;
                self.update += added;
                // Lists the application's keys first, so that a lost response can be resolved.
                self.look += usize::from(key.is_some_and(|key| key.value == ValueFrom::Store));
                // Only an active key is delivered.
                self.read_back += usize::from(delivers && key.is_some_and(|key| key.value == ValueFrom::Given));
            }
            Action::Replace => {
                self.create += 1;
                self.delete += 1;
            }
            Action::Update | Action::Enable | Action::Disable => {
                self.update += usize::from(has_own) + added;
                self.read_back += usize::from(delivers && change.after("settings.status").is_some());
            }
            Action::Delete => {
                self.delete += 1;
                // The list of what is below it.
                let is_above = matches!(change.address.kind(), Kind::User | Kind::Application | Kind::Package);
                self.look += usize::from(is_above);
            }
        }
    }

    /// One call for each service and endpoint that a plan opens or closes.
    fn add_services(&mut self, change: &Change) {
        let field = change.fields.iter().find(|field| field.field == SERVICES && change.action != Action::Delete);
        for step in field.into_iter().flat_map(|field| steps(field.before.as_ref(), field.after.as_ref())) {
            *(if step.opens { &mut self.create } else { &mut self.delete }) += 1;
        }
    }

    /// Calls that the apply still needs.
    pub const fn left(&self) -> usize {
        self.look + self.create + self.update + self.delete + self.read_back
    }

    /// All calls of the run, including the reads for the plan.
    pub const fn total(&self) -> usize {
        self.read + self.left()
    }
}

impl fmt::Display for Forecast {
    /// `115 calls to …, about 60 s: 115 creates (after 4 reads)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, store) = (self.left(), self.store);
        write!(f, "{} to {store}, about {}", count(left, "call"), Time(self.seconds))?;
        let parts = [
            (self.look, "check"),
            (self.create, "create"),
            (self.update, "update"),
            (self.delete, "delete"),
            (self.read_back, "verification"),
        ];
        let mut before = ": ";
        for (number, what) in parts.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{before}{}", count(number, what))?;
            before = ", ";
        }
        if let Some(share) = self.share_of_day {
            write!(f, "; {:.1}% of the daily limit", share * 100.0)?;
        }
        if self.token_renewals > 0 {
            write!(f, "; {}", count(self.token_renewals, "token renewal*"))?;
        }
        write!(f, " (after {})", count(self.read, "read"))
    }
}

/// Whether the object of a change is checked before the first write.
pub const fn is_checked(change: &Change) -> bool {
    change.target.live.is_some() && !matches!(change.action, Action::Deliver)
}

/// Whether a change leaves an object that is read after it.
const fn is_verified(change: &Change) -> bool {
    !matches!(change.action, Action::Delete | Action::Deliver)
}

/// The calls that show whether another run created the same keys: two looks at each application with a new generated key, or
/// two at the list of all keys.
fn proofs(changes: &[&Change], lists: &Lists) -> usize {
    let is_generated = |change: &&&Change| {
        let value = change.target.key.as_ref().map(|key| &key.value);
        change.action == Action::Create && matches!(value, Some(ValueFrom::Minted { .. } | ValueFrom::Store))
    };
    let mut applications: BTreeMap<Option<&Address>, usize> = BTreeMap::new();
    for change in changes.iter().filter(is_generated) {
        *applications.entry(change.target.parent.as_ref()).or_default() += 1;
    }
    2 * proof(applications.into_values(), lists).1
}

fn calls(ways: &BTreeMap<Kind, (Way, usize)>) -> usize {
    ways.values().map(|(_, calls)| calls).sum()
}

/// Seconds in a readable unit.
struct Time(f64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 1.0 => f.write_str("1 s"),
            seconds if seconds < 120.0 => write!(f, "{seconds:.0} s"),
            seconds if seconds < 7200.0 => write!(f, "{:.0} min", seconds / 60.0),
            seconds => write!(f, "{:.1} h", seconds / 3600.0),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
const fn precise(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;
    use crate::plan::LiveTarget;
    use crate::plan::Target;

    fn tariff() -> Tariff {
        let mut lists = Lists::default();
        lists.shows_plans = true;
        lists.set(Kind::User, 650, 100);
        lists.set(Kind::Package, 3, 100);
        Tariff {
            store: "a store",
            kinds: &[Kind::User, Kind::Package, Kind::Plan],
            per_second: 2.0,
            per_day: Some(100),
            snapshot: 7,
            token_life: 10.0,
            lists,
            reads_back: false,
        }
    }

    fn change(address: Address, action: Action) -> Change {
        let live = (action != Action::Create).then(|| LiveTarget::seen(Digest::of(b"1"), Digest::of(b"")));
        let field = crate::plan::FieldChange { field: "email".into(), before: None, after: None };
        Change {
            address,
            action,
            fields: vec![field],
            reason: String::new(),
            place: None,
            needs: Vec::new(),
            target: Target { name: "".into(), parent: None, live, key: None },
        }
    }

    #[test]
    fn calls_are_counted_by_purpose() {
        let user = || Address::user("a");
        let changes = [
            change(user(), Action::Create),
            change(user(), Action::Update),
            change(user(), Action::Delete),
            change(Address::api_key("elsewhere"), Action::Create),
        ];
        let cost = Forecast::of(&changes, &tariff());
        // The object of the update, that of the delete, and what is below the latter.
        assert_eq!((cost.look, cost.create, cost.update, cost.delete), (3, 1, 1, 1));
        assert_eq!((cost.left(), cost.total(), cost.share_of_day), (8, 15, Some(0.15)));
        assert_eq!(cost.kinds, BTreeMap::from([(Kind::User, 8)]));
        assert_eq!(
            cost.to_string(),
            "8 calls to a store, about 4 s: 3 checks, 1 create, 1 update, 1 delete, 2 verifications; 15.0% of the daily \
             limit (after 7 reads)"
        );
    }

    #[test]
    fn a_replacement_is_two_calls_and_services_are_opened_and_closed_one_by_one() {
        let writes = |change: Change| {
            let cost = Forecast::of(&[change], &tariff());
            (cost.create, cost.update, cost.delete)
        };
        assert_eq!(writes(change(Address::user("a"), Action::Replace)), (1, 0, 1));
        let services = crate::plan::FieldChange {
            field: SERVICES.into(),
            before: Some(crate::model::Value::set(["A", "A: v1"])),
            after: Some(crate::model::Value::set(["A", "B", "B: v2"])),
        };
        let plan = |action| Change { fields: vec![services.clone()], ..change(Address::plan("p", "gold"), action) };
        assert_eq!(writes(plan(Action::Update)), (2, 0, 1));
        assert_eq!(writes(plan(Action::Delete)), (0, 0, 1));
    }

    #[test]
    fn a_long_time_has_a_larger_unit() {
        let times = [(0.4, "1 s"), (119.4, "119 s"), (120.0, "2 min"), (7199.0, "120 min"), (7200.0, "2.0 h")];
        for (seconds, text) in times {
            assert_eq!(Time(seconds).to_string(), text);
        }
    }

    #[test]
    fn many_objects_are_looked_at_in_lists_of_their_kind_only() {
        let many = |count: usize, action| -> Vec<Change> {
            (0..count).map(|number| change(Address::user(&number.to_string()), action)).collect()
        };
        let cost = Forecast::of(&many(50, Action::Update), &tariff());
        assert_eq!((cost.look, cost.update, cost.read_back, cost.token_renewals), (7, 50, 7, 3));
        let cost = Forecast::of(&many(6, Action::Update), &tariff());
        assert_eq!((cost.look, cost.read_back), (6, 6));
        // With what the run creates, the list has three pages more.
        let cost = Forecast::of(&many(300, Action::Create), &tariff());
        assert_eq!((cost.look, cost.create, cost.read_back), (0, 300, 10));
    }

    #[test]
    fn one_list_shows_packages_and_plans() {
        let package = || change(Address::package("p"), Action::Update);
        let mut plan = change(Address::plan("p", "gold"), Action::Update);
        plan.target.parent = Some(Address::package("p"));
        let cost = |changes: &[Change], tariff: &Tariff| {
            let cost = Forecast::of(changes, tariff);
            (cost.look, cost.read_back)
        };
        assert_eq!(cost(&[package(), plan.clone()], &tariff()), (1, 1));
        let kinds = Forecast::of(&[package(), plan.clone()], &tariff()).kinds;
        assert_eq!(kinds, BTreeMap::from([(Kind::Package, 3), (Kind::Plan, 1)]));
        let mut withheld = tariff();
        withheld.lists.shows_plans = false;
        assert_eq!(cost(&[package(), plan.clone()], &withheld), (2, 2));
        // Plans of one package are in one list.
        assert_eq!(cost(&[plan.clone(), plan.clone(), plan], &withheld), (1, 1));
    }

    #[test]
    fn new_keys_are_looked_for_in_the_shorter_way() {
        let mut lists = Lists::default();
        let ones = |count| std::iter::repeat_n(1, count);
        assert_eq!(proof(ones(5), &lists), (Way::Below, 5));
        lists.set(Kind::PackageKey, 40_000, 1_000);
        assert_eq!((proof(ones(5), &lists), proof(ones(41), &lists)), ((Way::Below, 5), (Way::Whole, 40)));
        assert_eq!(proof([2_500, 1], &lists), (Way::Below, 4));
    }
}
