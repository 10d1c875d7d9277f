//! The client of Cloud API Management against the emulator, each in its own process.

mod altered_value;
pub(crate) mod area;
mod bad_input;
pub(crate) mod changes;
mod counts;
mod duplicates;
mod every_quirk;
mod explained;
mod faults;
mod lag;
mod log;
mod plans;
mod progress;
mod quirks;
mod reading;
mod same_second;
mod saved;
mod short_lists;
pub(crate) mod soak;
mod unknown;
mod verified;
mod waiting;
mod waits;

/// The value of the custom key.
pub(crate) const CUSTOM: &str = "custom-value-that-is-not-real";

/// A small area with every kind, and every way to create a key.
pub(crate) const MANIFESTS: &str = r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active, company: Example, roles: [Member]}
---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: ann}
spec: {email: ann@example.com, displayName: Ann, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Web checkout, tags: web, commercial: true}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: kiosk}
spec: {user: ann, packages: [{package: payments, plan: gold}]}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card and wallet payments, notifyAdminEmails: [a@example.com, b@example.com], eav: {team: pay}}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: ledger}
spec: {description: Bookings}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec:
  package: payments
  maxNumKeysAllowed: 20
  throttle: {perSecond: 20, keyOverride: true}
  quota: {unlimited: true, keyOverride: true}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: silver}
spec: {package: payments, maxNumKeysAllowed: 20, quota: {calls: 900, per: hour, keyOverride: false}}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: basic}
spec: {package: ledger, maxNumKeysAllowed: 20}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  expires: 2027-06-30
  key: {generate: {prefix: chk_}}
  settings: {status: active, throttle: 50, quota: unlimited}
  deliver: [{file: secrets/checkout.env, as: CHECKOUT_KEY}]
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-partner}
spec:
  user: alice
  application: checkout
  package: payments
  plan: silver
  key: {custom: {env: TEST_KEY}}
  settings: {status: disabled}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-ledger}
spec: {user: alice, application: checkout, package: ledger, plan: basic, key: {generate: {by: store}}}
";

/// How many package keys the manifests declare.
pub(crate) const KEYS: u32 = 4;

/// How many objects the manifests declare.
const OBJECTS: usize = 13;
