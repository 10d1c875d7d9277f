//! What commands may read secrets with. The only place that decides how far the settings are trusted.

use super::Console;
use crate::secrets::Access;
use crate::secrets::Trust;
use crate::source::Loaded;

pub(super) fn access<'a>(loaded: &'a Loaded, console: &'a Console<'_>) -> Access<'a> {
    Access {
        root: &loaded.root,
        variables: &console.environment,
        settings: &loaded.workspace.environment,
        trust: if loaded.trusted.is_some() { Trust::Revision } else { Trust::WorkingTree },
    }
}
