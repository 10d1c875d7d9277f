sed -i 's,/api/ApiKey,/attacker/ApiKey,g' mft.json
