settings <<'Y'
  environment: {allow: [APP_], commands: [uname, /usr/bin/uname]}
Y
