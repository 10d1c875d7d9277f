UPDATE plans SET attributes = json_set(attributes, '$.status', 'inactive') WHERE name = 'iron';
UPDATE plans SET attributes = json_set(attributes, '$."quota.calls"', 0) WHERE name = 'zero';
UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled') WHERE username = 'bob';
UPDATE users SET attributes = json_set(attributes, '$.status', 'waiting') WHERE username = 'cleo';
UPDATE package_keys SET attributes = json_set(attributes, '$."settings.status"', 'disabled') WHERE value LIKE 'dead%';
UPDATE package_keys SET attributes = json_set(attributes, '$."settings.status"', 'waiting') WHERE value LIKE 'waits%';
UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '2026-11-20') WHERE value LIKE 'ended%';
