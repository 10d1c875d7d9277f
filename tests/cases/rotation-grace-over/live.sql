INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'newer', application, package, plan, 'chk_newer-not-a-real-key', attributes, 1792886400000, 1792886400000 FROM package_keys;
UPDATE package_keys SET id = 'older' WHERE id <> 'newer';
UPDATE package_keys SET attributes = json_set(attributes, '$."settings.status"', 'disabled') WHERE id = 'older';
