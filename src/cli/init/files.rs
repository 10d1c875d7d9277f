//! The files of a new workspace, and what to do next. Values in, values out.

use std::fmt::Write;
use std::path::Path;

use super::Host;
use super::choices::Choices;
use crate::cli::schema;
use crate::text::and_more;
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
    files.extend(choices.ci.into_iter().flat_map(pipelines));
    files
}

/// The pipelines of a code host.
pub(super) fn pipelines(host: Host) -> Vec<File> {
    let (what, texts): (_, &[(&str, &str)]) = match host {
        Host::Github => (
            "a pipeline; write your KEYWRIGHT_REVISION and repository into it",
            &[
                (
                    ".github/workflows/keywright-pull-request.yml",
                    include_str!("../../../examples/ci/github/pull-request.yml"),
                ),
                (".github/workflows/keywright-merge.yml", include_str!("../../../examples/ci/github/merge.yml")),
                (".github/workflows/keywright-nightly.yml", include_str!("../../../examples/ci/github/nightly.yml")),
            ],
        ),
        Host::Gitlab => (
            "the pipelines; write your image of Keywright into it",
            &[(".gitlab-ci.yml", include_str!("../../../examples/ci/gitlab/.gitlab-ci.yml"))],
        ),
    };
    let needed = "the jobs that `keywright init --ci` writes elsewhere";
    let file = |(path, text): &(&str, &str)| {
        let (path, text) = ((*path).to_owned(), (*text).to_owned());
        File { path, text, role: Role::Shared, what, needed }
    };
    texts.iter().map(file).collect()
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

/// The variables with which the new workspace signs in.
pub(super) fn variables(choices: &Choices) -> Vec<&'static str> {
    let of_cam =
        ["KEYWRIGHT_CAM_API_KEY", "KEYWRIGHT_CAM_API_SECRET", "KEYWRIGHT_CAM_USERNAME", "KEYWRIGHT_CAM_PASSWORD"];
    let of_cam = choices.cam.iter().flat_map(|_| of_cam);
    of_cam.chain(choices.mft.iter().map(|_| "KEYWRIGHT_MFT_API_KEY")).collect()
}

/// The next steps. `can_sign_in` says that [`variables`] are set.
pub(super) fn next(choices: &Choices, folder: &Path, is_exported: bool, can_sign_in: bool) -> String {
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
        if choices.ci.is_some() {
            let step = "name a service under `stores:`, or PostgreSQL under `database:`";
            steps.push((step.to_owned(), "a pipeline does not have the file of the embedded store"));
        }
    } else if is_exported {
        steps.push((format!("keywright plan{at}"), "says that there is nothing to do"));
        steps.push(("git add, git commit".to_owned(), "then change a manifest in a branch"));
    } else {
        if !can_sign_in {
            steps.push((format!("set {}", and_more(&variables(choices), usize::MAX, ", ")), ""));
        }
        if choices.mft.is_some() {
            steps.push(("save the site's Swagger file as mft-openapi.json".to_owned(), ""));
        }
        steps.push((format!("keywright doctor{at}"), "checks the settings, the credentials and the store"));
        steps.push((format!("{inside}keywright export --out ."), "writes what is there as manifests"));
        steps.push((format!("keywright plan{at}"), "says that there is nothing to do"));
    }
    let width = steps.iter().filter(|step| !step.1.is_empty()).map(|step| step.0.len()).max().unwrap_or(0);
    let line = |(command, why): &(String, &str)| format!("  {command:<width$}   {why}").trim_end().to_owned();
    steps.iter().map(line).collect::<Vec<_>>().join("\n")
}
