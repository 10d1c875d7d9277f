key stolen "{custom: {command: [$OUTSIDE/tool]}}"
