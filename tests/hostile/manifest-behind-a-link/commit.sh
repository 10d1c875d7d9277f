ln -s "$OUTSIDE/notes.yaml" z.yaml
