UPDATE plans SET attributes = json_set(attributes, '$.maxNumKeysAllowed', 3);
