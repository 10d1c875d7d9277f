-- API Control Plane published the application `shop` and the package `pay`; a person made the others.
UPDATE packages SET attributes = '{"keyLength":64}' WHERE name = 'pay';
DELETE FROM objects;
DELETE FROM writes;
DELETE FROM runs;
INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'k1', a.row, p.package, p.row, 'made-by-control-plane', '{"settings.status":"active"}', p.created, p.updated
  FROM applications a, plans p WHERE a.name = 'shop' AND p.name = 'gold';
INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'k2', a.row, p.package, p.row, 'made-by-a-person', '{"settings.status":"waiting"}', p.created, p.updated
  FROM applications a, plans p WHERE a.name = 'mobile' AND p.name = 'iron';
