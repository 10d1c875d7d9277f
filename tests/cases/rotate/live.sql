UPDATE package_keys SET id = 'ended' WHERE value LIKE 'end_%';
UPDATE package_keys SET id = 'older' WHERE value LIKE 'chk_%';
