printf 'apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: refunds}\nspec: {description: Refunds}\n' > refunds.yaml
key legacy '{generate: {prefix: leg_}}'
