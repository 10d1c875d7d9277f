//! Users: names, texts, status.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("CAM-001"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The name of a user has 1 to 255 characters.",
        why: "The name is the username, by which Keywright finds the user in the store. The column holds 255 \
              characters, so a longer name would be refused or cut, and would never match again.",
        source: "Mashery V3 docs, Members; Mashery V2 docs, Member",
        example: Example::Manifests {
            wrong: concat!(
                r"apiVersion: keywright.dev/v1
kind: User
",
                "metadata: {name: alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-a",
                "lice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-a",
                "lice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-alice-a",
                "lic}\n",
                r"spec: {email: alice@example.com, displayName: Alice}
"
            ),
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
        },
    },
    Rule {
        id: RuleId("CAM-002"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "Every username is declared once; names that differ only in upper and lower case are a warning.",
        why: "Two manifests for one username would overwrite each other in every run. Nobody says whether the store \
              tells `alice` from `Alice`, and a username is unique over all customers of the platform.",
        source: "Mashery V2 docs, member.create",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice.smith@example.com, displayName: Alice Smith}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice-smith}
spec: {email: alice.smith@example.com, displayName: Alice Smith}
",
        },
    },
    Rule {
        id: RuleId("CAM-003"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The email of a user is not empty, has at most 255 characters, and contains exactly one `@`.",
        why: "The store requires an email to create a user, and it can not be changed later. A wrong one can only be \
              mended by giving up the username.",
        source: "Mashery V3 docs, Members",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice.example.com, displayName: Alice}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
        },
    },
    Rule {
        id: RuleId("CAM-004"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The displayName of a user has 1 to 255 characters.",
        why: "The store requires it to create a user. An empty one fails in the middle of an apply, and with it the \
              applications and keys of the user.",
        source: "Mashery V3 docs, Members",
        example: Example::Manifests {
            wrong: r#"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: ""}
"#,
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
        },
    },
    Rule {
        id: RuleId("CAM-005"),
        severity: Severity::Warning,
        when: When::Validate,
        fixed: false,
        says: "The texts of a user fit their columns: 255 characters, but 64 for imsvc and postalCode, 50 for region, \
               15 for registrationIpaddr and 8 for countryCode.",
        why: "A longer text may be refused or cut by the store, and a cut text differs from the manifest for ever. \
              The figures come from the older API, therefore this is a warning.",
        source: "Mashery V2 docs, Member",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, countryCode: Switzerland}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, countryCode: CH}
",
        },
    },
    Rule {
        id: RuleId("CAM-006"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The status of a user is active, waiting or disabled.",
        why: "The store knows no other account status. Disabling takes the keys of the user with it, so Keywright \
              must not guess what another word means.",
        source: "TIBCO docs, User Access Settings",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: enabled}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
",
        },
    },
    Rule {
        id: RuleId("CAM-007"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The username of a live user does not change.",
        why: "The store has no rename for users: the only way is to delete the user with all keys and to create \
              another one. The old username stays taken for ever, on the whole platform.",
        source: "Mashery V3 docs, Members; Mashery V2 docs, Deleting Objects",
        example: Example::Story {
            wrong: "The store holds the user `alice`; the manifest is renamed to `alice-smith` and says `previously: \
                    [alice]`.",
            right: "The manifest keeps the name `alice` and changes only the displayName.",
        },
    },
    Rule {
        id: RuleId("CAM-008"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: false,
        says: "The email of a live user does not change.",
        why: "Clients of the store found that an email can not be changed after the user was created. A plan that \
              promises the change would come back in every run.",
        source: "Mashery Terraform provider, member",
        example: Example::Story {
            wrong: "The store holds `alice` with the email `alice@example.com`; the manifest now says \
                    `alice@example.org`.",
            right: "The manifest says the email that the store holds; the new address is entered in the portal by the \
                    user.",
        },
    },
];
