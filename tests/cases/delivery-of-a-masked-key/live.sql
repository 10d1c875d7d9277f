-- The user who signs in may not read values.
UPDATE package_keys SET id = substr(value, 1, instr(value, '_') - 1), value = substr(value, 1, instr(value, '_')) || '****************';
-- The runs that created two of the keys were cut off.
UPDATE writes SET fate = NULL WHERE address IN ('key/new', 'key/sent');
