mkdir -p docs/x/keys
cd docs/x
settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
Y
key stolen "$touch_ran"
cd ../..
ln -s docs/x pay
