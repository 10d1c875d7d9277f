settings <<Y
  environment: {allow: [APP_], commands: [$RUNNER/tools/key, /usr/bin/uname]}
Y
mkdir tools
printf '#!/bin/sh\necho fake-key-of-a-script\n' > tools/key
chmod +x tools/key
