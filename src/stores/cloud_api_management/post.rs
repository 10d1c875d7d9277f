//! Creates an object exactly once, whatever the lists show.
//!
//! After a lost answer, a key is created again with the same value: if the store calls that a duplicate, the first create
//! landed, and the key is only not visible yet. So is a username, which is unique. Everything else could be created twice,
//! so it is first waited for.

use std::time::Duration;

use serde_json::Value as Json;

use super::CloudApiManagement;
use super::api::Failure;
use super::explain::explained;
use super::path::CollectionPath;
use super::value;
use super::value::Object;
use crate::model::Kind;
use crate::model::Secret;
use crate::plan::Change;
use crate::plan::ValueFrom;
use crate::rules;
use crate::store::Refusal;
use crate::stores::Window;
use crate::stores::retry;

/// How often a create that is harmless to repeat is sent.
const TRIES: u32 = 5;

/// How often any other create is sent, each time after the store did not show the object for the whole window.
const TRIES_AFTER_WINDOW: u32 = 2;

/// The create of one object.
pub(super) struct NewObject<'a> {
    pub(super) change: &'a Change,
    pub(super) path: &'a CollectionPath,
    pub(super) body: &'a Object,
    /// The value of a key. `None` if the store generates it.
    pub(super) value: Option<&'a Secret>,
    /// The keys of the application before, if the store generates the value.
    pub(super) before: &'a [String],
    /// Whether an earlier run may have created it.
    pub(super) repeats: bool,
    /// Whether a duplicate is the object of an earlier run.
    pub(super) may_be_there: bool,
}

impl NewObject<'_> {
    fn kind(&self) -> Kind {
        self.change.address.kind()
    }

    /// Whether the store refuses a second object.
    fn can_repeat(&self) -> bool {
        self.value.is_some() || self.kind() == Kind::User
    }

    /// Whether the name of a deleted object stays taken, and a duplicate so proves nothing: before this create, the run has
    /// waited until the store must show what an earlier run created.
    fn may_be_deleted(&self) -> bool {
        self.kind() == Kind::User && self.may_be_there && !self.repeats
    }

    /// Whether only this create can have made a duplicate, because no one else knows its value.
    fn is_minted(&self) -> bool {
        self.change.target.key.as_ref().is_some_and(|key| matches!(key.value, ValueFrom::Minted { .. }))
    }
}

impl CloudApiManagement {
    /// The object as the store has it.
    pub(super) async fn post(&self, new: &NewObject<'_>) -> Result<Object, Refusal> {
        let mut may_exist = new.repeats;
        let mut sent = 0;
        let mut window = None;
        loop {
            self.api.repeats(usize::from(sent > 0));
            let call = || self.api.create(new.path, new.body, self.index.fields(new.kind()));
            let failure = match self.retry_if_early(new.path.as_str(), Some(new.body), call).await {
                Ok(object) => return Ok(object),
                Err(failure) => failure,
            };
            sent += 1;
            let is_lost = matches!(failure, Failure::Lost(_));
            let is_duplicate = matches!(failure, Failure::Invalid { is_duplicate: true, .. });
            let is_ours = is_duplicate && (may_exist || new.may_be_there || new.is_minted());
            may_exist |= is_lost;
            if !may_exist && !is_ours {
                let is_name = is_duplicate && matches!(new.kind(), Kind::Application | Kind::Package | Kind::Plan);
                return Err(if is_name { made_meanwhile(failure) } else { explained(failure, new.kind(), true) });
            }
            if is_duplicate && !may_exist && new.may_be_deleted() {
                return self.find_created(new).await?.ok_or_else(|| taken(failure));
            }
            let found = if is_ours || (is_lost && !new.can_repeat()) {
                self.wait_for(new, window.get_or_insert_with(|| Window::new(self.visibility_lag, self.api.limits())))
                    .await
            } else {
                retry::wait(Duration::from_millis(100), sent).await;
                self.find_created(new).await
            };
            match found {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => {}
                Err(look) => return Err(unseen(failure, look)),
            }
            let tries = if new.can_repeat() { TRIES } else { TRIES_AFTER_WINDOW };
            if !is_lost || sent == tries {
                return Err(unsettled(failure, is_ours));
            }
        }
    }

    /// Looks for the object until the store must show it. A create waits for one window, however often it is sent.
    async fn wait_for(&self, new: &NewObject<'_>, window: &mut Window) -> Result<Option<Object>, Refusal> {
        loop {
            if let Some(found) = self.find_created(new).await? {
                return Ok(Some(found));
            }
            if !window.next_look().await {
                return Ok(None);
            }
        }
    }

    /// The object that a create with a lost answer may have created.
    async fn find_created(&self, new: &NewObject<'_>) -> Result<Option<Object>, Refusal> {
        let kind = new.kind();
        let name = if kind == Kind::User { "username" } else { "name" };
        let wanted = new.body.get(name).and_then(Json::as_str);
        // A key is searched in its application's list, because its value must not become part of a URL.
        let filter = wanted.filter(|_| kind != Kind::PackageKey).map(|wanted| format!("{name}:{wanted}"));
        self.api.repeats(1);
        let rows = self.rows(new.path, kind, filter).await?;
        let is_in_package = |row: &Object| value::inner_id(row, "package") == value::inner_id(new.body, "package");
        let is_it = |row: &Object| match (kind, new.value) {
            (Kind::PackageKey, Some(value)) => {
                value::text(row, "apikey").is_some_and(|text| Secret::new(text) == *value) && is_in_package(row)
            }
            (Kind::PackageKey, None) => {
                value::text(row, "id").is_some_and(|id| !new.before.contains(&id)) && is_in_package(row)
            }
            _ => row.get(name).and_then(Json::as_str) == wanted,
        };
        let mut hits = rows.into_iter().filter(is_it);
        match (hits.next(), hits.next()) {
            (found, None) => Ok(found),
            _ => Err(Refusal::rejected(
                &rules::CAM_049,
                "the answer was lost, and more than one object could be the new one",
            )),
        }
    }
}

/// A username that is taken, and that no list shows.
fn taken(failure: Failure) -> Refusal {
    let refusal = explained(failure, Kind::User, true);
    let help = "if the user was deleted, their username cannot be used again: declare another one, or take the manifest out; \
                otherwise apply again when the store shows the user";
    let reason = format!("the username is taken, but the store shows no such user: {}", refusal.reason);
    Refusal { reason, help: Some(help.into()), ..refusal }
}

/// A name that is taken, although the plan found no such object, and this workspace has created none.
fn made_meanwhile(failure: Failure) -> Refusal {
    let refusal = Refusal::from(failure);
    let reason = format!("the store has one with this name, which it did not show for the plan: {}", refusal.reason);
    let help = "another run or a person may have created it just now: run again when the store shows it, after a minute; the \
                next plan compares it with the manifest";
    Refusal { reason, help: Some(help.into()), ..refusal }
}

/// `is_ours` if the store has the object for certain.
fn unsettled(failure: Failure, is_ours: bool) -> Refusal {
    let refusal = Refusal::from(failure);
    let help = "run again: the next run settles it and creates no second object";
    let reason = if is_ours {
        format!("the store has it already, but does not show it yet: {}", refusal.reason)
    } else {
        format!("it is unknown whether the store created it: {}", refusal.reason)
    };
    Refusal { reason, help: refusal.help.or_else(|| Some(help.to_owned())), ..refusal }.unsettled()
}

/// The create failed with `failure`, and the look for the object with `look`.
fn unseen(failure: Failure, look: Refusal) -> Refusal {
    let reason = format!("{}; could not look whether it exists: {}", Refusal::from(failure).reason, look.reason);
    Refusal { reason, ..look }.unsettled()
}
