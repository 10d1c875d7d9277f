//! The files of a new workspace, and what to do next. Values in, values out.

use std::fmt::Write;
use std::path::Path;

use super::Host;
use super::choices::Choices;
use crate::cli::schema;
use crate::workspace::WORKSPACE_FILE;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Keywright's: another file in its place stops everything.
    Own,
    /// Of Git, an editor or a code host: one that exists is left as it is.
    Shared,
}

pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) role: Role,
    /// What it is.
    pub(super) what: &'static str,
    /// What an existing file in its place needs.
    pub(super) needed: &'static str,
}

/// The files; the first one is the settings.
pub(super) fn files(choices: &Choices) -> Vec<File> {
    let own = |path: &str, text: String, what| File { path: path.to_owned(), text, role: Role::Own, what, needed: "" };
    let shared = |path: &str, text: &str, what, needed| {
        let (path, text) = (path.to_owned(), text.to_owned());
        File { path, text, role: Role::Shared, what, needed }
    };
    let mut files = vec![own(WORKSPACE_FILE, settings(choices), "the name, the store, and who may change what")];
    if choices.cam.is_none() && choices.mft.is_none() {
        files.push(own(
            "first.yaml",
            include_str!("first.yaml").to_owned(),
            "a user, an application, a package, a plan and a key",
        ));
    }
    files.push(own(
        "schemas/keywright.schema.json",
        schema::of_manifests(),
        "what an editor completes and checks in manifests",
    ));
    files.push(own("schemas/workspace.schema.json", schema::of_workspace(), "and in keywright.yaml"));
    files.push(shared(
        ".vscode/settings.json",
        include_str!("editor.json"),
        "the schemas, for VS Code",
        "the `yaml.schemas` of docs/editor.md",
    ));
    files.push(shared(
        ".gitignore",
        include_str!("gitignore.txt"),
        "keeps delivered values and the database out of Git",
        "the lines `.keywright/` and `secrets/`",
    ));
    let pipelines: &[(&str, &str)] = match choices.ci {
        None => &[],
        Some(Host::Github) => &[
            (
                ".github/workflows/keywright-pull-request.yml",
                include_str!("../../../examples/ci/github/pull-request.yml"),
            ),
            (".github/workflows/keywright-merge.yml", include_str!("../../../examples/ci/github/merge.yml")),
            (".github/workflows/keywright-nightly.yml", include_str!("../../../examples/ci/github/nightly.yml")),
        ],
        Some(Host::Gitlab) => &[(".gitlab-ci.yml", include_str!("../../../examples/ci/gitlab/.gitlab-ci.yml"))],
    };
    for (path, text) in pipelines {
        let what = if choices.ci == Some(Host::Gitlab) {
            "the pipelines; write your image of Keywright into it"
        } else {
            "a pipeline; write your KEYWRIGHT_REVISION and repository into it"
        };
        files.push(shared(path, text, what, "the jobs that `keywright init --ci` writes elsewhere"));
    }
    files
}

pub(super) fn settings(choices: &Choices) -> String {
    let mut text = String::from("# yaml-language-server: $schema=schemas/workspace.schema.json\n");
    let name = quoted(&choices.name);
    let _ = write!(text, "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: {name}}}\n");
    if choices.cam.is_none() && choices.mft.is_none() {
        text.push_str(include_str!("embedded.yaml"));
        return text;
    }
    text.push_str("spec:\n  stores:\n");
    if let Some(cam) = &choices.cam {
        let (url, area) = (quoted(&cam.url), quoted(&cam.area));
        let _ = write!(text, "    cloudApiManagement:\n      url: {url}\n      area: {area}\n");
        text.push_str(include_str!("cam.yaml"));
    }
    if let Some(mft) = &choices.mft {
        let _ = write!(text, "    managedFileTransfer:\n      url: {}\n", quoted(&mft.url));
        text.push_str(include_str!("mft.yaml"));
    }
    text.push_str(include_str!("ownership.yaml"));
    text
}

/// As a quoted YAML text. A JSON text is one.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let is_word =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_plain) && !text.ends_with(':');
    let is_other =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if is_word && !is_other { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// The next steps.
pub(super) fn next(choices: &Choices, folder: &Path, is_exported: bool) -> String {
    let mut steps = Vec::new();
    let at = if folder == Path::new(".") {
        String::new()
    } else {
        format!(" {}", crate::text::shell::argument(&folder.display().to_string()))
    };
    let inside = if at.is_empty() { String::new() } else { format!("cd{at} && ") };
    let is_embedded = choices.cam.is_none() && choices.mft.is_none();
    if is_embedded {
        steps.push((format!("keywright plan{at}"), "shows what would be made, and changes nothing"));
        steps.push((format!("keywright apply{at}"), "makes it in the embedded store"));
    } else if is_exported {
        steps.push((format!("keywright plan{at}"), "says that there is nothing to do"));
        steps.push(("git add, git commit".to_owned(), "then change a manifest in a branch"));
    } else {
        let variables = match (&choices.cam, &choices.mft) {
            (Some(_), None) => "set KEYWRIGHT_CAM_API_KEY, _API_SECRET, _USERNAME and _PASSWORD",
            (None, _) => "set KEYWRIGHT_MFT_API_KEY, and save the site's Swagger file as mft-openapi.json",
            _ => {
                "set KEYWRIGHT_CAM_API_KEY, _API_SECRET, _USERNAME, _PASSWORD and KEYWRIGHT_MFT_API_KEY; save mft-openapi.json"
            }
        };
        steps.push((variables.to_owned(), ""));
        steps.push((format!("keywright doctor{at}"), "checks the settings, the credentials and the store"));
        steps.push((format!("{inside}keywright export --out ."), "writes what is there as manifests"));
        steps.push((format!("keywright plan{at}"), "says that there is nothing to do"));
    }
    let width = steps.iter().filter(|step| !step.1.is_empty()).map(|step| step.0.len()).max().unwrap_or(0);
    let line = |(command, why): &(String, &str)| format!("  {command:<width$}   {why}").trim_end().to_owned();
    steps.iter().map(line).collect::<Vec<_>>().join("\n")
}
