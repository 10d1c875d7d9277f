//! Objects inside the body of a new object: a package with its plans, a member with applications (C17).

use serde_json::Map;
use serde_json::Value as Json;

use super::answer::ApiError;
use super::area::Area;
use super::mirror::Id;
use super::wire;
use super::wire::Is;
use crate::model::Kind;

/// Maximum number of objects in one list of a body.
const MAX_NESTED: usize = 1_000;

impl Area {
    /// Creates an object and everything inside it, or nothing.
    pub(super) fn create_whole(
        &mut self,
        kind: Kind,
        parent: Option<&str>,
        body: &Map<String, Json>,
    ) -> Result<Id, ApiError> {
        let nested = nested(kind, body)?;
        let id = self.create_one(kind, parent, body)?;
        for (name, child, bodies) in nested {
            for body in bodies {
                if let Err(error) = self.create_whole(child, Some(&id), body) {
                    self.undo(kind, &id)?;
                    return Err(inside(name, error));
                }
            }
        }
        Ok(id)
    }

    /// Removes what a refused request created. The request never happened, so the username is not used up.
    fn undo(&mut self, kind: Kind, id: &Id) -> Result<(), ApiError> {
        let username = self.mirror.get(kind, id).filter(|_| kind == Kind::User).map(|row| row.name.clone());
        self.delete_below(kind, id)?;
        self.delete_one(kind, id)?;
        if let Some(username) = username {
            let connection = self.store.database().connection();
            let freed = connection.execute("DELETE FROM burnt_usernames WHERE username = ?1", &[&&*username]);
            freed.map_err(|_| ApiError::new(500, "Internal Server Error"))?;
        }
        self.committed = false;
        Ok(())
    }
}

/// A list in a body: its name, the kind of its objects, and the objects.
type Nested<'a> = (&'static str, Kind, Vec<&'a Map<String, Json>>);

fn nested(kind: Kind, body: &Map<String, Json>) -> Result<Vec<Nested<'_>>, ApiError> {
    let mut lists = Vec::new();
    for property in wire::of(kind) {
        // The keys of a member are those of its applications, and are only read there.
        let Is::Below(child) = property.is else { continue };
        if (kind, child) == (Kind::User, Kind::PackageKey) {
            continue;
        }
        if let Some(value) = body.get(property.name).filter(|value| !value.is_null()) {
            lists.push((property.name, child, objects(property.name, value)?));
        }
    }
    Ok(lists)
}

fn objects<'a>(name: &str, value: &'a Json) -> Result<Vec<&'a Map<String, Json>>, ApiError> {
    let items = value.as_array().filter(|items| items.len() <= MAX_NESTED);
    let objects = items.and_then(|items| items.iter().map(Json::as_object).collect());
    objects.ok_or_else(|| ApiError::property(name, format!("must be a list of at most {MAX_NESTED} objects")))
}

fn inside(name: &str, mut error: ApiError) -> ApiError {
    for (property, _) in &mut error.errors {
        *property = format!("{name}.{property}");
    }
    error
}
