//! Which server, which database, which schema, and how to sign in.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::config::SslMode;
use tokio_postgres::config::TargetSessionAttrs;

use crate::model::Secret;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(15);

/// After how long without a sign of the other machine the connection counts as broken. The server waits longer before it
/// lets go of a lock, so that its holder knows first.
const SILENCE: Duration = Duration::from_secs(20);

/// How often the other machine is asked for a sign.
const PROBE: Duration = Duration::from_secs(5);

/// A PostgreSQL server with the database and the schema that a workspace uses.
#[derive(Clone)]
pub struct Server {
    pub(super) config: Config,
    pub(super) schema: Box<str>,
    name: Box<str>,
}

impl Server {
    /// `url` is like `postgres://user@host/database` and holds no password. The error is what is wrong with it.
    pub fn new(url: &str, schema: &str, password: Option<&Secret>) -> Result<Self, String> {
        // What libpq knows beyond this client: here the certificate is always verified.
        let known =
            url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = known.parse().map_err(|error| super::told(&error))?;
        if config.get_password().is_some() {
            return Err("it holds a password".to_owned());
        }
        if let Some(password) = password {
            config.password(password.expose());
        }
        config.application_name("keywright").connect_timeout(CONNECT).tcp_user_timeout(SILENCE);
        config.keepalives_idle(PROBE).keepalives_interval(PROBE).keepalives_retries(3);
        if config.get_ssl_mode() == SslMode::Prefer {
            // Whoever can listen on the way can also talk a client out of what it only prefers.
            config.ssl_mode(if is_near(&config) { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_hosts().len() > 1 {
            // Of several, the one that is not a copy: a copy knows nothing of locks.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let name = url.split('?').next().unwrap_or_default();
        Ok(Self { config, schema: schema.into(), name: name.into() })
    }

    /// What messages call it: without settings, and without a way to sign in.
    pub fn name(&self) -> &str {
        &self.name
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
    fn only_on_this_machine_nothing_is_encrypted_unless_it_is_said() {
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
    fn the_name_tells_where_and_no_more() {
        let server = Server::new("postgres://u@db/d?sslmode=disable", "keywright", None).ok().unwrap();
        assert_eq!(server.name(), "postgres://u@db/d");
        let Err(cause) = Server::new("postgres://u@db/d?colour=red", "keywright", None) else { unreachable!() };
        assert!(cause.contains("colour"), "{cause}");
        for url in ["postgres://u:not-real@db/d", "postgres://u@db/d?%70assword=not-real"] {
            let Err(cause) = Server::new(url, "keywright", None) else { unreachable!() };
            assert!(cause.contains("holds a password") && !cause.contains("not-real"), "{cause}");
        }
    }
}
