settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
  stores:
    managedFileTransfer:
      url: http://127.0.0.1:$STORE
      credentials: {apiKey: {file: runner/mft.key}}
      limits: {visibilityLag: 0s}
      openapi: mft.json
Y
cp "$SUITE/mft.json" mft.json
printf 'apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {name: erp}\nspec: {enabled: true, allowedApis: [audit], allOrgs: true, expires: never}\n' > erp.yaml
