//! The service behind the gateway: the objects of one area, and the handling of each request.

use std::cell::Cell;
use std::collections::HashMap;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

use hyper::Method;

use super::answer::Answer;
use super::answer::ApiError;
use super::answer::Outcome;
use super::call::Call;
use super::extras::Extras;
use super::list_order::Orders;
use super::mirror::Id;
use super::mirror::KINDS;
use super::mirror::Mirror;
use super::quirks::Quirk;
use super::quirks::Quirks;
use super::route::Route;
use super::route::route;
use super::view::BUDGET;
use super::view::View;
use super::young::Young;
use crate::database::Database;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::stores::embedded::Embedded;

/// The objects of an area, in the store and in memory.
pub(super) struct Area {
    pub(super) store: Embedded,
    pub(super) mirror: Mirror,
    pub(super) extras: Extras,
    pub(super) quirks: Quirks,
    pub(super) now: Instant,
    pub(super) young: Young,
    pub(super) orders: Orders,
    /// How many keys of a user in a plan were deleted (quirk Q7).
    pub(super) deleted_keys: HashMap<(Id, Id), u64>,
    /// [`Embedded::foreign_changes`] at the time of the mirror.
    foreign: i64,
    /// Whether the current request changed the store.
    pub(super) committed: bool,
    /// How many more objects this answer may contain, see [`Self::within`].
    budget: Cell<u32>,
}

impl Area {
    pub(super) fn new(database: Database, quirks: Quirks, now: Instant) -> Result<Self, Refusal> {
        let extras = Extras::load(database.connection()).map_err(|error| database.refusal(error))?;
        let store = Embedded::new(database, now);
        let foreign = store.foreign_changes()?;
        let mirror = Mirror::of(read(&store)?);
        let mut area = Self {
            store,
            mirror,
            extras,
            quirks,
            now,
            young: Young::default(),
            orders: Orders::default(),
            deleted_keys: HashMap::new(),
            foreign,
            committed: false,
            budget: Cell::new(BUDGET),
        };
        area.seed_services().map_err(|error| Refusal::unavailable(error.message))?;
        if area.quirks.has(Quirk::InternalMember) {
            area.add_internal_member();
        }
        Ok(area)
    }

    /// Answers a request that the gateway admitted.
    pub(super) fn answer(&mut self, call: &Call, now: Instant) -> Answer {
        self.begin(now);
        let outcome = self.look_again().and_then(|()| self.dispatch(call));
        let answer = outcome.unwrap_or_else(|error| self.refusal(error));
        Answer { committed: self.committed, ..answer }
    }

    /// Starts a request that another part answers.
    pub(super) const fn begin(&mut self, now: Instant) {
        self.now = now;
        self.store.set_now(now);
        self.committed = false;
    }

    fn refusal(&self, error: ApiError) -> Answer {
        let is_bare = self.quirks.has(Quirk::BareErrors) && error.status == 400;
        let error = if is_bare { ApiError::new(400, "Bad Request") } else { error };
        error.answer(self.quirks.has(Quirk::TextErrorCode))
    }

    /// Creates the member through which the platform issues tokens, if it does not exist.
    fn add_internal_member(&mut self) {
        let body = r#"{"username": "MasheryInternalOAuth2", "email": "internal@example.com", "displayName": "Internal", "areaStatus": "active"}"#;
        let call = Call::new(Method::POST, "/v3/rest/members", "", None, body.into());
        // In a database that was used before, the member exists: that refusal is expected.
        let _ = self.create(Kind::User, None, &call);
    }

    /// Reads the store again if another process wrote to it.
    fn look_again(&mut self) -> Result<(), ApiError> {
        let failed = |refusal: Refusal| ApiError::new(500, refusal.reason);
        let foreign = self.store.foreign_changes().map_err(failed)?;
        if foreign != self.foreign {
            let version = self.mirror.version();
            self.mirror = Mirror::of(read(&self.store).map_err(failed)?);
            self.mirror.follow(version);
            self.foreign = foreign;
        }
        Ok(())
    }

    fn dispatch(&mut self, call: &Call) -> Outcome {
        let path = call.rest().ok_or_else(ApiError::not_found)?;
        let route = route(&path).ok_or_else(ApiError::not_found)?;
        self.check_age(&route)?;
        let reads = matches!(call.method, Method::GET | Method::HEAD);
        match route {
            Route::List { kind, parent } if reads => self.list(kind, parent, call),
            Route::List { kind, parent } if call.method == Method::POST => self.create(kind, parent, call),
            Route::One { kind, parent, id } if reads => self.one(kind, parent, id, call),
            Route::One { kind, parent, id } if call.method == Method::PUT => self.update(kind, parent, id, call),
            Route::One { kind, parent, id } if call.method == Method::DELETE => self.delete(kind, parent, id),
            Route::Services { path } => self.area_services(path, call),
            Route::PlanServices { package, plan, path } => self.plan_services(package, plan, path, call),
            Route::Lookup { what, id } if reads => self.lookup(what, id, call),
            // The service can change and delete whole collections; here that would only be an accident.
            _ => Err(ApiError::new(405, "Method Not Allowed")),
        }
    }

    /// The object with this id, if it exists and belongs to the parent in the path.
    pub(super) fn existing(&self, kind: Kind, parent: Option<&str>, id: &str) -> Result<Id, ApiError> {
        let row = self.mirror.get(kind, id).ok_or_else(ApiError::not_found)?;
        match parent {
            Some(parent) if row.up.as_deref() != Some(parent) => Err(ApiError::not_found()),
            _ => Ok(row.id.clone()),
        }
    }

    fn view(&self) -> View<'_> {
        View {
            mirror: &self.mirror,
            extras: &self.extras,
            quirks: &self.quirks,
            today: self.now.date_naive(),
            budget: &self.budget,
        }
    }

    /// Runs work that may touch at most so many objects.
    pub(super) fn within<T>(&self, budget: u32, work: impl FnOnce(View<'_>) -> T) -> Result<T, ApiError> {
        self.budget.set(budget);
        let done = work(self.view());
        match self.budget.get() {
            0 => Err(ApiError::new(400, "fields, filter, sort: too many objects are asked for")),
            _ => Ok(done),
        }
    }

    fn check_age(&mut self, route: &Route<'_>) -> Result<(), ApiError> {
        let ids = match *route {
            Route::List { parent, .. } => [parent, None, None],
            Route::One { parent, id, .. } => [parent, Some(id), None],
            Route::PlanServices { package, plan, path } => [Some(package), Some(plan), path.service()],
            Route::Services { .. } | Route::Lookup { .. } => return Ok(()),
        };
        let is_invisible = ids.into_iter().flatten().any(|id| self.young.is_invisible(id));
        if is_invisible { Err(ApiError::new(400, "Bad Request")) } else { Ok(()) }
    }
}

/// Everything that the API can return.
fn read(store: &Embedded) -> Result<Live, Refusal> {
    finished(store.read(&Query { kinds: KINDS.into(), ..Query::default() }))
}

/// The embedded store never waits, so its futures are ready at once.
pub(super) fn finished<T>(future: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Refusal::unavailable("the store did not answer at once")),
    }
}
