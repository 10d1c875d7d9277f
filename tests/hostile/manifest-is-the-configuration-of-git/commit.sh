ln -s .git/config z.yaml
