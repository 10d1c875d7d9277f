key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: keys/new.yaml, as: X}]'
