printf 'touch %s/ran\necho stolen\n' "$OUTSIDE" > key.sh
key stolen "{custom: {command: [/bin/sh, $RUNNER/key.sh]}}"
