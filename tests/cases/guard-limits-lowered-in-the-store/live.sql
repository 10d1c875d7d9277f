UPDATE plans SET attributes = json_set(attributes, '$."quota.calls"', 10, '$."throttle.keyOverride"', json('false'));
UPDATE package_keys SET attributes = json_set(attributes, '$."settings.throttle"', 1);
