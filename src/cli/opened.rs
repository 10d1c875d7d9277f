//! What is known of the workspace once it is open.

use std::path::Path;

use crate::files::normal;
use crate::source::Loaded;
use crate::workspace::WORKSPACE_FILE;

/// The open workspace, for documents that name it also if the command fails later.
#[derive(Clone, Default, Debug)]
pub struct Opened {
    settings: Option<String>,
    workspace: Option<String>,
    /// Whether it is known that there is no settings file.
    lacks_settings: bool,
}

impl Opened {
    /// The workspace as seen from the current folder.
    pub(super) fn new(loaded: &Loaded, folder: &Path) -> Self {
        let settings = normal(&loaded.root.join(WORKSPACE_FILE));
        let shown = settings.strip_prefix(normal(folder)).unwrap_or(&settings);
        Self {
            settings: Some(shown.to_string_lossy().into_owned()),
            workspace: Some(loaded.workspace.name.to_string()),
            lacks_settings: loaded.trusted.is_none() && settings.symlink_metadata().is_err(),
        }
    }

    /// The workspace in a folder as seen from the current one, before it is open.
    pub(super) fn below(folder: &str) -> Self {
        let settings = Path::new(folder).join(WORKSPACE_FILE);
        Self { settings: Some(settings.display().to_string()), workspace: None, lacks_settings: false }
    }

    /// A workspace that could not be opened.
    pub(super) fn named(name: Option<Box<str>>) -> Self {
        Self { settings: None, workspace: name.map(String::from), lacks_settings: false }
    }

    /// The name of the workspace, if it is known.
    pub(super) fn workspace(&self) -> Option<&str> {
        self.workspace.as_deref()
    }

    /// Whether no settings limit which files are read.
    pub(super) const fn lacks_settings(&self) -> bool {
        self.lacks_settings
    }

    /// The path of the settings file relative to the current folder if it is below it, also if there is no such file.
    pub(super) fn settings(&self) -> &str {
        self.settings.as_deref().unwrap_or(WORKSPACE_FILE)
    }
}
