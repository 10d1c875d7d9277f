UPDATE users SET attributes = json_set(attributes, '$.email', 'Alice@example.com');
