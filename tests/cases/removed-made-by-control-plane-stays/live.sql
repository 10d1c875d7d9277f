-- API Control Plane published the application in this package.
UPDATE packages SET attributes = '{"keyLength":64}';
DELETE FROM objects;
INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'k1', a.row, p.package, p.row, 'made-by-control-plane', '{"settings.status":"active"}', p.created, p.updated FROM applications a, plans p;
