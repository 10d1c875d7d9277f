//! The workspace and the stores of a plan, as named in output, in saved plans and in the database.

use std::collections::BTreeSet;

use chrono::SubsecRound;

use crate::cli::Failure;
use crate::cli::saved_plan::LoadedPlan;
use crate::database::Location;
use crate::files::Tracked;
use crate::model::Instant;
use crate::model::StoreKeys;
use crate::model::store_keys::ANY_WORKSPACE;
use crate::plan::Origin;
use crate::plan::StoreName;
use crate::source::Loaded;
use crate::workspace::RemoteStores;
use crate::workspace::SinkKind;

pub(super) fn origin(loaded: &Loaded, location: &Location, now: Instant) -> Origin {
    Origin {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made: now.trunc_subsecs(0),
        workspace: loaded.workspace.name.to_string(),
        stores: stores(loaded),
        database: match location {
            Location::File(_) => Vec::new(),
            Location::Server(server) => server.hosts(),
        },
        sinks: sinks(loaded),
        manifests: None,
    }
}

/// The hosts of the sinks that are servers, each once.
fn sinks(loaded: &Loaded) -> Vec<String> {
    let servers = loaded.workspace.sinks.values().filter_map(|sink| match &sink.kind {
        SinkKind::Vault(vault) => Some(host(&vault.address).to_owned()),
        // Programs call what their own settings name.
        SinkKind::File { .. }
        | SinkKind::Age { .. }
        | SinkKind::Sops(_)
        | SinkKind::Command(_)
        | SinkKind::Kubernetes(_) => None,
    });
    servers.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The stores of a workspace, as named in plans.
fn stores(loaded: &Loaded) -> Vec<StoreName> {
    let store = |name: &str, url: Option<&str>, area: Option<&str>| StoreName {
        name: name.to_owned(),
        host: url.map(|url| host(url).to_owned()),
        area: area.map(str::to_owned),
    };
    let RemoteStores { cloud_api_management: cloud, managed_file_transfer: transfer, .. } = &loaded.workspace.remote;
    let cloud = cloud.as_ref().map(|at| store("Cloud API Management", Some(&at.url), Some(&at.area)));
    let transfer = transfer.as_ref().map(|at| store("Managed File Transfer", Some(&at.url), None));
    let named: Vec<StoreName> = cloud.into_iter().chain(transfer).collect();
    if named.is_empty() { vec![store("embedded store", None, None)] } else { named }
}

/// Host and port of an address, without credentials and path.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    rest.rsplit('@').next().unwrap_or_default()
}

/// What the database calls the stores of the workspace.
pub(in crate::cli) fn store_keys(loaded: &Loaded) -> StoreKeys {
    let RemoteStores { cloud_api_management: cloud, managed_file_transfer: transfer, .. } = &loaded.workspace.remote;
    let (area, site) = (cloud.as_ref().map(|at| &*at.area), transfer.as_ref().map(|at| &*at.url));
    let workspace = if loaded.workspace.is_named { &*loaded.workspace.name } else { ANY_WORKSPACE };
    StoreKeys::new(workspace, area, site)
}

/// Checks that a saved plan was made for this workspace and its stores.
pub(super) fn check(saved: &LoadedPlan, loaded: &Loaded) -> Result<(), Failure> {
    check_author(saved, loaded)?;
    let origin = &saved.plan.origin;
    let refused = |what: &str, theirs: &str, ours: &str| {
        let message = format!("could not apply the plan {}: it is for {what} {theirs}, not for {ours}", saved.name);
        Err(Failure::new(message).help("run in the workspace of the plan, or plan again here"))
    };
    let name = |text: &str| crate::model::Value::text(text).to_string();
    if origin.workspace != *loaded.workspace.name {
        let theirs = name(&origin.workspace);
        let help = format!(
            "run in the workspace of the plan, with `-f` and the paths that it was made with; or plan again here; if the two are \
             one workspace, write `metadata: {{name: {theirs}}}` in its keywright.yaml"
        );
        return refused("the workspace", &theirs, &name(&loaded.workspace.name)).map_err(|failure| failure.help(help));
    }
    let ours = stores(loaded);
    let names = |all: &[StoreName]| all.iter().map(|store| store.name.as_str()).collect::<Vec<_>>().join(" and ");
    if names(&origin.stores) != names(&ours) {
        return refused("the store", &name(&names(&origin.stores)), &name(&names(&ours)));
    }
    for (theirs, ours) in origin.stores.iter().zip(&ours) {
        let text = |one: &Option<String>| one.as_deref().map_or_else(|| "none".to_owned(), name);
        for (what, theirs, ours) in [("the host", &theirs.host, &ours.host), ("the area", &theirs.area, &ours.area)] {
            if theirs != ours {
                return refused(what, &text(theirs), &text(ours));
            }
        }
    }
    Ok(())
}

/// With trusted settings, a plan that the repository contains is not applied: the author of a pull request may have made it
/// with other settings, and with consents of their own.
fn check_author(saved: &LoadedPlan, loaded: &Loaded) -> Result<(), Failure> {
    let Some(trusted) = &loaded.trusted else { return Ok(()) };
    let tracked = Tracked::below(saved.path.parent().unwrap_or(&loaded.root)).map(|tracked| tracked.holds(&saved.path));
    let why = match tracked {
        Ok(false) => return Ok(()),
        Ok(true) => "Git tracks it, so the author of a pull request may have made it".to_owned(),
        Err(error) => format!("could not find out whether Git tracks it: could not {error}"),
    };
    let message = format!("could not apply the plan {} with the settings of {}: {why}", saved.name, trusted.name());
    Err(Failure::new(message).help("compare it with a new plan instead: `keywright apply --approved FILE`"))
}
