ln -s "$OUTSIDE/canary" value
key stolen '{custom: {file: value}}'
