ln -sf "$OUTSIDE/notes.yaml" keywright.yaml
