UPDATE users SET attributes = json_set(attributes, '$.displayName', 'Somebody', '$.phone', '1');
