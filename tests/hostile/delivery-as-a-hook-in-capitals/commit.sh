key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: .GIT/hooks/post-checkout, as: X}]'
