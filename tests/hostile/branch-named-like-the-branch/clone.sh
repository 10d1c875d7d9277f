git clone --quiet --branch pull-request "$ORIGIN" "$RUNNER"
git -C "$RUNNER" branch origin/main
