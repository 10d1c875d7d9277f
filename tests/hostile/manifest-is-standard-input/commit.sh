ln -s /dev/stdin z.yaml
