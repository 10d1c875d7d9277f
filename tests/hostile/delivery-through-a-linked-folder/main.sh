mkdir "$OUTSIDE/empty"
