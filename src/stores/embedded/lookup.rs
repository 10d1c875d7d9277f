//! Single objects, for callers that keep a copy of the store in memory.

use super::Embedded;
use super::read;
use crate::database::Database;
use crate::database::Parameter;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::store::Refusal;

impl Embedded {
    /// Sets the time of the next creates and updates.
    pub const fn set_now(&mut self, now: Instant) {
        self.now = now;
    }

    pub fn into_database(self) -> Database {
        self.database
    }

    pub fn find(&self, kind: Kind, id: &str) -> Result<Option<LiveObject>, Refusal> {
        self.first(kind, "WHERE o.id = ?1", &[&id])
    }

    pub fn find_package(&self, name: &str) -> Result<Option<LiveObject>, Refusal> {
        self.first(Kind::Package, "WHERE o.name = ?1", &[&name])
    }

    pub fn find_plan(&self, package: &str, name: &str) -> Result<Option<LiveObject>, Refusal> {
        self.first(Kind::Plan, "WHERE p.name = ?1 AND o.name = ?2", &[&package, &name])
    }

    pub fn find_user(&self, username: &str) -> Result<Option<LiveObject>, Refusal> {
        self.first(Kind::User, "WHERE o.username = ?1", &[&username])
    }

    pub fn find_application(&self, username: &str, name: &str) -> Result<Option<LiveObject>, Refusal> {
        self.first(Kind::Application, "WHERE u.username = ?1 AND o.name = ?2", &[&username, &name])
    }

    /// The key with this value in the package of this name.
    pub fn find_key(&self, package: &str, value: &Secret) -> Result<Option<LiveObject>, Refusal> {
        let clause = "WHERE o.package = (SELECT row FROM packages WHERE name = ?1) AND o.value = ?2";
        self.first(Kind::PackageKey, clause, &[&package, &value.expose()])
    }

    /// A number that changes when another connection writes to the database.
    pub fn foreign_changes(&self) -> Result<i64, Refusal> {
        self.database.connection().foreign_changes().map_err(|error| self.database.refusal(error))
    }

    fn first(&self, kind: Kind, clause: &str, parameters: &[&dyn Parameter]) -> Result<Option<LiveObject>, Refusal> {
        let found = read::one(self.database.connection(), kind, clause, parameters);
        found.map(|stored| stored.map(|stored| stored.object)).map_err(|error| self.database.refusal(error))
    }
}
