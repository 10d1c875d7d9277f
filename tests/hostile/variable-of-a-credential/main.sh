settings <<Y
  environment: {allow: [APP_, KEYWRIGHT_], commands: [/usr/bin/uname]}
  stores:
    managedFileTransfer:
      url: http://127.0.0.1:$STORE
      credentials: {apiKey: {env: KEYWRIGHT_PASSWORD}}
      limits: {visibilityLag: 0s}
      operations: {list: GET /api/ApiKey/getApiKeys, create: POST /api/ApiKey, update: PUT /api/ApiKey}
Y
