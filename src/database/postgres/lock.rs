//! The lock on a server: an advisory lock that ends with its holder's connection, and a fence number that excludes
//! earlier holders. The advisory lock shows whether a holder is connected. A connection can break while its holder
//! lives, for example when the server restarts. The holder then takes the lock back; until a grace period is over,
//! other runs do not take a lock that was not released. The number decides: every transaction of a run compares it. A
//! run that lost its lock writes nothing more, and it calls no store while it does not know.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_postgres::Client;

use super::Server;
use super::connect;
use super::connect::Access;
use super::connect::Connected;
use super::connect::connect;
use super::schema;
use super::session::PATIENCE;
use super::session::Session;
use crate::database::DatabaseError;
use crate::database::SqlError;
use crate::database::lock::Fence;
use crate::database::lock::Holding;
use crate::database::lock::POLL;

/// How long a lock that was not released stays reserved for its holder: long enough to reconnect.
const GRACE: Duration = Duration::from_secs(1);

/// The same after a server restart, which all clients must notice first.
const GRACE_OF_RESTART: Duration = Duration::from_secs(15);

/// Limit for one check of the lock.
const STEP: Duration = Duration::from_secs(10);

/// Limit for releasing the lock. Otherwise the lock ends with the connection.
const FAREWELL: Duration = Duration::from_secs(2);

/// The lock of this schema in this database: the upper half identifies Keywright, the lower half is the table's number.
const KEY: &str = "(19287::bigint << 32) | 'runner'::regclass::oid::bigint";

/// Whether a connection holds that lock.
const IS_LOCKED: &str = "EXISTS (SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 19287 AND objid = 'runner'::regclass AND objsubid = 1
      AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

/// Identifies the start of the server.
const SERVER: &str = "extract(epoch FROM pg_postmaster_start_time())::text";

type Line = Arc<Mutex<Option<Client>>>;

/// A lock that is released on drop.
pub struct Lock {
    pub(in crate::database) fence: Fence,
    line: Line,
    pub(in crate::database) holding: watch::Receiver<Holding>,
    keeper: AbortHandle,
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.keeper.abort();
        let client = self.line.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(client) = client else { return };
        let number = self.fence.number;
        let sql = format!("UPDATE runner SET holder = NULL WHERE fence = {number}; SELECT pg_advisory_unlock_all()");
        let farewell = async move { drop(tokio::time::timeout(FAREWELL, client.batch_execute(&sql)).await) };
        let _ = connect::wait(farewell);
    }
}

/// Takes the lock of an existing schema. Waits at most `patience` for another run; the error then names the holder.
/// `myself` is shown to people who find the lock taken.
pub(in crate::database) fn lock(
    server: &Server,
    patience: Duration,
    myself: impl Fn() -> String + Send + Sync + 'static,
) -> Result<Lock, DatabaseError> {
    let theirs = server.clone();
    let taken = connect::wait(async move { wait_for(&theirs, patience, &myself).await });
    match taken.and_then(|taken| taken).map_err(|error| DatabaseError::on(server, error))? {
        Taken::Ours(lock) => Ok(lock),
        Taken::By(holder) => Err(DatabaseError::Locked { database: server.name().to_owned(), holder }),
    }
}

/// Whether a run holds the lock now. Leaves no trace.
pub(in crate::database) fn is_locked(server: &Server) -> Result<bool, DatabaseError> {
    let session = Session::open(server, Access::Read)?;
    let sql = format!("SELECT count(*) FROM runner WHERE {IS_LOCKED}");
    let is_locked = || Ok(schema::is_known(&session, server)? && session.number(&sql, &[])? != Some(0));
    is_locked().map_err(|error| DatabaseError::on(server, error))
}

enum Taken {
    Ours(Lock),
    By(String),
}

/// The state of the lock.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    fence: i64,
    holder: Option<String>,
    is_restarted: bool,
    is_locked: bool,
}

async fn wait_for(
    server: &Server,
    patience: Duration,
    myself: &(impl Fn() -> String + Sync),
) -> Result<Taken, SqlError> {
    let until = Instant::now() + patience;
    let mut connected = connect(server, Access::Write).await?;
    // Since when the lock has no connected holder and was not released.
    let mut orphan: Option<(Seen, Instant)> = None;
    loop {
        match soon(state(&connected.client)).await {
            Ok(seen) if seen.is_locked && Instant::now() >= until => {
                return Ok(Taken::By(seen.holder.unwrap_or_else(|| "another run".to_owned())));
            }
            Ok(seen) if seen.is_locked => orphan = None,
            Ok(seen) if seen.holder.is_some() && !is_over(&mut orphan, &seen) => {}
            Ok(seen) => match soon(take(&connected.client, &seen, myself)).await {
                Ok(Some(fence)) => return Ok(Taken::Ours(keep(server, fence, connected))),
                Err(error) if Instant::now() >= until => return Err(error),
                // Another run was faster, or the next check shows the holder.
                Ok(None) | Err(_) => {}
            },
            Err(error) if Instant::now() >= until => return Err(error),
            Err(_) => {
                if let Ok(again) = connect(server, Access::Write).await {
                    connected = again;
                }
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Limits how long a step may take.
async fn soon<T>(step: impl Future<Output = Result<T, SqlError>>) -> Result<T, SqlError> {
    tokio::time::timeout(STEP, step).await.unwrap_or(Err(SqlError::Silent))
}

/// Whether the holder of a lock that was not released had enough time to return.
fn is_over(orphan: &mut Option<(Seen, Instant)>, seen: &Seen) -> bool {
    let since = match orphan {
        Some((known, since)) if known == seen => *since,
        _ => orphan.insert((seen.clone(), Instant::now())).1,
    };
    since.elapsed() >= if seen.is_restarted { GRACE_OF_RESTART } else { GRACE }
}

async fn state(client: &Client) -> Result<Seen, SqlError> {
    let sql = format!("SELECT fence, holder, server <> {SERVER}, {IS_LOCKED} FROM runner");
    let row = client.query_one(&sql, &[]).await?;
    Ok(Seen {
        fence: row.try_get(0)?,
        holder: row.try_get(1)?,
        is_restarted: row.try_get(2)?,
        is_locked: row.try_get(3)?,
    })
}

async fn try_lock(client: &Client) -> Result<bool, SqlError> {
    Ok(client.query_one(&format!("SELECT pg_try_advisory_lock({KEY})"), &[]).await?.try_get(0)?)
}

/// `None` if another run was faster.
async fn take(client: &Client, seen: &Seen, myself: &(impl Fn() -> String + Sync)) -> Result<Option<Fence>, SqlError> {
    if !try_lock(client).await? {
        return Ok(None);
    }
    let holder = myself();
    // Also deletes what old sessions recorded about their last transactions.
    let sql = format!(
        "WITH swept AS (DELETE FROM transactions WHERE begun < now() - interval '1 day')
         UPDATE runner SET fence = fence + 1, holder = $1, server = {SERVER}
          WHERE fence = $2 AND holder IS NOT DISTINCT FROM $3 RETURNING fence"
    );
    let Some(row) = client.query_opt(&sql, &[&holder, &seen.fence, &seen.holder]).await? else {
        client.batch_execute("SELECT pg_advisory_unlock_all()").await?;
        return Ok(None);
    };
    Ok(Some(Fence { number: row.try_get(0)?, holder }))
}

fn keep(server: &Server, fence: Fence, connected: Connected) -> Lock {
    let line: Line = Arc::new(Mutex::new(Some(connected.client)));
    let (sender, holding) = watch::channel(Holding::Held);
    let (server, theirs, held) = (server.clone(), Arc::clone(&line), fence.clone());
    let keeper = tokio::spawn(async move {
        let mut broken = connected.broken;
        loop {
            let _ = broken.await;
            put(&theirs, None);
            let _ = sender.send(Holding::Unknown);
            let Some(again) = take_back(&server, &held).await else { break };
            put(&theirs, Some(again.client));
            let _ = sender.send(Holding::Held);
            broken = again.broken;
        }
        let _ = sender.send(Holding::Lost);
    });
    Lock { fence, line, holding, keeper: keeper.abort_handle() }
}

fn put(line: &Line, client: Option<Client>) {
    *line.lock().unwrap_or_else(PoisonError::into_inner) = client;
}

/// Tries until the lock is held again; `None` if another run has it, or the server does not return.
async fn take_back(server: &Server, fence: &Fence) -> Option<Connected> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if let Ok(connected) = connect(server, Access::Write).await {
            match soon(take_again(&connected.client, fence)).await {
                Ok(Again::Held) => return Some(connected),
                Ok(Again::Gone) => return None,
                Ok(Again::NotYet) | Err(_) => {}
            }
        }
        tokio::time::sleep(POLL).await;
    }
    None
}

enum Again {
    Held,
    /// The server has not noticed yet that the previous connection is gone.
    NotYet,
    Gone,
}

async fn take_again(client: &Client, fence: &Fence) -> Result<Again, SqlError> {
    let is_free = try_lock(client).await?;
    let seen = state(client).await?;
    if seen.fence != fence.number || seen.holder.as_ref() != Some(&fence.holder) {
        return Ok(Again::Gone);
    }
    if !is_free {
        return Ok(Again::NotYet);
    }
    client.execute(&format!("UPDATE runner SET server = {SERVER} WHERE fence = $1"), &[&fence.number]).await?;
    Ok(Again::Held)
}
