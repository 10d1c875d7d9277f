settings <<Y
  environment: {allow: [APP_], commands: [$a_shell, /usr/bin/uname]}
Y
key stolen "$touch_ran"
