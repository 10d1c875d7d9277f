-- The deliveries of key values that succeeded. A runner may have an empty disk, so a missing file does not show that a value
-- was not delivered.

CREATE TABLE receipts (
  -- As in `objects`. The files of two workspaces can have the same path.
  workspace TEXT NOT NULL,
  store TEXT NOT NULL,
  -- The path below the workspace, and the variable. Both are empty if it is unknown where the value was delivered.
  file TEXT NOT NULL,
  variable TEXT NOT NULL,
  -- The keyed fingerprint of the value.
  value TEXT NOT NULL,
  -- The address in the manifests.
  address TEXT NOT NULL,
  -- The run that delivered it. The run itself may have been deleted.
  run INTEGER NOT NULL,
  -- Milliseconds since 1970 in UTC.
  at INTEGER NOT NULL,
  PRIMARY KEY (workspace, store, file, variable, value)
) STRICT, WITHOUT ROWID;

-- Older versions delivered each key that they created, and did not record where.
INSERT INTO receipts (workspace, store, file, variable, value, address, run, at)
  SELECT '', store, '', '', value, min(address), min(run), 0 FROM objects
  WHERE kind = 'PackageKey' AND maker = 'keywright' AND value IS NOT NULL GROUP BY store, value;

-- The checksum of the saved plan that a run applied completely, unless it failed.
ALTER TABLE runs ADD COLUMN plan TEXT;
