//! The bytes of a file → a saved plan. The file is not trusted: anything that is not exactly a plan is refused.

use serde::Deserialize;
use serde_json::Value as Json;

use super::SavedPlan;
use super::document::Document;
use super::document::KIND;
use super::document::VERSION;

/// The maximum size in bytes: enough for the first plan of a workspace of 100,000 objects.
pub const LONGEST: usize = 64 << 20;

/// Why a file is not a plan that can be applied. Completes the sentence "could not read the plan P: …".
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    #[error("it is larger than {} MiB", LONGEST >> 20)]
    TooLarge,
    #[error("not a saved plan")]
    NotAPlan,
    #[error("it has format version {0}, but this Keywright reads version {VERSION}")]
    Version(String),
    /// Not JSON, or not the structure of a plan.
    #[error("{0}")]
    Shape(String),
    /// Valid structure, but meaningless content.
    #[error("change {change} of {address} {wrong}")]
    Change { change: usize, address: String, wrong: &'static str },
    #[error("it was edited: its checksum does not match its content")]
    Edited,
}

impl Problem {
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NotAPlan => "`keywright plan --out FILE` saves a plan",
            Self::Version(_) => "plan again with --out, or use the version of Keywright that made the plan",
            Self::TooLarge => "plan a smaller part of the workspace",
            Self::Shape(_) | Self::Change { .. } | Self::Edited => {
                "plan again with --out; to change a plan, change the manifests instead of the file"
            }
        }
    }
}

/// The fields that every version of the file has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    format_version: Option<Json>,
    kind: Option<Json>,
}

/// How much of a file that is not JSON is searched, to distinguish a damaged plan from a manifest.
const BEGINNING: usize = 256;

/// Whether a file is meant to be a saved plan, whatever its name and even if it is damaged.
pub fn is_saved_plan(bytes: &[u8]) -> bool {
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return false;
    }
    match serde_json::from_slice::<Probe>(bytes) {
        Ok(probe) => probe.kind.as_ref().and_then(Json::as_str) == Some(KIND),
        Err(_) => {
            let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(BEGINNING)]).into_owned();
            beginning.contains("\"kind\"") && beginning.contains(&format!("\"{KIND}\""))
        }
    }
}

impl SavedPlan {
    /// Reads a saved plan. Writing it again gives the same bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.len() > LONGEST {
            return Err(Problem::TooLarge);
        }
        let probe: Probe = serde_json::from_slice(bytes).map_err(|error| shape(&error))?;
        if probe.kind.as_ref().and_then(Json::as_str) != Some(KIND) {
            return Err(Problem::NotAPlan);
        }
        match &probe.format_version {
            Some(version) if version.as_u64() == Some(u64::from(VERSION)) => {}
            Some(version) => return Err(Problem::Version(shown(&version.to_string()))),
            None => return Err(Problem::Version("unknown".to_owned())),
        }
        let mut document: Document = serde_json::from_slice(bytes).map_err(|error| shape(&error))?;
        if document.sum() != document.checksum {
            return Err(Problem::Edited);
        }
        document.into_plan()
    }
}

/// The same content with a valid checksum, for tests. `None` if the content does not have the structure of a plan.
#[doc(hidden)]
pub fn sealed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document: Document = serde_json::from_slice(bytes).ok()?;
    document.checksum = document.sum();
    Some(document.text().into_bytes())
}

fn shape(error: &serde_json::Error) -> Problem {
    Problem::Shape(shown(&error.to_string()))
}

/// The maximum length of a text from the file in a message.
const SHOWN: usize = 400;

/// A text of the file for a message: on one line, and cut if it is long.
pub(super) fn shown(text: &str) -> String {
    crate::text::cut(text, SHOWN).into_owned()
}
