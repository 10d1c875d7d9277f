UPDATE users SET attributes = json_set(attributes, '$.email', 'alice');
UPDATE plans SET attributes = json_set(attributes, '$."quota.per"', 'fortnight', '$."throttle.perSecond"', -5);
UPDATE users SET attributes = json_remove(attributes, '$.email') WHERE username = 'bob';
