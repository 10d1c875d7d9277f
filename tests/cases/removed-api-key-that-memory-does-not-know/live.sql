DELETE FROM objects WHERE kind = 'ApiKey';
DELETE FROM writes;
DELETE FROM runs;
