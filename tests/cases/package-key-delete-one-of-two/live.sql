UPDATE package_keys SET id = 'k' || row;
