-- What runs did: an intent before each write, its end after it. Holds fingerprints, never values. Instants are
-- milliseconds since 1970 in UTC.

CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  began INTEGER NOT NULL,
  -- Nothing while the run goes on, and for ever when it was cut off before the next one found out.
  ended INTEGER,
  -- Who runs it: process and host.
  process INTEGER NOT NULL,
  host TEXT NOT NULL,
  store TEXT NOT NULL,
  changes INTEGER NOT NULL
) STRICT;

CREATE TABLE writes (
  run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
  -- The place of the change in the plan, from 0.
  change INTEGER NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  -- The SHA-256 of a new key's value, by which the key is found again.
  value TEXT,
  intended INTEGER NOT NULL,
  ended INTEGER,
  fate TEXT,
  reason TEXT,
  PRIMARY KEY (run, change)
) STRICT, WITHOUT ROWID;
