//! KW-065: credentials in files that a pull request can change.

use std::path::Path;

use super::trusted::Trusted;
use crate::diagnostic::Diagnostic;
use crate::git::GitError;
use crate::model::desired::SecretOrigin;
use crate::rules;
use crate::workspace::Workspace;

/// Reports credentials of the trusted settings whose file Git tracks.
pub(super) fn tracked(workspace: &Workspace, root: &Path, trusted: &Trusted) -> Result<Vec<Diagnostic>, GitError> {
    let mut found = Vec::new();
    for (source, _) in workspace.credentials() {
        let SecretOrigin::File(path) = &source.origin else { continue };
        let file = root.join(&**path);
        if trusted.covers(&file) && trusted.repository().tracks(&file)? {
            let message = format!("Git tracks the credential file {path}, so a pull request can change it");
            let help =
                format!("run `git rm --cached {path}`, change the credential, and let the pipeline write the file");
            found.push(rules::KW_065.finding(message).at(source.place).help(help));
        }
    }
    Ok(found)
}
