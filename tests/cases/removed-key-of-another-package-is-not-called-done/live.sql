UPDATE package_keys SET id = 'first';
DELETE FROM objects;
DELETE FROM writes;
DELETE FROM runs;
