key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: .gitlab-ci.yml, as: image}]'
