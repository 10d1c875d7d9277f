UPDATE package_keys SET id = 'k1';
UPDATE objects SET id = 'k1' WHERE kind = 'PackageKey';
