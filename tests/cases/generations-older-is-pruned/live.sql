INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'newer', application, package, plan, 'chk_newer-not-a-real-key', attributes, 1793491200000, 1793491200000 FROM package_keys;
UPDATE package_keys SET id = 'older', attributes = replace(attributes, '"settings.status":"active"', '"settings.status":"disabled"') WHERE id <> 'newer';
UPDATE objects SET id = 'older' WHERE kind = 'PackageKey';
