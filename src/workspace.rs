//! The settings of a workspace, valid and with every default in place. Made only by the rules.

use std::collections::BTreeMap;

use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;
use crate::model::SecretSource;

/// What `keywright.yaml` says, or the defaults where there is none.
pub struct Workspace {
    pub name: Box<str>,
    /// Files and folders with manifests, relative to the workspace.
    pub manifests: Vec<Box<str>>,
    /// Where what runs must remember is kept, and the embedded store.
    pub database: DatabaseAt,
    pub remote: RemoteStores,
    pub ownership: Ownership,
    pub guards: Guards,
    /// Rules whose severity is not the catalogue's; nothing means: switched off.
    pub severities: BTreeMap<RuleId, Option<Severity>>,
    pub environment: Environment,
}

/// Which remote stores the workspace names.
#[derive(Default)]
pub struct RemoteStores {
    pub cloud_api_management: Option<CloudStore>,
    pub managed_file_transfer: Option<TransferStore>,
    /// The API types that keys may be given, when the workspace lists them.
    pub api_types: Option<Vec<Box<str>>>,
}

/// Where Cloud API Management is, and how to sign in there.
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
}

/// Where Managed File Transfer is, and how to sign in there.
pub struct TransferStore {
    /// The address above `/api`.
    pub url: Box<str>,
    pub credential: TransferCredential,
    /// The site's OpenAPI file, relative to the workspace.
    pub openapi: Option<Box<str>>,
    /// What is written about the operations; it goes before what the file says.
    pub operations: TransferOperations,
    pub limits: Limits,
    /// The tenant that all managed keys must belong to (MFT-022).
    pub tenant: Option<i64>,
    /// The username or email as whom Keywright must be signed in (MFT-023).
    pub owner: Option<Box<str>>,
    /// The `keyName` of the key that the run itself uses (MFT-030).
    pub own_key: Option<Box<str>>,
}

/// One of the two forms in which the vendor takes a credential; never both (`mft-api-keys.md` 1.4).
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

/// Method and path of each operation, where the workspace says them.
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
    /// In capitals.
    pub method: Box<str>,
    /// Begins with `/`; has no query.
    pub path: Box<str>,
}

impl Operation {
    /// Nothing for a path that does not mean the same to everybody: it could lead to another host, upwards, or into a
    /// query.
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

/// How hard a remote store may be called.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    pub calls_per_second: f64,
    /// Calls of one run; nothing for as many as it takes.
    pub calls_per_day: Option<u64>,
    /// Most calls in flight at the same time; nothing for as many as the rate can use.
    pub concurrency: Option<usize>,
    /// Objects of a page of a list.
    pub page_size: usize,
}

/// The smallest rate that the vendor gives (`cloud-api-management.md` 5.2), and pages that are in use (4.4).
impl Default for Limits {
    fn default() -> Self {
        Self { calls_per_second: 2.0, calls_per_day: None, concurrency: None, page_size: 1000 }
    }
}

impl Limits {
    /// Calls in flight at the same time: enough that answers which take half a second do not hold the rate down.
    pub fn in_flight(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is at most a thousand")]
        let useful = (self.calls_per_second / 2.0).ceil() as usize;
        self.concurrency.unwrap_or_else(|| useful.max(8))
    }
}

/// What of the store belongs to the workspace, by kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ownership {
    pub users: Owns,
    pub applications: Owns,
    pub packages: Owns,
    pub plans: Owns,
    pub package_keys: Owns,
    pub api_keys: Owns,
}

/// Which objects of a kind are owned.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Owns {
    /// Those that are declared: absence from the manifests deletes nothing.
    #[default]
    Declared,
    /// Those that hang on a declared parent: applications of declared users, and so on.
    OfDeclaredParent,
    /// Those whose name begins so.
    Prefix(Box<str>),
    All,
}

/// Above both numbers a plan's deletes and replaces are stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guards {
    /// Per cent of the objects of a kind that are in the store and managed.
    pub percent: i64,
    pub count: i64,
}

impl Default for Guards {
    fn default() -> Self {
        Self { percent: 30, count: 10 }
    }
}

/// What manifests may read from the machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Environment {
    pub prefixes: Vec<Box<str>>,
    pub folders: Vec<Box<str>>,
    pub programs: Vec<Box<str>>,
}

/// Where the workspace database is.
#[derive(Clone)]
pub enum DatabaseAt {
    /// A SQLite file, relative to the workspace.
    File(Box<str>),
    /// A schema of a database on a PostgreSQL server. The address holds no password.
    Server { url: Box<str>, schema: Box<str>, password: Option<SecretSource> },
}

/// The schema of a workspace that names a server and no schema.
pub const DEFAULT_SCHEMA: &str = "keywright";

/// The database of a workspace that says nothing else.
pub const DEFAULT_DATABASE: &str = ".keywright/keywright.db";

impl Workspace {
    /// A workspace without a `keywright.yaml`.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            manifests: vec![".".into()],
            database: DatabaseAt::File(DEFAULT_DATABASE.into()),
            remote: RemoteStores::default(),
            ownership: Ownership::default(),
            guards: Guards::default(),
            severities: BTreeMap::new(),
            environment: Environment::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Operation;

    #[test]
    fn an_operation_has_a_plain_path() {
        for odd in
            ["", "/", "api", "//evil.example", "/api/../x", "/api/.", "/a?b", "/a#b", "/a b", "/a%2Fb", "/a/", "/{id}"]
        {
            assert!(Operation::new("GET", odd).is_none(), "{odd}");
        }
        for plain in ["/api/ApiKey", "/api/ApiKey/get-all.v1"] {
            assert_eq!(
                Operation::new("GET", plain).map(|operation| operation.to_string()),
                Some(format!("GET {plain}"))
            );
        }
    }
}
