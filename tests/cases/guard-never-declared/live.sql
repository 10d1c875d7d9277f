-- What a person and a script made in the store.
INSERT INTO users (id, username, attributes, created, updated) SELECT 'u2', 'bob b', attributes, created, updated FROM users;
INSERT INTO applications (id, "user", name, attributes, created, updated)
  SELECT 'a' || u.row, u.row, 'portal', a.attributes, a.created, a.updated FROM users u, applications a;
INSERT INTO package_keys (id, application, package, plan, value, attributes, created, updated)
  SELECT 'k' || a.row, a.row, p.package, p.row, 'made-by-hand-' || a.row, '{"settings.status":"disabled"}', p.created, p.updated
  FROM applications a, plans p WHERE a.name = 'portal';
