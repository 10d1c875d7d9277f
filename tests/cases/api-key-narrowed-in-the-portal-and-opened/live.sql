UPDATE api_keys SET attributes = json_set(attributes, '$."allowedApis"', json('["audit"]'));
