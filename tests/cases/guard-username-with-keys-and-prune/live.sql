UPDATE package_keys SET id = 'k1';
