//! Waits before a plan creates what an earlier run may have created: the lists of a store may not show it yet.

use std::collections::BTreeSet;
use std::time::Duration;

use super::snapshot::Snapshot;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::runtime::block_on;
use crate::model::Address;
use crate::model::Instant;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::plan::pending::Earlier;
use crate::plan::pending::Pending;
use crate::plan::pending::PendingCreate;
use crate::store::Made;
use crate::stores::Window;

/// The shortest window is this part of the lag: two looks at a store are so far apart.
const SHORTEST: u32 = 24;

/// So many objects are asked for by their ids. More than that are waited for, because a list costs less.
const MOST_BY_ID: usize = 40;

/// Plans, and plans again with a new snapshot until the plan creates nothing that an earlier run may have created, or until
/// the stores must show it. Leaves in `remembered` only the creates that are still pending.
pub(super) fn wait(
    snapshot: &mut Snapshot,
    remembered: &mut Remembered,
    console: &mut Console<'_>,
    plan: impl Fn(&Snapshot, &Remembered) -> Result<Planned, Failure>,
) -> Result<Planned, Failure> {
    let all = remembered.pending.clone();
    let now = console.time();
    remembered.pending = all.without_shown(&snapshot.live, &remembered.objects, is_over(snapshot, now));
    let mut planned = plan(snapshot, remembered)?;
    let mut waits_for = unseen(&planned, &remembered.pending, snapshot);
    let made = made(&waits_for, remembered);
    if !made.is_empty() {
        snapshot.query.made = made;
        snapshot.read_again(console)?;
        remembered.pending = all.without_shown(&snapshot.live, &remembered.objects, is_over(snapshot, now));
        planned = plan(snapshot, remembered)?;
        waits_for = unseen(&planned, &remembered.pending, snapshot);
    }
    let left = |(address, create): &(Address, &PendingCreate)| {
        let lag = snapshot.remotes.visibility_lag(address.kind());
        remaining(create, lag, now).max(lag / SHORTEST)
    };
    let longest = waits_for.iter().map(left).max().filter(|left| !left.is_zero());
    let Some(longest) = longest else { return Ok(planned) };
    announce(&waits_for, longest, console)?;
    // Inside of the runtime, because the window uses its clock.
    let mut window = block_on(async { Window::new(longest, console.limits) })?;
    while block_on(window.next_look())? {
        snapshot.read_again(console)?;
        remembered.pending = all.without_shown(&snapshot.live, &remembered.objects, is_over(snapshot, now));
        planned = plan(snapshot, remembered)?;
        if unseen(&planned, &remembered.pending, snapshot).is_empty() {
            return Ok(planned);
        }
    }
    if console.limits.is_over() {
        let failure = Failure::new(
            "could not wait until the store shows what was written: the time limit of the run (--max-time) is over",
        );
        return Err(failure.help("run again, or raise --max-time"));
    }
    Ok(planned)
}

/// The creates of `all` that no later plan has to wait for: `pending` are those whose keys are not shown.
pub(super) fn obsolete<'p>(
    snapshot: &Snapshot,
    planned: &Planned,
    all: &'p Pending,
    pending: &Pending,
    now: Instant,
) -> Vec<&'p Address> {
    if all.is_empty() {
        return Vec::new();
    }
    let found: BTreeSet<&Address> = planned.declared.iter().map(|found| &found.address).collect();
    let created: BTreeSet<&Address> = planned.plan.changes.iter().map(|change| &change.address).collect();
    let is_over = is_over(snapshot, now);
    // A part of the workspace does not declare what other parts wait for.
    let is_known = |address: &Address| snapshot.loaded.is_whole || snapshot.desired.get(address).is_some();
    // The next plan would not find what no list shows yet.
    let by_id = snapshot.query.made.iter().filter(|made| snapshot.live.by_id.contains(&made.id));
    let by_id: BTreeSet<&Address> = by_id.map(|made| &made.address).collect();
    let is_obsolete = |(address, create): &(&Address, &PendingCreate)| {
        if by_id.contains(address) {
            return false;
        }
        let is_shown =
            if create.value.is_some() { !pending.creates.contains_key(address) } else { found.contains(address) };
        is_shown || (is_over(address, create) && is_known(address) && !created.contains(address))
    };
    all.creates.iter().filter(is_obsolete).map(|(address, _)| address).collect()
}

/// Whether the store of a create must show its object at `now`.
fn is_over(snapshot: &Snapshot, now: Instant) -> impl Fn(&Address, &PendingCreate) -> bool {
    move |address, create| remaining(create, snapshot.remotes.visibility_lag(address.kind()), now).is_zero()
}

/// What the plan would create although an earlier run may have created it.
fn unseen<'p>(planned: &Planned, pending: &'p Pending, snapshot: &Snapshot) -> Vec<(Address, &'p PendingCreate)> {
    if pending.is_empty() {
        return Vec::new();
    }
    // Also what waits for consent: it may be there already.
    let creates = planned.plan.changes.iter();
    let earlier = creates.filter_map(|change| match pending.earlier(change, &snapshot.secrets.values)? {
        Earlier::Unseen(create) => Some((change.address.clone(), create)),
        Earlier::Repeats(_) => None,
    });
    earlier.collect()
}

/// The ids of what earlier runs made: a store may show an object by its id before its lists do.
fn made(unseen: &[(Address, &PendingCreate)], remembered: &Remembered) -> Vec<Made> {
    let ids = unseen.iter().filter(|(_, create)| create.is_settled).filter_map(|(address, create)| {
        let id = remembered.objects.made_in(create.run, address)?;
        Some(Made { address: address.clone(), id })
    });
    ids.take(MOST_BY_ID).collect()
}

/// How long the store may not show the object.
fn remaining(create: &PendingCreate, lag: Duration, now: Instant) -> Duration {
    let age = (now - create.at).to_std().unwrap_or_default();
    lag.saturating_sub(age)
}

fn announce(unseen: &[(Address, &PendingCreate)], longest: Duration, console: &mut Console<'_>) -> Result<(), Failure> {
    let name = |(address, create): &(Address, &PendingCreate)| {
        let what = if create.is_settled { "created" } else { "may have created" };
        format!("{address}, which run {} {what}", create.run)
    };
    let names: Vec<String> = unseen.iter().map(name).collect();
    let names = crate::text::and_more(&names, 3, "; ");
    let seconds = longest.as_secs_f64().ceil();
    writeln!(console.err, "Waiting up to {seconds:.0} s until the store shows {names}")?;
    Ok(())
}
