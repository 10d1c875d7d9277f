settings <<'Y'
  environment: {allow: [APP_, AWS_], commands: [/usr/bin/uname]}
Y
key stolen '{custom: {env: AWS_SECRET}}'
