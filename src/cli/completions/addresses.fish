
# Where an option or a command takes an address, those that the manifests declare. The words before it may name the
# workspace.
function __keywright_addresses
    command keywright completions --addresses $argv[1] -- (commandline -opc)[2..-1] 2>/dev/null
end
for command in plan apply rotate
    complete -c keywright -n "__fish_keywright_using_subcommand $command" -l allow -x -a '(__keywright_addresses all)'
end
for command in plan apply
    complete -c keywright -n "__fish_keywright_using_subcommand $command" -l deliver -x -a '(__keywright_addresses package-keys)'
end
for command in export keys
    complete -c keywright -n "__fish_keywright_using_subcommand $command" -l only -x -a '(__keywright_addresses all)'
end
complete -c keywright -n "__fish_keywright_using_subcommand rotate" -f -a '(__keywright_addresses rotated)'
complete -c keywright -n "__fish_keywright_using_subcommand keys; and __fish_seen_subcommand_from reveal" -f -a '(__keywright_addresses package-keys)'
complete -c keywright -n "__fish_keywright_using_subcommand keys; and __fish_seen_subcommand_from revoke" -f -a '(__keywright_addresses keys)'
