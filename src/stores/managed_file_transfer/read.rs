//! A snapshot: the keys, the organizations that they can be restricted to, and the account that owns them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::ManagedFileTransfer;
use super::answer::property;
use super::api::Failure;
use super::api::Object;
use super::key::Key;
use super::list::Listing;
use super::list::rows;
use super::list::text;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Transfer;
use crate::model::transfer::Account;
use crate::model::transfer::Organization;
use crate::rules;
use crate::store::Refusal;

impl ManagedFileTransfer {
    pub(super) async fn snapshot(&self) -> Result<Live, Refusal> {
        self.operations.check(self.writes)?;
        let mut listing = self.list().await?;
        let odd = std::mem::take(&mut listing.odd);
        let organizations = self.organizations().await?;
        let account = self.account().await?;
        let transfer = Transfer {
            keys: listing.keys.iter().map(|key| (key.id.clone(), key.facts())).collect(),
            uses_key: self.api.own_key().is_some(),
            own_key: self.own_key(&listing),
            deleted: listing.deleted.clone(),
            round: listing.round,
            organizations,
            account,
        };
        let objects: Vec<LiveObject> = listing.keys.iter().map(Key::live).collect();
        let tenant = transfer.organizations.iter().flatten().find_map(|organization| organization.tenant);
        let mut live = Live::default();
        let total = objects.len();
        live.take(Kind::ApiKey, objects, total);
        live.take_odd(odd);
        live.transfer = Some(Box::new(transfer));
        let versions = listing.keys.iter().map(|key| (key.id.clone(), key.version().map(Into::into)));
        let versions: BTreeMap<_, _> = versions.collect();
        self.state.with(|facts| {
            facts.versions = versions;
            facts.tenant = listing.tenant().or(tenant);
            facts.listing = Some(listing.into());
        });
        Ok(live)
    }

    /// The key that this run uses, if a key's id is its value (`mft-api-keys.md` 2.3). Compares in constant time.
    fn own_key(&self, listing: &Listing) -> Option<crate::model::LiveId> {
        let own = self.api.own_key()?;
        listing.keys.iter().map(|key| &key.id).find(|id| Secret::new(id.expose()) == *own).cloned()
    }

    /// The organizations that are not deleted; `None` if the credential cannot see them or their path is wrong. Keeps
    /// only the needed properties, because the answer contains secrets (MFT-042).
    async fn organizations(&self) -> Result<Option<Vec<Organization>>, Refusal> {
        let rows = match self.api.get(&self.operations.organizations, &[("showDeleted", "false")]).await {
            Ok(body) => rows(body).ok(),
            Err(failure) => optional(failure)?,
        };
        Ok(rows.map(|rows| rows.into_iter().filter_map(organization).collect()))
    }

    /// The account of the credential; `None` if the site does not return it.
    async fn account(&self) -> Result<Option<Account>, Refusal> {
        match self.api.get(&self.operations.account, &[]).await {
            Ok(Json::Object(row)) => Ok(account(&row)),
            Ok(_) => Ok(None),
            Err(failure) => optional(failure),
        }
    }
}

/// `None` for what the credential cannot see and for unexpected answers. A rejected credential ends the run.
fn optional<T>(failure: Failure) -> Result<Option<T>, Refusal> {
    match failure {
        Failure::Forbidden(_) | Failure::Missing(_) => Ok(None),
        Failure::Refused(refusal) if refusal.rule.is_some_and(|rule| rule == rules::MFT_034.id) => Ok(None),
        failure => Err(failure.into()),
    }
}

fn organization(row: Json) -> Option<Organization> {
    let Json::Object(row) = row else { return None };
    if property(&row, "deletedDate").is_some_and(|(_, date)| !date.is_null()) {
        return None;
    }
    Some(Organization {
        id: property(&row, "id")?.1.as_i64().filter(|id| (1..=i64::from(i32::MAX)).contains(id))?,
        tenant: property(&row, "tenantId").and_then(|(_, tenant)| tenant.as_i64()),
        public_code: text(&row, "publicCode"),
        system_code: text(&row, "systemCode"),
        name: text(&row, "name"),
    })
}

fn account(row: &Object) -> Option<Account> {
    let account = Account { id: text(row, "id"), username: text(row, "username"), email: text(row, "emailAddress") };
    (account != Account::default()).then_some(account)
}
