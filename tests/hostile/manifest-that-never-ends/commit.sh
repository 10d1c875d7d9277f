ln -s /dev/zero z.yaml
