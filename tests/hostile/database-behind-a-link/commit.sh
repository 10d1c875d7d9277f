ln -s "$OUTSIDE" .keywright
