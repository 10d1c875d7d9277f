UPDATE objects SET id = 'enabled-again', disabled = 1793404800000 WHERE kind = 'PackageKey';
UPDATE package_keys SET id = 'enabled-again';
INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'newer', application, package, plan, 'chk_newer-not-a-real-key', attributes, 1793491200000, 1793491200000 FROM package_keys
  UNION ALL
  SELECT 'protected', application, package, plan, 'chk_older-not-a-real-on1', attributes, 1780000000000, 1780000000000 FROM package_keys
  UNION ALL
  SELECT 'not-protected', application, package, plan, 'chk_older-not-a-real-on2', attributes, 1780000000001, 1780000000001 FROM package_keys
  UNION ALL
  SELECT 'of-another-workspace', application, package, plan, 'chk_older-not-a-real-on3', attributes, 1780000000002, 1780000000002 FROM package_keys;
INSERT INTO objects (workspace, store, kind, id, address, maker, value, protect, run)
  SELECT workspace, store, kind, 'protected', 'key/former', maker, NULL, 1, run FROM objects WHERE kind = 'PackageKey'
  UNION ALL
  SELECT workspace, store, kind, 'not-protected', 'key/former', maker, NULL, 0, run FROM objects WHERE kind = 'PackageKey'
  UNION ALL
  SELECT 'other', store, kind, 'of-another-workspace', 'key/theirs', maker, NULL, 0, run FROM objects WHERE kind = 'PackageKey';
