UPDATE package_keys SET attributes = json_set(attributes, '$."settings.status"', 'disabled');
