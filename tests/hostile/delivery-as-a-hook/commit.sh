key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: .git/hooks/post-checkout, as: X}]'
