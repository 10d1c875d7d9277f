//! A user with an application, and a package with a plan: what a key needs.

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
