//! `keywright diff`

use std::path::Path;

use clap::Args;

use super::Console;
use super::Exit;
use super::failure::Failure;
use super::output;
use super::output::Format;
use super::output::Host;
use super::output::Output;
use super::output::Shown;
use super::session::Checked;
use super::session::Session;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::manifest::workspace::place_of;
use crate::manifest_diff;
use crate::render;
use crate::render::markdown::Topic;
use crate::rules;
use crate::settings_diff;
use crate::settings_diff::Comparison;
use crate::source;
use crate::source::At;
use crate::source::Choice;
use crate::source::NotFound;
use crate::source::Revisions;

/// Compare the manifests and settings of two Git revisions
///
/// Shows which objects a branch adds, removes and changes, what it changes in the settings, and the findings that its
/// manifests have and those of the base do not. Reads only Git: no store, no credentials, no secret and no other file, so
/// it is safe for pull requests of strangers. Each revision is checked with its own settings; --trust has no effect.
///
/// A workspace that the branch deletes shows all its objects as removed. With a pattern for --workspace, the workspaces are those
/// of both revisions.
///
/// Exits with 3 if the manifests of the newer revision are invalid.
#[derive(Args)]
pub(super) struct Arguments {
    /// BASE..HEAD compares two revisions, BASE...HEAD the commit where they part with HEAD, and BASE alone the checkout
    #[arg(value_name = "BASE..HEAD")]
    pub(super) range: String,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&FORMATS))]
    format: Format,

    /// Code host of the comment, for --format markdown [default: github]
    #[arg(long = "for", value_name = "HOST")]
    host: Option<Host>,

    /// Exit with 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
}

const FORMATS: [Format; 7] =
    [Format::Text, Format::Json, Format::Markdown, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit];

impl Arguments {
    pub(super) fn output(&self) -> Output {
        Output { format: self.format, host: self.host.unwrap_or_default(), topic: Topic::Difference }
    }
}

/// One side of the comparison.
struct Version {
    /// For people, like `main (3f2a9c01d7e4)`.
    name: String,
    checked: Checked,
    /// The folder as seen from the current one.
    folder: String,
    /// Whether there is no workspace.
    is_absent: bool,
    has_settings: bool,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    output::check_host(arguments.format, arguments.host)?;
    let (before, after) = versions(&arguments.range, console)?;
    let settings = changed_settings(&before, &after);
    let diagnostics = new_findings(&before, &after, &settings);
    let declarations = match (&before.checked.desired, &after.checked.desired) {
        (Some(old), Some(new)) => {
            let sources = [&before.checked.loaded.sources, &after.checked.loaded.sources];
            Some(manifest_diff::declarations((old, sources[0]), (new, sources[1])))
        }
        _ => None,
    };
    let difference = render::Difference {
        workspace: &named(&before, &after).workspace.name,
        before: &before.name,
        after: &after.name,
        declarations: declarations.as_deref(),
        settings: &settings,
    };
    print(arguments.output(), &difference, &diagnostics, &after.checked.loaded.sources, console)?;
    let is_changed = declarations.is_none_or(|declarations| !declarations.is_empty()) || !settings.is_empty();
    Ok(if has_errors(&after.checked.diagnostics) {
        Exit::Invalid
    } else if arguments.detailed_exitcode && is_changed {
        Exit::Pending
    } else {
        Exit::Done
    })
}

fn print(
    output: Output,
    difference: &render::Difference<'_>,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    match output.format {
        Format::Text => {
            render::text::difference(console.out, difference)?;
            console.out.flush()?;
            console.write_findings(diagnostics, sources)?;
            render::text::summary(console.err, diagnostics)?;
        }
        Format::Json => render::json::difference(console.out, difference, diagnostics, sources)?,
        Format::Markdown => {
            let findings = output::saved(diagnostics, sources);
            render::markdown::difference(console.out, output.host.into(), difference, &findings)?;
        }
        _ => output::document(
            output,
            &Shown {
                plan: None,
                is_stopped: true,
                diagnostics,
                sources,
                failure: None,
                at: None,
                rotations: crate::render::Rotations::default(),
            },
            console,
        )?,
    }
    Ok(())
}

/// Both versions, checked.
fn versions(range: &str, console: &mut Console<'_>) -> Result<(Version, Version), Failure> {
    let (mut before, mut after) =
        read(range, console).map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
    // The branch may add the first manifests, and may delete the last ones.
    before.checked.allow_nothing();
    after.checked.allow_nothing();
    if after.is_absent && !before.is_absent {
        let deleted = source::deleted(&before.checked.loaded.workspace, &after.name, &before.folder);
        // That nothing is declared is not a mistake then.
        after.checked.diagnostics = rules::with_severities(vec![deleted], &before.checked.loaded.workspace);
    } else if before.folder != after.folder {
        // The settings of the base: the author of the branch does not switch the finding off.
        let workspace = &before.checked.loaded.workspace;
        let moved = source::moved(workspace, &after.name, &before.folder, &after.folder);
        after.checked.diagnostics.extend(rules::with_severities(vec![moved], workspace));
        sort(&mut after.checked.diagnostics);
    } else if before.has_settings && !after.has_settings && before.folder != "." {
        let workspace = &before.checked.loaded.workspace;
        let found = source::without_settings(workspace, &after.name, &before.folder);
        after.checked.diagnostics.extend(rules::with_severities(vec![found], workspace));
        sort(&mut after.checked.diagnostics);
    }
    console.opened = super::Opened::new(named(&before, &after), &console.folder);
    Ok((before, after))
}

/// The version that gives the workspace its name.
fn named<'v>(before: &'v Version, after: &'v Version) -> &'v source::Loaded {
    let is_before = after.is_absent && !before.is_absent || before.has_settings && !after.has_settings;
    if is_before { &before.checked.loaded } else { &after.checked.loaded }
}

fn read(range: &str, console: &mut Console<'_>) -> Result<(Version, Version), NotFound> {
    let revisions = Revisions::find(&console.folder, &console.choice)?;
    let range = revisions.range(range)?;
    let (here, there) = (At::Commit(&range.before.commit), At::of(range.after.as_ref()));
    let (new, old) = (revisions.moved(here, there)?, revisions.moved(there, here)?);
    let (old, new) = (old.as_ref().unwrap_or(&revisions), new.as_ref().unwrap_or(&revisions));
    let (had, has) = (old.has(here)?, new.has(there)?);
    let before = Version::of(range.before.name, old.load(&range.before.commit)?, old, had);
    let after = match range.after {
        Some(after) => Version::of(after.name, new.load(&after.commit)?, new, has),
        None => Version::of("the checkout".to_owned(), checkout(new, console)?, new, has),
    };
    Ok((before, after))
}

impl Version {
    fn of(name: String, loaded: source::Loaded, at: &Revisions, has_settings: bool) -> Self {
        let is_absent = loaded.is_absent();
        Self { name, folder: at.folder(), is_absent, has_settings, checked: checked(loaded) }
    }
}

/// The workspace of the checkout, without the comparisons of settings that other commands make.
fn checkout(revisions: &Revisions, console: &mut Console<'_>) -> Result<source::Loaded, NotFound> {
    if !revisions.is_checked_out() {
        return Ok(revisions.nothing());
    }
    // The workspace may have moved from the folder that was chosen, or that we are in.
    let workspace = Some(revisions.root().to_path_buf());
    let choice = Choice { trust: None, is_ci: false, workspace, ..console.choice.clone() };
    let mut loaded = source::load(&[], &console.folder, &choice, console.input)?;
    let compared = [rules::KW_060.id, rules::KW_061.id, rules::KW_062.id];
    loaded.settings.retain(|finding| !compared.contains(&finding.rule));
    Ok(loaded)
}

fn checked(loaded: source::Loaded) -> Checked {
    let mut checked = Session { loaded }.check_texts();
    if let Some(desired) = &checked.desired {
        let found = rules::with_severities(rules::references(desired, false), &checked.loaded.workspace);
        checked.diagnostics.extend(found);
        sort(&mut checked.diagnostics);
    }
    checked
}

/// The settings that differ. None if one version has errors in them, which are findings, or if the workspace is gone.
fn changed_settings(before: &Version, after: &Version) -> Vec<settings_diff::SettingChange> {
    let is_valid = |version: &Version| {
        let Checked { loaded, diagnostics, .. } = &version.checked;
        let settings = settings_source(loaded);
        !diagnostics.iter().any(|found| {
            found.severity == Severity::Error && found.place.is_some_and(|place| Some(place.source) == settings)
        })
    };
    if !is_valid(before) || !is_valid(after) || after.is_absent {
        return Vec::new();
    }
    settings_diff::settings_diff(&before.checked.loaded.workspace, &after.checked.loaded.workspace)
}

/// The settings file among the sources: the last one, if there is one.
fn settings_source(loaded: &source::Loaded) -> Option<SourceId> {
    let last = loaded.sources.0.len().checked_sub(1)?;
    let is_settings = Path::new(&*loaded.sources.0[last].name).file_name()? == crate::workspace::WORKSPACE_FILE;
    is_settings.then(|| SourceId(u32::try_from(last).unwrap_or(u32::MAX)))
}

/// The findings that the newer version adds, those about changed settings, and every error of the newer version.
fn new_findings(before: &Version, after: &Version, settings: &[settings_diff::SettingChange]) -> Vec<Diagnostic> {
    let Checked { loaded, diagnostics, .. } = &after.checked;
    let old = (before.checked.diagnostics.as_slice(), &before.checked.loaded.sources);
    let mut found = manifest_diff::new_findings(old, (diagnostics.clone(), &loaded.sources));
    found.extend(diagnostics.iter().filter(|finding| finding.severity == Severity::Error).cloned());
    let place = |field: &str| -> Option<Place> {
        let id = settings_source(loaded)?;
        place_of(id, loaded.sources.get(id)?, field)
    };
    let comparison = Comparison { with: &before.name, is_trusted: false, is_base_known: true };
    found.extend(settings_diff::findings(settings, &comparison, place));
    sort(&mut found);
    found
}
