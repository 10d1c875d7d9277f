UPDATE package_keys SET created = 1791806400000 WHERE value LIKE 'old%';
UPDATE package_keys SET created = 1795262700000 WHERE value LIKE 'edge%';
UPDATE package_keys SET created = 1795262701000 WHERE value LIKE 'next%';
UPDATE package_keys SET created = 1795348800000 WHERE value LIKE 'far%';
INSERT INTO package_keys SELECT NULL, 'older-' || substr(value, 1, 4), application, package, plan, substr(value, 1, instr(value, '_')) || '00000000000000000000', NULL, attributes, 1790942400000, updated FROM package_keys WHERE value LIKE 'edge%' OR value LIKE 'next%';
