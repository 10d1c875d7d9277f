cp -R "$MAIN/.keywright" .
rm -f .keywright/.gitignore
printf 'changed by the attacker' > .keywright/notes
git add --force .keywright
