-- The embedded store. What makes an object itself, and what it hangs on, are columns that the database holds to their rules;
-- all other fields are one JSON object of field name to value, without empty texts and lists.
-- `row` is the store's own; `id` is what the outside knows. Instants are milliseconds since 1970 in UTC.

CREATE TABLE packages (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  attributes TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;

CREATE TABLE plans (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  package INTEGER NOT NULL REFERENCES packages (row) ON DELETE RESTRICT ON UPDATE RESTRICT,
  name TEXT NOT NULL CHECK (name <> ''),
  attributes TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  UNIQUE (package, name),
  UNIQUE (package, row)
) STRICT;

CREATE TABLE users (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  username TEXT NOT NULL UNIQUE CHECK (username <> ''),
  attributes TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;

-- A username stays taken when its user is deleted.
CREATE TABLE burnt_usernames (
  username TEXT PRIMARY KEY NOT NULL,
  burnt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE applications (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  "user" INTEGER NOT NULL REFERENCES users (row) ON DELETE RESTRICT ON UPDATE RESTRICT,
  name TEXT NOT NULL CHECK (name <> ''),
  attributes TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  UNIQUE ("user", name)
) STRICT;

CREATE TABLE package_keys (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  application INTEGER NOT NULL REFERENCES applications (row) ON DELETE RESTRICT ON UPDATE RESTRICT,
  package INTEGER NOT NULL REFERENCES packages (row) ON DELETE RESTRICT ON UPDATE RESTRICT,
  plan INTEGER NOT NULL,
  value TEXT NOT NULL CHECK (value <> ''),
  secret TEXT,
  attributes TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  UNIQUE (package, value),
  -- The pair makes it impossible that a key has a plan of another package.
  FOREIGN KEY (package, plan) REFERENCES plans (package, row) ON DELETE RESTRICT ON UPDATE RESTRICT
) STRICT;

CREATE INDEX package_keys_of_application ON package_keys (application);
CREATE INDEX package_keys_of_plan ON package_keys (plan, package);

CREATE TABLE api_keys (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  attributes TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
