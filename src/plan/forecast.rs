//! What a plan will cost: API calls, time, and the share of the daily quota.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use super::Action;
use super::Change;
use super::ValueFrom;
use crate::model::Kind;
use crate::model::services::SERVICES;
use crate::model::services::steps;
use crate::text::count;

/// The call limits of a remote store, and the calls made so far.
#[derive(Clone, Copy, PartialEq, Debug)]
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
    pub page_size: usize,
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
        let there = changes.clone().into_iter().filter(|change| tariff.kinds.contains(&change.address.kind()));
        for change in there {
            cost.add(change);
        }
        // Many objects are checked with one snapshot instead.
        cost.look = cost.look.min(tariff.snapshot) + looks_below(changes.clone(), tariff);
        let writes = cost.create + cost.update + cost.delete;
        if tariff.reads_back && writes > 0 {
            cost.look = 1 + writes;
            cost.read_back = 0;
        } else {
            cost.read_back = cost.read_back.min(verification_calls(changes.clone(), tariff));
            cost.read_back += proofs(changes, tariff);
        }
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

    fn add(&mut self, change: &Change) {
        let is_added = |field: &str| field.starts_with("extendedAttributes.");
        let added = usize::from(change.fields.iter().any(|field| is_added(&field.field)));
        let has_own = change.fields.iter().any(|field| !is_added(&field.field) && field.field != SERVICES);
        self.add_services(change);
        match change.action {
            Action::Deliver => return,
            Action::Create => {
                self.create += 1;
                self.update += added;
                let by_store = change.target.key.as_ref().is_some_and(|key| key.value == ValueFrom::Store);
                // Lists the application's keys first, so that a lost response can be resolved.
                self.look += usize::from(by_store);
            }
            Action::Replace => {
                self.create += 1;
                self.delete += 1;
            }
            Action::Update | Action::Enable | Action::Disable => self.update += usize::from(has_own) + added,
            Action::Delete => self.delete += 1,
        }
        self.look += usize::from(change.target.live.is_some());
        self.read_back += usize::from(change.action != Action::Delete);
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

/// The calls of a snapshot after the changes: as many as before, further pages, and the plans of each new package.
pub fn verification_calls<'c>(changes: impl IntoIterator<Item = &'c Change>, tariff: &Tariff) -> usize {
    let created = changes.into_iter().filter(|change| change.action == Action::Create);
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    created.for_each(|change| *counts.entry(change.address.kind()).or_default() += 1);
    let created = |kind: &Kind| counts.get(kind).copied().unwrap_or(0);
    let pages = |kind: &Kind| created(kind).saturating_sub(1) / tariff.page_size.max(1);
    let packages = if tariff.kinds.contains(&Kind::Package) { created(&Kind::Package) } else { 0 };
    tariff.snapshot + tariff.kinds.iter().map(pages).sum::<usize>() + packages
}

/// The lists of what is below an object, right before its delete.
fn looks_below<'c>(changes: impl IntoIterator<Item = &'c Change>, tariff: &Tariff) -> usize {
    let is_above = |kind: Kind| matches!(kind, Kind::User | Kind::Application | Kind::Package);
    let deletes = changes.into_iter().filter(|change| change.action == Action::Delete);
    deletes.map(|change| change.address.kind()).filter(|kind| is_above(*kind) && tariff.kinds.contains(kind)).count()
}

/// The calls that show whether another run created the same keys: two looks at each application with a new generated key, or
/// two at the list of all keys.
fn proofs<'c>(changes: impl IntoIterator<Item = &'c Change>, tariff: &Tariff) -> usize {
    let is_generated = |change: &&Change| {
        let value = change.target.key.as_ref().map(|key| &key.value);
        change.action == Action::Create && matches!(value, Some(ValueFrom::Minted { .. } | ValueFrom::Store))
    };
    if !tariff.kinds.contains(&Kind::PackageKey) {
        return 0;
    }
    let created = changes.into_iter().filter(is_generated);
    let applications: BTreeSet<_> = created.filter_map(|change| change.target.parent.as_ref()).collect();
    let keys = applications.len();
    2 * applications.len().min(tariff.snapshot.max(1) + keys / tariff.page_size.max(1))
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
    use crate::model::Address;
    use crate::model::Digest;
    use crate::plan::LiveTarget;
    use crate::plan::Target;

    const TARIFF: Tariff = Tariff {
        store: "a store",
        kinds: &[Kind::User],
        per_second: 2.0,
        per_day: Some(100),
        snapshot: 7,
        token_life: 10.0,
        page_size: 100,
        reads_back: false,
    };

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
        let cost = Forecast::of(&changes, &TARIFF);
        // The object of the update, that of the delete, and what is below the latter.
        assert_eq!((cost.look, cost.create, cost.update, cost.delete), (3, 1, 1, 1));
        assert_eq!((cost.left(), cost.total(), cost.share_of_day), (8, 15, Some(0.15)));
        assert_eq!(
            cost.to_string(),
            "8 calls to a store, about 4 s: 3 checks, 1 create, 1 update, 1 delete, 2 verifications; 15.0% of the daily \
             limit (after 7 reads)"
        );
    }

    #[test]
    fn verification_includes_created_objects() {
        let kinds = &[Kind::User, Kind::Package];
        let changes: Vec<Change> = (0..250)
            .map(|number| change(Address::user(&number.to_string()), Action::Create))
            .chain((0..3).map(|number| change(Address::package(&number.to_string()), Action::Create)))
            .collect();
        let cost = Forecast::of(&changes, &Tariff { kinds, ..TARIFF });
        // Two more pages of users, and the plans of three packages.
        assert_eq!((cost.create, cost.read_back), (253, 7 + 2 + 3));
    }

    #[test]
    fn many_checks_become_one_snapshot() {
        let changes: Vec<Change> = (0..50).map(|_| change(Address::user("a"), Action::Update)).collect();
        let cost = Forecast::of(&changes, &TARIFF);
        assert_eq!((cost.look, cost.update, cost.read_back, cost.token_renewals), (7, 50, 7, 3));
    }
}
