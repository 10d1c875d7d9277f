rm -r shared
ln -s "$OUTSIDE" shared
ln -s ../shared/notes.yaml keys/notes.yaml
