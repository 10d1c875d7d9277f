key stolen '{custom: {env: KEYWRIGHT_PASSWORD}}'
