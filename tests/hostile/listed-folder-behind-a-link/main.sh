settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname], files: [$RUNNER/shared]}
Y
mkdir shared
touch shared/partners.txt
