-- A person disabled one key and ended another.
UPDATE package_keys SET attributes = json_set(attributes, '$."settings.status"', 'disabled') WHERE value LIKE 'off_%';
UPDATE package_keys SET attributes = json_set(attributes, '$.expires', '2020-01-31') WHERE value LIKE 'ended_%';
-- Another machine made the keys, so whether they were delivered is unknown here.
DELETE FROM objects;
