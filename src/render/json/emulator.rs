//! Where the emulator listens, as a document.

use schemars::JsonSchema;
use serde::Serialize;

pub(super) const KIND: &str = "emulator";

/// Where the emulator listens: one line, before the first request.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Keywright emulator")]
pub(super) struct Document<'a> {
    /// The version of this format: 1.
    format_version: u32,
    /// What the document is: emulator.
    kind: &'static str,
    /// The address, like <http://127.0.0.1:8083>.
    url: &'a str,
}

impl<'a> Document<'a> {
    pub(super) const fn of(url: &'a str) -> Self {
        Self { format_version: super::FORMAT_VERSION, kind: KIND, url }
    }
}
