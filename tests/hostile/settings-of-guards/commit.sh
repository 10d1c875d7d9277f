settings <<'Y'
  ownership: {packageKeys: ofDeclaredApplications}
  guards: {deletes: {percent: 100, count: 1000}}
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
Y
git rm --quiet keys/batch.yaml keys/partner.yaml
