//! One SQL for two databases: SQLite in a file and PostgreSQL on a server. Statements use SQLite's syntax.

use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;

use super::postgres::Session;

/// A connection to a workspace database.
pub(crate) enum Connection {
    Sqlite(SqliteFile),
    Postgres(Box<Session>),
}

/// A connection to a SQLite file.
pub(crate) struct SqliteFile {
    connection: rusqlite::Connection,
    /// The workspace lock, without which nothing is written; `None` if the connection does not need it.
    pub(super) lock: Option<super::sqlite::lock::Lock>,
}

impl From<rusqlite::Connection> for SqliteFile {
    fn from(connection: rusqlite::Connection) -> Self {
        Self { connection, lock: None }
    }
}

impl std::ops::Deref for SqliteFile {
    type Target = rusqlite::Connection;

    fn deref(&self) -> &rusqlite::Connection {
        &self.connection
    }
}

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "what only a server answers"))]
pub(crate) enum SqlError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// An error message of the server.
    #[error("{}", super::postgres::describe(.0))]
    Postgres(#[from] super::postgres::Failure),
    /// A column with an unexpected value.
    #[error("column {column} cannot be read: {cause}")]
    Unreadable { column: usize, cause: String },
    #[error("its schema `{schema}` contains tables that are not Keywright's")]
    ForeignSchema { schema: String },
    #[error("it has version {found}")]
    Newer { found: i64 },
    /// The server was lost and did not return in time.
    #[error("the server is unreachable: {cause}")]
    Away { cause: String },
    #[error("the server does not answer")]
    Silent,
    /// The server was unreachable, and another run has taken the lock since.
    #[error("the server was unreachable, and {holder} has taken the lock")]
    LockLost { holder: String },
    /// The lock file is another one, or none.
    #[error("the workspace lock was lost: {cause}; another run may be active")]
    LockFileLost { cause: String },
}

impl SqlError {
    pub(crate) fn unreadable(column: usize, cause: impl std::fmt::Display) -> Self {
        Self::Unreadable { column, cause: cause.to_string() }
    }

    fn lock_file_lost(cause: String) -> Self {
        Self::LockFileLost { cause }
    }
}

/// The value of a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Nothing,
    Number(i64),
    Text(&'a str),
}

/// A type that can be a parameter.
pub(crate) trait Parameter {
    fn value(&self) -> Value<'_>;
}

impl Parameter for i64 {
    fn value(&self) -> Value<'_> {
        Value::Number(*self)
    }
}

impl Parameter for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Parameter for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl<T: Parameter + ?Sized> Parameter for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Parameter + ?Sized> Parameter for Box<T> {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Parameter> Parameter for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Nothing, Parameter::value)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Nothing => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// One row of a result. Columns are counted from 0.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a super::postgres::Row),
}

impl<'a> Row<'a> {
    pub(crate) fn text(&self, column: usize) -> Result<&'a str, SqlError> {
        self.optional_text(column)?.ok_or_else(|| SqlError::unreadable(column, "it is empty"))
    }

    pub(crate) fn number(&self, column: usize) -> Result<i64, SqlError> {
        self.optional_number(column)?.ok_or_else(|| SqlError::unreadable(column, "it is empty"))
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<&'a str>, SqlError> {
        match self {
            Self::Sqlite(row) => {
                let text = row.get_ref(column)?.as_str_or_null();
                text.map_err(|error| SqlError::unreadable(column, error))
            }
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(crate) fn optional_number(&self, column: usize) -> Result<Option<i64>, SqlError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(column)?),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}

#[cfg(test)]
impl Connection {
    /// The SQLite connection, for tests that check a file's settings.
    pub(crate) fn sqlite(&self) -> &rusqlite::Connection {
        match self {
            Self::Sqlite(connection) => connection,
            Self::Postgres(_) => unreachable!("the tests of files work on files"),
        }
    }
}

impl Connection {
    /// Runs a statement without a result.
    pub(crate) fn execute(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(connection) => {
                let values = parameters.iter().map(|parameter| parameter.value());
                connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))?;
                Ok(())
            }
            Self::Postgres(session) => session.query(sql, parameters).map(drop),
        }
    }

    /// Passes every row of the result to `take`.
    pub(crate) fn each(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        mut take: impl FnMut(&Row<'_>) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let values = parameters.iter().map(|parameter| parameter.value());
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                while let Some(row) = rows.next()? {
                    take(&Row::Sqlite(row))?;
                }
                Ok(())
            }
            Self::Postgres(session) => {
                session.query(sql, parameters)?.iter().try_for_each(|row| take(&Row::Postgres(row)))
            }
        }
    }

    /// Collects what `read` returns for each row.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        read: impl Fn(&Row<'_>) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        let mut found = Vec::new();
        self.each(sql, parameters, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first column of the first row, as a number.
    pub(crate) fn number(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<Option<i64>, SqlError> {
        Ok(self.all(sql, parameters, |row| row.number(0))?.into_iter().next())
    }

    /// Runs `work` in a transaction. On a server it is repeated if the connection breaks before the commit is
    /// confirmed, so `work` changes nothing outside the database.
    pub(crate) fn transaction<T, E: From<SqlError>>(
        &self,
        mut work: impl FnMut(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(connection) => {
                let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate);
                let transaction = transaction.map_err(SqlError::from)?;
                connection.lock.iter().try_for_each(|lock| lock.check().map_err(SqlError::lock_file_lost))?;
                let done = work(self)?;
                transaction.commit().map_err(SqlError::from)?;
                Ok(done)
            }
            Self::Postgres(session) => session.transaction(|| work(self)),
        }
    }

    /// Runs `work` on one snapshot of the database.
    pub(crate) fn moment<T>(&self, mut work: impl FnMut(&Self) -> Result<T, SqlError>) -> Result<T, SqlError> {
        match self {
            Self::Sqlite(connection) => {
                let moment = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
                let read = work(self)?;
                moment.finish()?;
                Ok(read)
            }
            Self::Postgres(session) => session.moment(|| work(self)),
        }
    }

    /// Whether the table exists. An older database that is only open for reading may lack it.
    pub(crate) fn has_table(&self, name: &str) -> Result<bool, SqlError> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT count(*) FROM sqlite_schema WHERE name = ?1",
            Self::Postgres(_) => "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?1)",
        };
        Ok(self.number(sql, &[&name])? == Some(1))
    }

    /// Whether a table has the column. An older database that is only open for reading may lack it.
    pub(crate) fn has_column(&self, table: &str, column: &str) -> Result<bool, SqlError> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2",
            Self::Postgres(_) => {
                "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass(?1) AND attname = ?2 AND NOT attisdropped"
            }
        };
        Ok(self.number(sql, &[&table, &column])? == Some(1))
    }

    /// A number that changes when another process writes to the file. Only the emulator uses it, and it works on files.
    pub(crate) fn foreign_changes(&self) -> Result<i64, SqlError> {
        match self {
            Self::Sqlite(connection) => Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?),
            Self::Postgres(_) => Ok(0),
        }
    }
}
