//! Seeds the store of the emulator from manifests, before it listens.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::Console;
use super::super::Exit;
use super::super::Failure;
use super::super::access::access;
use super::super::apply::random;
use super::super::arguments::Manifests;
use super::super::runtime::block_on;
use super::super::session::Session;
use crate::apply;
use crate::apply::Delivering;
use crate::apply::Effects;
use crate::apply::Secrets;
use crate::database::Database;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::model::Delivery;
use crate::model::Secret;
use crate::outcome::ChangeResult;
use crate::plan;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::LivingValues;
use crate::plan::Options;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::plan::pending::Pending;
use crate::secrets;
use crate::secrets::Programs;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::stores::embedded::Embedded;

/// Applies the manifests below `path` to the store.
pub(super) fn seed(path: PathBuf, database: Database, console: &mut Console<'_>) -> Result<Database, Failure> {
    let checked = Session::open(&Manifests::below(path), console)?.check();
    let loaded = checked.loaded;
    let Some(desired) = checked.desired else { return Err(invalid(&checked.diagnostics, &loaded, console)) };
    let read = secrets::read(&desired, &access(&loaded, console), Programs::Run);
    // The server ends at these signals in its own way.
    secrets::release_signals();
    if has_errors(&read.diagnostics) {
        return Err(invalid(&read.diagnostics, &loaded, console));
    }
    let store = Embedded::new(database, console.now);
    let query = Query::everything();
    let live = block_on(store.read(&query))?.map_err(Failure::of_store)?;
    let planned = plan::plan(&Context {
        desired: &desired,
        sources: &loaded.sources,
        live: &live,
        values: &read.values,
        secrets: &read.shared,
        delivered: &BTreeMap::new(),
        workspace: &loaded.workspace,
        now: console.now,
        options: &Options::default(),
        remembered: &Remembered::default(),
        living: LivingValues::default(),
    });
    let Planned { diagnostics, held, asked, stopped, .. } = &planned;
    if has_errors(diagnostics) || !held.is_empty() || !asked.is_empty() || !stopped.is_empty() {
        let all = [diagnostics.as_slice(), held, asked, stopped].concat();
        return Err(invalid(&all, &loaded, console));
    }
    let secrets = Secrets { values: &read.values, shared: &read.shared, live: &live, pending: &Pending::default() };
    let mut effects = NoDelivery { failed: None };
    let work = apply::apply(&planned.plan, &planned.excluded, &store, &secrets, &mut effects);
    let _ = block_on(work)?.map_err(Failure::of_store)?;
    match effects.failed {
        Some(reason) => Err(Failure::new(reason)),
        None => Ok(store.into_database()),
    }
}

fn invalid(diagnostics: &[Diagnostic], loaded: &Loaded, console: &mut Console<'_>) -> Failure {
    // If the diagnostics cannot be printed, the failure below is still reported.
    let _ = console.write_findings(diagnostics, &loaded.sources);
    Failure { exit: Exit::Invalid, ..Failure::new("could not seed the store: the manifests cannot be applied") }
}

/// Effects without deliveries: clients read key values from the emulator.
struct NoDelivery {
    failed: Option<String>,
}

impl Effects for NoDelivery {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        random(bytes)
    }

    fn deliver(&mut self, _: &Change, _: &Delivery, _: &Secret) -> Delivering {
        apply::delivered_at_once(Ok(()))
    }

    fn report(&mut self, _: usize, change: &Change, fate: &ChangeResult) {
        if let (ChangeResult::Failed(refusal), None) = (fate, &self.failed) {
            self.failed = Some(format!("could not {} {}: {}", change.action, change.address, refusal.reason));
        }
    }
}
