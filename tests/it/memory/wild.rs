//! An area that another client fills over raw HTTP, and a workspace that takes it over.

use rusqlite::Connection;
use serde_json::json;

use crate::cloud::area::Said;
use crate::cloud::area::World;
use crate::emulator::caller::Emulator;
use crate::emulator::caller::World as Ids;
use crate::emulator::caller::id;

/// The area: `alice` with `shop`, `pay` with `gold`, and a key in them.
pub(super) struct Wild {
    pub(super) emulator: Emulator,
    pub(super) world: World,
    /// The ids of what the key hangs on.
    pub(super) ids: Ids,
    /// The id of the key.
    pub(super) key: String,
}

/// The value of the key, which no output and no table may contain.
pub(super) const VALUE: &str = "wild-value-that-is-not-real";

/// Declares everything in the area except the key.
pub(super) const PARENTS: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: shop}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: pay}
spec: {}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: pay}
";

/// A remembered object: kind, address, maker, protect, run.
pub(super) type Row = (String, String, String, bool, Option<i64>);

impl Wild {
    pub(super) fn new(settings: &str) -> Self {
        let emulator = Emulator::start(&[]);
        let ids = emulator.world();
        let key = id(&emulator.key(&ids, json!({"apikey": VALUE, "status": "active"})));
        let world = World::new(PARENTS);
        world.point_at_url(&format!("http://{}", emulator.address()), "{callsPerSecond: 1000}", settings, "TEST_");
        Self { emulator, world, ids, key }
    }

    /// The manifest of the key.
    pub(super) fn key_manifest(&self, metadata: &str) -> String {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: shop-key{metadata}}}\n\
             spec: {{user: alice, application: shop, package: pay, plan: gold, key: {{existing: {}}}}}\n",
            self.key
        )
    }

    pub(super) fn database(&self) -> Connection {
        Connection::open(self.world.workspace().join(".keywright/keywright.db")).unwrap()
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        let database = self.database();
        let sql = "SELECT kind, address, maker, protect, run FROM objects ORDER BY kind, address";
        let mut statement = database.prepare(sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, Some(row.get(4)?).filter(|run| *run != 0)))
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    pub(super) fn apply(&self, more: &[&str]) -> Said {
        self.world.keywright(&[&["apply", "--auto-approve"], more].concat())
    }
}

pub(super) fn row(kind: &str, address: &str, maker: &str, protect: bool, run: Option<i64>) -> Row {
    (kind.to_owned(), address.to_owned(), maker.to_owned(), protect, run)
}
