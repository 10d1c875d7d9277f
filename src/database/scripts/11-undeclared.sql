-- 1 if a run that left nothing out saw the object without a manifest: its manifest was removed on purpose, not renamed in the
-- commit that a later run applies.
ALTER TABLE objects ADD COLUMN undeclared INTEGER NOT NULL DEFAULT 0;
