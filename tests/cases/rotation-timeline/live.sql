INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'newer', application, package, plan, 'chk_newer-not-a-real-key', attributes, 1794268800000, 1794268800000 FROM package_keys;
UPDATE package_keys SET id = 'older' WHERE id <> 'newer';
