DELETE FROM package_keys;
DELETE FROM applications;
DELETE FROM users;
