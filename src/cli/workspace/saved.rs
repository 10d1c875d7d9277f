//! From a saved plan and the manifests as they are now to what can be made of it.

use std::collections::BTreeSet;

use super::Checked;
use super::Manifests;
use super::Planning;
use super::Progress;
use super::Ready;
use super::check;
use super::database;
use super::read;
use super::read_secrets;
use super::tell;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::Format;
use crate::cli::remotes;
use crate::cli::saved_plan::Named;
use crate::delivery;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::matching::matching;
use crate::plan;
use crate::plan::Context;
use crate::plan::Options;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::rules;
use crate::saved_plan;
use crate::saved_plan::Resolved;
use crate::saved_plan::SavedPlan;
use crate::saved_plan::StoreName;
use crate::source::Loaded;

/// Where a saved plan has come to.
pub(in crate::cli) enum Stage {
    /// What can be made is the plan of `ready`.
    Ready(Box<Ready>, Box<Resolved>),
    Ended(Exit),
}

/// The stores of a workspace as a saved plan names them.
pub(in crate::cli) fn stores(loaded: &Loaded) -> Vec<StoreName> {
    let remote = &loaded.workspace.remote;
    let cloud = remote.cloud_api_management.as_ref().map(|store| StoreName {
        name: "Cloud API Management".to_owned(),
        host: Some(host(&store.url).to_owned()),
        area: Some(store.area.to_string()),
    });
    let transfer = remote.managed_file_transfer.as_ref().map(|store| StoreName {
        name: "Managed File Transfer".to_owned(),
        host: Some(host(&store.url).to_owned()),
        area: None,
    });
    let named: Vec<StoreName> = cloud.into_iter().chain(transfer).collect();
    let embedded = StoreName { name: "embedded store".to_owned(), host: None, area: None };
    if named.is_empty() { vec![embedded] } else { named }
}

/// Host and port of an address; neither a way to sign in nor a path.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    rest.rsplit('@').next().unwrap_or_default()
}

/// Reads the manifests and the store, and finds the objects of the plan. Findings that end the run are told here.
pub(in crate::cli) fn prepare(
    manifests: &Manifests,
    planning: &Planning,
    named: &Named,
    format: Format,
    console: &mut Console<'_>,
) -> Result<Stage, Failure> {
    let saved = &named.plan;
    let Checked { loaded, desired, mut diagnostics } = check(manifests, console)?;
    let Some(mut desired) = desired else { return ended(tell(&diagnostics, &loaded, format, console)?) };
    check_origin(named, &loaded)?;
    let secrets = read_secrets(&desired, &loaded, console, &mut diagnostics);
    if has_errors(&diagnostics) {
        return ended(tell(&diagnostics, &loaded, format, console)?);
    }
    let found = database::find(&loaded, Some(planning.patience()), console)?;
    let database::Found { location, lock, cut_off } = found;
    let remotes = remotes::remotes(&loaded, true, console)?.under(lock.as_ref());
    let query = saved_plan::query(saved, &desired);
    let live = read(&location, &remotes, &query)?;
    let unresolved = plan::resolve_organizations(&mut desired, &live);
    diagnostics.extend(rules::with_severities(unresolved, &loaded.workspace));
    sort(&mut diagnostics);
    if has_errors(&diagnostics) {
        return ended(tell(&diagnostics, &loaded, format, console)?);
    }
    let matching = matching(&desired, &live, &secrets.values, !loaded.is_whole);
    let resolved = saved_plan::resolve(saved, &desired, &secrets.values, &live, &matching).map_err(|undeclared| {
        let failure = Failure::new(format!("could not apply the plan {}: {undeclared}", named.name));
        failure.help("apply the manifests that the plan was made from, or plan again")
    })?;
    let options = consent(saved, planning);
    let context = Context {
        desired: &desired,
        live: &live,
        values: &secrets.values,
        secrets: &secrets.shared,
        delivered: &delivery::delivered(&desired, &loaded.root),
        workspace: &loaded.workspace,
        now: console.now,
        options: &options,
        remembered: &Remembered::default(),
    };
    let stopped = plan::recheck(&resolved.rest, &context, &matching);
    drop(matching);
    let planned = Planned { plan: resolved.rest.clone(), diagnostics: Vec::new(), stopped, withheld: BTreeSet::new() };
    let forecasts = super::cost::forecasts(&planned.plan, &remotes);
    diagnostics.extend(forecasts.iter().filter_map(super::cost::over_the_day));
    diagnostics.extend(cut_off.iter().map(|(run, writes)| super::history::told_of(run, writes, &live)));
    let cut_off = cut_off.map(|(run, _)| run);
    let ready = Ready {
        lock,
        location,
        loaded,
        live,
        secrets,
        planned,
        query,
        options,
        remotes,
        cut_off,
        forecasts,
        diagnostics,
    };
    Ok(Stage::Ready(Box::new(ready), Box::new(resolved)))
}

fn ended(progress: Progress) -> Result<Stage, Failure> {
    match progress {
        Progress::Ended(exit) => Ok(Stage::Ended(exit)),
        Progress::Ready(_) => Err(Failure::new("could not apply the plan: its manifests are not valid")),
    }
}

/// What the plan was allowed when it was made, and what this run is allowed on top.
fn consent(saved: &SavedPlan, planning: &Planning) -> Options {
    let mut options = planning.options();
    options.prune = saved.options.prune;
    options.is_part = saved.options.is_part;
    options.allow.extend(saved.options.allow.iter().cloned());
    options.max_delete = options.max_delete.or(saved.options.max_delete);
    options
}

/// A plan is for one workspace and for its stores.
fn check_origin(named: &Named, loaded: &Loaded) -> Result<(), Failure> {
    let origin = &named.plan.origin;
    let refused = |what: &str, theirs: &str, ours: &str| {
        let message = format!("could not apply the plan {}: it is for {what} {theirs}, and not for {ours}", named.name);
        Err(Failure::new(message).help("run where the plan was made for, or plan again here"))
    };
    let name = |text: &str| crate::model::Value::text(text).to_string();
    if origin.workspace != *loaded.workspace.name {
        return refused("the workspace", &name(&origin.workspace), &name(&loaded.workspace.name));
    }
    let ours = stores(loaded);
    let names = |all: &[StoreName]| all.iter().map(|store| store.name.as_str()).collect::<Vec<_>>().join(" and ");
    if names(&origin.stores) != names(&ours) {
        return refused("the store", &name(&names(&origin.stores)), &name(&names(&ours)));
    }
    for (theirs, ours) in origin.stores.iter().zip(&ours) {
        let text = |one: &Option<String>| one.as_deref().map_or_else(|| "none".to_owned(), name);
        if theirs.host != ours.host {
            return refused("the host", &text(&theirs.host), &text(&ours.host));
        }
        if theirs.area != ours.area {
            return refused("the area", &text(&theirs.area), &text(&ours.area));
        }
    }
    Ok(())
}
