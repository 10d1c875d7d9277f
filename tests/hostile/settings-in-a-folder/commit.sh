mkdir -p pay/keys
cd pay
settings <<Y
  environment: {commands: [$a_shell]}
Y
key stolen "$touch_ran"
