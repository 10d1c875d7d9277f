submodule module app.env X=1
key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: module/app.env, as: X}]'
