settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
Y
key stolen "$touch_ran"
git add --all
git commit --quiet --message settings
git tag origin/main
git push --quiet origin refs/tags/origin/main
