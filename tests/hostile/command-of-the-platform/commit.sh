printf 'apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: more}\nspec: {description: "##vso[task.setvariable variable=PATH]stolen"}\n' > more.yaml
