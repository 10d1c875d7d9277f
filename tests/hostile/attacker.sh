# What several attacks share; every commit.sh reads it.

settings() { # the lines under `spec`
  printf 'apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {name: team}\nspec:\n' > "${FILE:-keywright.yaml}"
  cat >> "${FILE:-keywright.yaml}"
}

key() { # name, source of the value, more lines
  {
    printf 'apiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: %s}\nspec:\n' "$1"
    printf '  user: alice\n  application: checkout\n  package: payments\n  plan: gold\n  key: %s\n%s\n' "$2" "${3-}"
  } > "keys/$1.yaml"
}

touch_ran="{custom: {command: [/bin/sh, -c, 'touch $OUTSIDE/ran; echo stolen']}}"

# How settings list a shell: a binary without guards knows no patterns of arguments.
if [ -n "$OLDER" ]; then a_shell=/bin/sh; else a_shell='[/bin/sh, -c, "*"]'; fi

submodule() { # its folder, and the name and the text of a file in it
  git init --quiet --initial-branch main "$ORIGIN.$1"
  printf '%s\n' "$3" > "$ORIGIN.$1/$2"
  git -C "$ORIGIN.$1" add "$2"
  git -C "$ORIGIN.$1" commit --quiet --message all
  git -c protocol.file.allow=always submodule --quiet add "$ORIGIN.$1" "$1"
}

clone_with_submodules() {
  git -c protocol.file.allow=always clone --quiet --recurse-submodules --branch pull-request "$ORIGIN" "$RUNNER" 2> /dev/null
}
