//! A connection that reconnects when the server was unreachable, and transactions that survive this.
#![expect(clippy::disallowed_methods, reason = "edge: how long a server is waited for")]

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;
use std::time::Instant;

use tokio_postgres::Client;
use tokio_postgres::Row;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::Server;
use super::connect;
use super::connect::Access;
use super::connect::answer;
use super::connect::connect;
use super::dialect;
use crate::database::DatabaseError;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::database::lock::Fence;
use crate::database::sql::Value;
use crate::randomness;

/// How long to wait for a lost server.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// How often to retry.
const PAUSE: Duration = Duration::from_millis(100);

/// How often to restart a transaction if the connection breaks each time: the transaction itself may be the cause.
const ATTEMPTS: u32 = 5;

/// Overrides the role's settings.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// A connection to a server.
pub(crate) struct Session {
    server: Server,
    access: Access,
    /// The identity under which the workspace lock is held.
    pub(in crate::database) fence: Option<Fence>,
    /// The name of this session in the table of last transactions.
    name: String,
    line: RefCell<Line>,
    is_in_transaction: Cell<bool>,
    /// Whether the connection broke during this transaction.
    is_broken: Cell<bool>,
    /// Why the session no longer waits for the server. Later statements fail at once.
    given_up: RefCell<Option<String>>,
    transactions: Cell<i64>,
}

/// The current connection with its prepared statements.
struct Line {
    client: Client,
    statements: HashMap<Box<str>, Statement>,
}

/// The numbers of the current transaction, and of the last committed one.
struct Numbers {
    this: i64,
    last: Option<i64>,
}

impl Session {
    pub(super) fn open(server: &Server, access: Access) -> Result<Self, DatabaseError> {
        let line = line(server, access).map_err(|error| DatabaseError::Connect {
            database: server.name().to_owned(),
            cause: server.masked(&error.to_string()),
        })?;
        let name = randomness::id().map_err(|error| DatabaseError::Connect {
            database: server.name().to_owned(),
            cause: format!("could not {error}"),
        })?;
        Ok(Self {
            server: server.clone(),
            access,
            fence: None,
            name: name.to_string(),
            line: RefCell::new(line),
            is_in_transaction: Cell::new(false),
            is_broken: Cell::new(false),
            given_up: RefCell::new(None),
            transactions: Cell::new(0),
        })
    }

    /// Outside a transaction, statements only read, so they can be repeated after a reconnect.
    pub(in crate::database) fn query(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<Vec<Row>, SqlError> {
        let result = self.try_query(sql, parameters);
        if !self.is_lost(&result) || self.is_in_transaction.get() {
            return result;
        }
        self.come_back()?;
        self.try_query(sql, parameters)
    }

    /// The first column of the first row, as a number.
    pub(super) fn number(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<Option<i64>, SqlError> {
        let rows = self.query(sql, parameters)?;
        rows.first().map(|row| row.try_get(0)).transpose().map_err(SqlError::from)
    }

    /// Runs statements without parameters.
    pub(super) fn run(&self, sql: &str) -> Result<(), SqlError> {
        self.check_given_up()?;
        let result = answer(self.line.borrow().client.batch_execute(sql));
        self.is_lost(&result);
        result
    }

    /// Runs `work` in one transaction. Repeats it if the connection breaks before the commit is confirmed. Writes
    /// nothing if another run has taken the lock.
    pub(in crate::database) fn transaction<T, E: From<SqlError>>(
        &self,
        mut work: impl FnMut() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut uncertain = None;
        self.with_retry(|| {
            let written = self.begin().map_err(E::from).inspect_err(|_| self.roll_back())?;
            if let Some((number, done)) = uncertain.take_if(|(number, _)| written.last == Some(*number)) {
                tracing::debug!(
                    transaction = number,
                    "the transaction was committed although the confirmation was lost"
                );
                self.roll_back();
                return Ok(done);
            }
            let done = work().inspect_err(|_| self.roll_back())?;
            let Err(error) = self.run("COMMIT") else { return Ok(done) };
            self.roll_back();
            uncertain = Some((written.this, done));
            Err(error.into())
        })
    }

    /// Runs a migration: `work` itself checks what already exists.
    pub(super) fn migrate(&self, mut work: impl FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        self.with_retry(|| {
            let made = self.run(BEGIN).and_then(|()| work());
            made.and_then(|()| self.run("COMMIT")).inspect_err(|_| self.roll_back())
        })
    }

    /// Runs `work`, which only reads, on one snapshot of the database.
    pub(in crate::database) fn moment<T>(&self, mut work: impl FnMut() -> Result<T, SqlError>) -> Result<T, SqlError> {
        self.with_retry(|| {
            let read = self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").and_then(|()| work());
            self.roll_back();
            read
        })
    }

    /// Repeats a transaction if the connection broke during it, unless the commit succeeded anyway.
    fn with_retry<T, E: From<SqlError>>(&self, mut transaction: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            self.is_broken.set(false);
            self.is_in_transaction.set(true);
            let result = transaction();
            self.is_in_transaction.set(false);
            if result.is_ok() || !self.is_broken.get() || attempt == ATTEMPTS {
                return result;
            }
            self.come_back()?;
            attempt += 1;
        }
    }

    /// Rolls a transaction back. Without a connection there is no transaction.
    fn roll_back(&self) {
        if !self.is_broken.get() {
            let _ = self.run("ROLLBACK");
        }
    }

    /// Starts a transaction with its own number. It locks the runner's row until it ends.
    fn begin(&self) -> Result<Numbers, SqlError> {
        let this = self.transactions.get() + 1;
        self.transactions.set(this);
        self.run(BEGIN)?;
        // Waits for an earlier transaction of this session whose connection is gone.
        let sql = "INSERT INTO transactions (session, number, begun) VALUES (?1, ?2, now())
                   ON CONFLICT (session) DO UPDATE SET former = transactions.number, number = excluded.number
                   RETURNING former";
        let last = self.query(sql, &[&self.name, &this])?.first().map(|row| row.try_get(0)).transpose()?.flatten();
        let rows = self.query("SELECT fence, coalesce(holder, '') FROM runner FOR SHARE", &[])?;
        let Some(fence) = &self.fence else { return Ok(Numbers { this, last }) };
        let Some(row) = rows.first() else { return Err(SqlError::LockLost { holder: "another run".to_owned() }) };
        let now = Fence { number: row.try_get(0)?, holder: row.try_get(1)? };
        if now == *fence { Ok(Numbers { this, last }) } else { Err(SqlError::LockLost { holder: now.holder }) }
    }

    fn try_query(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<Vec<Row>, SqlError> {
        self.check_given_up()?;
        let mut line = self.line.borrow_mut();
        let statement = line.prepared(sql)?;
        let values: Vec<Box<dyn ToSql + Sync + '_>> =
            parameters.iter().map(|parameter| given(parameter.value())).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(AsRef::as_ref).collect();
        answer(line.client.query(&statement, &values))
    }

    fn check_given_up(&self) -> Result<(), SqlError> {
        match &*self.given_up.borrow() {
            Some(cause) => Err(SqlError::Away { cause: cause.clone() }),
            None => Ok(()),
        }
    }

    /// Whether the error means that the connection is lost.
    fn is_lost<T>(&self, result: &Result<T, SqlError>) -> bool {
        let is_gone = match result {
            Err(SqlError::Silent) => true,
            Err(SqlError::Postgres(error)) => match error.code() {
                Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN | &SqlState::CANNOT_CONNECT_NOW) => true,
                Some(_) => false,
                None => error.is_closed() || self.line.borrow().client.is_closed(),
            },
            _ => false,
        };
        self.is_broken.set(self.is_broken.get() || is_gone);
        is_gone
    }

    /// Reconnects.
    fn come_back(&self) -> Result<(), SqlError> {
        tracing::warn!(server = self.server.name(), "the database server is unreachable; waiting for it");
        let began = Instant::now();
        loop {
            match line(&self.server, self.access) {
                Ok(line) => {
                    *self.line.borrow_mut() = line;
                    return Ok(());
                }
                Err(error) if began.elapsed() > PATIENCE => {
                    *self.given_up.borrow_mut() = Some(error.to_string());
                    return Err(SqlError::Away { cause: error.to_string() });
                }
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }
}

impl Line {
    fn prepared(&mut self, sql: &str) -> Result<Statement, SqlError> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = answer(self.client.prepare(&dialect::statement(sql)))?;
        self.statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }
}

fn line(server: &Server, access: Access) -> Result<Line, SqlError> {
    let server = server.clone();
    let connected = connect::wait(async move { connect(&server, access).await })??;
    Ok(Line { client: connected.client, statements: HashMap::new() })
}

fn given(value: Value<'_>) -> Box<dyn ToSql + Sync + '_> {
    match value {
        // All nullable columns are texts.
        Value::Nothing => Box::new(None::<&str>),
        Value::Number(number) => Box::new(number),
        Value::Text(text) => Box::new(text),
    }
}
