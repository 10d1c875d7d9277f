//! The read-only operations.

use serde_json::Value as Json;
use serde_json::json;

use super::Failure;
use super::Key;
use super::Outcome;
use super::Visit;
use super::answers;
use super::key_json;
use super::schema;
use crate::emulator::answer::Answer;
use crate::emulator::quirks::Quirk;

impl Visit<'_> {
    pub(super) fn list(&self) -> Answer {
        let quirks = &self.area.quirks;
        let lists_deleted = quirks.has(Quirk::MftListIncludesDeleted);
        let is_listed =
            |key: &&Key| self.caller.reaches(&key.side.owner, quirks) && (lists_deleted || !key.is_deleted());
        let keys: Json = self.keys.iter().filter(is_listed).map(|key| key_json::of(key, key.id(), quirks)).collect();
        let body = if quirks.has(Quirk::MftWrappedList) { json!({*schema::name("items", quirks): keys}) } else { keys };
        answers::success(&body, quirks)
    }

    pub(super) fn get(&self) -> Outcome {
        let quirks = &self.area.quirks;
        match self.key(self.call.parameter("id").next()) {
            Ok(key) => Ok(answers::success(&key_json::of(key, key.id(), quirks), quirks)),
            Err(failure) if failure.status == 404 => match quirks.word(Quirk::MftMissingKey) {
                Some("null") => Ok(answers::success(&Json::Null, quirks)),
                Some("empty") => Ok(Answer::empty()),
                _ => Err(failure),
            },
            Err(failure) => Err(failure),
        }
    }

    /// The key with an id, if the caller may see it.
    pub(super) fn key(&self, id: Option<&str>) -> Result<&Key, Failure> {
        let missing = || Failure::new(404, "There is no such API key.");
        let key = self.keys.iter().find(|key| Some(key.id()) == id).ok_or_else(missing)?;
        if !self.caller.reaches(&key.side.owner, &self.area.quirks) {
            let is_forbidden = self.area.quirks.is(Quirk::MftStatusForForeignKey, "403");
            return Err(if is_forbidden { Failure::new(403, "") } else { missing() });
        }
        if key.is_deleted() { Err(missing()) } else { Ok(key) }
    }

    pub(super) fn account(&self) -> Answer {
        let user = &*self.caller.user;
        let body = json!({
            "id": self.caller.number,
            "firstName": user,
            "lastName": "Example",
            "username": user,
            "title": null,
            "emailAddress": format!("{}@example.com", user.split('@').next().unwrap_or(user)),
            "phone": null,
        });
        answers::success(&body, &self.area.quirks)
    }
}
