settings <<'Y'
  ownership: {packageKeys: ofDeclaredApplications}
  guards: {deletes: {percent: 1, count: 1}}
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
Y
