//! The settings of a workspace, from the checkout or from a trusted commit, and how the checkout changes them.

use std::path::Path;

use super::Choice;
use super::baseline::BaselineKind;
use super::baseline::baseline;
use super::baseline::bases;
use super::commit::Revisions;
use super::credentials;
use super::find::Found;
use super::gone::CHECKOUT;
use super::gone::moved;
use super::range::At;
use super::texts::Texts;
use super::trusted::Trusted;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::diagnostic::has_errors;
use crate::files::Bounds;
use crate::git::CommitId;
use crate::git::GitError;
use crate::git::Repository;
use crate::manifest::tree::MAX_FILE;
use crate::manifest::workspace::parse;
use crate::manifest::workspace::place_of;
use crate::rules;
use crate::settings_diff::Comparison;
use crate::settings_diff::Effect;
use crate::settings_diff::SettingChange;
use crate::settings_diff::findings;
use crate::settings_diff::settings_diff;
use crate::settings_diff::without_repeats;
use crate::workspace::WORKSPACE_FILE;
use crate::workspace::Workspace;

/// The settings that a run uses. The places of `problems` count `sources` from 0, because the final numbers are known only
/// after all manifests are read.
pub(super) struct Settings {
    pub(super) workspace: Workspace,
    pub(super) sources: Vec<Source>,
    pub(super) problems: Vec<Diagnostic>,
    /// Whether the checkout names stores for a workspace that the trusted commit does not have.
    pub(super) has_untrusted_stores: bool,
}

impl Settings {
    fn of(workspace: Workspace, source: Option<Source>, problems: Vec<Diagnostic>) -> Self {
        Self { workspace, sources: source.into_iter().collect(), problems, has_untrusted_stores: false }
    }
}

pub(super) fn read(found: &Found, choice: &Choice, texts: &mut Texts) -> Result<Settings, GitError> {
    let root = &found.root;
    let folder = folder_name(root);
    let (source, unreadable) = texts.settings(&root.join(WORKSPACE_FILE));
    let mut here = Version::of(source, 0, &folder);
    here.problems.extend(unreadable);
    match &found.trusted {
        Some(trusted) => from_commit(trusted, here, root, &folder, texts),
        None => Ok(from_checkout(here, root, &folder, choice)),
    }
}

/// The settings in a commit, compared with nothing.
pub(super) fn in_commit(
    repository: &Repository,
    commit: &CommitId,
    root: &Path,
    name: &str,
) -> Result<Settings, GitError> {
    let folder = folder_name(root);
    let Version { workspace, source, problems } = Version::in_commit(repository, commit, root, 0, name, &folder)?;
    Ok(Settings::of(workspace, source, problems))
}

/// The settings in the checkout, compared with nothing.
pub(super) fn in_checkout(root: &Path) -> Settings {
    let mut texts = Texts::new(root, Bounds::new(root, &[]));
    let (source, _) = texts.settings(&root.join(WORKSPACE_FILE));
    let Version { workspace, source, problems } = Version::of(source, 0, &folder_name(root));
    Settings::of(workspace, source, problems)
}

/// The settings of a workspace without a file.
pub(super) fn defaults(root: &Path) -> Settings {
    let Version { workspace, problems, .. } = Version::of(None, 0, &folder_name(root));
    Settings::of(workspace, None, problems)
}

/// The name of a workspace whose settings have none.
fn folder_name(root: &Path) -> String {
    root.file_name().map_or_else(|| "workspace".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// One version of the settings.
struct Version {
    workspace: Workspace,
    source: Option<Source>,
    problems: Vec<Diagnostic>,
}

impl Version {
    fn of(source: Option<Source>, id: u32, folder: &str) -> Self {
        let Some(source) = source else {
            return Self { workspace: Workspace::named(folder), source: None, problems: Vec::new() };
        };
        let (file, mut problems) = if source.readable { parse(SourceId(id), &source) } else { Default::default() };
        let (mut workspace, more) = rules::workspace::check(&file, folder);
        problems.extend(more);
        if let Some(name) = name_in(&source.text).filter(|_| !workspace.is_named && has_errors(&problems)) {
            workspace.name = name.into();
        }
        Self { workspace, source: Some(source), problems }
    }

    /// The settings in a commit; the defaults if it has none.
    fn in_commit(
        repository: &Repository,
        commit: &CommitId,
        root: &Path,
        id: u32,
        name: &str,
        folder: &str,
    ) -> Result<Self, GitError> {
        let bytes = repository.read(commit, &root.join(WORKSPACE_FILE))?;
        let source = bytes.map(|bytes| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Source { name: name.into(), text: text.into(), readable: true }
        });
        Ok(Self::of(source, id, folder))
    }

    fn text(&self) -> Option<&str> {
        self.source.as_ref().map(|source| &*source.text)
    }
}

/// The name in settings that are not YAML, so that a comment about them replaces the older comment on the workspace.
fn name_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("metadata:")?;
    let (between, rest) = rest.split_once("name:")?;
    let is_layout = between.chars().all(|character| character.is_whitespace() || character == '{');
    let end = rest.find([',', '}', '#', '\n', '\r']).unwrap_or(rest.len());
    let name = rest[..end].trim().trim_matches(['"', '\'']);
    (is_layout && !name.is_empty()).then_some(name)
}

fn from_checkout(here: Version, root: &Path, folder: &str, choice: &Choice) -> Settings {
    let mut problems = compared_with_git(root, &here, folder, choice);
    problems.extend(here.problems);
    problems.extend(choice.is_ci.then(in_ci));
    Settings::of(here.workspace, here.source, problems)
}

fn from_commit(
    trusted: &Trusted,
    here: Version,
    root: &Path,
    folder: &str,
    texts: &Texts,
) -> Result<Settings, GitError> {
    let (repository, name) = (trusted.repository(), trusted.name());
    let file = format!("{WORKSPACE_FILE} of {name}");
    let there = Version::in_commit(repository, trusted.commit(), root, 1, &file, folder)?;
    let new = NewWorkspace::of(trusted, &here, &there, root, texts)?;
    let before = new.as_ref().and_then(|new| new.former.as_ref()).unwrap_or(&there);
    let mut changes = changes(before, &here);
    if new.is_some() {
        // The folder gives the defaults their name.
        changes.retain(|change| change.field != "metadata.name");
    }
    let bases = if new.is_some() { Vec::new() } else { left_from(trusted, root, folder) };
    if !bases.is_empty() {
        // A later commit of the branch is not a change of this checkout.
        let ours: Vec<String> =
            bases.iter().flat_map(|base| self::changes(base, &here)).map(|change| change.field).collect();
        changes.retain(|change| ours.iter().any(|field| is_related(field, &change.field)));
    }
    changes.extend(changed_openapi(&there.workspace, root, |path| {
        if trusted.covers(path) { trusted.read(path).map(Some) } else { Ok(None) }
    }));
    let is_base_known = new.is_some() || !bases.is_empty();
    let used = if new.is_some() { "the default settings".to_owned() } else { format!("the settings of {name}") };
    let comparison = Comparison { with: &used, is_trusted: true, is_base_known };
    let mut problems = findings(&changes, &comparison, |field| place_of(SourceId(0), here.source.as_ref()?, field));
    let has_untrusted_stores = new.as_ref().is_some_and(|_| names_stores(&here.workspace, &there.workspace));
    problems.extend(new.into_iter().flat_map(|new| new.findings));
    if here.text() != there.text() {
        // A problem that both have is reported once, for the settings that are used.
        let is_new = |problem: &Diagnostic| {
            !there.problems.iter().any(|other| (other.rule, &other.message) == (problem.rule, &problem.message))
        };
        problems.extend(here.problems.into_iter().filter(is_new));
    }
    problems.extend(there.problems);
    problems.extend(credentials::tracked(&there.workspace, root, trusted)?);
    // The trusted file has the number 1, so the other one must be there.
    let empty = || Source { name: WORKSPACE_FILE.into(), text: "".into(), readable: false };
    let sources = match (here.source, there.source) {
        (None, None) => Vec::new(),
        (here, there) => std::iter::once(here.unwrap_or_else(empty)).chain(there).collect(),
    };
    Ok(Settings { workspace: there.workspace, sources, problems, has_untrusted_stores })
}

/// Whether settings name another store or database than the defaults.
fn names_stores(here: &Workspace, defaults: &Workspace) -> bool {
    let is_store =
        |change: &SettingChange| ["spec.stores", "spec.database"].iter().any(|of| change.field.starts_with(of));
    settings_diff(defaults, here).iter().any(is_store)
}

/// A workspace that the trusted commit does not have in this folder.
struct NewWorkspace {
    /// Its settings in the folder where the trusted commit has it, if the checkout moves it.
    former: Option<Version>,
    findings: Vec<Diagnostic>,
}

impl NewWorkspace {
    fn of(
        trusted: &Trusted,
        here: &Version,
        there: &Version,
        root: &Path,
        texts: &Texts,
    ) -> Result<Option<Self>, GitError> {
        if there.source.is_some() || here.source.is_none() {
            return Ok(None);
        }
        let file = texts.name_of(&root.join(WORKSPACE_FILE));
        let folder = texts.name_of(root);
        let message = format!("{} has no {file}, so this run uses the default settings", trusted.name());
        let help = format!(
            "what {file} of the checkout says takes effect after the merge: review the whole file; `keywright diff {} \
             --workspace {folder}` shows it",
            trusted.revision()
        );
        let mut findings = vec![rules::KW_158.finding(message).help(help)];
        let former = former(trusted.repository(), trusted.commit(), root, texts.from())?;
        let Some((version, old, new)) = former else { return Ok(Some(Self { former: None, findings })) };
        let found = moved(&version.workspace, CHECKOUT, &old, &new);
        findings.extend(rules::with_severities(vec![found], &version.workspace));
        Ok(Some(Self { former: Some(version), findings }))
    }
}

/// The changed settings. None if one version has errors, which are reported.
fn changes(before: &Version, after: &Version) -> Vec<SettingChange> {
    if before.text() == after.text() || has_errors(&before.problems) || has_errors(&after.problems) {
        return Vec::new();
    }
    settings_diff(&before.workspace, &after.workspace)
}

/// Whether one field contains the other. A change of the whole store counts as one of each of its fields.
fn is_related(one: &str, other: &str) -> bool {
    let contains = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    one == other || contains(one, other) || contains(other, one)
}

/// The settings where the checkout left the trusted branch. Empty if they are not known, for example in a shallow clone.
fn left_from(trusted: &Trusted, root: &Path, folder: &str) -> Vec<Version> {
    let repository = trusted.repository();
    let read = || -> Result<Vec<Version>, GitError> {
        let Some(head) = repository.head()? else { return Ok(Vec::new()) };
        let bases = bases(repository, trusted.commit(), &head)?;
        bases.iter().map(|base| Version::in_commit(repository, base, root, 0, WORKSPACE_FILE, folder)).collect()
    };
    let versions = read().unwrap_or_default();
    if versions.iter().any(|version| has_errors(&version.problems)) { Vec::new() } else { versions }
}

/// KW-060 and KW-061 without `--trust`: how the checkout changes the last versions that Git knows.
fn compared_with_git(root: &Path, here: &Version, folder: &str, choice: &Choice) -> Vec<Diagnostic> {
    let compare = || -> Result<Vec<Diagnostic>, GitError> {
        let Some(repository) = Repository::find(root)? else { return Ok(Vec::new()) };
        let Some(base) = baseline(&repository, choice.target.as_deref())? else { return Ok(Vec::new()) };
        let mut problems = Vec::new();
        if base.kind == BaselineKind::Unknown && (repository.is_shallow() || choice.is_ci) {
            problems.push(nothing_to_compare_with(&repository, choice.target.as_deref()));
        }
        let mut all = Vec::new();
        for commit in &base.commits {
            let before = Version::in_commit(&repository, commit, root, 0, WORKSPACE_FILE, folder)?;
            if before.source.is_none() && base.kind != BaselineKind::Left {
                // The user is writing the first version.
                continue;
            }
            if has_errors(&before.problems) {
                let message =
                    format!("could not check how the settings changed: keywright.yaml of {} has errors", base.name);
                let help = "compare keywright.yaml with its last version without errors";
                problems.push(rules::KW_062.finding(message).help(help));
            }
            all.extend(changes_since(&repository, commit, &before, here, root)?);
            all.extend(changed_openapi(&here.workspace, root, |path| match repository.inside(path) {
                Ok(inside) => repository.read(commit, &inside).map(Some),
                Err(_) => Ok(None),
            }));
        }
        let comparison = Comparison { with: &base.name, is_trusted: false, is_base_known: true };
        let place = |field: &str| place_of(SourceId(0), here.source.as_ref()?, field);
        problems.extend(findings(&without_repeats(all), &comparison, place));
        Ok(problems)
    };
    compare().unwrap_or_else(|error| {
        let message = format!("could not check how the settings changed: could not {error}");
        vec![rules::KW_062.finding(message).help(error.help())]
    })
}

/// The changed settings since a commit, which may have the workspace in another folder.
fn changes_since(
    repository: &Repository,
    commit: &CommitId,
    before: &Version,
    here: &Version,
    root: &Path,
) -> Result<Vec<SettingChange>, GitError> {
    if before.source.is_some() {
        return Ok(changes(before, here));
    }
    let former = former(repository, commit, root, root)?;
    let mut changes = changes(former.as_ref().map_or(before, |(version, ..)| version), here);
    // The folder gives the defaults their name.
    changes.retain(|change| change.field != "metadata.name");
    Ok(changes)
}

/// The settings of the checkout's workspace where a commit has it in another folder, and both folders as seen from `from`. If
/// the history cannot be read, it is a new workspace.
fn former(
    repository: &Repository,
    commit: &CommitId,
    root: &Path,
    from: &Path,
) -> Result<Option<(Version, String, String)>, GitError> {
    let new = Revisions::of(root, from).ok();
    let old = new.as_ref().and_then(|new| new.moved(At::Checkout, At::Commit(commit)).ok()?);
    let Some((old, new)) = old.zip(new) else { return Ok(None) };
    let name = folder_name(old.root());
    let version = Version::in_commit(repository, commit, old.root(), 1, WORKSPACE_FILE, &name)?;
    Ok(Some((version, old.folder(), new.folder())))
}

/// KW-062: this clone does not have the commit where it left the target branch, so only changes that are not committed yet
/// are known.
fn nothing_to_compare_with(repository: &Repository, target: Option<&str>) -> Diagnostic {
    let branch = target.unwrap_or("main");
    let message = format!(
        "there is nothing to compare the committed settings with: this clone does not have the commit where it left \
         {branch}"
    );
    let help = format!("run `{}`, or use `--trust`", repository.fetch_whole(branch));
    rules::KW_062.finding(message).help(help)
}

/// The OpenAPI file decides which operations of a site are called, so its content is a setting. `read` returns the content
/// in the other version, or `None` for a path outside the repository.
fn changed_openapi(
    workspace: &Workspace,
    root: &Path,
    read: impl Fn(&Path) -> Result<Option<Option<Vec<u8>>>, GitError>,
) -> Option<SettingChange> {
    let path = root.join(&**workspace.remote.managed_file_transfer.as_ref()?.openapi.as_ref()?);
    let there = read(&path).ok()??;
    let bounds = Bounds::new(root, &workspace.environment.folders);
    let here = bounds.read(&path, MAX_FILE as u64).ok();
    (there != here).then(|| SettingChange {
        effect: Effect::Weaker,
        field: "spec.stores.managedFileTransfer.openapi".to_owned(),
        before: if there.is_some() { "the file as it was" } else { "no file" }.to_owned(),
        after: if here.is_some() { "a changed file" } else { "no file" }.to_owned(),
        risk: "other operations of the site may be called".to_owned(),
    })
}

/// KW-063: what the author of a pull request can do to this run.
fn in_ci() -> Diagnostic {
    let message = "the settings come from the checkout: the author of a pull request can change keywright.yaml to send \
                   the credentials of this job to another host, run programs on this runner, and raise the guards";
    let help = "add `--trust origin/main`, or set KEYWRIGHT_TRUST to the protected branch, and let the job fetch it";
    rules::KW_063.finding(message).help(help)
}
