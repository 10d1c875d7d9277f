//! `limits:` of a store in `keywright.yaml`.

use crate::manifest::scalar::Duration;

mapping! {
    "limits"
    /// How many calls Keywright may make to a store.
    struct LimitsSpec {
        /// Maximum number of calls per second.
        field calls_per_second: i64 = "callsPerSecond",
        /// Maximum number of calls per day.
        field calls_per_day: i64 = "callsPerDay",
        /// Maximum number of calls at the same time. Default: as many as the rate allows.
        field concurrency: i64 = "concurrency",
        /// Number of objects per page of a list.
        field page_size: i64 = "pageSize",
        /// How long the store may not show a new object, like 60s; at most 1h. Until then, Keywright waits instead of creating it again. Default: 60s.
        field visibility_lag: Duration = "visibilityLag",
    }
}
