git rm --quiet keywright.yaml keys/batch.yaml keys/partner.yaml
key stolen '{custom: {value: fake-value-0001}}'
