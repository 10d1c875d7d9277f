UPDATE package_keys SET id = 'k1';
DELETE FROM objects;
DELETE FROM writes;
DELETE FROM runs;
