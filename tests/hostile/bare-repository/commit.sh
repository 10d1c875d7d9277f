mkdir -p pay/keys
cd pay
key stolen "$touch_ran"
FILE=keywright.yaml settings <<Y
  environment: {allow: [APP_], commands: [/usr/bin/uname, $a_shell]}
Y
cd ..
git add --all
git commit --quiet --message settings
git clone --quiet --bare . pay.git
git -C pay.git update-ref refs/remotes/origin/main HEAD
cp -R pay.git/HEAD pay.git/objects pay.git/refs pay/
touch pay/refs/keep
printf '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = "touch %s/ran"\n' "$OUTSIDE" > pay/config
cp pay.git/packed-refs pay/
rm -rf pay.git
