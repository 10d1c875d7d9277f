-- Another program made them.
DELETE FROM objects;
DELETE FROM applied;
DELETE FROM writes;
DELETE FROM runs;
UPDATE package_keys SET id = 'k1';
