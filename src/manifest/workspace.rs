//! `keywright.yaml`: which manifests, which stores, what is owned. Everything in it has a default.

use super::node::Content;
use super::node::Node;
use super::package_key::SecretFrom;
use super::read::FromNode;
use super::read::Reading;
use super::read::Spanned;
use super::read::TextMap;
use super::read::field;
use super::read::fields;
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
    /// API keys by the beginning of their names.
    struct ApiKeyPrefix {
        /// API keys whose keyName begins so are owned.
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
        json_schema!({ "anyOf": [{ "enum": OwnsTop::WORDS }, prefix] })
    }
}

mapping! {
    "spec.ownership"
    /// What of the store belongs to this workspace. Only what is owned can be deleted because no manifest declares it, and only with --prune.
    struct OwnershipSpec {
        /// declared or all.
        field users: OwnsTop = "users",
        /// declared, ofDeclaredUsers or all.
        field applications: OwnsApplications = "applications",
        /// declared or all.
        field packages: OwnsTop = "packages",
        /// declared, ofDeclaredPackages or all.
        field plans: OwnsPlans = "plans",
        /// declared, ofDeclaredApplications or all.
        field package_keys: OwnsKeys = "packageKeys",
        /// declared, all, or {prefix: ci-}.
        field api_keys: OwnsApiKeys = "apiKeys",
    }
}

mapping! {
    "spec.guards.deletes"
    /// How much one run may delete and replace: a plan that goes above both numbers is stopped.
    struct DeletesSpec {
        /// Per cent of the objects of a kind; 30 when left out.
        field percent: i64 = "percent",
        /// Number of objects; 10 when left out.
        field count: i64 = "count",
    }
}

mapping! {
    "spec.guards"
    /// What a plan may not do unasked.
    struct GuardsSpec {
        /// How much one run may delete and replace.
        field deletes: DeletesSpec = "deletes",
    }
}

mapping! {
    "spec.environment"
    /// What manifests may read from the machine that Keywright runs on. Nothing, unless it is listed.
    struct EnvironmentSpec {
        /// Prefixes of the environment variables that manifests may read, like APP_.
        field allow: Vec<Spanned<Box<str>>> = "allow",
        /// Folders outside of the workspace whose files manifests may read, like /run/secrets.
        field files: Vec<Spanned<Box<str>>> = "files",
        /// Programs that manifests may run to get a secret, by name or path.
        field commands: Vec<Spanned<Box<str>>> = "commands",
    }
}

mapping! {
    "limits"
    /// How hard a store may be called.
    struct LimitsSpec {
        /// Calls per second.
        field calls_per_second: i64 = "callsPerSecond",
        /// Calls per day.
        field calls_per_day: i64 = "callsPerDay",
        /// Most calls in flight at the same time; when left out, as many as the rate can use.
        field concurrency: i64 = "concurrency",
        /// Objects per page of a list.
        field page_size: i64 = "pageSize",
    }
}

mapping! {
    "spec.stores.cloudApiManagement.credentials"
    /// How Keywright signs in to the V3 API.
    struct CloudCredentials {
        /// The V3 API key.
        field api_key: SecretFrom = "apiKey" required KW_006,
        /// The secret that belongs to the V3 API key.
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
        /// The address of the API; /v3/token and /v3/rest stand below it. http only for loopback.
        field url: Box<str> = "url",
        /// The id (UUID) of the area.
        field area: Box<str> = "area" required KW_006,
        /// How Keywright signs in.
        field credentials: CloudCredentials = "credentials" required KW_006,
        /// How hard the API may be called.
        field limits: LimitsSpec = "limits",
    }
}

mapping! {
    "spec.stores.managedFileTransfer.credentials"
    /// How Keywright signs in to the AFT Management API: one of the two.
    struct TransferCredentials {
        /// An API key, sent in the header ApiKey.
        field api_key: SecretFrom = "apiKey",
        /// An access token, sent as bearer.
        field bearer: SecretFrom = "bearer",
    }
}

mapping! {
    "spec.stores.managedFileTransfer.operations"
    /// Method and path of each operation, like `GET /api/ApiKey/list`, where no OpenAPI file tells them.
    struct OperationsSpec {
        /// Lists the keys of the current user.
        field list: Box<str> = "list",
        /// Gets one key by its id; not used in normal work.
        field get: Box<str> = "get",
        /// Creates a key.
        field create: Box<str> = "create",
        /// Updates a key.
        field update: Box<str> = "update",
        /// Lists the organizations; `GET /api/Organization` when left out.
        field organizations: Box<str> = "organizations",
        /// Tells who the user of the credential is; `GET /api/Account` when left out.
        field account: Box<str> = "account",
    }
}

mapping! {
    "spec.stores.managedFileTransfer"
    /// Boomi MFT (formerly Thru), over the AFT Management API.
    struct ManagedFileTransferSpec {
        /// The address of your site; /api stands below it. http only for loopback.
        field url: Box<str> = "url",
        /// How Keywright signs in.
        field credentials: TransferCredentials = "credentials",
        /// The site's OpenAPI file (JSON), from which the operations are taken.
        field openapi: Box<str> = "openapi",
        /// The operations, where no OpenAPI file tells them.
        field operations: OperationsSpec = "operations",
        /// How hard the API may be called; 2 calls per second when left out.
        field limits: LimitsSpec = "limits",
        /// The tenant that all managed keys must belong to. Guards against the credential of another one.
        field tenant: i64 = "tenant",
        /// The user (username or email) as whom Keywright must be signed in, because the API lists only the user's own keys.
        field owner: Box<str> = "owner",
        /// The keyName of the key that Keywright itself runs with, which it never disables or narrows.
        field own_key: Box<str> = "ownKey",
        /// The API types that ApiKey.spec.allowedApis may name.
        field allowed_apis: Vec<Spanned<Box<str>>> = "allowedApis",
    }
}

mapping! {
    "spec.stores"
    /// Where the objects live. A kind whose store is not named here lives in the embedded store.
    struct StoresSpec {
        /// Users, applications, packages, plans and package keys live in Boomi Cloud API Management.
        field cloud_api_management: CloudApiManagementSpec = "cloudApiManagement",
        /// API keys live in Boomi MFT.
        field managed_file_transfer: ManagedFileTransferSpec = "managedFileTransfer",
    }
}

mapping! {
    "Workspace.spec"
    /// What belongs to the workspace and how it is treated. Everything has a default.
    struct WorkspaceSpec {
        /// Files and folders that hold the manifests; the workspace's own folder when left out.
        field manifests: Vec<Spanned<Box<str>>> = "manifests",
        /// The workspace database: sqlite: and a path, or postgres:// and a server that several runners share.
        field database: Box<str> = "database",
        /// Where the password for the PostgreSQL server is read from; the variable PGPASSWORD when left out.
        field database_password: SecretFrom = "databasePassword",
        /// Where the objects live.
        field stores: StoresSpec = "stores",
        /// What of the store belongs to this workspace.
        field ownership: OwnershipSpec = "ownership",
        /// What a plan may not do unasked.
        field guards: GuardsSpec = "guards",
        /// Severities of rules by id, like CAM-043: error. The severities are error, warning, info and off.
        field rules: TextMap = "rules",
        /// What manifests may read from the machine that Keywright runs on.
        field environment: EnvironmentSpec = "environment",
    }
}

mapping! {
    "metadata"
    /// What the workspace is called.
    struct WorkspaceMetadata {
        /// The name of the workspace; the name of its folder when left out.
        field name: Box<str> = "name",
    }
}

/// `keywright.yaml` as it was written.
#[derive(Default)]
pub struct WorkspaceFile {
    pub name: Option<Spanned<Box<str>>>,
    pub spec: WorkspaceSpec,
    pub place: Place,
}

const ENVELOPE: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

/// Reads the workspace file. It holds exactly one document.
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
                rules::KW_009.finding("keywright.yaml holds more than one document").at(super::read::head(root));
            reading.report(problem.help("keep the Workspace; move manifests to files of their own"));
        } else {
            read(root, &mut file, reading);
        }
    });
    (file, reading.finish())
}

fn read(root: &Node<'_>, file: &mut WorkspaceFile, reading: &mut Reading) {
    let Some(pairs) = fields(root, &ENVELOPE, "the workspace file", reading) else { return };
    super::document::check_version(root, pairs, reading);
    file.place = root.place;
    match field(pairs, "kind").map(|kind| (kind, Box::<str>::from_node(kind, reading))) {
        Some((_, Some(kind))) if &*kind == "Workspace" => {}
        Some((_, None)) => {}
        found => {
            let place = found.map_or_else(|| super::read::head(root), |(node, _)| node.place);
            let problem = rules::KW_009.finding("keywright.yaml is not a Workspace").at(place);
            reading.report(problem.help("write `kind: Workspace`; manifests stand in other files"));
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
