//! Boomi Cloud API Management (formerly Mashery) over its V3 REST API.
//!
//! ```text
//! token, pace ─▶ api ─▶ list ─▶ read      a snapshot, by the cheaper of two ways
//!                 │      ▲
//!                 │      └───── confirm   the last look before the writes
//!                 └───▶ write, make       one change each; echo compares what came back
//! fields, value, object                   names and shapes on the wire ↔ the model
//! path                                    what can be called at all
//! ```

mod answer;
mod api;
mod confirm;
mod echo;
mod fields;
mod known;
mod list;
mod make;
mod object;
mod path;
mod read;
mod read_back;
#[cfg(test)]
mod samples;
mod token;
mod value;
mod write;

pub use token::Credentials;

use reqwest::Url;
use tokio::sync::watch;

use self::api::Api;
use self::known::Known;
use self::token::SignIn;
use super::pace::Pace;
use super::transport;
use crate::database::Holding;
use crate::model::Kind;
use crate::model::Live;
use crate::plan::Change;
use crate::plan::Tariff;
use crate::store::Performed;
use crate::store::Query;
use crate::store::ReadBack;
use crate::store::Reader;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;
use crate::workspace::Limits;

/// One area of Cloud API Management.
pub struct CloudApiManagement {
    api: Api,
    known: Known,
    username: Box<str>,
    page_size: usize,
    concurrency: usize,
    calls_per_day: Option<u64>,
    /// Held while the store mints a key.
    minting: tokio::sync::Mutex<()>,
}

impl CloudApiManagement {
    /// `url` is the address above `/v3`; the rules have checked it. Nothing is called yet.
    pub fn new(url: &str, area: &str, credentials: Credentials, limits: &Limits) -> Result<Self, Refusal> {
        let odd = |_| {
            Refusal::unavailable("`url` of the store is not an address").help("write it like https://api.example.com")
        };
        let url = Url::parse(url).map_err(odd)?;
        let below = |path: &str| {
            let mut address = url.clone();
            address.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
            address
        };
        let client = transport::client()?;
        let username = credentials.username.expose().into();
        let sign_in = SignIn::new(below("/v3/token"), area.into(), credentials);
        let pace = Pace::new(limits.calls_per_second, limits.calls_per_day, limits.in_flight());
        let api = Api::new(client, below("/v3/rest"), sign_in, pace);
        let (page_size, concurrency) = (limits.page_size, limits.in_flight());
        Ok(Self {
            api,
            known: Known::default(),
            username,
            page_size,
            concurrency,
            calls_per_day: limits.calls_per_day,
            minting: tokio::sync::Mutex::default(),
        })
    }

    /// From now on nothing is called while it is not certain that the run has its lock.
    pub fn guarded_by(&mut self, lock: watch::Receiver<Holding>) {
        self.api.guarded_by(lock);
    }

    /// What a plan has to reckon with. Known in full after a snapshot.
    pub fn tariff(&self) -> Tariff {
        Tariff {
            store: "Cloud API Management",
            kinds: &[Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::PackageKey],
            per_second: self.api.per_second(),
            per_day: self.calls_per_day,
            snapshot: self.known.with(|index| index.snapshot_calls),
            token_life: token::USUAL_LIFE,
            page_size: self.page_size,
            reads_back: false,
        }
    }

    /// Calls so far, without sign-ins.
    pub fn calls(&self) -> u64 {
        self.api.calls()
    }
}

impl Reader for CloudApiManagement {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        self.snapshot(query).await
    }
}

impl Store for CloudApiManagement {
    fn concurrency(&self) -> usize {
        self.concurrency
    }

    async fn confirm(&self, changes: &[&Change]) -> Result<(), Refusal> {
        self.confirm_all(changes).await
    }

    async fn read_back(&self, changes: &[&Change]) -> ReadBack {
        self.read_back_all(changes).await
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        self.perform_change(write).await
    }
}
