if [ -n "$OLDER" ]; then any=/usr/bin/env; else any='[/usr/bin/env, "*"]'; fi
settings <<Y
  environment: {allow: [APP_], commands: [$any, /usr/bin/uname]}
Y
