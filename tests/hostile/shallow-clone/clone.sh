git clone --quiet --depth 1 --branch pull-request "file://$ORIGIN" "$RUNNER"
