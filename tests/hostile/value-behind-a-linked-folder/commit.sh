ln -s "$OUTSIDE/only" values
key stolen '{custom: {file: values/canary}}'
