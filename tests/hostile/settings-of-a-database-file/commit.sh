settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
  database: sqlite:$OUTSIDE/Cargo
Y
