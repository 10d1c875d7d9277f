ln -s .git lnk
key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: lnk/config, as: hooksPath}]'
