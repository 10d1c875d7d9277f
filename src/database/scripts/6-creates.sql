-- Creates in remote stores whose objects no later plan has found so far: a list of a store may lag behind. A row is deleted
-- once a plan finds its object, or once it is certain that there is none.

CREATE TABLE creates (
  store TEXT NOT NULL,
  address TEXT NOT NULL,
  -- The run that sealed the value. The run itself may have been deleted.
  run INTEGER NOT NULL,
  -- The application and the package of a key; empty for other kinds.
  slot TEXT NOT NULL,
  -- The keyed fingerprint of a key's value; empty if the store generates it.
  value TEXT,
  -- The generated value, sealed under a key that is not in this database, until the store has confirmed the create.
  sealed TEXT,
  -- 1 once the store has confirmed the create.
  settled INTEGER NOT NULL,
  -- When the run intended the create, or when it ended. Milliseconds since 1970 in UTC.
  at INTEGER NOT NULL,
  PRIMARY KEY (store, address)
) STRICT, WITHOUT ROWID;
