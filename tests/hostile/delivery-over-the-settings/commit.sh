key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: keywright.yaml, as: X}]'
