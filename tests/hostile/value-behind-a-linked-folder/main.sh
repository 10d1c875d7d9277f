mkdir "$OUTSIDE/only"
cp "$OUTSIDE/canary" "$OUTSIDE/only/canary"
