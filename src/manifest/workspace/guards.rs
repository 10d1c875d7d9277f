//! The limits of a plan, and the consents for what guards hold back.

mapping! {
    "spec.guards.deletes"
    /// How many objects one run may delete or replace. Keywright stops a plan that exceeds both limits.
    struct DeletesSpec {
        /// Maximum percentage of the objects of a kind. Default: 30.
        field percent: i64 = "percent",
        /// Maximum number of objects. Default: 10.
        field count: i64 = "count",
    }
}

mapping! {
    "spec.guards.restrictions"
    /// How many API keys one run may disable or restrict. Keywright stops a plan that exceeds both limits.
    struct RestrictionsSpec {
        /// Maximum percentage of the API keys. Default: 20.
        field percent: i64 = "percent",
        /// Maximum number of API keys. Default: 5.
        field count: i64 = "count",
    }
}

mapping! {
    "spec.guards"
    /// Limits for what a plan may do without explicit permission.
    struct GuardsSpec {
        /// How many objects one run may delete or replace.
        field deletes: DeletesSpec = "deletes",
        /// How many API keys one run may disable or restrict.
        field restrictions: RestrictionsSpec = "restrictions",
    }
}

mapping! {
    "spec.consents[]"
    /// A reviewed consent: until a day, the guards do not hold back the changes of one object.
    struct ConsentSpec {
        /// The object, like key/checkout-production; the plan prints the address that it needs.
        field allow: Box<str> = "allow" required KW_006,
        /// Why it is allowed, for the next reader.
        field why: Box<str> = "why" required KW_006,
        /// The last day on which the consent counts, like 2026-12-31, in UTC.
        field until: Box<str> = "until" required KW_006,
    }
}
