settings <<'Y'
  consents: [{allow: plan/payments/gold, why: reviewed, until: 2099-12-31}]
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
Y
sed -i 's/maxNumKeysAllowed: 20}/maxNumKeysAllowed: 21, throttle: {perSecond: 0}}/' team.yaml
