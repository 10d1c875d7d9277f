//! The settings of a workspace, validated and with defaults applied. Only the rules create them.

mod environment;
mod ignores;
mod names;
mod sinks;

pub use environment::ANY_ARGUMENT;
pub use environment::CommandPattern;
pub use environment::DATABASE_PASSWORD;
pub use environment::Environment;
pub use environment::MAX_COMMAND_SECONDS;
pub use environment::OWN_PREFIX;

pub use ignores::Ignores;
use std::collections::BTreeMap;
use std::time::Duration;

pub use names::OWN_FOLDER;
pub use names::WORKSPACE_FILE;
pub use names::is_git_folder_name;
pub use names::is_git_name;
pub use names::is_manifest_extension;
pub use sinks::CommandSink;
pub use sinks::FileFormat;
pub use sinks::KubernetesSink;
pub use sinks::PLACEHOLDERS;
pub use sinks::Sink;
pub use sinks::SinkKind;
pub use sinks::SopsSink;
pub use sinks::VAULT_TOKENS;
pub use sinks::VaultSink;
pub use sinks::age_file;
pub use sinks::is_field_of_kubernetes;
pub use sinks::is_name;
pub use sinks::is_normal;
pub use sinks::is_pattern;
pub use sinks::is_secret_of_kubernetes;

use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;
use crate::model::Delivery;
use crate::model::Instant;
use crate::model::SecretSource;
use crate::model::moment::day;

/// The settings from `keywright.yaml`, or the defaults without one.
pub struct Workspace {
    pub name: Box<str>,
    /// Whether the settings give the name. Otherwise it is that of the folder, which is another one on every runner.
    pub is_named: bool,
    /// Files and folders with manifests, relative to the workspace.
    pub manifests: Vec<Box<str>>,
    /// The database with the state of runs and the embedded store.
    pub database: DatabaseAt,
    /// The key for fingerprints of secrets; `None` for the key in the file next to the database.
    pub fingerprint_key: Option<SecretSource>,
    pub remote: RemoteStores,
    pub ownership: Ownership,
    pub guards: Guards,
    /// The fields that the stores are known to ignore.
    pub ignores: Ignores,
    pub consents: Vec<Consent>,
    /// Rules with a severity other than the catalogue's. `None` switches a rule off.
    pub severities: BTreeMap<RuleId, Option<Severity>>,
    pub environment: Environment,
    /// The sinks that manifests may name, by name.
    pub sinks: BTreeMap<Box<str>, Sink>,
}

#[derive(Default)]
pub struct RemoteStores {
    pub cloud_api_management: Option<CloudStore>,
    pub managed_file_transfer: Option<TransferStore>,
    /// The API types that keys may use, if the workspace lists them.
    pub api_types: Option<Vec<Box<str>>>,
}

impl RemoteStores {
    /// Whether there is none, so that all objects are in the embedded store.
    pub const fn is_embedded(&self) -> bool {
        self.cloud_api_management.is_none() && self.managed_file_transfer.is_none()
    }
}

/// The address and credentials of Cloud API Management.
pub struct CloudStore {
    /// The address above `/v3`.
    pub url: Box<str>,
    /// The id of the area.
    pub area: Box<str>,
    pub api_key: SecretSource,
    pub api_secret: SecretSource,
    pub username: SecretSource,
    pub password: SecretSource,
    pub limits: Limits,
    /// Usernames of users of the Boomi platform, which no answer of the API shows (CAM-072).
    pub platform_users: Vec<Box<str>>,
}

/// The address and credentials of Managed File Transfer.
pub struct TransferStore {
    /// The address above `/api`.
    pub url: Box<str>,
    pub credential: TransferCredential,
    /// The site's OpenAPI file, relative to the workspace.
    pub openapi: Option<Box<str>>,
    /// Operations in the workspace file; they override those of the OpenAPI file.
    pub operations: TransferOperations,
    pub limits: Limits,
    /// The tenant that all managed keys must belong to (MFT-022).
    pub tenant: Option<i64>,
    /// The username or email that Keywright must be signed in as (MFT-023).
    pub owner: Option<Box<str>>,
    /// The `keyName` of the key that Keywright itself uses (MFT-030).
    pub own_key: Option<Box<str>>,
}

/// One of the two forms of credential that the vendor accepts; never both (`mft-api-keys.md` 1.4).
pub enum TransferCredential {
    /// In the header `ApiKey`.
    ApiKey(SecretSource),
    Bearer(SecretSource),
}

impl TransferCredential {
    pub const fn source(&self) -> &SecretSource {
        match self {
            Self::ApiKey(source) | Self::Bearer(source) => source,
        }
    }
}

/// Method and path of each operation that the workspace binds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TransferOperations {
    pub list: Option<Operation>,
    pub get: Option<Operation>,
    pub create: Option<Operation>,
    pub update: Option<Operation>,
    pub organizations: Option<Operation>,
    pub account: Option<Operation>,
}

/// One operation of an API: `PUT /api/ApiKey`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Operation {
    /// In uppercase.
    pub method: Box<str>,
    /// Starts with `/`; has no query.
    pub path: Box<str>,
}

impl Operation {
    /// `None` if servers could read the path in different ways: it could lead to another host, upwards, or into a query.
    pub fn new(method: &str, path: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        let is_good = path.len() > 1
            && path.len() <= 200
            && path.starts_with('/')
            && path.bytes().all(is_plain)
            && !path.split('/').skip(1).any(|part| part.chars().all(|c| c == '.'));
        is_good.then(|| Self { method: method.into(), path: path.into() })
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Limits for calls to a remote store.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    pub calls_per_second: f64,
    /// Calls of one run. `None` if unlimited.
    pub calls_per_day: Option<u64>,
    /// Maximum concurrent calls. `None` to derive it from the rate.
    pub concurrency: Option<usize>,
    /// Objects per page of a list.
    pub page_size: usize,
    /// How long a list may not show a new object.
    pub visibility_lag: Duration,
}

/// The lowest rate of the vendor (`cloud-api-management.md` 5.2), a page size in use (4.4), and four times the longest
/// wait of a client in use (8.17).
impl Default for Limits {
    fn default() -> Self {
        Self {
            calls_per_second: 2.0,
            calls_per_day: None,
            concurrency: None,
            page_size: 1000,
            visibility_lag: Duration::from_mins(1),
        }
    }
}

impl Limits {
    /// Concurrent calls: enough to reach the rate when responses take half a second.
    pub fn in_flight(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is at most a thousand")]
        let useful = (self.calls_per_second / 2.0).ceil() as usize;
        self.concurrency.unwrap_or_else(|| useful.max(8))
    }
}

/// What the workspace owns in the store, by kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ownership {
    pub users: Owns,
    pub applications: Owns,
    pub packages: Owns,
    pub plans: Owns,
    pub package_keys: Owns,
    pub api_keys: Owns,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Owns {
    /// Only declared objects: absence from the manifests deletes nothing.
    #[default]
    Declared,
    /// Children of declared objects: applications of declared users, and so on.
    OfDeclaredParent,
    /// Objects whose name starts with this prefix.
    Prefix(Box<str>),
    All,
}

/// A reviewed consent: the guards do not hold back the changes of this object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Consent {
    /// The address of the object.
    pub allow: Box<str>,
    pub why: Box<str>,
    /// The last day on which it counts, in UTC, like `2026-12-31`.
    pub until: Box<str>,
}

impl Consent {
    /// Whether it still counts.
    pub fn counts(&self, now: Instant) -> bool {
        *day(now) <= *self.until
    }
}

/// How much one run may take away without explicit permission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guards {
    /// Deletes and replaces.
    pub deletes: Limit,
    /// API keys that are disabled or restricted.
    pub restrictions: Limit,
}

/// A plan that exceeds both numbers is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Percent of the managed objects of a kind in the store.
    pub percent: i64,
    pub count: i64,
}

/// For API keys the numbers of `mft-api-keys.md` 3.2.
impl Default for Guards {
    fn default() -> Self {
        Self { deletes: Limit { percent: 30, count: 10 }, restrictions: Limit { percent: 20, count: 5 } }
    }
}

#[derive(Clone)]
pub enum DatabaseAt {
    /// A SQLite file, relative to the workspace.
    File(Box<str>),
    /// A schema of a database on a PostgreSQL server. The address contains no password.
    Server { url: Box<str>, schema: Box<str>, password: Option<SecretSource> },
}

/// The default schema on a server.
pub const DEFAULT_SCHEMA: &str = "keywright";

/// The default database file.
pub const DEFAULT_DATABASE: &str = ".keywright/keywright.db";

impl Workspace {
    /// A workspace without a `keywright.yaml`.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            is_named: false,
            manifests: vec![".".into()],
            database: DatabaseAt::File(DEFAULT_DATABASE.into()),
            fingerprint_key: None,
            remote: RemoteStores::default(),
            ownership: Ownership::default(),
            guards: Guards::default(),
            ignores: Ignores::default(),
            consents: Vec::new(),
            severities: BTreeMap::new(),
            environment: Environment::default(),
            sinks: BTreeMap::new(),
        }
    }

    /// Whether a place is still where it was under this identity of its sink. Settings can make a sink another place.
    pub fn is_place_of(&self, to: &Delivery, identity: &str) -> bool {
        let Some(name) = &to.sink else { return true };
        self.sinks.get(name).is_some_and(|sink| *sink.identity() == *identity)
    }

    /// The source of every credential, and who receives it.
    pub fn credentials(&self) -> impl Iterator<Item = (&SecretSource, CredentialOf)> {
        let cloud = self.remote.cloud_api_management.iter();
        let cloud = cloud.flat_map(|store| [&store.api_key, &store.api_secret, &store.username, &store.password]);
        let transfer = self.remote.managed_file_transfer.iter().map(|store| store.credential.source());
        let database = match &self.database {
            DatabaseAt::Server { password, .. } => password.as_ref(),
            DatabaseAt::File(_) => None,
        };
        let of_stores = cloud.chain(transfer).map(|source| (source, CredentialOf::Store));
        let of_fingerprints = self.fingerprint_key.iter().map(|source| (source, CredentialOf::Fingerprints));
        let of_sinks = self.sinks.values().filter_map(|sink| match &sink.kind {
            SinkKind::Vault(vault) => Some((&vault.token, CredentialOf::Sink)),
            _ => None,
        });
        of_stores.chain(database.map(|source| (source, CredentialOf::Database))).chain(of_fingerprints).chain(of_sinks)
    }
}

/// Who receives a credential.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialOf {
    Store,
    Database,
    /// The key for fingerprints in the database.
    Fingerprints,
    /// A place of delivery.
    Sink,
}

#[cfg(test)]
mod tests {
    use super::Operation;

    #[test]
    fn an_operation_has_a_plain_path() {
        for bad in
            ["", "/", "api", "//evil.example", "/api/../x", "/api/.", "/a?b", "/a#b", "/a b", "/a%2Fb", "/a/", "/{id}"]
        {
            assert!(Operation::new("GET", bad).is_none(), "{bad}");
        }
        for plain in ["/api/ApiKey", "/api/ApiKey/get-all.v1"] {
            let text = Operation::new("GET", plain).map(|operation| operation.to_string());
            assert_eq!(text, Some(format!("GET {plain}")));
        }
    }
}
