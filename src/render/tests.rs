//! Output as exact text.

mod diagnostics;
mod explain;
mod findings;
mod json;
mod limits;
mod markdown;
mod outcome;
mod plan;
mod sample;

use std::io;

/// The output of `write` without ANSI styles.
pub(super) fn plain(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut stripped = anstream::StripStream::new(Vec::new());
    write(&mut stripped).unwrap();
    String::from_utf8(stripped.into_inner()).unwrap()
}

/// The output of `write` with ANSI styles.
fn styled(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
