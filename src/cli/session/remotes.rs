//! Builds the clients of the remote stores from the settings and credentials of the workspace.

use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::access::access;
use crate::files::Bounds;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::secrets;
use crate::source::Loaded;
use crate::stores::Remotes;
use crate::stores::cloud_api_management::CloudApiManagement;
use crate::stores::cloud_api_management::Credential;
use crate::stores::cloud_api_management::Credentials;
use crate::stores::managed_file_transfer;
use crate::stores::managed_file_transfer::ManagedFileTransfer;
use crate::stores::managed_file_transfer::Settings;
use crate::stores::managed_file_transfer::SignIn;
use crate::text::is_hidden;
use crate::workspace::CloudStore;
use crate::workspace::RemoteStores;
use crate::workspace::TransferCredential;
use crate::workspace::TransferStore;

/// The clients, before their first call. `writes` is true if the run applies its plan.
pub(super) fn remotes(loaded: &Loaded, writes: bool, console: &Console<'_>) -> Result<Remotes, Failure> {
    let RemoteStores { cloud_api_management, managed_file_transfer, .. } = &loaded.workspace.remote;
    let cloud = cloud_api_management.as_ref().map(|store| cloud(store, loaded, console)).transpose()?;
    let transfer = managed_file_transfer.as_ref().map(|store| transfer(store, loaded, writes, console)).transpose()?;
    Ok(Remotes { cloud, transfer }.limited_to(console.limits))
}

fn cloud(store: &CloudStore, loaded: &Loaded, console: &Console<'_>) -> Result<CloudApiManagement, Failure> {
    let secret = |source| -> Result<Credential, Failure> {
        let value = secret(source, "Cloud API Management", loaded, console)?;
        Ok(Credential { value, source: secrets::name_of(source) })
    };
    all_present([&store.api_key, &store.api_secret, &store.username, &store.password], loaded, console)?;
    let credentials = Credentials {
        api_key: secret(&store.api_key)?,
        api_secret: secret(&store.api_secret)?,
        username: secret(&store.username)?,
        password: secret(&store.password)?,
    };
    CloudApiManagement::new(&store.url, &store.area, credentials, &store.limits).map_err(Failure::of_store)
}

/// Names all variables that are not set, and not only the first.
fn all_present(sources: [&SecretSource; 4], loaded: &Loaded, console: &Console<'_>) -> Result<(), Failure> {
    let missing = |source: &&SecretSource| secrets::missing_variable(source, &access(loaded, console));
    let mut names: Vec<String> = sources.iter().filter_map(missing).collect();
    names.dedup();
    if names.len() < 2 {
        return Ok(());
    }
    let names = crate::text::and_more(&names, 4, ", ");
    let failure =
        Failure::new(format!("could not sign in to Cloud API Management: these variables are not set: {names}"));
    Err(failure.help("set them where this command runs"))
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
    let value = secret(store.credential.source(), "Managed File Transfer", loaded, console)?;
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
