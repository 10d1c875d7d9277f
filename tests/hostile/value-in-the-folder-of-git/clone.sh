git clone --quiet --branch pull-request "$ORIGIN" "$RUNNER"
printf '%s\n' "$CANARY" > "$RUNNER/.git/credentials"
