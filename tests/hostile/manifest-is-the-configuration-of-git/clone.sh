git clone --quiet --branch pull-request "$ORIGIN" "$RUNNER"
{ printf '[http "https://%s.example.com"]\n' "$CANARY"; cat "$RUNNER/.git/config"; } > config
mv config "$RUNNER/.git/config"
