//! A plan that is ready to be shown, saved or applied. New and saved plans are handled the same from here on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::cost;
use super::deliveries::delivered;
use super::deliveries::hide;
use super::deliveries::probes;
use super::history;
use super::since;
use super::since::Before;
use super::snapshot::Snapshot;
use super::visibility;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::arguments::Planning;
use crate::cli::failure::Found;
use crate::cli::failure::Stop;
use crate::cli::saved_plan::LoadedPlan;
use crate::delivery::sinks::Reach;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::diagnostic::Severity;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::drift;
use crate::drift::Drift;
use crate::model::Delivery;
use crate::model::Instant;
use crate::plan;
use crate::plan::Context;
use crate::plan::Forecast;
use crate::plan::LivingValues;
use crate::plan::Options;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::plan::Shown;
use crate::render::Rotations;
use crate::rules;
use crate::saved_plan::SavedPlan;
use crate::source::Loaded;
use crate::workspace::Ownership;

pub(in crate::cli) struct Prepared {
    pub(in crate::cli) snapshot: Snapshot,
    pub(in crate::cli) planned: Planned,
    /// The forecast cost, for every remote store.
    pub(in crate::cli) forecasts: Vec<Forecast>,
    /// What the database knew before this run.
    pub(in crate::cli) remembered: Remembered,
    /// The later time that the plan was made for. `None` for the time of the run.
    pub(in crate::cli) at: Option<Instant>,
    options: Options,
}

impl Snapshot {
    /// Plans the changes that make the stores match the manifests.
    pub(in crate::cli) fn plan(mut self, planning: &Planning, console: &mut Console<'_>) -> Result<Prepared, Failure> {
        let at = planning.looks_ahead_to();
        let now = at.unwrap_or(console.now);
        let options = Options { is_part: !self.loaded.is_whole, ..planning.options() };
        if !self.loaded.is_whole {
            // Objects may be declared in files that were not read, so a part owns only what it declares.
            self.loaded.workspace.ownership = Ownership::default();
        }
        let stores = self.origin(now).stores();
        let mut remembered = std::mem::take(&mut self.remembered);
        // A plan alone forgets nothing.
        let pending = self.lock.as_ref().map(|_| remembered.pending.clone()).unwrap_or_default();
        let mut planned = visibility::wait(&mut self, &mut remembered, console, |snapshot, remembered| {
            snapshot.planned(&options, remembered, now, |context| Ok(plan::plan(context)))
        })?;
        let left = if planning.compares() || !options.rotate.keys.is_empty() {
            None
        } else {
            self.left_behind(&remembered, &mut planned, console)
        };
        self.diagnostics.extend(rules::with_severities(left.into_iter().collect(), &self.loaded.workspace));
        if let Some(lock) = &self.lock {
            let obsolete = visibility::obsolete(&self, &planned, &pending, &remembered.pending, console.time());
            history::forget_pending(&self.location, lock, &self.loaded, &obsolete)?;
            history::forget(&self.location, lock, &self.loaded, &remembered, &planned.withheld, &self.desired)?;
            let verified = history::verified(&self.location, lock, &stores, &planned, &self.desired, &self.live)?;
            self.diagnostics.extend(verified);
        }
        Ok(Prepared { at, ..self.prepared(planned, options, remembered) })
    }

    /// Compares what earlier runs could not verify with the store, and records what the store holds as the manifests say.
    pub(in crate::cli) fn verify(&mut self, planning: &Planning, console: &mut Console<'_>) -> Result<(), Failure> {
        let now = console.now;
        let options = Options { is_part: !self.loaded.is_whole, ..planning.options() };
        let stores = self.origin(now).stores();
        let mut remembered = std::mem::take(&mut self.remembered);
        let planned = visibility::wait(self, &mut remembered, console, |snapshot, remembered| {
            let delivered = snapshot.delivered(&options, remembered)?;
            Ok(plan::plan(&snapshot.context(&options, remembered, now, &delivered)))
        })?;
        if let Some(lock) = &self.lock {
            history::verified(&self.location, lock, &stores, &planned, &self.desired, &self.live)?;
        }
        Ok(())
    }

    /// Objects whose manifests are gone, and that stay: since the revision of `--since`, or, without memory, since the commit
    /// before.
    fn left_behind(&self, remembered: &Remembered, planned: &mut Planned, console: &Console<'_>) -> Option<Diagnostic> {
        if let Some(former) = &self.former {
            // It names those that the database knows, too.
            planned.diagnostics.retain(|finding| finding.rule != rules::KW_135.id);
            return plan::left_behind(former.as_plan(), &self.desired, &self.live, remembered, planned);
        }
        if !remembered.objects.is_empty() || !remembered.deleted.is_empty() {
            return None;
        }
        match since::before(&self.loaded, console) {
            Before::Declared(former) => {
                let former = former.as_plan();
                let left = plan::left_behind(former, &self.desired, &self.live, remembered, planned);
                left.or_else(|| plan::unread(former, &self.desired, &self.live))
            }
            Before::Shallow => plan::cannot_know(planned, plan::NoCommit::Shallow),
            Before::NoGit => plan::cannot_know(planned, plan::NoCommit::NoGit),
            Before::Unknown => None,
        }
    }

    /// Prepares a saved plan.
    pub(in crate::cli) fn review(
        mut self,
        saved: LoadedPlan,
        planning: &Planning,
        console: &mut Console<'_>,
    ) -> Result<Prepared, Stop> {
        sort(&mut self.diagnostics);
        if has_errors(&self.diagnostics) {
            let Self { diagnostics, loaded, .. } = self;
            return Err(Stop::Findings(Found { diagnostics, sources: loaded.sources }));
        }
        self.diagnostics.extend(rules::with_severities(
            self.moved_on(&saved, console).into_iter().collect(),
            &self.loaded.workspace,
        ));
        let LoadedPlan { plan: saved, name, .. } = saved;
        let options = consent(&saved, planning, &self.loaded);
        let now = console.now;
        let mut remembered = std::mem::take(&mut self.remembered);
        let planned = visibility::wait(&mut self, &mut remembered, console, |snapshot, remembered| {
            let review = |context: &Context<'_>| {
                plan::review(saved.plan.clone(), context).map_err(|undeclared| {
                    let failure = Failure::new(format!("could not apply the plan {name}: {undeclared}"));
                    failure.help("apply the manifests that the plan was made from, or plan again")
                })
            };
            snapshot.planned(&options, remembered, now, review)
        })?;
        Ok(self.prepared(planned, options, remembered))
    }

    /// Plans. Before an apply, each sink to which the plan delivers is probed, and the plan is made again if one is broken:
    /// it then holds keys back, and may deliver others. A sink to which nothing is delivered is not probed.
    fn planned(
        &self,
        options: &Options,
        remembered: &Remembered,
        now: Instant,
        plan: impl Fn(&Context<'_>) -> Result<Planned, Failure>,
    ) -> Result<Planned, Failure> {
        let mut delivered = self.delivered(options, remembered)?;
        let mut planned = plan(&self.context(options, remembered, now, &delivered))?;
        let mut probed = BTreeSet::new();
        while self.lock.is_some() && !options.no_deliver {
            let places: BTreeSet<Delivery> = planned.sinks().filter(|to| !probed.contains(*to)).cloned().collect();
            if places.is_empty() {
                break;
            }
            hide(&self.sinks, &planned, self, remembered);
            let shown = probes(&self.sinks, &places, &remembered.receipts)?;
            if !shown.values().any(|shown| matches!(shown, Shown::Broken { .. })) {
                break;
            }
            delivered.extend(shown);
            probed.extend(places);
            planned = plan(&self.context(options, remembered, now, &delivered))?;
        }
        Ok(planned)
    }

    fn delivered(&self, options: &Options, remembered: &Remembered) -> Result<BTreeMap<Delivery, Shown>, Failure> {
        let reach = if options.no_deliver { Reach::Files } else { Reach::Servers };
        delivered(&self.sinks, &self.desired, &remembered.receipts, &self.loaded.root, reach)
    }

    fn context<'a>(
        &'a self,
        options: &'a Options,
        remembered: &'a Remembered,
        now: Instant,
        delivered: &'a BTreeMap<Delivery, Shown>,
    ) -> Context<'a> {
        Context {
            desired: &self.desired,
            sources: &self.loaded.sources,
            live: &self.live,
            values: &self.secrets.values,
            secrets: &self.secrets.shared,
            delivered,
            workspace: &self.loaded.workspace,
            now,
            options,
            remembered,
            living: LivingValues::default(),
        }
    }

    fn prepared(mut self, mut planned: Planned, options: Options, remembered: Remembered) -> Prepared {
        let forecasts = cost::forecasts(&planned, &self.remotes);
        let interrupted = self.cut_off.as_ref();
        let key = self.fingerprint_key.as_ref();
        let warning = interrupted.map(|(run, writes)| history::interrupted_run_warning(run, writes, &self.live, key));
        let diagnostics = &mut self.diagnostics;
        drop_repeated(diagnostics, planned.diagnostics.iter().chain(&planned.held));
        diagnostics.append(&mut planned.diagnostics);
        diagnostics.extend(forecasts.iter().filter_map(cost::over_the_day));
        diagnostics.extend(warning);
        sort(diagnostics);
        Prepared { snapshot: self, planned, forecasts, options, remembered, at: None }
    }
}

impl Prepared {
    /// Whether the plan is for all manifests, and leaves nothing out.
    pub(in crate::cli) fn is_complete(&self) -> bool {
        self.only_waits() && self.planned.excluded.is_empty() && self.planned.asked.is_empty()
    }

    /// Whether the plan is for all manifests, and leaves out only changes that wait for consent.
    pub(in crate::cli) fn only_waits(&self) -> bool {
        let is_part = self.options.is_part || !self.options.rotate.keys.is_empty();
        !is_part && self.planned.held.is_empty() && self.planned.stopped.is_empty()
    }

    /// Frees the memory on all cores: of a large area, that takes as long as reading it from a file.
    pub(in crate::cli) fn free(self) {
        let Self { snapshot: Snapshot { desired, live, .. }, remembered, .. } = self;
        rayon::join(|| drop(live), || drop((desired, remembered)));
    }

    /// What moved since the last apply, and findings about lists that may not show all of it.
    pub(in crate::cli) fn drift(&self, now: Instant) -> Result<(Vec<Drift>, Vec<Diagnostic>), Failure> {
        let Self { snapshot, planned, remembered, .. } = self;
        let places = Places::new(&snapshot.loaded.sources);
        let delivered = snapshot.delivered(&self.options, remembered)?;
        let context = snapshot.context(&self.options, remembered, now, &delivered);
        let (undeclared, findings) = plan::undeclared(&context);
        let Context { desired, live, .. } = context;
        let input = drift::Input { planned, undeclared: &undeclared, desired, live, remembered, places: &places };
        let found = drift::drift(&input);
        Ok((found, rules::with_severities(findings, &snapshot.loaded.workspace)))
    }

    /// The rotated keys.
    pub(in crate::cli) fn rotations(&self, now: Instant) -> Rotations<'_> {
        Rotations { keys: &self.planned.rotations, now: self.at.unwrap_or(now) }
    }

    /// The plan in the form in which it is saved.
    pub(in crate::cli) fn to_saved(&self, console: &Console<'_>) -> SavedPlan {
        let Snapshot { loaded, query, diagnostics, .. } = &self.snapshot;
        let places = Places::new(&loaded.sources);
        SavedPlan {
            origin: self.snapshot.origin(console.now),
            options: self.options.clone(),
            added: query.added.clone(),
            plan: self.planned.plan.clone(),
            findings: diagnostics
                .iter()
                .chain(&self.planned.left_out())
                .map(|diagnostic| Finding::of(diagnostic, &places))
                .collect(),
        }
    }
}

/// Drops warnings that repeat an error of the plan.
fn drop_repeated<'a>(warnings: &mut Vec<Diagnostic>, planned: impl Iterator<Item = &'a Diagnostic>) {
    let errors = planned.filter(|error| error.severity == Severity::Error);
    let errors: BTreeSet<_> = errors.map(|error| (error.rule, error.place)).collect();
    warnings.retain(|warning| !errors.contains(&(warning.rule, warning.place)));
}

/// The options of the saved plan, extended by those of this run.
fn consent(saved: &SavedPlan, planning: &Planning, loaded: &Loaded) -> Options {
    let mut options = planning.options();
    options.consents = Some(saved.plan.consents.iter().map(|consent| consent.allow.to_string()).collect());
    options.prune = saved.options.prune;
    options.deliver.clone_from(&saved.options.deliver);
    options.no_deliver = saved.options.no_deliver;
    options.is_part = !loaded.is_whole;
    options.allow.extend(saved.options.allow.iter().cloned());
    options.max_delete = options.max_delete.or(saved.options.max_delete);
    options
}
