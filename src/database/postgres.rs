//! A workspace database on a PostgreSQL server, for several machines that share a workspace.

mod connect;
mod dialect;
mod lock;
mod schema;
mod server;
mod session;

pub use self::server::SERVER_HELP;
pub use self::server::Server;
pub(crate) use tokio_postgres::Error as Failure;
pub(crate) use tokio_postgres::Row;

use self::connect::Access;
pub(super) use self::lock::Lock;
pub(super) use self::lock::is_locked;
pub(super) use self::lock::lock;
pub(super) use self::session::Session;
use super::DatabaseError;
use super::SqlError;
use crate::model::Instant;

/// `None` if the schema does not exist or is empty.
pub(super) fn for_reading(server: &Server) -> Result<Option<Session>, DatabaseError> {
    let session = Session::open(server, Access::Read)?;
    let is_known = schema::is_known(&session, server).map_err(|error| DatabaseError::on(server, error))?;
    Ok(is_known.then_some(session))
}

/// Creates what is missing of the schema and its tables.
pub(super) fn for_writing(server: &Server) -> Result<Session, DatabaseError> {
    let session = Session::open(server, Access::Write)?;
    schema::migrate(&session, server).map_err(|error| DatabaseError::on(server, error))?;
    Ok(session)
}

/// Whether the server writes the parameters of statements to its log.
const LOGS_VALUES: &str = "SELECT count(*) FROM pg_settings
     WHERE ((name = 'log_statement' AND setting IN ('mod', 'all'))
         OR (name IN ('log_min_duration_statement', 'log_min_duration_sample') AND setting <> '-1')
         OR (name = 'log_transaction_sample_rate' AND setting <> '0'))
       AND NOT EXISTS (SELECT 1 FROM pg_settings WHERE name = 'log_parameter_max_length' AND setting = '0')";

/// The role of this connection, if the server writes the values of its statements to the log.
pub(super) fn role_with_logged_values(server: &Server) -> Result<Option<String>, DatabaseError> {
    let session = Session::open(server, Access::Read)?;
    let logs = session.number(LOGS_VALUES, &[]).map_err(|error| DatabaseError::on(server, error))?;
    Ok((logs != Some(0)).then(|| server.role().to_owned()))
}

/// The time of the server.
pub(super) fn time(session: &Session) -> Result<Option<Instant>, SqlError> {
    let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
    Ok(session.number(sql, &[])?.and_then(Instant::from_timestamp_millis))
}

/// The version of the server, like 17.2.
pub(super) fn version(session: &Session) -> Result<String, SqlError> {
    let number = session.number("SELECT CAST(current_setting('server_version_num') AS bigint)", &[])?.unwrap_or(0);
    Ok(format!("{}.{}", number / 10_000, number % 10_000))
}

/// The error in one line. The server's details may contain values, so they are left out.
pub(super) fn describe(error: &Failure) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let reason = cause.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        source = cause.source();
    }
    text
}
