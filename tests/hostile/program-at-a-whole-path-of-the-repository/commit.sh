printf '#!/bin/sh\ntouch %s/ran\necho stolen\n' "$OUTSIDE" > tools/key
key stolen "{custom: {command: [$RUNNER/tools/key]}}"
