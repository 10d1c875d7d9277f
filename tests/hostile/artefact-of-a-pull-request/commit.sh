cp keywright.yaml protected.txt
settings <<'Y'
  ownership: {packageKeys: all}
  guards: {deletes: {percent: 100, count: 1000}}
  environment: {allow: [APP_], commands: [/usr/bin/uname]}
Y
cp -R "$MAIN/.keywright" .
mv keys/batch.yaml keys/mobile.yaml ..
"$KEYWRIGHT" plan --prune --out plan.json > /dev/null || [ $? = 2 ]
mv ../batch.yaml ../mobile.yaml keys/
mv protected.txt keywright.yaml
rm -rf .keywright
