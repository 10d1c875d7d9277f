//! The forecast of an apply, as part of a plan's document.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan;

/// The forecast of an apply for one remote store.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Forecast {
    /// The name of the store.
    store: &'static str,
    /// Calls that the plan made.
    read: usize,
    /// Checks right before the writes.
    look: usize,
    /// Creates.
    create: usize,
    /// Updates.
    update: usize,
    /// Deletes.
    delete: usize,
    /// Verifications after all writes.
    read_back: usize,
    /// Calls that the apply needs.
    calls: usize,
    /// These calls by the kind of the objects, for example `PackageKey`. Packages and plans may be read in one list, which counts
    /// for the packages.
    kinds: BTreeMap<&'static str, usize>,
    /// Their duration in seconds at the allowed rate.
    seconds: f64,
    /// The run's share of the daily limit; 1 is all of it. Absent if there is no daily limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    share_of_day: Option<f64>,
    /// Tokens that expire during the apply.
    token_renewals: usize,
}

impl From<&plan::Forecast> for Forecast {
    fn from(forecast: &plan::Forecast) -> Self {
        Self {
            store: forecast.store,
            read: forecast.read,
            look: forecast.look,
            create: forecast.create,
            update: forecast.update,
            delete: forecast.delete,
            read_back: forecast.read_back,
            calls: forecast.left(),
            kinds: forecast.kinds.iter().map(|(kind, calls)| (kind.name(), *calls)).collect(),
            seconds: (forecast.seconds * 10.0).round() / 10.0,
            share_of_day: forecast.share_of_day.map(|share| (share * 10_000.0).round() / 10_000.0),
            token_renewals: forecast.token_renewals,
        }
    }
}
