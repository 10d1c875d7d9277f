-- The memory of each key follows its new id.
UPDATE objects SET id = (SELECT 'k' || row FROM package_keys WHERE package_keys.id = objects.id) WHERE kind = 'PackageKey';
UPDATE package_keys SET id = 'k' || row;
