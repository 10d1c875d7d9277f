UPDATE package_keys SET id = 'k1';
UPDATE objects SET id = 'k1' WHERE kind = 'PackageKey';
-- Another program wrote what no version of the store writes.
UPDATE users SET attributes = 'broken' WHERE username = 'alice';
