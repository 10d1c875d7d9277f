//! Everything that a list of all keys needs: the stores, what the database remembers, and the manifests if they are valid.

use std::collections::BTreeMap;

use super::Checked;
use super::Session;
use super::database;
use super::deliveries::delivered;
use super::origin;
use super::undeclared::remembered;
use crate::cli::Console;
use crate::cli::access::access;
use crate::cli::failure::Failure;
use crate::delivery::sinks::Reach;
use crate::delivery::sinks::Sinks;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::keys::Input;
use crate::keys::Manifests;
use crate::matching::odd_rule;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::OddRow;
use crate::plan;
use crate::plan::Context;
use crate::plan::LivingValues;
use crate::plan::Options;
use crate::plan::Remembered;
use crate::plan::Shown;
use crate::rules;
use crate::secrets;
use crate::secrets::Programs;
use crate::secrets::SecretsRead;
use crate::source::Loaded;
use crate::text::and_more;

/// How many rows one finding names.
const NAMED: usize = 5;

pub(in crate::cli) struct KeysRead {
    pub(in crate::cli) loaded: Loaded,
    /// `None` if the manifests or their secrets have errors.
    pub(in crate::cli) desired: Option<Desired>,
    /// Keys of the stores that the list does not have.
    pub(in crate::cli) unlisted: Vec<Diagnostic>,
    secrets: SecretsRead,
    live: Live,
    remembered: Remembered,
    diagnostics: Vec<Diagnostic>,
    store: String,
    /// What the files of the places show. Servers are not asked: a list needs no credentials of sinks.
    delivered: BTreeMap<Delivery, Shown>,
}

impl Session {
    /// Reads the stores, and the manifests as far as they are valid. Programs of manifests do not run.
    pub(in crate::cli) fn keys(self, console: &Console<'_>) -> Result<KeysRead, Failure> {
        let live = self.everything(console)?;
        let remembered = remembered(&self.loaded, console)?;
        let Checked { loaded, desired, mut diagnostics } = self.check();
        let mut secrets = SecretsRead::default();
        let mut desired = desired.filter(|desired| {
            secrets = secrets::read(desired, &access(&loaded, console), Programs::Skip);
            diagnostics.append(&mut secrets.diagnostics);
            !has_errors(&diagnostics)
        });
        if let Some(desired) = &mut desired {
            let unresolved = plan::resolve_organizations(desired, &live);
            diagnostics.extend(rules::with_severities(unresolved, &loaded.workspace));
        }
        let store = origin::origin(&loaded, &database::location(&loaded, console)?, console.now).stores();
        let unlisted = rules::with_severities(unlisted(&live), &loaded.workspace);
        let sinks = Sinks::new(&loaded, &access(&loaded, console), remembered.key.clone(), console.limits);
        let (nothing, receipts) = (Desired::default(), &remembered.receipts);
        let delivered = delivered(&sinks, desired.as_ref().unwrap_or(&nothing), receipts, &loaded.root, Reach::Files)?;
        Ok(KeysRead { loaded, desired, unlisted, secrets, live, remembered, diagnostics, store, delivered })
    }
}

impl KeysRead {
    /// The findings of the manifests that are errors, and what the list does not have.
    pub(in crate::cli) fn findings(&self) -> Vec<Diagnostic> {
        let errors = self.diagnostics.iter().filter(|_| self.desired.is_none());
        errors.chain(&self.unlisted).cloned().collect()
    }

    /// The stores, in words.
    pub(in crate::cli) fn store(&self) -> &str {
        &self.store
    }

    pub(in crate::cli) fn with_input<T>(&self, now: Instant, work: impl FnOnce(&Input<'_>) -> T) -> T {
        let (live, remembered, delivered) = (&self.live, &self.remembered, &self.delivered);
        let workspace = &self.loaded.workspace;
        let Some(desired) = &self.desired else {
            return work(&Input { live, now, workspace, manifests: None, remembered, delivered });
        };
        let planned = &plan::plan(&Context {
            desired,
            sources: &self.loaded.sources,
            live,
            values: &self.secrets.values,
            secrets: &self.secrets.shared,
            delivered,
            workspace,
            now,
            options: &Options::default(),
            remembered,
            living: LivingValues::default(),
        });

        let (declared, rotations) = (&planned.declared, &planned.rotations);
        let manifests = Some(Manifests { desired, declared, rotations });
        work(&Input { live, now, workspace, manifests, remembered, delivered })
    }
}

/// What the lists of keys do not show, or not so that it is understood.
fn unlisted(live: &Live) -> Vec<Diagnostic> {
    let mut odd: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for row in live.odd().iter().filter(|row| is_key(row.kind)) {
        odd.entry(row.kind).or_default().push(OddRow::label(row));
    }
    let odd = odd.into_iter().map(|(kind, rows)| {
        let rows = and_more(&rows, NAMED, ", ");
        odd_rule(kind).finding(format!("{} in the store were not understood and are not listed: {rows}", kind.plural()))
    });
    let short = Kind::ALL.into_iter().filter(|kind| is_key(*kind) && !live.is_complete(*kind));
    let short = short.map(|kind| {
        let message = format!("the store's list of {} is not complete, so some may be missing here", kind.plural());
        rules::CAM_050.finding(message).help("run again when the store returns the complete list")
    });
    odd.chain(short).collect()
}

const fn is_key(kind: Kind) -> bool {
    matches!(kind, Kind::PackageKey | Kind::ApiKey)
}
