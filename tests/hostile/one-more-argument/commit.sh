key stolen "{custom: {command: [/usr/bin/env, touch, $OUTSIDE/ran]}}"
