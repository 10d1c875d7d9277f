-- The store alters the value on its way out.
UPDATE package_keys SET id = 'k1', value = 'altered-on-the-way-not-real';
UPDATE objects SET id = 'k1' WHERE kind = 'PackageKey';
