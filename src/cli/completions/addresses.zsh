# The addresses that the manifests of this folder declare.
_keywright_addresses() {
    local -a found
    found=("${(@f)$(command keywright completions --addresses "${@[-1]}" </dev/null 2>/dev/null)}")
    [[ -n "$found" ]] && compadd -a found
}
