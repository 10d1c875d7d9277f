ln -s "$OUTSIDE" values
key stolen '{custom: {file: values/canary}}'
