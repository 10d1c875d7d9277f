//! The option that gives consent, as messages offer it to copy.

/// `--allow ADDRESS`, quoted for a shell if the address has other than plain characters.
pub(super) fn option(address: &impl std::fmt::Display) -> String {
    let address = address.to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_.@%:+-".contains(c);
    if address.chars().all(is_plain) {
        return format!("--allow {address}");
    }
    format!("--allow '{}'", address.replace('\'', r"'\''"))
}
