UPDATE package_keys SET id = 'older';
