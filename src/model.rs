//! The domain model: declared and live objects, in the vendor's words. Values are always valid, and the diff is `==`.
//! Files, clocks, wire formats and `Serialize` do not belong here.

pub mod address;
mod age;
pub mod attributes;
pub mod built_in;
pub mod by_address;
mod checksum;
pub mod desired;
pub mod fingerprint;
pub mod kind;
pub mod live;
mod live_id;
mod masked;
pub mod masks;
pub mod moment;
pub mod odd;
mod own_prefix;
pub mod sealed;
pub mod secret;
pub mod services;
pub mod store_keys;
pub mod transfer;

pub use address::Address;
pub use age::age_recipient;
pub use age::is_age_recipient;
pub use attributes::Attributes;
pub use attributes::FieldName;
pub use attributes::FieldNames;
pub use attributes::Value;
pub use by_address::ByAddress;
pub use checksum::CHECKSUM;
pub use checksum::checksum;
pub use checksum::has_checksum;
pub use desired::Declared;
pub use desired::Deliverable;
pub use desired::Delivery;
pub use desired::Desired;
pub use desired::DesiredField;
pub use desired::ExistingKey;
pub use desired::Generated;
pub use desired::KeySource;
pub use desired::Presence;
pub use desired::Rotation;
pub use desired::SecretSource;
pub use fingerprint::Fingerprint;
pub use fingerprint::FingerprintKey;
pub use kind::Kind;
pub use live::Live;
pub use live::LiveKey;
pub use live::LiveObject;
pub use live_id::LiveId;
pub use masked::has_mask;
pub use masks::Masks;
pub use odd::OddRow;
pub use own_prefix::has_own_prefix;
pub use own_prefix::own_prefix;
pub use secret::Digest;
pub use secret::Secret;
pub use store_keys::StoreKeys;
pub use transfer::Transfer;

/// An instant in UTC. Only the outer layers read clocks.
pub type Instant = chrono::DateTime<chrono::Utc>;
