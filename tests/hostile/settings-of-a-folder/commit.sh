settings <<Y
  environment: {allow: [APP_], files: [$OUTSIDE], commands: [/usr/bin/uname]}
Y
key stolen "{custom: {file: $OUTSIDE/canary}}"
