//! The address of a server, database and schema, and the credentials.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::config::SslMode;
use tokio_postgres::config::TargetSessionAttrs;

use crate::model::Masks;
use crate::model::Secret;

/// The next step if the address of a server is refused.
pub const SERVER_HELP: &str = "write postgres://user@host/database under `database:` in keywright.yaml";

/// Limit for connecting.
const CONNECT: Duration = Duration::from_secs(15);

/// After this long without a sign of life, a connection is broken. The server waits longer, so the holder knows first.
const SILENCE: Duration = Duration::from_secs(20);

/// How often to probe the other machine.
const PROBE: Duration = Duration::from_secs(5);

/// The default port of PostgreSQL, which is not shown.
const DEFAULT_PORT: u16 = 5432;

/// A PostgreSQL server with the database and schema of a workspace.
#[derive(Clone)]
pub struct Server {
    pub(super) config: Config,
    pub(super) schema: Box<str>,
    name: Box<str>,
    /// Hides the password, which a proxy or an extension may repeat.
    masks: Masks,
}

impl Server {
    /// `url` is like `postgres://user@host/database`, without a password. The error is the reason why it is invalid.
    pub fn new(url: &str, schema: &str, password: Option<&Secret>) -> Result<Self, String> {
        // A setting that libpq accepts and this client does not: here the certificate is always verified.
        let known =
            url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = known.parse().map_err(|error| super::describe(&error))?;
        if config.get_password().is_some() {
            return Err("it contains a password".to_owned());
        }
        let mut masks = Masks::default();
        if let Some(password) = password {
            masks.hide(password);
            config.password(password.expose());
        }
        config.application_name("keywright").connect_timeout(CONNECT).tcp_user_timeout(SILENCE);
        config.keepalives_idle(PROBE).keepalives_interval(PROBE).keepalives_retries(3);
        if config.get_ssl_mode() == SslMode::Prefer {
            // An attacker on the network can make a client drop encryption that it only prefers.
            config.ssl_mode(if is_near(&config) { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_hosts().len() > 1 {
            // Of several hosts, use the primary: a replica does not share locks.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let name = url.split('?').next().unwrap_or_default();
        Ok(Self { config, schema: schema.into(), name: name.into(), masks })
    }

    /// The role that signs in.
    pub(super) fn role(&self) -> &str {
        self.config.get_user().unwrap_or("keywright")
    }

    /// Its hosts, each with its port unless it is the default. An address that overrides a name follows it in parentheses.
    pub fn hosts(&self) -> Vec<String> {
        let (names, addresses, ports) = (self.config.get_hosts(), self.config.get_hostaddrs(), self.config.get_ports());
        let one = |index: usize| {
            let name = match names.get(index) {
                Some(Host::Tcp(name)) => Some(name.clone()),
                #[cfg(unix)]
                Some(Host::Unix(path)) => Some(path.display().to_string()),
                None => None,
            };
            let address = addresses.get(index).map(ToString::to_string);
            let port = ports.get(index).or_else(|| ports.first()).filter(|port| **port != DEFAULT_PORT);
            let name = match (name, address) {
                (Some(name), Some(address)) => format!("{name} ({address})"),
                (name, address) => name.or(address).unwrap_or_default(),
            };
            port.map_or_else(|| name.clone(), |port| format!("{name}:{port}"))
        };
        (0..names.len().max(addresses.len())).map(one).collect()
    }

    /// The name in messages, without settings and credentials.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A text of the server without the password.
    pub(in crate::database) fn masked(&self, text: &str) -> String {
        self.masks.mask(text).into_owned()
    }
}

/// Whether the server is on this machine.
fn is_near(config: &Config) -> bool {
    let is_near = |host: &Host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_near) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Server::new(url, "keywright", None).ok().unwrap().config.get_ssl_mode()
    }

    #[test]
    fn only_local_connections_are_unencrypted_by_default() {
        assert_eq!(mode("postgres://u@localhost/d"), SslMode::Disable);
        assert_eq!(mode("postgres://u@127.0.0.1:5433/d"), SslMode::Disable);
        assert_eq!(mode("postgres://u@db.example.com/d"), SslMode::Require);
        assert_eq!(mode("postgres://u@db.example.com/d?sslmode=prefer"), SslMode::Require);
        assert_eq!(mode("postgres://u@db/d?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://u@localhost/d?sslmode=require"), SslMode::Require);
        assert_eq!(mode("postgres://u@localhost,db.example.com/d"), SslMode::Require);
        assert_eq!(mode("postgres://u@db/d?sslmode=verify-full"), SslMode::Require);
    }

    #[test]
    fn every_host_is_named() {
        let hosts = |url: &str| Server::new(url, "keywright", None).ok().unwrap().hosts();
        assert_eq!(hosts("postgres://u@db.example.com/d"), ["db.example.com"]);
        assert_eq!(hosts("postgres://u@db.example.com:5432/d"), ["db.example.com"]);
        assert_eq!(hosts("postgres://u@a:6000,b/d"), ["a:6000", "b"]);
        assert_eq!(hosts("postgres://u@a/d?hostaddr=192.0.2.1"), ["a (192.0.2.1)"]);
        assert_eq!(hosts("postgres://u@a/d?host=elsewhere.example"), ["a", "elsewhere.example"]);
    }

    #[test]
    fn the_name_contains_the_place_and_no_credentials() {
        let server = Server::new("postgres://u@db/d?sslmode=disable", "keywright", None).ok().unwrap();
        assert_eq!(server.name(), "postgres://u@db/d");
        let Err(cause) = Server::new("postgres://u@db/d?colour=red", "keywright", None) else { unreachable!() };
        assert!(cause.contains("colour"), "{cause}");
        for url in ["postgres://u:not-real@db/d", "postgres://u@db/d?%70assword=not-real"] {
            let Err(cause) = Server::new(url, "keywright", None) else { unreachable!() };
            assert!(cause.contains("contains a password") && !cause.contains("not-real"), "{cause}");
        }
    }
}
