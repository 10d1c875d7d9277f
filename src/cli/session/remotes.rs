//! Builds the clients of the remote stores from the settings and credentials of the workspace.

use std::collections::BTreeMap;

use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::access::access;
use crate::diagnostic::Diagnostic;
use crate::files::Bounds;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::rules;
use crate::secrets;
use crate::secrets::Lack;
use crate::source::Loaded;
use crate::store::Refusal;
use crate::stores::Remotes;
use crate::stores::cloud_api_management::CloudApiManagement;
use crate::stores::cloud_api_management::Credential;
use crate::stores::cloud_api_management::Credentials;
use crate::stores::managed_file_transfer;
use crate::stores::managed_file_transfer::ManagedFileTransfer;
use crate::stores::managed_file_transfer::Operations;
use crate::stores::managed_file_transfer::Settings;
use crate::stores::managed_file_transfer::SignIn;
use crate::text::is_hidden;
use crate::workspace::CloudStore;
use crate::workspace::RemoteStores;
use crate::workspace::TransferCredential;
use crate::workspace::TransferStore;

const CLOUD: &str = "Cloud API Management";
const TRANSFER: &str = "Managed File Transfer";

/// The clients, before their first call. `writes` is true if the run applies its plan.
pub(super) fn remotes(loaded: &Loaded, writes: bool, console: &Console<'_>) -> Result<Remotes, Failure> {
    let RemoteStores { cloud_api_management, managed_file_transfer, .. } = &loaded.workspace.remote;
    let of_transfer = managed_file_transfer.iter().map(|at| (TRANSFER, at.credential.source()));
    all_present(cloud_api_management.iter().flat_map(of_cloud).chain(of_transfer), loaded, console)?;
    let cloud = cloud_api_management.as_ref().map(|store| cloud(store, loaded, console)).transpose()?;
    let transfer = managed_file_transfer.as_ref().map(|store| transfer(store, loaded, writes, console)).transpose()?;
    Ok(Remotes { cloud, transfer }.limited_to(console.limits))
}

/// The clients that can be built for writing, and why the others cannot: in an incident, one store does not wait for the other.
pub(super) fn each(loaded: &Loaded, console: &Console<'_>) -> (Remotes, BTreeMap<Kind, String>) {
    let RemoteStores { cloud_api_management, managed_file_transfer, .. } = &loaded.workspace.remote;
    let mut failed = BTreeMap::new();
    let mut fail = |kind: Kind, failure: Failure| {
        failed.insert(kind, format!("{}: {}", kind.plural(), failure.message));
    };
    let complete = |store: &CloudStore| {
        all_present(of_cloud(store).into_iter(), loaded, console)?;
        cloud(store, loaded, console)
    };
    let built = cloud_api_management.as_ref().map(complete).transpose();
    let cloud = built.map_err(|failure| fail(Kind::PackageKey, failure)).ok().flatten();
    let built = managed_file_transfer.as_ref().map(|store| transfer(store, loaded, true, console)).transpose();
    let transfer = built.map_err(|failure| fail(Kind::ApiKey, failure)).ok().flatten();
    (Remotes { cloud, transfer }.limited_to(console.limits), failed)
}

fn cloud(store: &CloudStore, loaded: &Loaded, console: &Console<'_>) -> Result<CloudApiManagement, Failure> {
    let secret = |source| -> Result<Credential, Failure> {
        let value = secret(source, CLOUD, loaded, console)?;
        Ok(Credential { value, source: secrets::name_of(source) })
    };
    let credentials = Credentials {
        api_key: secret(&store.api_key)?,
        api_secret: secret(&store.api_secret)?,
        username: secret(&store.username)?,
        password: secret(&store.password)?,
    };
    CloudApiManagement::new(&store.url, &store.area, credentials, &store.limits).map_err(Failure::of_store)
}

fn of_cloud(store: &CloudStore) -> [(&'static str, &SecretSource); 4] {
    [&store.api_key, &store.api_secret, &store.username, &store.password].map(|source| (CLOUD, source))
}

/// Names all variables and files that have no secret, and not only the first.
fn all_present<'a>(
    all: impl Iterator<Item = (&'static str, &'a SecretSource)>,
    loaded: &Loaded,
    console: &Console<'_>,
) -> Result<(), Failure> {
    let access = access(loaded, console);
    let mut names: BTreeMap<Lack, Vec<String>> = BTreeMap::new();
    let mut stores: Vec<&str> = Vec::new();
    for (store, source) in all {
        let Some((name, lack)) = secrets::lacking(source, &access) else { continue };
        let named = names.entry(lack).or_default();
        if !named.contains(&name) {
            named.push(name);
        }
        if !stores.contains(&store) {
            stores.push(store);
        }
    }
    if names.values().map(Vec::len).sum::<usize>() < 2 {
        return Ok(());
    }
    let stores = stores.join(" and ");
    let list = |(lack, names): (&Lack, &Vec<String>)| {
        let names = names.join(", ");
        match lack {
            Lack::UnsetVariable => format!("these variables are not set: {names}"),
            Lack::EmptyVariable => format!("these variables are empty: {names}"),
            Lack::MissingFile => format!("these files are missing: {names}"),
            Lack::EmptyFile => format!("these files are empty: {names}"),
        }
    };
    let lists: Vec<String> = names.iter().map(list).collect();
    let is_file = |lack: &Lack| matches!(lack, Lack::MissingFile | Lack::EmptyFile);
    let help = match (names.keys().any(|lack| !is_file(lack)), names.keys().any(is_file)) {
        (true, true) => "set the variables where this command runs, and write a secret into each file",
        (_, true) => "write a secret into each, one line of text",
        (_, false) => "set them where this command runs",
    };
    Err(Failure::new(format!("could not sign in to {stores}: {}", lists.join("; "))).help(help))
}

fn transfer(
    store: &TransferStore,
    loaded: &Loaded,
    writes: bool,
    console: &Console<'_>,
) -> Result<ManagedFileTransfer, Failure> {
    let openapi = store.openapi.as_deref().map(|path| read_openapi(path, loaded)).transpose()?;
    let operations = managed_file_transfer::bind(openapi.as_deref(), &store.operations).map_err(Failure::of_store)?;
    // Before the credential is read: without the operations it is not needed.
    operations.check(writes).map_err(Failure::of_store)?;
    let value = secret(store.credential.source(), TRANSFER, loaded, console)?;
    if !value.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        let source = secrets::name_of(store.credential.source());
        let why = "contains spaces or characters that are not ASCII; a header cannot contain them";
        return Err(Failure::new(format!("could not sign in to Managed File Transfer: {source} {why}"))
            .help("copy the credential again, without quotes and invisible characters"));
    }
    let sign_in = match store.credential {
        TransferCredential::ApiKey(_) => SignIn::ApiKey(value),
        TransferCredential::Bearer(_) => SignIn::Bearer(value),
    };
    let (limits, tenant) = (&store.limits, store.tenant);
    let settings = Settings { url: &store.url, sign_in, operations, limits, tenant, writes };
    ManagedFileTransfer::new(settings).map_err(Failure::of_store)
}

/// MFT-021, without a call: what a plan needs and the settings do not name; and, as a warning, what an apply needs besides.
pub(in crate::cli) fn missing_operations(loaded: &Loaded) -> Vec<Diagnostic> {
    let Some(store) = &loaded.workspace.remote.managed_file_transfer else { return Vec::new() };
    let (message, help, is_read) = match operations_of(store, loaded) {
        Err(failure) => (failure.message, failure.help, true),
        Ok(operations) => {
            let (read, write) = (operations.check(false), operations.check(true));
            let is_read = read.is_err();
            let Some(refusal) = read.err().or(write.err()) else { return Vec::new() };
            let what = if is_read { refusal.reason } else { format!("an apply would fail: {}", refusal.reason) };
            (what, refusal.help, is_read)
        }
    };
    let problem = if is_read { rules::MFT_021.finding(message) } else { rules::MFT_021.also(message) };
    vec![Diagnostic { help, ..problem }]
}

fn operations_of(store: &TransferStore, loaded: &Loaded) -> Result<Operations, Failure> {
    let openapi = store.openapi.as_deref().map(|path| read_openapi(path, loaded)).transpose()?;
    managed_file_transfer::bind(openapi.as_deref(), &store.operations)
        .map_err(|Refusal { reason, help, .. }| Failure { help, ..Failure::new(reason) })
}

/// The secret to sign in to a store or database.
pub(super) fn secret(
    source: &SecretSource,
    store: &str,
    loaded: &Loaded,
    console: &Console<'_>,
) -> Result<Secret, Failure> {
    let secret = secrets::credential(source, &access(loaded, console)).map_err(|problem| {
        let failure = Failure::new(format!("could not sign in to {store}: {}", problem.message));
        Failure { help: problem.help, ..failure }
    })?;
    if secret.expose().chars().any(is_hidden) {
        let source = secrets::name_of(source);
        return Err(Failure::new(format!("could not sign in to {store}: {source} contains invisible characters"))
            .help("copy the credential again"));
    }
    Ok(secret)
}

/// Maximum size of an OpenAPI file, in bytes.
const MAX_OPENAPI: u64 = 16 << 20;

fn read_openapi(path: &str, loaded: &Loaded) -> Result<Vec<u8>, Failure> {
    let failed = |cause: String| {
        let failure = Failure::new(format!("could not read the OpenAPI file {path}: {cause}"));
        failure.help("download it from the Swagger page of the site, and set its path as `openapi` in keywright.yaml")
    };
    let path = loaded.root.join(path);
    if let Some(trusted) = loaded.trusted.as_ref().filter(|trusted| trusted.covers(&path)) {
        let read = trusted.read(&path).map_err(|error| failed(format!("could not {error}")))?;
        return read.ok_or_else(|| failed(format!("{} does not contain it", trusted.name())));
    }
    let bounds = Bounds::new(&loaded.root, &loaded.workspace.environment.folders);
    bounds.read(&path, MAX_OPENAPI).map_err(|refused| failed(refused.to_string()))
}
