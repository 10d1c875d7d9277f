//! The option that gives consent, as messages offer it to copy.

/// `--allow ADDRESS`, quoted for a shell if the address has other than plain characters.
pub(super) fn option(address: &impl std::fmt::Display) -> String {
    format!("--allow {}", crate::text::shell::argument(&address.to_string()))
}
