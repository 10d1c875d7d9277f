UPDATE packages SET id = 'package-' || name;
UPDATE plans SET id = 'plan-' || name;
UPDATE users SET id = 'user-' || username;
UPDATE applications SET id = 'application-' || name;
UPDATE package_keys SET id = 'key-' || substr(value, 1, 1), value = substr(value, 1, 4) || '00000000000000000000';
UPDATE api_keys SET id = 'apikey-' || name;
DELETE FROM objects;
DELETE FROM writes;
DELETE FROM runs;
