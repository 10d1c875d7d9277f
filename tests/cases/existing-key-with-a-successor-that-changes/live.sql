UPDATE package_keys SET id = 'k1', value = 'made-by-hand-not-a-real-key';
-- Another program made them.
DELETE FROM objects;
DELETE FROM applied;
DELETE FROM writes;
DELETE FROM runs;
