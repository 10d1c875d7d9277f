UPDATE package_keys SET id = 'k1', value = 'chk_partner';
DELETE FROM objects WHERE kind = 'PackageKey';
