git clone --quiet --branch pull-request "$ORIGIN" "$RUNNER"
git -C "$RUNNER" fetch --quiet origin 'refs/replace/*:refs/replace/*'
