-- What runs applied: the declared fields of an object that a run wrote, or found equal. They contain no secrets and no custom
-- attributes. A value of the store that differs from them was changed by another program or a person.

CREATE TABLE applied (
  -- As in `objects`.
  workspace TEXT NOT NULL,
  store TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  -- The fields and their values, as JSON. A field that is missing is unknown.
  fields TEXT NOT NULL,
  PRIMARY KEY (store, kind, id, workspace)
) STRICT, WITHOUT ROWID;
