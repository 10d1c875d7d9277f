DELETE FROM package_keys;
DELETE FROM applications;
DELETE FROM users;
DELETE FROM plans;
DELETE FROM packages;
