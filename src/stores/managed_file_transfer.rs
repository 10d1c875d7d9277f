//! Boomi Managed File Transfer (formerly Thru): the ApiKey operations of its AFT Management API.
//!
//! ```text
//! bind                          the method and path of each operation; never guessed
//! api, answer ─▶ list ─▶ read   a snapshot: keys, organizations, account
//!      │          ▲
//!      │          └──── confirm, verification
//!      └───▶ write, make        one change each, one at a time
//! key, scope                    one key on the wire ↔ the model
//! ```
//!
//! The API is only partly documented. `mft-api-keys.md` §6 decides the open questions with caution: an id is treated as
//! a secret, a key is never fetched by its id, a create is never repeated, and nothing is deleted.

mod answer;
mod api;
mod bind;
mod key;
mod site;
mod list;
mod make;
mod read;
mod scope;
mod write;

pub use api::SignIn;
pub use bind::Operations;
pub use bind::bind;

use std::time::Duration;

use reqwest::Url;

use self::api::Api;
use self::bind::Binding;
use self::site::SiteState;
use super::TimeLimits;
use super::pace::Pace;
use super::transport::Route;
use crate::database::Guard;
use crate::model::Kind;
use crate::model::Live;
use crate::plan::Change;
use crate::plan::Tariff;
use crate::plan::forecast::Lists;
use crate::store::Performed;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;
use crate::workspace::Limits;
use crate::workspace::Operation;

/// Calls of a snapshot: keys, organizations, account.
const SNAPSHOT: usize = 3;

/// The keys of one user of one site.
pub struct ManagedFileTransfer {
    api: Api,
    operations: Operations,
    /// Whether the run writes, and so needs the operations for it from the start (MFT-021).
    writes: bool,
    calls_per_day: Option<u64>,
    visibility_lag: Duration,
    /// The tenant that the workspace expects.
    guarded_tenant: Option<i64>,
    state: SiteState,
    /// Held during a change.
    turns: tokio::sync::Mutex<()>,
}

/// The settings of a client.
pub struct Settings<'a> {
    /// The address above `/api`; the rules have checked it.
    pub url: &'a str,
    pub sign_in: SignIn,
    pub operations: Operations,
    pub limits: &'a Limits,
    pub tenant: Option<i64>,
    pub writes: bool,
}

impl ManagedFileTransfer {
    /// Makes no call.
    pub fn new(settings: Settings<'_>) -> Result<Self, Refusal> {
        let url = Url::parse(settings.url).map_err(|_| {
            Refusal::unavailable("`url` of the store is not a valid URL")
                .help("write it like https://files.example.com")
        })?;
        let limits = settings.limits;
        let pace = Pace::new(limits.calls_per_second, limits.calls_per_day, 1);
        Ok(Self {
            api: Api::new(Route::to(&url)?, url, settings.sign_in, pace),
            operations: settings.operations,
            writes: settings.writes,
            calls_per_day: limits.calls_per_day,
            visibility_lag: limits.visibility_lag,
            guarded_tenant: settings.tenant,
            state: SiteState::default(),
            turns: tokio::sync::Mutex::default(),
        })
    }

    /// From now on, calls are made only while the run holds its lock.
    pub fn guarded_by(&mut self, lock: Guard) {
        self.api.guarded_by(lock);
    }

    /// From now on, calls and pauses end within these limits.
    pub fn limited_to(&mut self, limits: TimeLimits) {
        self.api.limited_to(limits);
    }

    /// The limits and costs of this store.
    pub fn tariff(&self) -> Tariff {
        Tariff {
            store: "Managed File Transfer",
            kinds: &[Kind::ApiKey],
            per_second: self.api.per_second(),
            per_day: self.calls_per_day,
            snapshot: SNAPSHOT,
            token_life: f64::MAX,
            lists: Lists::default(),
            reads_back: true,
        }
    }

    /// How long the list may not show a new key.
    pub const fn visibility_lag(&self) -> Duration {
        self.visibility_lag
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        self.api.calls()
    }

    fn operation<'s>(binding: &'s Binding, name: &str) -> Result<&'s Operation, Refusal> {
        binding
            .as_ref()
            .map_err(|_| bind::unbound(format!("the operation `{name}` is not configured"), "set it in keywright.yaml"))
    }
}

impl Reader for ManagedFileTransfer {
    async fn read(&self, _: &Query) -> Result<Live, Refusal> {
        self.snapshot().await.map_err(|refusal| self.api.masking().refusal(refusal))
    }
}

impl Store for ManagedFileTransfer {
    async fn confirm(&self, changes: &[&Change]) -> Result<(), Refusal> {
        if changes.is_empty() {
            return Ok(());
        }
        self.refresh().await.map(drop).map_err(|refusal| self.api.masking().refusal(refusal))
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        let masking = self.api.masking();
        let performed = self.perform_change(write).await.map_err(|refusal| masking.refusal(refusal))?;
        let unverified = performed.unverified.map(|refusal| masking.refusal(refusal));
        Ok(Performed { altered: masking.altered(performed.altered), unverified, ..performed })
    }
}
