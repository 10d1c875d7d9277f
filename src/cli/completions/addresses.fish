
# Where an option or a command takes an address, those that the manifests of this folder declare.
for command in plan apply rotate
    complete -c keywright -n "__fish_keywright_using_subcommand $command" -l allow -x -a '(command keywright completions --addresses all 2>/dev/null)'
end
for command in plan apply
    complete -c keywright -n "__fish_keywright_using_subcommand $command" -l deliver -x -a '(command keywright completions --addresses package-keys 2>/dev/null)'
end
for command in export keys
    complete -c keywright -n "__fish_keywright_using_subcommand $command" -l only -x -a '(command keywright completions --addresses all 2>/dev/null)'
end
complete -c keywright -n "__fish_keywright_using_subcommand rotate" -f -a '(command keywright completions --addresses rotated 2>/dev/null)'
complete -c keywright -n "__fish_keywright_using_subcommand keys; and __fish_seen_subcommand_from reveal" -f -a '(command keywright completions --addresses package-keys 2>/dev/null)'
complete -c keywright -n "__fish_keywright_using_subcommand keys; and __fish_seen_subcommand_from revoke" -f -a '(command keywright completions --addresses keys 2>/dev/null)'
