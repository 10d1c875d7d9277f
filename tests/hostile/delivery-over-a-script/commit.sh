key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: deploy.sh, as: X}]'
