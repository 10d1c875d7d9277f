//! What an apply would cost, as part of a plan's document.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan;

/// What an apply would cost at one remote store.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Forecast {
    /// The store in words.
    store: &'static str,
    /// Calls that the plan took.
    read: usize,
    /// Looks right before the writes.
    look: usize,
    /// Creates.
    create: usize,
    /// Updates.
    update: usize,
    /// Deletes.
    delete: usize,
    /// Looks at what was written, after all of it.
    read_back: usize,
    /// Calls that an apply takes.
    calls: usize,
    /// How many seconds they take at the allowed rate.
    seconds: f64,
    /// The run's share of the day's calls, from 0; absent when the day is not limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    share_of_day: Option<f64>,
    /// Tokens that end while the apply lasts.
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
            seconds: (forecast.seconds * 10.0).round() / 10.0,
            share_of_day: forecast.share_of_day.map(|share| (share * 10_000.0).round() / 10_000.0),
            token_renewals: forecast.token_renewals,
        }
    }
}
