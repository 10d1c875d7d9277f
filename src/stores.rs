//! The stores: where keys live. A workspace can use several; all objects of a kind live in one of them.

pub mod cloud_api_management;
pub mod embedded;
mod in_flight;
pub mod managed_file_transfer;
pub(crate) mod masking;
mod pace;
mod retry;
mod retry_after;
mod time_limits;
pub(crate) mod transport;
mod window;

pub use in_flight::Requests;
pub use time_limits::TimeLimits;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

pub use self::window::Window;

use self::cloud_api_management::CloudApiManagement;
use self::embedded::Embedded;
use self::embedded::EmbeddedReader;
use self::managed_file_transfer::ManagedFileTransfer;
use crate::database::Lock;
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

/// The remote stores that a workspace names.
#[derive(Default)]
pub struct Remotes {
    pub cloud: Option<CloudApiManagement>,
    pub transfer: Option<ManagedFileTransfer>,
}

impl Remotes {
    /// Whether all kinds are in the embedded store.
    pub const fn is_empty(&self) -> bool {
        self.cloud.is_none() && self.transfer.is_none()
    }

    /// From now on, remote stores are called only while the run holds this lock.
    #[must_use]
    pub fn guarded_by(mut self, lock: Option<&Lock>) -> Self {
        if let Some(guard) = lock.map(Lock::guard) {
            self.cloud.iter_mut().for_each(|store| store.guarded_by(guard.clone()));
            self.transfer.iter_mut().for_each(|store| store.guarded_by(guard.clone()));
        }
        self
    }

    /// From now on, calls and pauses end within these limits.
    #[must_use]
    pub fn limited_to(mut self, limits: TimeLimits) -> Self {
        self.cloud.iter_mut().for_each(|store| store.limited_to(limits));
        self.transfer.iter_mut().for_each(|store| store.limited_to(limits));
        self
    }
}

/// The stores of a workspace, read-only.
pub struct Readers<'a> {
    pub remotes: &'a Remotes,
    pub embedded: EmbeddedReader,
}

/// The stores of a workspace, open for writing.
pub struct Stores<'a> {
    pub remotes: &'a Remotes,
    pub embedded: Embedded,
}

/// Which of the stores a kind lives in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Home {
    Cloud,
    Transfer,
    Embedded,
}

impl Remotes {
    const fn home(&self, kind: Kind) -> Home {
        match kind {
            Kind::ApiKey if self.transfer.is_some() => Home::Transfer,
            Kind::ApiKey => Home::Embedded,
            _ if self.cloud.is_some() => Home::Cloud,
            _ => Home::Embedded,
        }
    }

    /// Whether a kind is in a remote store.
    pub fn is_remote(&self, kind: Kind) -> bool {
        self.home(kind) != Home::Embedded
    }

    /// How long the lists of the store of a kind may not show a new object.
    pub fn visibility_lag(&self, kind: Kind) -> Duration {
        match self.home(kind) {
            Home::Cloud => self.cloud.as_ref().map_or(Duration::ZERO, CloudApiManagement::visibility_lag),
            Home::Transfer => self.transfer.as_ref().map_or(Duration::ZERO, ManagedFileTransfer::visibility_lag),
            Home::Embedded => Duration::ZERO,
        }
    }

    /// The limits and costs of each remote store.
    pub fn tariffs(&self) -> Vec<Tariff> {
        let cloud = self.cloud.iter().map(CloudApiManagement::tariff);
        cloud.chain(self.transfer.iter().map(ManagedFileTransfer::tariff)).collect()
    }

    /// Calls so far, by the store's name in its tariff.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        let cloud = self.cloud.iter().map(|store| (store.tariff().store, store.calls()));
        cloud.chain(self.transfer.iter().map(|store| (store.tariff().store, store.calls()))).collect()
    }

    /// Those of the calls that no forecast knows, because they repeat one or look once more.
    pub fn repeated(&self) -> BTreeMap<&'static str, u64> {
        self.cloud.iter().map(|store| (store.tariff().store, store.repeated())).collect()
    }

    /// The part of a query that goes to one store.
    fn part(&self, query: &Query, home: Home) -> Query {
        let kinds: BTreeSet<Kind> = query.kinds.iter().filter(|kind| self.home(**kind) == home).copied().collect();
        Query { kinds, ..query.clone() }
    }

    async fn read(&self, embedded: &impl Reader, query: &Query) -> Result<Live, Refusal> {
        let mut live = embedded.read(&self.part(query, Home::Embedded)).await?;
        let cloud_part = self.part(query, Home::Cloud);
        if let Some(cloud) = self.cloud.as_ref().filter(|_| !cloud_part.kinds.is_empty()) {
            // The roles come from the store that uses them.
            live.roles = None;
            live.join(cloud.read(&cloud_part).await?);
        }
        let transfer_part = self.part(query, Home::Transfer);
        if let Some(transfer) = self.transfer.as_ref().filter(|_| !transfer_part.kinds.is_empty()) {
            live.join(transfer.read(&transfer_part).await?);
        }
        Ok(live)
    }
}

impl Reader for Readers<'_> {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        self.remotes.read(&self.embedded, query).await
    }
}

impl Reader for Stores<'_> {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        self.remotes.read(&self.embedded, query).await
    }
}

impl Stores<'_> {
    /// Takes a key of the snapshot as checked before its write.
    pub fn take_as_checked(&self, key: &LiveObject) {
        if let (Home::Cloud, Some(cloud)) = (self.remotes.home(key.address.kind()), &self.remotes.cloud) {
            cloud.take_as_checked(key);
        }
    }

    fn changes_at<'c>(&self, changes: &[&'c Change], home: Home) -> Vec<&'c Change> {
        let is_there = |change: &&&Change| self.remotes.home(change.address.kind()) == home;
        changes.iter().filter(is_there).copied().collect()
    }
}

impl Store for Stores<'_> {
    /// Each store has its own pace: changes that wait for one store must not delay another.
    fn concurrency(&self) -> usize {
        let cloud = self.remotes.cloud.as_ref().map_or(1, Store::concurrency);
        let transfer = self.remotes.transfer.as_ref().map_or(0, Store::concurrency);
        cloud + transfer
    }

    async fn confirm(&self, changes: &[&Change]) -> Result<(), Refusal> {
        if let Some(cloud) = &self.remotes.cloud {
            cloud.confirm(&self.changes_at(changes, Home::Cloud)).await?;
        }
        if let Some(transfer) = &self.remotes.transfer {
            transfer.confirm(&self.changes_at(changes, Home::Transfer)).await?;
        }
        Ok(())
    }

    fn is_shared(&self) -> bool {
        self.remotes.is_remote(Kind::PackageKey)
    }

    async fn prove(&self, keys: &[NewKey<'_>]) -> Vec<Result<Proof, Refusal>> {
        match &self.remotes.cloud {
            Some(cloud) => cloud.prove(keys).await,
            None => keys.iter().map(|_| Ok(Proof::Ours { unusable: None })).collect(),
        }
    }

    /// The embedded store commits what it confirms, and Managed File Transfer verifies every change as it is made.
    fn needs_read_back(&self, change: &Change) -> bool {
        self.remotes.home(change.address.kind()) == Home::Cloud
    }

    async fn read_back(&self, changes: &[&Change]) -> Vec<Result<Found, Refusal>> {
        let mut found = match &self.remotes.cloud {
            Some(cloud) => cloud.read_back(&self.changes_at(changes, Home::Cloud)).await,
            None => Vec::new(),
        }
        .into_iter();
        let of_cloud = changes.iter().map(|change| self.needs_read_back(change));
        of_cloud
            .map(|is_there| if is_there { found.next() } else { None }.unwrap_or_else(|| Ok(Found::default())))
            .collect()
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        match (self.remotes.home(write.change.address.kind()), &self.remotes.cloud, &self.remotes.transfer) {
            (Home::Cloud, Some(cloud), _) => cloud.perform(write).await,
            (Home::Transfer, _, Some(transfer)) => transfer.perform(write).await,
            _ => self.embedded.perform(write).await,
        }
    }
}
