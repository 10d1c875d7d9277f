//! Addresses on the command line. Who pastes a key where an address belongs must not find it in the log of a pipeline.

use std::ffi::OsStr;

use clap::Arg;
use clap::Command;
use clap::Error;
use clap::builder::TypedValueParser;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

use crate::model::Kind;

/// The form of an address, for who passes something else.
pub(super) const FORM: &str = "an address is a kind and a name, for example key/checkout-production; pass a value that leaked on \
                               standard input: `keywright keys revoke --stdin`";

/// How a message about another text ends.
const NO_ADDRESS: &str = "no address, and not printed, because they could be a secret";

/// Takes a text with the form of an address.
#[derive(Clone, Copy)]
pub(super) struct AddressText;

impl TypedValueParser for AddressText {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        if let Some(text) = value.to_str().filter(|text| has_form(text)) {
            return Ok(text.to_owned());
        }
        let option = argument.and_then(|argument| argument.get_long()).map(|long| format!("--{long}"));
        let option = option.unwrap_or_else(|| "ADDRESS".to_owned());
        let length = value.to_string_lossy().chars().count();
        let message = format!("could not use {option}: its {length} characters are {NO_ADDRESS}\n");
        Err(Error::raw(ErrorKind::ValueValidation, message).with_cmd(command))
    }
}

/// What to do about a message of [`AddressText`].
pub(super) fn help(message: &str) -> Option<&'static str> {
    message.ends_with(NO_ADDRESS).then_some(FORM)
}

/// Also with a mistake in the name, which is printed then.
fn has_form(text: &str) -> bool {
    text.split_once('/').is_some_and(|(kind, _)| Kind::ALL.into_iter().any(|known| known.prefix() == kind))
}

/// The fewest characters of a word that could be a secret.
const SHORTEST: usize = 12;

/// A word that no command expects, and that is near to none: it could be a secret.
pub(super) fn unexpected(error: &Error) -> Option<&str> {
    let is_near =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].into_iter().any(|it| error.get(it).is_some());
    let kinds = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    let ContextValue::String(word) = kinds.into_iter().find_map(|kind| error.get(kind))? else { return None };
    let is_word = matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand);
    (is_word && !is_near && !word.starts_with('-') && word.chars().count() >= SHORTEST).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_kind() {
        for text in ["key/production", "key/alice/checkout/payments@id", "user/ann", "plan/a/b", "apikey/a b", "key/"] {
            assert!(has_form(text), "{text}");
        }
        for text in ["", "production", "not/a+key", "keys/production", "/key/a", "Key/a", "key:a"] {
            assert!(!has_form(text), "{text}");
        }
    }
}
