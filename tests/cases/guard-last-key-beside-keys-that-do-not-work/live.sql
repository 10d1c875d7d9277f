UPDATE package_keys SET attributes = json_set(attributes, '$."expires"', '2026-11-01') WHERE value LIKE 'bbb%';
