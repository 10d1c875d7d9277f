
# Where an option or a command takes an address, those that the manifests declare. A name in a manifest is never
# evaluated, so this uses no `compgen -W`.
_keywright_declared() {
    _keywright "$@"
    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} which="" address
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $before == "=" && $COMP_CWORD -ge 2 ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $before in
        --allow | --only) which=all ;;
        --deliver) which=package-keys ;;
        --again | --auto-approve | --replace | --all | --no-pager | --verbose | -v | [!-]*)
            case "${cur:0:1} ${COMP_WORDS[*]:1:COMP_CWORD-1} " in
                -*) ;;
                *" rotate "*) which=rotated ;;
                *" keys "*"reveal "*) which=package-keys ;;
                *" keys "*"revoke "*) which=keys ;;
            esac
            ;;
    esac
    [[ -n $which ]] || return 0
    # The words before this one, which may name the workspace. Bash splits them at `=`, and leaves their quotes.
    local -a words=()
    local word joins=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        word=${word//[\"\'\\]/}
        if [[ -n $joins || $word == "=" ]] && [[ ${#words[@]} -gt 0 ]]; then
            words[${#words[@]}-1]+=$word
            [[ $word == "=" ]] && joins=yes || joins=""
        else
            words+=("${word/#\~\//$HOME/}")
        fi
    done
    COMPREPLY=()
    while IFS= read -r address; do
        [[ $address == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$address")")
    done < <(command keywright completions --addresses "$which" -- "${words[@]}" </dev/null 2>/dev/null)
    return 0
}
complete -F _keywright_declared -o bashdefault -o default keywright
