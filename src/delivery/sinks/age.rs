//! Files of the workspace that only their recipients can decrypt, so that they can be committed. Keywright cannot read them
//! back: the header of each file has the keyed fingerprint of its value and the digest of its recipients, so that a file
//! changes only when one of them does. `age` and its other implementations skip such a line.

use std::path::Path;

use super::Inner;
use super::Reach;
use super::Seen;
use super::age_format;
use super::age_format::Mark;
use crate::delivery::Cause;
use crate::delivery::MAX_FILE;
use crate::delivery::cause;
use crate::files;
use crate::files::Place;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::Secret;

fn path(folder: &str, to: &Delivery) -> String {
    format!("{folder}/{}/{}.age", to.file, to.variable)
}

pub(super) fn look(
    inner: &Inner,
    folder: &str,
    recipients: &[Box<str>],
    to: &Delivery,
    reach: Reach,
) -> Result<Seen, Cause> {
    let file = path(folder, to);
    files::outside_git(&inner.root, Path::new(&file)).map_err(cause)?;
    // Not in this checkout: it was never committed, so the value is nowhere.
    let Some(place) = Place::find(&inner.root, Path::new(&file)).map_err(cause)? else { return Ok(Seen::Nothing) };
    let mark = mark(&place)?;
    if reach == Reach::Writes {
        place.check_writable().map_err(|error| cause(error.into()))?;
    }
    let is_of_now = |mark: &Mark| mark.recipients == digest(recipients);
    let value = mark.filter(is_of_now).and_then(|mark| Fingerprint::parse(&mark.value));
    Ok(value.map_or(Seen::Nothing, Seen::Fingerprint))
}

/// The receipt is empty: the file is the version.
pub(super) fn write(
    inner: &Inner,
    folder: &str,
    recipients: &[Box<str>],
    to: &Delivery,
    value: &Secret,
) -> Result<Box<str>, Cause> {
    let file = path(folder, to);
    files::outside_git(&inner.root, Path::new(&file)).map_err(cause)?;
    let key = inner.key.as_ref().ok_or_else(|| Cause::new("there is no key for fingerprints", "apply again"))?;
    let new = Mark { value: key.of_value(value).as_str().to_owned(), recipients: digest(recipients) };
    let place = Place::make_open(&inner.root, Path::new(&file)).map_err(cause)?;
    if mark(&place)?.as_ref() == Some(&new) {
        return Ok(Box::default());
    }
    let failed = || Cause::new("the value could not be encrypted", "check the recipients of the sink").for_now();
    let sealed = age_format::encrypt(value, recipients, &new).ok_or_else(failed)?;
    place.sweep();
    place.replace_shared(sealed.as_bytes()).map_err(|error| cause(error.into()))?;
    Ok(Box::default())
}

/// The mark of a file. `None` if there is no file.
fn mark(place: &Place) -> Result<Option<Mark>, Cause> {
    let Some(bytes) = place.read(MAX_FILE).map_err(cause)? else { return Ok(None) };
    let foreign = || {
        let help = "deliver to another path, or remove the existing file";
        Cause::new("Keywright did not write the existing file", help).on_this_machine()
    };
    age_format::mark(&bytes).map(Some).ok_or_else(foreign)
}

fn digest(recipients: &[Box<str>]) -> String {
    let mut recipients = recipients.to_vec();
    recipients.sort_unstable();
    Digest::of(recipients.join("\n").as_bytes()).hex()[..16].to_owned()
}
