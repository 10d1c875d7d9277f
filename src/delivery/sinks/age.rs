//! Files encrypted with age. The mark is a line of the header, which `age` and its other implementations skip.

use super::Inner;
use super::Reach;
use super::Seen;
use super::age_format;
use super::sealed;
use super::sealed::Found;
use super::sealed::Sealed;
use crate::delivery::Cause;
use crate::model::Delivery;
use crate::model::Secret;
use crate::randomness;
use crate::workspace::age_file;

fn sealed<'a>(inner: &'a Inner, folder: &str, recipients: &[Box<str>], to: &Delivery) -> Sealed<'a> {
    Sealed {
        inner,
        file: age_file(folder, &to.file, &to.variable),
        recipients: sealed::digest(recipients.iter().map(|one| &**one)),
        read: |bytes, _| age_format::mark(bytes).map_or(Found::Foreign, Found::Marked),
    }
}

pub(super) fn look(
    inner: &Inner,
    folder: &str,
    recipients: &[Box<str>],
    to: &Delivery,
    reach: Reach,
) -> Result<Seen, Cause> {
    sealed(inner, folder, recipients, to).look(reach)
}

pub(super) fn write(
    inner: &Inner,
    folder: &str,
    recipients: &[Box<str>],
    to: &Delivery,
    value: &Secret,
) -> Result<Box<str>, Cause> {
    let Some((place, mark)) = sealed(inner, folder, recipients, to).outdated(value)? else {
        return Ok(Box::default());
    };
    randomness::check().map_err(|error| Cause::new(format!("could not {error}"), randomness::HELP).for_now())?;
    let failed = || Cause::new("the value could not be encrypted", "check the recipients of the sink").for_now();
    let text = age_format::encrypt(value, recipients, &mark).ok_or_else(failed)?;
    sealed::replace(&place, &text)
}
