key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: .github/workflows/stolen.yml, as: on}]'
