settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
  database: postgres://keywright@127.0.0.1:$PORT/keywright?sslmode=disable
  databasePassword: {command: [/bin/sh, -c, 'touch $OUTSIDE/ran; echo stolen']}
Y
