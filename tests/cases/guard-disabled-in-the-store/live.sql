UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled') WHERE username = 'bob';
UPDATE package_keys SET attributes = json_set(attributes, '$."settings.status"', 'disabled');
