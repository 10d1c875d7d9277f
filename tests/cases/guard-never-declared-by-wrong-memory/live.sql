-- The memory is about a key with another value.
UPDATE package_keys SET id = 'k1', value = 'shop_another-value';
UPDATE objects SET id = 'k1' WHERE kind = 'PackageKey';
