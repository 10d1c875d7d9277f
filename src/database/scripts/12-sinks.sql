-- Deliveries to sinks that the settings declare, besides files of the workspace.

CREATE TABLE receipts_of_sinks (
  workspace TEXT NOT NULL,
  store TEXT NOT NULL,
  -- The name of the sink. Empty for a file of the workspace.
  sink TEXT NOT NULL,
  -- The path below the workspace, or in the sink; and the name of the value. Both are empty if it is unknown where the value
  -- was delivered.
  file TEXT NOT NULL,
  variable TEXT NOT NULL,
  -- The keyed fingerprint of the value.
  value TEXT NOT NULL,
  address TEXT NOT NULL,
  run INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- The identity of the sink: if it changes, what was delivered is in another place.
  identity TEXT NOT NULL,
  -- How the sink names the version that it wrote; empty if it says nothing.
  receipt TEXT NOT NULL,
  PRIMARY KEY (workspace, store, sink, file, variable, value)
) STRICT, WITHOUT ROWID;

INSERT INTO receipts_of_sinks
  (workspace, store, sink, file, variable, value, address, run, at, identity, receipt)
  SELECT workspace, store, '', file, variable, value, address, run, at, '', '' FROM receipts;

DROP TABLE receipts;

ALTER TABLE receipts_of_sinks RENAME TO receipts;
