key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: out/stolen.env, as: X}]'
