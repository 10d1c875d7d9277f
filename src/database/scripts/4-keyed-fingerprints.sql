-- Fingerprints are made with a key that is not in this database: with a plain SHA-256, every reader can test guesses of a
-- key's value. This removes the old digests. It creates the tables again, because a server keeps deleted rows on disk.

CREATE TABLE keyed_writes (
  run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  -- The position of the change in the plan, from 0.
  change INTEGER NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  -- The keyed fingerprint of a new key's value: a later run finds the key by it.
  value TEXT,
  intended INTEGER NOT NULL,
  ended INTEGER,
  fate TEXT,
  reason TEXT,
  PRIMARY KEY (run, change)
) STRICT, WITHOUT ROWID;

INSERT INTO keyed_writes SELECT run, change, address, action, NULL, intended, ended, fate, reason FROM writes;
DROP TABLE writes;
ALTER TABLE keyed_writes RENAME TO writes;

DROP TABLE untaken;

-- Fields that a store did not accept. Holds only keyed fingerprints of their values.
CREATE TABLE untaken (
  -- Host and area, because a workspace can switch to another one.
  store TEXT NOT NULL,
  address TEXT NOT NULL,
  field TEXT NOT NULL,
  wanted TEXT NOT NULL,
  held TEXT NOT NULL,
  -- The run that learned it. The run itself may have been deleted.
  run INTEGER NOT NULL,
  PRIMARY KEY (store, address, field)
) STRICT, WITHOUT ROWID;
