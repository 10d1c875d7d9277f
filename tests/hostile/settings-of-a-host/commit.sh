settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
  stores:
    cloudApiManagement:
      url: http://127.0.0.1:$PORT
      area: 00000000-0000-0000-0000-000000000000
      credentials:
        apiKey: {env: KEYWRIGHT_PASSWORD}
        apiSecret: {env: KEYWRIGHT_PASSWORD}
        username: {env: KEYWRIGHT_PASSWORD}
        password: {env: KEYWRIGHT_PASSWORD}
Y
