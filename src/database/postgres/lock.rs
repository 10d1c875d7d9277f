//! The lock on a server: an advisory lock that ends with the connection of its holder, and a number that fences off
//! whoever held it before.
//!
//! The advisory lock says whether somebody is there. A connection can break although its holder lives, when the server
//! restarts for one; the holder takes the lock back, and for a while nobody else takes it who finds that it was not
//! given back. The number decides: every transaction of a run holds it against its own, so that a run whose lock went
//! to another one writes nothing any more; and it makes no call of a store while it does not know.

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
use crate::database::lock::LOOK;

/// How long a lock that was not given back is left to its holder: long enough to connect again.
const GRACE: Duration = Duration::from_secs(1);

/// The same when the server was started since, which all its clients have to find out.
const GRACE_OF_RESTART: Duration = Duration::from_secs(15);

/// How long one look at the lock may take.
const STEP: Duration = Duration::from_secs(10);

/// How long giving the lock back may take. What is not given back ends with the connection.
const FAREWELL: Duration = Duration::from_secs(2);

/// The lock of this schema in this database: the upper half says Keywright, the lower half is the table's number.
const KEY: &str = "(19287::bigint << 32) | 'runner'::regclass::oid::bigint";

/// Whether somebody has that lock.
const IS_LOCKED: &str = "EXISTS (SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 19287 AND objid = 'runner'::regclass AND objsubid = 1
      AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

/// Which start of the server this is.
const SERVER: &str = "extract(epoch FROM pg_postmaster_start_time())::text";

type Line = Arc<Mutex<Option<Client>>>;

/// Held as long as it lives.
pub struct Lock {
    fence: Fence,
    line: Line,
    holding: watch::Receiver<Holding>,
    keeper: AbortHandle,
}

impl Lock {
    pub(in crate::database) fn fence(&self) -> Fence {
        self.fence.clone()
    }

    pub(in crate::database) fn holding(&self) -> watch::Receiver<Holding> {
        self.holding.clone()
    }
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

/// Takes the lock of the schema, which is there. Waits for another run at most as long as `patience`, and then says who
/// has it. `myself` is for people who find the lock taken.
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

/// Whether a run has the lock now. Leaves no trace.
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

/// What is seen of the lock.
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
    // Since when a lock is seen that nobody has and nobody gave back.
    let mut orphan: Option<(Seen, Instant)> = None;
    loop {
        match soon(look(&connected.client)).await {
            Ok(seen) if seen.is_locked && Instant::now() >= until => {
                return Ok(Taken::By(seen.holder.unwrap_or_else(|| "another run".to_owned())));
            }
            Ok(seen) if seen.is_locked => orphan = None,
            Ok(seen) if seen.holder.is_some() && !is_over(&mut orphan, &seen) => {}
            Ok(seen) => match soon(take(&connected.client, &seen, myself)).await {
                Ok(Some(fence)) => return Ok(Taken::Ours(keep(server, fence, connected))),
                Err(error) if Instant::now() >= until => return Err(error),
                // Somebody else was faster, or what came of it is seen next.
                Ok(None) | Err(_) => {}
            },
            Err(error) if Instant::now() >= until => return Err(error),
            Err(_) => {
                if let Ok(again) = connect(server, Access::Write).await {
                    connected = again;
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Nothing is waited for without an end.
async fn soon<T>(step: impl Future<Output = Result<T, SqlError>>) -> Result<T, SqlError> {
    tokio::time::timeout(STEP, step).await.unwrap_or(Err(SqlError::Silent))
}

/// Whether the holder of a lock that was not given back had time enough to come back.
fn is_over(orphan: &mut Option<(Seen, Instant)>, seen: &Seen) -> bool {
    let since = match orphan {
        Some((known, since)) if known == seen => *since,
        _ => orphan.insert((seen.clone(), Instant::now())).1,
    };
    since.elapsed() >= if seen.is_restarted { GRACE_OF_RESTART } else { GRACE }
}

async fn look(client: &Client) -> Result<Seen, SqlError> {
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

/// Nothing when somebody else was faster.
async fn take(client: &Client, seen: &Seen, myself: &(impl Fn() -> String + Sync)) -> Result<Option<Fence>, SqlError> {
    if !try_lock(client).await? {
        return Ok(None);
    }
    let holder = myself();
    // Beside it, what sessions of long ago noted of their last transactions is thrown away.
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
    let (tell, holding) = watch::channel(Holding::Held);
    let (server, theirs, held) = (server.clone(), Arc::clone(&line), fence.clone());
    let keeper = tokio::spawn(async move {
        let mut broken = connected.broken;
        loop {
            let _ = broken.await;
            put(&theirs, None);
            let _ = tell.send(Holding::Unknown);
            let Some(again) = take_back(&server, &held).await else { break };
            put(&theirs, Some(again.client));
            let _ = tell.send(Holding::Held);
            broken = again.broken;
        }
        let _ = tell.send(Holding::Lost);
    });
    Lock { fence, line, holding, keeper: keeper.abort_handle() }
}

fn put(line: &Line, client: Option<Client>) {
    *line.lock().unwrap_or_else(PoisonError::into_inner) = client;
}

/// Tries until the lock is held again; nothing when it has gone to another run, or the server stays away.
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
        tokio::time::sleep(LOOK).await;
    }
    None
}

enum Again {
    Held,
    /// The server has not noticed yet that the connection before is gone.
    NotYet,
    Gone,
}

async fn take_again(client: &Client, fence: &Fence) -> Result<Again, SqlError> {
    let is_free = try_lock(client).await?;
    let seen = look(client).await?;
    if seen.fence != fence.number || seen.holder.as_ref() != Some(&fence.holder) {
        return Ok(Again::Gone);
    }
    if !is_free {
        return Ok(Again::NotYet);
    }
    client.execute(&format!("UPDATE runner SET server = {SERVER} WHERE fence = $1"), &[&fence.number]).await?;
    Ok(Again::Held)
}
