//! API keys of managed file transfer: names, organizations, API types.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("MFT-001"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The name of an API key is not blank, has no space at its ends, and holds no control characters.",
        why: "The name becomes the keyName, and it is the only way to find the key again. A space that the server \
              drops would make Keywright create the key anew in every run.",
        source: "Identity; limits of the server are not documented",
        example: Example::Manifests {
            wrong: r#"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: " erp-orders"}
spec:
  enabled: true
  allowedOrgs: [ACME]
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
    Rule {
        id: RuleId("MFT-002"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "Every API key is declared once.",
        why: "The server promises no unique names and refuses no duplicates. Two manifests of one name would end as \
              two keys that nobody can tell apart.",
        source: "AFT Management API, ApiKey",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-invoices}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-003"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "No two API keys have names that differ only in upper and lower case.",
        why: "How the server compares names is not documented. If it ignores case, the two manifests are one key.",
        source: "Comparison rules are not documented",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: ERP-Orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders-archive}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-004"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "The name of an API key has at most 100 characters, out of letters, digits, space, and `. _ -`.",
        why: "The limits of the server are not documented. A name of this form is safe in every list, log and portal \
              page.",
        source: "Policy of Keywright",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp/orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
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
        id: RuleId("MFT-005"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "What the server sets is not declared: id, name, and who created, updated or deleted the key and when.",
        why: "The server owns these fields. The id may be the key itself, which must not stand in a repository, and \
              writing a deletion mark has unknown effects.",
        source: "AFT Management API, ApiKey",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
  createdBy: alice
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
        id: RuleId("MFT-006"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An API key says `enabled: true` or `enabled: false`, unless its state is disabled or absent.",
        why: "The server always stores one of the two and most likely takes a missing one as false. A forgotten line \
              must not switch a key off.",
        source: "AFT Management API, ApiKey",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
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
        id: RuleId("MFT-007"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An API key names its organizations in allowedOrgs or says `allOrgs: true`, and not both.",
        why: "An empty list most likely means every organization that the user can reach. A forgotten line must not \
              open them all.",
        source: "Thru user guide, API Keys",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allApis: true
  expires: 2027-06-30T00:00:00Z
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
        id: RuleId("MFT-008"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An API key names its API types in allowedApis or says `allApis: true`, and not both.",
        why: "Whether an empty list means all API types or none is not documented. A forgotten line must not open \
              them all.",
        source: "Thru user guide, API Keys",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  expires: 2027-06-30T00:00:00Z
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
        id: RuleId("MFT-009"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An organization is written as `id:` and a number from 1 to 2147483647, or as its code or name without \
               a comma.",
        why: "The ids of the server are numbers of that range, and 0 stands for \"all organizations\" in its other \
              parts. A comma separates entries, so a name with one would become two.",
        source: "AFT Management API, Organization",
        example: Example::Manifests {
            wrong: r#"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: ["id:0"]
  allApis: true
  expires: 2027-06-30T00:00:00Z
"#,
            right: r#"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: ["id:41"]
  allApis: true
  expires: 2027-06-30T00:00:00Z
"#,
        },
    },
    Rule {
        id: RuleId("MFT-010"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "No organization and no API type stands twice in one API key.",
        why: "The lists are sets, so the second entry does nothing. Most often another entry was meant.",
        source: "Set semantics, inferred",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME, ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
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
        id: RuleId("MFT-011"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "An API type holds no comma, semicolon, bar, quote or bracket, and no space at its ends.",
        why: "The server keeps the whole list in one text and splits it at such characters. One entry would become \
              two, and open an API that nobody named.",
        source: "Encoding of the list, inferred",
        example: Example::Manifests {
            wrong: r#"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allowedApis: ["audit,billing"]
  expires: 2027-06-30T00:00:00Z
"#,
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allowedApis: [audit, billing]
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-012"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: false,
        says: "An API type is in the workspace's catalogue; without a catalogue this is a warning.",
        why: "The vendor publishes no list of API types. A mistyped one gives the key less than was meant, or nothing \
              at all.",
        source: "No public catalogue",
        example: Example::Story {
            wrong: "The workspace says `allowedApis: [audit, billing]` for the store; the key `erp-orders` says \
                    `allowedApis: [audits]`.",
            right: "The key says `allowedApis: [audit]`.",
        },
    },
];
