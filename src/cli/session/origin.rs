//! Which workspace and which stores a plan is for, as people, saved plans and the memory of earlier runs call them.

use chrono::SubsecRound;

use crate::cli::Failure;
use crate::cli::saved_plan::LoadedPlan;
use crate::model::Instant;
use crate::plan::Origin;
use crate::plan::StoreName;
use crate::source::Loaded;

pub(super) fn origin(loaded: &Loaded, now: Instant) -> Origin {
    Origin {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made: now.trunc_subsecs(0),
        workspace: loaded.workspace.name.to_string(),
        stores: stores(loaded),
    }
}

/// What the header of a plan calls the stores.
pub(in crate::cli) fn store_name(loaded: &Loaded) -> String {
    let remote = &loaded.workspace.remote;
    let cloud = remote.cloud_api_management.as_ref().map(|store| format!("Cloud API Management, area {}", store.area));
    let transfer = remote.managed_file_transfer.as_ref().map(|store| {
        let host = store.url.split_once("://").map_or(&*store.url, |(_, rest)| rest);
        format!("Managed File Transfer, {host}")
    });
    match (cloud, transfer) {
        (None, None) => "embedded store".to_owned(),
        (cloud, transfer) => cloud.into_iter().chain(transfer).collect::<Vec<_>>().join(" · "),
    }
}

/// The stores of a workspace as a saved plan names them.
fn stores(loaded: &Loaded) -> Vec<StoreName> {
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

/// What the memory calls the stores of a workspace: their hosts and areas.
pub(in crate::cli) fn store_key(loaded: &Loaded) -> String {
    let stores = stores(loaded).into_iter();
    let name = |part: Option<String>| part.unwrap_or_default();
    stores
        .map(|store| format!("{} {} {}", store.name, name(store.host), name(store.area)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A plan is for one workspace and for its stores.
pub(super) fn check(saved: &LoadedPlan, loaded: &Loaded) -> Result<(), Failure> {
    let origin = &saved.plan.origin;
    let refused = |what: &str, theirs: &str, ours: &str| {
        let message = format!("could not apply the plan {}: it is for {what} {theirs}, and not for {ours}", saved.name);
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
