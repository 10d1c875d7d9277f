-- Several workspaces can share a database, and each knows what it declared. Rows from before belong to all of them, because
-- nothing says whose they are, until an apply records their objects again.

ALTER TABLE runs ADD COLUMN workspace TEXT NOT NULL DEFAULT '';

-- The same as in script 5, with the name of the workspace.
CREATE TABLE objects_of_workspaces (
  workspace TEXT NOT NULL,
  store TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  address TEXT NOT NULL,
  maker TEXT NOT NULL,
  value TEXT,
  protect INTEGER NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (store, kind, id, workspace)
) STRICT, WITHOUT ROWID;

INSERT INTO objects_of_workspaces (workspace, store, kind, id, address, maker, value, protect, run)
  SELECT '', store, kind, id, address, maker, value, protect, run FROM objects;

DROP TABLE objects;

ALTER TABLE objects_of_workspaces RENAME TO objects;
