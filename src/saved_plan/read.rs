//! The bytes of a file → a saved plan. The file may come from anywhere: what is not exactly a plan is refused.

use serde::Deserialize;
use serde_json::Value as Json;

use super::SavedPlan;
use super::document::Document;
use super::document::KIND;
use super::document::VERSION;

/// Most bytes that a file may have: enough for the first plan of a workspace of 100,000 objects.
pub const LONGEST: usize = 64 << 20;

/// Why a file is not a plan that can be applied. Completes the sentence «could not read the plan P: …».
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    #[error("it is larger than {} MiB", LONGEST >> 20)]
    TooLarge,
    #[error("it is no saved plan")]
    NotAPlan,
    #[error("it has format version {0}, and this Keywright reads version {VERSION}")]
    Version(String),
    /// What JSON or the shape of a plan does not allow.
    #[error("{0}")]
    Shape(String),
    /// What the shape allows, and no plan means.
    #[error("change {change} of {address} {wrong}")]
    Change { change: usize, address: String, wrong: &'static str },
    #[error("it was edited: its checksum is not that of its content")]
    Edited,
}

impl Problem {
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NotAPlan => "`keywright plan --out FILE` saves a plan",
            Self::Version(_) => "plan again with --out, or use the Keywright that made the plan",
            Self::TooLarge => "plan a smaller part of the workspace",
            Self::Shape(_) | Self::Change { .. } | Self::Edited => {
                "a plan is not edited: change the manifests, and plan again with --out"
            }
        }
    }
}

/// What can be asked of any version of the file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    format_version: Option<Json>,
    kind: Option<Json>,
}

/// The part of a file that is looked at when it is not JSON, to tell a damaged plan from a manifest.
const BEGINNING: usize = 256;

/// Whether a file means to be a saved plan, whatever its name and whether or not it can be read.
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
    /// Reads a file. What comes out is what was saved, and writes the same bytes.
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

/// The same content with a checksum that fits, for tests that look behind the checksum: anybody can make one. Nothing
/// when the content has not the shape of a plan.
#[doc(hidden)]
pub fn sealed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document: Document = serde_json::from_slice(bytes).ok()?;
    document.checksum = document.sum();
    Some(document.text().into_bytes())
}

fn shape(error: &serde_json::Error) -> Problem {
    Problem::Shape(shown(&error.to_string()))
}

/// Longest part of a foreign text that stands in a message.
const SHOWN: usize = 400;

/// A text of the file as a message may hold it: on one line, and not long.
pub(super) fn shown(text: &str) -> String {
    crate::text::cut(text, SHOWN).into_owned()
}
