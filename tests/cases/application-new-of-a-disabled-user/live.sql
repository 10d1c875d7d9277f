UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled');
