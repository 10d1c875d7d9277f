UPDATE users SET attributes = json_set(attributes, '$.status', 'disabled');
UPDATE users SET attributes = json_set(attributes, '$.status', 'waiting') WHERE username = 'carl';
