settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
Y
key stolen "$touch_ran"
