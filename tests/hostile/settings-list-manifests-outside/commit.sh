settings <<Y
  manifests: [., $OUTSIDE/notes.yaml]
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
Y
