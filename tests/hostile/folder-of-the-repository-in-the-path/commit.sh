mkdir bin
printf '#!/bin/sh\ntouch %s/ran\necho stolen\n' "$OUTSIDE" > bin/uname
chmod +x bin/uname
key stolen '{custom: {command: [uname]}}'
git rm --quiet keys/partner.yaml
