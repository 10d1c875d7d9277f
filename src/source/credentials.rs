//! KW-065: credentials in files that a pull request can change.

use std::path::Path;

use super::trusted::Trusted;
use crate::diagnostic::Diagnostic;
use crate::files::inner_repository;
use crate::git::GitError;
use crate::model::desired::SecretOrigin;
use crate::rules;
use crate::workspace::Workspace;

/// Reports credentials of the trusted settings whose file Git tracks, here or in a submodule.
pub(super) fn tracked(workspace: &Workspace, root: &Path, trusted: &Trusted) -> Result<Vec<Diagnostic>, GitError> {
    let mut found = Vec::new();
    for (source, _) in workspace.credentials() {
        let SecretOrigin::File(path) = &source.origin else { continue };
        let file = root.join(&**path);
        if let Some(inner) = inner_repository(trusted.repository().root(), &file) {
            let inner = inner.strip_prefix(trusted.repository().root()).unwrap_or(&inner).display().to_string();
            let message = format!(
                "the credential file {path} is in the repository {inner} inside this one, whose commit a pull request can \
                 change"
            );
            let help = "name a file outside that repository, and let the pipeline write the file";
            found.push(rules::KW_065.finding(message).at(source.place).help(help));
        } else if trusted.covers(&file) && trusted.repository().tracks(&file)? {
            let message = format!("Git tracks the credential file {path}, so a pull request can change it");
            let help =
                format!("run `git rm --cached {path}`, change the credential, and let the pipeline write the file");
            found.push(rules::KW_065.finding(message).at(source.place).help(help));
        }
    }
    Ok(found)
}
