key stolen "{custom: {file: $OUTSIDE/canary}}"
