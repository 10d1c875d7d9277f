printf 'apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: more}\nspec: {"##vso[task.prependpath]/tmp": 1}\n' > more.yaml
