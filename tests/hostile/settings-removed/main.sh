settings <<'Y'
  rules: {CAM-043: error}
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
Y
