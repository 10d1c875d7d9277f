mkdir .keywright
ln -s "$OUTSIDE/canary" .keywright/keywright.db.lock
git add --force .keywright
