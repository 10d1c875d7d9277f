DELETE FROM package_keys;
DELETE FROM applications;
DELETE FROM users;
DELETE FROM plans;
UPDATE packages SET id = 'again';
