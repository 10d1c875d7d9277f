//! Which settings a command uses, and the findings about them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Console;
use super::Exit;
use super::Failure;
use crate::diagnostic::Severity;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::source::Choice;
use crate::source::Loaded;

/// The revision that the settings are taken from, if `--trust` is not given.
pub const TRUST: &str = "KEYWRIGHT_TRUST";

/// The folder of the workspace, if `--workspace` is not given.
const WORKSPACE: &str = "KEYWRIGHT_WORKSPACE";

/// The variables by which programs know that they run in a pipeline.
pub const PIPELINES: [&str; 8] = [
    "CI",
    "TF_BUILD",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "BUILDKITE",
    "CODEBUILD_BUILD_ID",
];

/// The variables in which pipelines name the target branch of a pull request.
const TARGETS: [&str; 6] = [
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",
];

/// The choice of the command line and the environment. An empty revision is kept, and refused later: a variable that a
/// pipeline forgot to set must not switch off the trust.
pub(super) fn choice(
    workspace: Option<PathBuf>,
    trust: Option<String>,
    environment: &BTreeMap<String, String>,
) -> Choice {
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let target = TARGETS.iter().find_map(|name| set(name));
    Choice {
        workspace: workspace.or_else(|| set(WORKSPACE).map(PathBuf::from)),
        trust: trust.or_else(|| environment.get(TRUST).cloned()),
        is_ci: is_pipeline(environment),
        target: target.map(|branch| branch.trim_start_matches("refs/heads/").to_owned()),
        home: set("HOME").map(PathBuf::from),
    }
}

pub(super) fn is_pipeline(environment: &BTreeMap<String, String>) -> bool {
    let is_no = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false");
    PIPELINES.iter().filter_map(|name| environment.get(*name)).any(|value| !is_no(value))
}

/// Prints the findings about the settings, for commands that check no manifests, and stops at errors.
pub(super) fn show(loaded: &Loaded, console: &mut Console<'_>) -> Result<(), Failure> {
    let mut found = loaded.settings.clone();
    found.retain(|finding| finding.severity > Severity::Info);
    sort(&mut found);
    console.write_findings(&found, &loaded.sources)?;
    if has_errors(&found) {
        let failure = Failure::new("could not use the settings of the workspace, see above");
        return Err(Failure { exit: Exit::Invalid, ..failure }.help("fix them; `keywright validate` checks them"));
    }
    Ok(())
}
