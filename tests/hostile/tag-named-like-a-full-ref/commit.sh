settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
Y
key stolen "$touch_ran"
git add --all
git commit --quiet --message settings
git push --quiet origin HEAD:refs/tags/refs/remotes/origin/main
