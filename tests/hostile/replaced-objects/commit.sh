settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
Y
key stolen "$touch_ran"
git add --all
git commit --quiet --message settings
git replace --force "$(git rev-parse origin/main)" HEAD
git push --quiet origin 'refs/replace/*:refs/replace/*'
