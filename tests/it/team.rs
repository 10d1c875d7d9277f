//! A user with an application, and a package with a plan: what a key needs. And keys of that application.

pub(crate) const TEAM: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments}
";

/// The manifest of a key; the lines of its fields follow.
macro_rules! production_key {
    ($fields:literal) => {
        concat!(
            "---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
",
            $fields
        )
    };
}

pub(crate) const CUSTOM_KEY: &str = production_key!(
    "  key: {custom: {env: APP_KEY}}
  secret: {env: APP_SECRET}
"
);

pub(crate) const ROTATED_KEY: &str = production_key!(
    "  key: {generate: {prefix: chk_}}
  rotation: {every: 90d, overlap: 14d, grace: 7d}
  deliver: [{file: secrets/key.env, as: CHECKOUT_KEY}]
"
);

/// The key whose value is handed over by other means.
pub(crate) const ROTATED_ELSEWHERE: &str = production_key!(
    "  key: {generate: {prefix: chk_}}
  rotation: {every: 90d, overlap: 14d, grace: 7d}
  deliver: elsewhere
"
);
