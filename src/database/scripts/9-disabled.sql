-- When a run last left an object disabled, because the manifest said so or a rotation ended it. In milliseconds since 1970;
-- 0 if no run did. What is disabled without a run was disabled by a person.
ALTER TABLE objects ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
