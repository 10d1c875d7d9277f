//! `keywright.yaml`: the manifests, the stores and the ownership. Every field has a default.

mod guards;
mod ignores;
mod limits;
mod place;
mod sinks;

pub use guards::ConsentSpec;
pub use guards::DeletesSpec;
pub use guards::GuardsSpec;
pub use guards::RestrictionsSpec;
pub use ignores::IgnoresSpec;
pub use limits::LimitsSpec;
pub use place::place_of;
pub use sinks::AgeSinkSpec;
pub use sinks::CheckSpec;
pub use sinks::CommandSinkSpec;
pub use sinks::FileSinkSpec;
pub use sinks::KubernetesSinkSpec;
pub use sinks::ReceiptFrom;
pub use sinks::SinkFormat;
pub use sinks::SinkSpec;
pub use sinks::SinksSpec;
pub use sinks::SopsSinkSpec;
pub use sinks::VaultSinkSpec;

use super::node::Content;
use super::node::Node;
use super::package_key::SecretFrom;
use super::read::FromNode;
use super::read::Reading;
use super::read::Spanned;
use super::read::TextMap;
use super::read::field;
use super::read::fields;
use super::scalar::Duration;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::manifest::rules;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use std::borrow::Cow;

words! {
    /// Which users count as owned.
    enum OwnsTop rules::KW_007 {
        Declared = "declared",
        All = "all",
    }
}

words! {
    /// Which applications count as owned.
    enum OwnsApplications rules::KW_007 {
        Declared = "declared",
        OfDeclaredUsers = "ofDeclaredUsers",
        All = "all",
    }
}

words! {
    /// Which plans count as owned.
    enum OwnsPlans rules::KW_007 {
        Declared = "declared",
        OfDeclaredPackages = "ofDeclaredPackages",
        All = "all",
    }
}

words! {
    /// Which package keys count as owned.
    enum OwnsKeys rules::KW_007 {
        Declared = "declared",
        OfDeclaredApplications = "ofDeclaredApplications",
        All = "all",
    }
}

mapping! {
    "spec.ownership.apiKeys"
    /// API keys by the first characters of their names.
    struct ApiKeyPrefix {
        /// The first characters of keyName. API keys whose keyName starts with them are owned.
        field prefix: Box<str> = "prefix" required KW_006,
    }
}

/// Which API keys count as owned.
pub enum OwnsApiKeys {
    Declared,
    All,
    Prefix(Box<str>),
}

impl FromNode for OwnsApiKeys {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return ApiKeyPrefix::from_node(node, reading)?.prefix.map(|prefix| Self::Prefix(prefix.value));
        }
        match super::scalar::word(node, OwnsTop::WORDS, &rules::KW_007, reading)? {
            "all" => Some(Self::All),
            _ => Some(Self::Declared),
        }
    }
}

impl JsonSchema for OwnsApiKeys {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OwnsApiKeys".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let prefix = ApiKeyPrefix::json_schema(generator);
        let forms = [json_schema!({ "enum": OwnsTop::WORDS }), prefix];
        super::schema::one_of(forms, "Write declared, all, or {prefix: ci-}.")
    }
}

mapping! {
    "spec.ownership"
    /// Which objects of the store belong to this workspace. Keywright deletes an undeclared object only if it is owned, and only with --prune.
    struct OwnershipSpec {
        /// Which users are owned: declared or all. Default: declared.
        field users: OwnsTop = "users",
        /// Which applications are owned: declared, ofDeclaredUsers or all. Default: declared.
        field applications: OwnsApplications = "applications",
        /// Which packages are owned: declared or all. Default: declared.
        field packages: OwnsTop = "packages",
        /// Which package plans are owned: declared, ofDeclaredPackages or all. Default: declared.
        field plans: OwnsPlans = "plans",
        /// Which package keys are owned: declared, ofDeclaredApplications or all. Default: declared.
        field package_keys: OwnsKeys = "packageKeys",
        /// Which API keys are owned: declared, all, or {prefix: ci-}. Default: declared.
        field api_keys: OwnsApiKeys = "apiKeys",
    }
}

mapping! {
    "spec.fingerprints"
    /// The journal contains fingerprints of key values, not the values.
    struct FingerprintsSpec {
        /// Where the key for fingerprints is read from: at least 32 characters, the same for all runners. Default: a file next to the database.
        field key: SecretFrom = "key",
    }
}

mapping! {
    "spec.environment"
    /// What manifests may read from the machine that runs Keywright. They may read only what is listed here.
    struct EnvironmentSpec {
        /// Prefixes of the environment variables that manifests may read, like APP_.
        field allow: Vec<Spanned<Box<str>>> = "allow",
        /// Folders outside the workspace whose files manifests may read, like /run/secrets.
        field files: Vec<Spanned<Box<str>>> = "files",
        /// Programs that manifests may run to get a secret, each with its arguments, like [vault, kv, get, "*"]: * matches one argument that does not begin with -. A single text is a program without arguments.
        field commands: Vec<Spanned<CommandPatternSpec>> = "commands",
        /// Environment variables that programs receive besides PATH, HOME and LANG, like VAULT_ADDR. HOME is an empty folder unless it is listed.
        field command_variables: Vec<Spanned<Box<str>>> = "commandVariables",
        /// The time limit of a program; 30s if omitted.
        field command_timeout: Duration = "commandTimeout",
        /// Environment variables that credentials in this file may use besides KEYWRIGHT_*. Manifests cannot read them.
        field credentials: Vec<Spanned<Box<str>>> = "credentials",
    }
}

/// A program that manifests may run, with its arguments.
pub struct CommandPatternSpec(pub Vec<Spanned<Box<str>>>);

impl FromNode for CommandPatternSpec {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        if matches!(node.content, Content::List(_)) {
            return Vec::from_node(node, reading).map(Self);
        }
        let value = Box::<str>::from_node(node, reading)?;
        Some(Self(vec![Spanned { value, place: node.place }]))
    }
}

impl JsonSchema for CommandPatternSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "CommandPattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }]
        })
    }
}

mapping! {
    "spec.stores.cloudApiManagement.credentials"
    /// How Keywright signs in to the V3 API.
    struct CloudCredentials {
        /// The V3 API key.
        field api_key: SecretFrom = "apiKey" required KW_006,
        /// The secret of the V3 API key.
        field api_secret: SecretFrom = "apiSecret" required KW_006,
        /// The username of the service account.
        field username: SecretFrom = "username" required KW_006,
        /// The password of the service account.
        field password: SecretFrom = "password" required KW_006,
    }
}

mapping! {
    "spec.stores.cloudApiManagement"
    /// Boomi Cloud API Management (formerly Mashery), over its V3 API.
    struct CloudApiManagementSpec {
        /// The base URL of the API, without /v3/token and /v3/rest. http is allowed only for loopback addresses.
        field url: Box<str> = "url",
        /// The id (UUID) of the area.
        field area: Box<str> = "area" required KW_006,
        /// How Keywright signs in.
        field credentials: CloudCredentials = "credentials" required KW_006,
        /// How many calls Keywright may make to the API.
        field limits: LimitsSpec = "limits",
        /// Usernames of users of the Boomi platform, which no answer of the API shows. Keywright never enables, disables or deletes them.
        field platform_users: Vec<Spanned<Box<str>>> = "platformUsers",
    }
}

mapping! {
    "spec.stores.managedFileTransfer.credentials"
    /// How Keywright signs in to the AFT Management API. Set exactly one of the fields.
    struct TransferCredentials {
        /// An API key, sent in the header ApiKey.
        field api_key: SecretFrom = "apiKey",
        /// An access token, sent as a bearer token.
        field bearer: SecretFrom = "bearer",
    }
}

mapping! {
    "spec.stores.managedFileTransfer.operations"
    /// Method and path of each operation, like `GET /api/ApiKey/list`, if no OpenAPI file describes them.
    struct OperationsSpec {
        /// Lists the keys of the current user.
        field list: Box<str> = "list",
        /// Gets one key by its id. Keywright does not use it in normal operation.
        field get: Box<str> = "get",
        /// Creates a key.
        field create: Box<str> = "create",
        /// Updates a key.
        field update: Box<str> = "update",
        /// Lists the organizations. Default: `GET /api/Organization`.
        field organizations: Box<str> = "organizations",
        /// Returns the user of the credential. Default: `GET /api/Account`.
        field account: Box<str> = "account",
    }
}

mapping! {
    "spec.stores.managedFileTransfer"
    /// Boomi MFT (formerly Thru), over the AFT Management API.
    struct ManagedFileTransferSpec {
        /// The base URL of your site, without /api. http is allowed only for loopback addresses.
        field url: Box<str> = "url",
        /// How Keywright signs in.
        field credentials: TransferCredentials = "credentials",
        /// The OpenAPI file (JSON) of the site. Keywright reads the operations from it.
        field openapi: Box<str> = "openapi",
        /// The operations, if no OpenAPI file describes them.
        field operations: OperationsSpec = "operations",
        /// How many calls Keywright may make to the API. Default: 2 calls per second.
        field limits: LimitsSpec = "limits",
        /// The id of the tenant that all managed keys must belong to. It protects against a credential of another tenant.
        field tenant: i64 = "tenant",
        /// The user (username or email) that the credential must belong to, because the API lists only the keys of that user.
        field owner: Box<str> = "owner",
        /// The keyName of the key that Keywright itself uses. Keywright never disables or restricts it.
        field own_key: Box<str> = "ownKey",
        /// The API types that ApiKey.spec.allowedApis may contain.
        field allowed_apis: Vec<Spanned<Box<str>>> = "allowedApis",
    }
}

mapping! {
    "spec.stores"
    /// The stores of the objects. Kinds without a store here live in the embedded store.
    struct StoresSpec {
        /// Users, applications, packages, plans and package keys live in Boomi Cloud API Management.
        field cloud_api_management: CloudApiManagementSpec = "cloudApiManagement",
        /// API keys live in Boomi MFT.
        field managed_file_transfer: ManagedFileTransferSpec = "managedFileTransfer",
    }
}

mapping! {
    "Workspace.spec"
    /// The contents and settings of the workspace. Every field has a default.
    struct WorkspaceSpec {
        /// Files and folders that contain the manifests. Default: the folder of the workspace.
        field manifests: Vec<Spanned<Box<str>>> = "manifests",
        /// The workspace database: sqlite: and a path, or the postgres:// URL of a server that several runners share.
        field database: Box<str> = "database",
        /// Where the password of the PostgreSQL server is read from. Default: the environment variable PGPASSWORD.
        field database_password: SecretFrom = "databasePassword",
        /// How Keywright recognizes secrets in the workspace database.
        field fingerprints: FingerprintsSpec = "fingerprints",
        /// The stores of the objects.
        field stores: StoresSpec = "stores",
        /// Which objects of the store belong to this workspace.
        field ownership: OwnershipSpec = "ownership",
        /// Fields that the store is known to ignore, by kind. Keywright sends them only with a create.
        field ignores: IgnoresSpec = "ignores",
        /// Limits for what a plan may do without explicit permission.
        field guards: GuardsSpec = "guards",
        /// Consents for changes that guards hold back, each until a day. For one run, use --allow instead.
        field consents: Vec<Spanned<ConsentSpec>> = "consents",
        /// Severities of rules by id, like CAM-043: error. The severities are error, warning, info and off.
        field rules: TextMap = "rules",
        /// What manifests may read from the machine that runs Keywright.
        field environment: EnvironmentSpec = "environment",
        /// Where key values may be delivered besides files of the workspace, by name. Manifests name a sink with `deliver: [{to: NAME, path: …, as: …}]`.
        field sinks: SinksSpec = "sinks",
    }
}

mapping! {
    "metadata"
    /// The name of the workspace.
    struct WorkspaceMetadata {
        /// The name of the workspace. Default: the name of its folder.
        field name: Box<str> = "name",
    }
}

/// The contents of `keywright.yaml`.
#[derive(Default)]
pub struct WorkspaceFile {
    pub name: Option<Spanned<Box<str>>>,
    pub spec: WorkspaceSpec,
    pub place: Place,
}

/// Reads the workspace file, which must contain exactly one document.
pub fn parse(id: SourceId, source: &Source) -> (WorkspaceFile, Vec<Diagnostic>) {
    let mut reading = Reading::new(id);
    let mut file = WorkspaceFile::default();
    let mut documents = 0;
    super::tree::documents(&source.text, &mut reading, |root, reading| {
        if super::document::is_empty(root) {
            return;
        }
        documents += 1;
        if documents > 1 {
            let problem =
                rules::KW_009.finding("keywright.yaml contains more than one document").at(super::read::head(root));
            reading.report(problem.help("keep the Workspace; move manifests to other files"));
        } else {
            read(root, &mut file, reading);
        }
    });
    (file, reading.finish())
}

fn read(root: &Node<'_>, file: &mut WorkspaceFile, reading: &mut Reading) {
    let Some(pairs) = fields(root, &super::document::ENVELOPE, "the workspace file", reading) else { return };
    super::document::check_version(root, pairs, reading);
    file.place = root.place;
    match field(pairs, "kind").map(|kind| (kind, Box::<str>::from_node(kind, reading))) {
        Some((_, Some(kind))) if &*kind == "Workspace" => {}
        Some((_, None)) => {}
        found => {
            let place = found.map_or_else(|| super::read::head(root), |(node, _)| node.place);
            let problem = rules::KW_009.finding("keywright.yaml is not a Workspace").at(place);
            reading.report(problem.help("write `kind: Workspace`; put manifests in other files"));
            return;
        }
    }
    if let Some(metadata) = field(pairs, "metadata").and_then(|node| WorkspaceMetadata::from_node(node, reading)) {
        file.name = metadata.name;
    }
    if let Some(spec) = field(pairs, "spec").and_then(|node| WorkspaceSpec::from_node(node, reading)) {
        file.spec = spec;
    }
}
