ln -s "$OUTSIDE/canary" plan.json
