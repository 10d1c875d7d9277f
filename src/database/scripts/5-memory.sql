-- What runs learned is kept under the name of the store (`area ID`, `site HOST`, `embedded`), not under its host and port.

DROP TABLE untaken;

-- Fields that a store did not accept. Holds only keyed fingerprints of their values. The old rows named host and port, and
-- they are dropped because nothing is lost: the next run sets the field once more, and the store refuses it once more.
CREATE TABLE untaken (
  store TEXT NOT NULL,
  address TEXT NOT NULL,
  field TEXT NOT NULL,
  wanted TEXT NOT NULL,
  held TEXT NOT NULL,
  -- The run that learned it. The run itself may have been deleted.
  run INTEGER NOT NULL,
  PRIMARY KEY (store, address, field)
) STRICT, WITHOUT ROWID;

-- The objects that manifests have declared, and those that another program made. Evidence for the guards, not state: a plan
-- is right without it.
CREATE TABLE objects (
  store TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- The id in the store. For an API key its keyed fingerprint, because the id may be the credential.
  id TEXT NOT NULL,
  -- The address in the manifests.
  address TEXT NOT NULL,
  -- Who made it: `keywright`; `other`, if it existed before it was declared; `control plane`.
  maker TEXT NOT NULL,
  -- The keyed fingerprint of a package key's value.
  value TEXT,
  -- 1 if the manifest protects it.
  protect INTEGER NOT NULL,
  -- The run that recorded the row; 0 for an apply that changed nothing in the store.
  run INTEGER NOT NULL,
  PRIMARY KEY (store, kind, id)
) STRICT, WITHOUT ROWID;
