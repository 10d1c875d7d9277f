//! The stores: where keys live. A workspace may use several; every kind lives in one of them.

pub mod cloud_api_management;
pub mod embedded;
mod pace;

use std::collections::BTreeSet;

use self::cloud_api_management::CloudApiManagement;
use self::embedded::Embedded;
use self::embedded::EmbeddedReader;
use crate::model::Kind;
use crate::model::Live;
use crate::plan::Change;
use crate::store::Performed;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::store::Store;
use crate::store::Write;

/// Reads the stores of a workspace, and can do nothing else.
pub struct Readers<'a> {
    pub cloud: Option<&'a CloudApiManagement>,
    pub embedded: EmbeddedReader,
}

/// The stores of a workspace, open for writing.
pub struct Stores<'a> {
    pub cloud: Option<&'a CloudApiManagement>,
    pub embedded: Embedded,
}

/// The kinds that Cloud API Management holds, when the workspace names it.
const IN_CLOUD: [Kind; 5] = [Kind::User, Kind::Application, Kind::Package, Kind::Plan, Kind::PackageKey];

/// The part of a query that goes to each store: Cloud API Management's, and the embedded one's.
fn split(query: &Query, has_cloud: bool) -> (Query, Query) {
    let is_in_cloud = |kind: &&Kind| has_cloud && IN_CLOUD.contains(kind);
    let cloud: BTreeSet<Kind> = query.kinds.iter().filter(is_in_cloud).copied().collect();
    let embedded: BTreeSet<Kind> = query.kinds.difference(&cloud).copied().collect();
    (Query { kinds: cloud, ..query.clone() }, Query { kinds: embedded, ..query.clone() })
}

async fn read_both(cloud: Option<&CloudApiManagement>, embedded: &impl Reader, query: &Query) -> Result<Live, Refusal> {
    let (of_cloud, of_embedded) = split(query, cloud.is_some());
    let mut live = Live::default();
    if let Some(cloud) = cloud.filter(|_| !of_cloud.kinds.is_empty()) {
        live.join(cloud.read(&of_cloud).await?);
        // Which roles there are is for the store to say where they are used.
        let mut others = embedded.read(&of_embedded).await?;
        others.roles = None;
        live.join(others);
        return Ok(live);
    }
    embedded.read(&of_embedded).await
}

impl Reader for Readers<'_> {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        read_both(self.cloud, &self.embedded, query).await
    }
}

impl Reader for Stores<'_> {
    async fn read(&self, query: &Query) -> Result<Live, Refusal> {
        read_both(self.cloud, &self.embedded, query).await
    }
}

impl<'a> Stores<'a> {
    fn cloud_of(&self, change: &Change) -> Option<&'a CloudApiManagement> {
        self.cloud.filter(|_| IN_CLOUD.contains(&change.address.kind()))
    }
}

impl Store for Stores<'_> {
    fn concurrency(&self) -> usize {
        self.cloud.map_or(1, Store::concurrency)
    }

    async fn confirm(&self, changes: &[&Change]) -> Result<(), Refusal> {
        let Some(cloud) = self.cloud else { return Ok(()) };
        let of_cloud: Vec<&Change> = changes.iter().copied().filter(|change| self.cloud_of(change).is_some()).collect();
        cloud.confirm(&of_cloud).await
    }

    async fn perform(&self, write: &Write<'_>) -> Result<Performed, Refusal> {
        match self.cloud_of(write.change) {
            Some(cloud) => cloud.perform(write).await,
            None => self.embedded.perform(write).await,
        }
    }
}
