# The addresses that the manifests declare. The words before this one may name the workspace.
_keywright_addresses() {
    local -a found
    found=("${(@f)$(command keywright completions --addresses "${@[-1]}" -- "${_keywright_before[@]}" </dev/null 2>/dev/null)}")
    [[ -n "$found" ]] && compadd -a found
}
