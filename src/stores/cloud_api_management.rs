//! Boomi Cloud API Management (formerly Mashery) over its V3 REST API.
//!
//! ```text
//! token, pace ─▶ api ─▶ list ─▶ read      a snapshot, by the cheaper of two ways
//!                 │      ├────▶ plans     the plans in the packages' list, checked
//!                 │      ▲
//!                 │      └──── look      many objects in the fewest calls: confirm is the check before the writes, and
//!                 │                      read_back the verification after them
//!                 └───▶ write, make       one change each; echo compares the answer with the request
//!                       post              creates once, whatever lists show; prove looks for keys of other runs afterwards
//! fields, value, object                   names and shapes on the wire ↔ the model
//! services                                what package plans open
//! path                                    the paths that can be called
//! ```

mod answer;
mod api;
mod confirm;
mod early;
mod echo;
mod explain;
mod failure;
mod fields;
mod index;
mod list;
mod look;
mod make;
mod object;
mod path;
mod plans;
mod post;
mod prove;
mod reach;
mod read;
mod read_back;
mod remove;
mod row;
mod services;
#[cfg(test)]
mod samples;
mod token;
mod value;
mod write;

pub use reach::Reach;
pub use token::Credential;
pub use token::Credentials;

use std::time::Duration;

use reqwest::Url;

use self::api::Api;
use self::index::AreaIndex;
use self::token::SignIn;
use super::TimeLimits;
use super::pace::Pace;
use super::transport;
use super::transport::Dated;
use super::transport::Route;
use crate::database::Guard;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::plan::Tariff;
use crate::store::Found;
use crate::store::NewKey;
use crate::store::Performed;
use crate::store::Proof;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;
use crate::workspace::Limits;

/// One area of Cloud API Management.
pub struct CloudApiManagement {
    api: Api,
    index: AreaIndex,
    username: Box<str>,
    page_size: usize,
    concurrency: usize,
    calls_per_day: Option<u64>,
    visibility_lag: Duration,
    /// Held while the store generates a key value.
    minting: tokio::sync::Mutex<()>,
}

impl CloudApiManagement {
    /// Makes no call. `url` is the address above `/v3`; the rules have checked it.
    pub fn new(url: &str, area: &str, credentials: Credentials, limits: &Limits) -> Result<Self, Refusal> {
        let url = Url::parse(url).map_err(|_| {
            Refusal::unavailable("`url` of the store is not a valid URL").help("write it like https://api.example.com")
        })?;
        let route = Route::to(&url)?;
        let username = credentials.username.value.expose().into();
        let sign_in = SignIn::new(transport::below(&url, "/v3/token"), area.into(), credentials);
        let pace = Pace::new(limits.calls_per_second, limits.calls_per_day, limits.in_flight());
        let api = Api::new(route, transport::below(&url, "/v3/rest"), sign_in, pace);
        Ok(Self {
            api,
            index: AreaIndex::new(limits.page_size),
            username,
            page_size: limits.page_size,
            concurrency: limits.in_flight(),
            calls_per_day: limits.calls_per_day,
            visibility_lag: limits.visibility_lag,
            minting: tokio::sync::Mutex::default(),
        })
    }

    /// From now on, calls are made only while the run holds its lock.
    pub fn guarded_by(&mut self, lock: Guard) {
        self.api.guarded_by(lock);
    }

    /// Takes a key of the snapshot as checked: an incident has no time for a check before the write.
    pub fn take_as_checked(&self, key: &LiveObject) {
        self.index.confirm(key.clone());
    }

    /// From now on, calls and pauses end within these limits.
    pub fn limited_to(&mut self, limits: TimeLimits) {
        self.api.limited_to(limits);
    }

    /// The limits and costs of this store, complete after a snapshot.
    pub fn tariff(&self) -> Tariff {
        Tariff {
            store: "Cloud API Management",
            kinds: &[Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::PackageKey],
            per_second: self.api.per_second(),
            per_day: self.calls_per_day,
            snapshot: self.index.with(|index| index.snapshot_calls),
            token_life: token::USUAL_LIFE,
            lists: self.index.lists(),
            reads_back: false,
        }
    }

    /// How long a list may not show a new object.
    pub const fn visibility_lag(&self) -> Duration {
        self.visibility_lag
    }

    /// The date of the last answer that had one.
    pub fn dated(&self) -> Option<Dated> {
        self.api.dated()
    }

    /// Those of the calls that no forecast knows: they repeat one, or look once more.
    pub fn repeated(&self) -> u64 {
        self.api.repeated()
    }

    /// Calls so far, without sign-ins.
    pub fn calls(&self) -> u64 {
        self.api.calls()
    }
}

impl Reader for CloudApiManagement {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        let live = self.snapshot(query).await.map_err(|refusal| self.api.masking().refusal(refusal))?;
        self.index.plan_from(&live);
        Ok(live)
    }
}

impl Store for CloudApiManagement {
    fn concurrency(&self) -> usize {
        self.concurrency
    }

    async fn confirm(&self, changes: &[&Change]) -> Result<(), Refusal> {
        self.confirm_all(changes).await.map_err(|refusal| self.api.masking().refusal(refusal))
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn prove(&self, keys: &[NewKey<'_>]) -> Vec<Result<Proof, Refusal>> {
        let masking = self.api.masking();
        let proofs = self.prove_all(keys).await.into_iter();
        proofs.map(|proof| proof.map_err(|refusal| masking.refusal(refusal))).collect()
    }

    fn needs_read_back(&self, _: &Change) -> bool {
        true
    }

    async fn read_back(&self, changes: &[&Change]) -> Vec<Result<Found, Refusal>> {
        let masking = self.api.masking();
        let masked = |found: Result<Found, Refusal>| match found {
            Ok(found) => Ok(Found { altered: masking.altered(found.altered), ..found }),
            Err(refusal) => Err(masking.refusal(refusal)),
        };
        self.read_back_all(changes).await.into_iter().map(masked).collect()
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        let masking = self.api.masking();
        let performed = self.perform_change(write).await.map_err(|refusal| masking.refusal(refusal))?;
        Ok(Performed { altered: masking.altered(performed.altered), ..performed })
    }
}
