//! API keys of managed file transfer: end, state, leaks.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("MFT-013"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The expires of an API key is an instant with its offset, such as 2027-06-30T00:00:00Z, or `never`.",
        why: "Without an offset every reader thinks of another time zone. The key would end hours before or after \
              what was meant.",
        source: "AFT Management API, ApiKey",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-014"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: false,
        says: "An enabled API key expires in the future.",
        why: "An expired key breaks its callers although the manifest says that it is enabled. Whether the server can \
              revive it later is not documented.",
        source: "Thru user guide, API Keys",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2026-06-30T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-015"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "An enabled API key has more than 30 days left.",
        why: "Nothing renews an expiring key. Its callers stop on that day unless somebody acts before.",
        source: "Thru user guide, API Keys",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2026-12-01T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-016"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "An API key expires some day.",
        why: "A key without an end stays valid after everybody has forgotten it. If it leaks, it leaks for ever.",
        source: "Policy of Keywright",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: never
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-017"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "An API key expires within 365 days.",
        why: "A key that lives for years is rarely exchanged when it should be. A year is the usual limit, and the \
              workspace can make it an error.",
        source: "Policy of Keywright",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2029-06-30T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-018"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An API key whose state is disabled or absent does not say `enabled: true`.",
        why: "The two lines contradict each other. Whichever Keywright followed, somebody would find a key on that \
              should be off, or off that should be on.",
        source: "Clarity, inferred",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  state: disabled
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  state: disabled
  enabled: false
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-019"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "No text of an API key looks like a key value: a UUID, or 20 and more random characters.",
        why: "The id of a live key may be the key itself. Copied into a manifest it would be open to everybody who \
              can read the repository.",
        source: "Leak guard, inferred",
        example: Example::Manifests {
            wrong: r#"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: ["11111111-2222-4333-8444-555555555555"]
  allApis: true
  expires: 2027-06-30T00:00:00Z
"#,
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
];
