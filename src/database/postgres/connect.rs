//! Connections to a server. They have their own runtime, so they notice a lost server at once. Every wait has a limit.

use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::Duration;

use futures_executor::block_on;
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::task::unconstrained;
use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Server;
use crate::database::SqlError;
use crate::network;

/// Limit for connecting, signing in and setting up.
const CONNECT: Duration = Duration::from_secs(15);

/// Limit for the answer to a statement. The server cancels a statement after half of that.
const SILENCE: Duration = Duration::from_mins(1);

/// The purpose of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

impl Access {
    /// A change reported as done must survive a power cut, whatever the role's settings are. The server notices a lost
    /// client within half a minute, and no statement waits for a lock forever.
    const fn settings(self) -> &'static str {
        match self {
            Self::Read => {
                "SET default_transaction_read_only = on; SET lock_timeout = '10s'; SET statement_timeout = '30s'"
            }
            Self::Write => {
                "SELECT set_config('synchronous_commit', 'on', false)
                  WHERE current_setting('synchronous_commit') = 'off';
                 SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout';
                 SET lock_timeout = '10s';
                 SET statement_timeout = '30s';
                 SET tcp_keepalives_idle = 10;
                 SET tcp_keepalives_interval = 5;
                 SET tcp_keepalives_count = 4"
            }
        }
    }
}

/// Keeps values out of the server's log. Only a superuser may set this; for others, see [`super::role_with_logged_values`].
const UNLOGGED: &str = "SELECT set_config(name, '0', false) FROM pg_settings
     WHERE name = 'log_parameter_max_length' AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)";

/// A connection, and a task that ends when it breaks.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) broken: JoinHandle<()>,
}

/// The runtime of all connections.
fn runtime() -> Result<&'static Runtime, SqlError> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let build = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let failed = |error: &std::io::Error| SqlError::Away { cause: format!("no thread for the connection: {error}") };
    RUNTIME.get_or_init(build).as_ref().map_err(failed)
}

/// Runs `work` in the connections' runtime and blocks until it ends. `work` must end by itself.
pub(super) fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, SqlError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    runtime()?.spawn(async move { drop(sender.send(work.await)) });
    receiver.recv().map_err(|_| SqlError::Away { cause: "the thread of the connection has ended".to_owned() })
}

/// Blocks until a statement is answered, also inside another runtime, whose cooperative budget does not apply.
pub(super) fn answer<T>(asked: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, SqlError> {
    let _inside = runtime()?.enter();
    match block_on(unconstrained(timeout(SILENCE, asked))) {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(SqlError::Silent),
    }
}

/// Connects, signs in, and sets the connection up.
pub(super) async fn connect(server: &Server, access: Access) -> Result<Connected, SqlError> {
    match timeout(CONNECT, sign_in(server, access)).await {
        Ok(connected) => connected,
        Err(_) => Err(SqlError::Away { cause: format!("no answer in {} s", CONNECT.as_secs()) }),
    }
}

async fn sign_in(server: &Server, access: Access) -> Result<Connected, SqlError> {
    let connected = if server.config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = server.config.connect(NoTls).await?;
        Connected { client, broken: tokio::spawn(async { drop(connection.await) }) }
    } else {
        let (client, connection) = server.config.connect(MakeRustlsConnect::new(tls()?)).await?;
        Connected { client, broken: tokio::spawn(async { drop(connection.await) }) }
    };
    // The rules limit a schema name to letters, digits and _, so quoting is safe.
    let settings = format!("SET search_path TO \"{}\"; {}; {UNLOGGED}", server.schema, access.settings());
    connected.client.batch_execute(&settings).await?;
    Ok(connected)
}

/// Verifies certificates against the system's trusted roots. This cannot be turned off.
fn tls() -> Result<ClientConfig, SqlError> {
    // An error means that the process has already installed a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    network::check_certificates()
        .map_err(|cause| SqlError::Away { cause: format!("{cause}; {}", network::CERTIFICATES_HELP) })?;
    ClientConfig::with_platform_verifier()
        .map_err(|error| SqlError::Away { cause: format!("cannot read the certificates of this system: {error}") })
}
