//! Connections to a server. They live in a runtime of their own, so that they notice when the server goes away while
//! whoever uses them is busy. Nothing is waited for without an end.

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

/// How long a connection may take to come about, signed in and set up.
const CONNECT: Duration = Duration::from_secs(15);

/// How long a server may leave a statement unanswered. It ends what takes longer than half of that itself.
const SILENCE: Duration = Duration::from_mins(1);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

impl Access {
    /// What was reported as done must survive a power cut, whatever the role's own settings say. A client that is gone
    /// is noticed in half a minute, and nobody waits for ever for a lock of somebody else.
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

/// A connection, and the task that ends when it breaks.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) broken: JoinHandle<()>,
}

/// Where connections live.
fn runtime() -> Result<&'static Runtime, SqlError> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let build = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let failed = |error: &std::io::Error| SqlError::Away { cause: format!("no thread for the connection: {error}") };
    RUNTIME.get_or_init(build).as_ref().map_err(failed)
}

/// Waits for work that goes on where connections live, and that ends by itself.
pub(super) fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, SqlError> {
    let (tell, told) = mpsc::sync_channel(1);
    runtime()?.spawn(async move { drop(tell.send(work.await)) });
    told.recv().map_err(|_| SqlError::Away { cause: "the thread of the connection has ended".to_owned() })
}

/// Waits for the answer to a statement, here and now: inside of another runtime as well, whose turns do not count.
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
    // A schema's name holds letters, digits and _ only, which the rules see to.
    let settings = format!("SET search_path TO \"{}\"; {}", server.schema, access.settings());
    connected.client.batch_execute(&settings).await?;
    Ok(connected)
}

/// Certificates are checked against those that this system trusts. There is no way to turn that off.
fn tls() -> Result<ClientConfig, SqlError> {
    // An error says that somebody of this process was here first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ClientConfig::with_platform_verifier()
        .map_err(|error| SqlError::Away { cause: format!("the certificates of this system can not be read: {error}") })
}
