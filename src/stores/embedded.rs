//! The embedded store: a durable key store in the workspace database. It needs no account, and it enforces the
//! documented rules, so that the real stores accept what it accepts.
//!
//! Every change is one transaction: if the process ends, it is done completely or not at all.

mod api_keys;
mod applications;
mod fields;
mod lookup;
mod minting;
mod odd;
mod package_keys;
mod packages;
mod plans;
mod read;
mod side_effects;
mod stored;
mod users;
mod work;

use self::side_effects::SideEffects;
use self::work::Stop;
use self::work::Work;
use crate::database::Database;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::plan::Action;
use crate::store::Performed;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::store::Store;
use crate::store::Write;

/// The roles of every area. They cannot be created.
pub const ROLES: [&str; 12] = [
    "Administrator",
    "API Manager",
    "Call Inspector Administrator",
    "Call Inspector User",
    "Community Manager",
    "Content Manager",
    "Everyone",
    "Member",
    "Portal Manager",
    "Program Manager",
    "Reports User",
    "Support User",
];

/// The embedded store, read-only.
pub struct EmbeddedReader {
    /// `None` for a store that was never written to, and so is empty.
    pub database: Option<Database>,
}

/// The embedded store.
pub struct Embedded {
    database: Database,
    now: Instant,
    effects: SideEffects,
}

impl Embedded {
    /// `now` is the time of all creates and updates. The database must be open for writing.
    pub fn new(database: Database, now: Instant) -> Self {
        Self { database, now, effects: SideEffects::default() }
    }

    pub const fn database(&self) -> &Database {
        &self.database
    }

    fn perform_now(&self, write: &Write<'_>) -> Result<Performed, Stop> {
        if write.change.action == Action::Deliver {
            return Ok(Performed::default());
        }
        let (performed, seen) = self.database.connection().transaction(|connection| {
            let work = Work::new(connection, write, self.now, &self.effects);
            let performed = dispatch(&work)?;
            let performed = Performed { id: work.created(), ..performed };
            Ok::<_, Stop>((performed, work.into_effects()))
        })?;
        self.effects.remember(seen);
        Ok(performed)
    }
}

impl Reader for EmbeddedReader {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        match &self.database {
            Some(database) => read::snapshot(database.connection(), query).map_err(|error| database.refusal(error)),
            None => Ok(empty_snapshot(query)),
        }
    }
}

impl Reader for Embedded {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        read::snapshot(self.database.connection(), query).map_err(|error| self.database.refusal(error))
    }
}

impl Store for Embedded {
    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        self.perform_now(write).map_err(|stop| match stop {
            Stop::Refused(refusal) => refusal,
            Stop::Failed(error) => self.database.refusal(error),
        })
    }
}

/// A snapshot of an empty store.
fn empty_snapshot(query: &Query) -> Live {
    let mut live = Live::default();
    for &kind in &query.kinds {
        live.take(kind, Vec::new(), 0);
    }
    live.roles = Some(roles());
    live
}

fn roles() -> Vec<Box<str>> {
    ROLES.into_iter().map(Into::into).collect()
}

fn dispatch(work: &Work<'_>) -> Result<Performed, Stop> {
    let (kind, action) = (work.change().address.kind(), work.change().action);
    match (action, kind) {
        (Action::Create, Kind::PackageKey) => return package_keys::create(work),
        (Action::Replace, Kind::PackageKey) => return package_keys::replace(work),
        (Action::Replace, _) => return Err(not_replaceable(kind).into()),
        (Action::Create, Kind::Package) => packages::create(work)?,
        (Action::Create, Kind::Plan) => plans::create(work)?,
        (Action::Create, Kind::User) => users::create(work)?,
        (Action::Create, Kind::Application) => applications::create(work)?,
        (Action::Create, Kind::ApiKey) => api_keys::create(work)?,
        (Action::Delete, Kind::Package) => packages::delete(work)?,
        (Action::Delete, Kind::Plan) => plans::delete(work)?,
        (Action::Delete, Kind::User) => users::delete(work)?,
        (Action::Delete, Kind::Application) => applications::delete(work)?,
        (Action::Delete, Kind::PackageKey) => package_keys::delete(work)?,
        (Action::Delete, Kind::ApiKey) => return Err(api_keys::not_deletable().into()),
        (Action::Update | Action::Enable | Action::Disable, kind) => match kind {
            Kind::Package => packages::update(work)?,
            Kind::Plan => plans::update(work)?,
            Kind::User => users::update(work)?,
            Kind::Application => applications::update(work)?,
            Kind::PackageKey => package_keys::update(work)?,
            Kind::ApiKey => api_keys::update(work)?,
        },
        (Action::Deliver, _) => {}
    }
    Ok(Performed::default())
}

fn not_replaceable(kind: Kind) -> Refusal {
    let reason = format!("only package keys can be replaced, not objects of kind {kind}");
    Refusal { kind: RefusalKind::Rejected, rule: None, reason, help: None }
}

#[cfg(test)]
mod tests;
