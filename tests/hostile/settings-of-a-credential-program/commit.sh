settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
  stores:
    managedFileTransfer:
      url: http://127.0.0.1:$PORT
      credentials: {apiKey: {command: [/bin/sh, -c, 'touch $OUTSIDE/ran; echo stolen']}}
      limits: {visibilityLag: 0s}
      operations: {list: GET /api/ApiKey/getApiKeys, create: POST /api/ApiKey, update: PUT /api/ApiKey}
Y
printf 'apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: {name: stolen}\nspec: {enabled: true, allowedApis: [audit], allOrgs: true, expires: never}\n' > stolen.yaml
