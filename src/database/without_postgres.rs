//! Takes the place of `postgres` in a program that is built without it. Naming a server is refused, so no other function here is
//! ever called: each type holds a value that cannot exist.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::watch;

use super::DatabaseError;
use super::SqlError;
use super::lock::Fence;
use super::lock::Holding;
use super::sql::Parameter;
use crate::model::Instant;
use crate::model::Secret;

/// The next step if a server cannot be used.
pub const SERVER_HELP: &str = "install Keywright without `--no-default-features`, or write a file like sqlite:.keywright/keywright.db under `database:`";

#[derive(Clone)]
pub struct Server(Infallible);

impl Server {
    pub fn new(_url: &str, _schema: &str, _password: Option<&Secret>) -> Result<Self, String> {
        Err("this Keywright was built without PostgreSQL".to_owned())
    }

    pub fn hosts(&self) -> Vec<String> {
        match self.0 {}
    }

    pub fn name(&self) -> &str {
        match self.0 {}
    }

    pub(super) fn masked(&self, _text: &str) -> String {
        match self.0 {}
    }
}

pub struct Lock {
    pub(super) fence: Fence,
    pub(super) holding: watch::Receiver<Holding>,
}

pub(super) fn lock(
    server: &Server,
    _patience: Duration,
    _myself: impl Fn() -> String + Send + Sync + 'static,
) -> Result<Lock, DatabaseError> {
    match server.0 {}
}

pub(super) fn is_locked(server: &Server) -> Result<bool, DatabaseError> {
    match server.0 {}
}

pub(crate) struct Session {
    pub(super) fence: Option<Fence>,
    never: Infallible,
}

impl Session {
    pub(super) fn query(&self, _sql: &str, _parameters: &[&dyn Parameter]) -> Result<Vec<Row>, SqlError> {
        match self.never {}
    }

    pub(super) fn transaction<T, E>(&self, _work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        match self.never {}
    }

    pub(super) fn moment<T>(&self, _work: impl FnMut() -> Result<T, SqlError>) -> Result<T, SqlError> {
        match self.never {}
    }
}

pub(super) fn for_reading(server: &Server) -> Result<Option<Session>, DatabaseError> {
    match server.0 {}
}

pub(super) fn for_writing(server: &Server) -> Result<Session, DatabaseError> {
    match server.0 {}
}

pub(super) fn role_with_logged_values(server: &Server) -> Result<Option<String>, DatabaseError> {
    match server.0 {}
}

pub(super) fn version(session: &Session) -> Result<String, SqlError> {
    match session.never {}
}

pub(super) fn time(session: &Session) -> Result<Option<Instant>, SqlError> {
    match session.never {}
}

pub(crate) struct Row(Infallible);

impl Row {
    pub(super) fn try_get<T>(&self, _column: usize) -> Result<T, Failure> {
        match self.0 {}
    }
}

pub(crate) type Failure = Infallible;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "called as with a server")]
pub(super) fn describe(error: &Failure) -> String {
    match *error {}
}
