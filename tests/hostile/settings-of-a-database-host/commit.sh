settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
  database: postgres://keywright@127.0.0.1:$PORT/keywright?sslmode=disable
  databasePassword: {env: KEYWRIGHT_PASSWORD}
Y
