submodule runner mft.key fake-key-of-the-attacker
