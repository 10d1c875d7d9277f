mkdir out
ln -s "$OUTSIDE/canary" out/stolen.env
key stolen '{generate: {prefix: stl_}}' '  deliver: [{file: out/stolen.env, as: X}]'
