-- Fields that a store did not take, so that they are told once and not tried again and again. Values are known by their
-- SHA-256 only.

CREATE TABLE untaken (
  -- The host and the area: a workspace may be pointed at another one.
  store TEXT NOT NULL,
  address TEXT NOT NULL,
  field TEXT NOT NULL,
  wanted TEXT NOT NULL,
  held TEXT NOT NULL,
  -- The number of the run that found it out; the run itself may be forgotten.
  run INTEGER NOT NULL,
  PRIMARY KEY (store, address, field)
) STRICT, WITHOUT ROWID;
