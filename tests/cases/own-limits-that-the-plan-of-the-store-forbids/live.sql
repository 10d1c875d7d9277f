UPDATE plans SET attributes = json_set(attributes, '$."throttle.keyOverride"', json('false'), '$."quota.keyOverride"', json('false'));
