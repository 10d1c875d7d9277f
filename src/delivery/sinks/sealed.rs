//! Files of the workspace that only others can decrypt, so that they can be committed. Keywright cannot read them back: each
//! file has a mark with the keyed fingerprint of its value and the digest of its recipients, so that it changes only when
//! one of them does.

use std::path::Path;

use super::Inner;
use super::Reach;
use super::Seen;
use crate::delivery::Cause;
use crate::delivery::MAX_FILE;
use crate::delivery::cause;
use crate::files;
use crate::files::Place;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Secret;

/// What a file holds, without decrypting it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    /// The keyed fingerprint of the value.
    pub(super) value: String,
    /// The digest of the recipients.
    pub(super) recipients: String,
}

/// What was found in the place of a file.
pub(super) enum Found {
    Marked(Mark),
    /// Another program has changed it since, so that the value is not known.
    Changed,
    /// Something else.
    Foreign,
}

/// A file of a sink.
pub(super) struct Sealed<'a> {
    pub(super) inner: &'a Inner,
    /// Below the workspace.
    pub(super) file: String,
    /// The digest of the recipients of now.
    pub(super) recipients: String,
    pub(super) read: fn(&[u8], Option<&FingerprintKey>) -> Found,
}

impl Sealed<'_> {
    pub(super) fn look(&self, reach: Reach) -> Result<Seen, Cause> {
        files::outside_git(&self.inner.root, Path::new(&self.file)).map_err(cause)?;
        // Not in this checkout: it was never committed, so the value is nowhere.
        let place = Place::find(&self.inner.root, Path::new(&self.file)).map_err(cause)?;
        let Some(place) = place else { return Ok(Seen::Nothing) };
        let mark = self.mark(&place)?;
        if reach == Reach::Writes {
            place.check_writable().map_err(|error| cause(error.into()))?;
        }
        let value = mark.filter(|mark| mark.recipients == self.recipients);
        let value = value.and_then(|mark| Fingerprint::parse(&mark.value));
        Ok(value.map_or(Seen::Nothing, Seen::Fingerprint))
    }

    /// The mark that the file gets, and its place. `None` if it has that mark already.
    pub(super) fn outdated(&self, value: &Secret) -> Result<Option<(Place, Mark)>, Cause> {
        files::outside_git(&self.inner.root, Path::new(&self.file)).map_err(cause)?;
        let key = self.inner.key()?;
        let new = Mark { value: key.of_value(value).as_str().to_owned(), recipients: self.recipients.clone() };
        let place = Place::make_open(&self.inner.root, Path::new(&self.file)).map_err(cause)?;
        Ok((self.mark(&place)?.as_ref() != Some(&new)).then_some((place, new)))
    }

    /// `None` if there is no file, or its value is not known.
    fn mark(&self, place: &Place) -> Result<Option<Mark>, Cause> {
        let Some(bytes) = place.read(MAX_FILE).map_err(cause)? else { return Ok(None) };
        match (self.read)(&bytes, self.inner.key.as_ref()) {
            Found::Marked(mark) => Ok(Some(mark)),
            Found::Changed => Ok(None),
            Found::Foreign => {
                let help = "deliver to another path, or remove the existing file";
                Err(Cause::new("Keywright did not write the existing file", help).on_this_machine())
            }
        }
    }
}

/// The receipt is empty: the file is the version.
pub(super) fn replace(place: &Place, text: &str) -> Result<Box<str>, Cause> {
    place.sweep();
    place.replace_shared(text.as_bytes()).map_err(|error| cause(error.into()))?;
    Ok(Box::default())
}

/// The digest of recipients, in whatever order they are listed.
pub(super) fn digest(recipients: impl IntoIterator<Item = impl Into<String>>) -> String {
    let mut recipients: Vec<String> = recipients.into_iter().map(Into::into).collect();
    recipients.sort_unstable();
    Digest::of(recipients.join("\n").as_bytes()).hex()[..16].to_owned()
}
