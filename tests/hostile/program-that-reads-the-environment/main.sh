printf '#!/bin/sh\n[ -z "$AWS_SECRET" ] || echo "$AWS_SECRET" > %s/stolen\necho fake-key-of-a-tool\n' "$OUTSIDE" > "$OUTSIDE/tool"
chmod +x "$OUTSIDE/tool"
settings <<Y
  environment: {allow: [APP_], commands: [$OUTSIDE/tool, /usr/bin/uname]}
Y
