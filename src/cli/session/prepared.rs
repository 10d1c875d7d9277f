//! A plan that is ready to be shown, saved or applied, with all that this takes. Whether it was made a moment ago or read
//! from a file, it is the same from here on.

use super::cost;
use super::history;
use super::origin;
use super::snapshot::Snapshot;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::arguments::Planning;
use crate::cli::failure::Findings;
use crate::cli::failure::Stop;
use crate::cli::saved_plan::LoadedPlan;
use crate::database::Location;
use crate::database::Lock;
use crate::database::journal::Run;
use crate::delivery;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Finding;
use crate::diagnostic::Places;
use crate::diagnostic::Severity;
use crate::diagnostic::has_errors;
use crate::diagnostic::sort;
use crate::model::Instant;
use crate::model::Live;
use crate::plan;
use crate::plan::Context;
use crate::plan::Forecast;
use crate::plan::Options;
use crate::plan::Planned;
use crate::plan::Remembered;
use crate::saved_plan::SavedPlan;
use crate::secrets::SecretsRead;
use crate::source::Loaded;
use crate::store::Query;
use crate::stores::Remotes;
use crate::workspace::Ownership;

pub(in crate::cli) struct Prepared {
    pub(in crate::cli) lock: Option<Lock>,
    pub(in crate::cli) location: Location,
    pub(in crate::cli) loaded: Loaded,
    pub(in crate::cli) live: Live,
    pub(in crate::cli) secrets: SecretsRead,
    pub(in crate::cli) planned: Planned,
    pub(in crate::cli) remotes: Remotes,
    /// The run before, if it was cut off.
    pub(in crate::cli) cut_off: Option<Run>,
    /// What an apply would cost, for every remote store.
    pub(in crate::cli) forecasts: Vec<Forecast>,
    /// What the manifests, the secrets and the live store have to say.
    pub(in crate::cli) diagnostics: Vec<Diagnostic>,
    query: Query,
    options: Options,
}

impl Snapshot {
    /// Plans what makes the stores as the manifests say.
    pub(in crate::cli) fn plan(mut self, planning: &Planning, now: Instant) -> Result<Prepared, Failure> {
        let options = Options { is_part: !self.loaded.is_whole, ..planning.options() };
        if !self.loaded.is_whole {
            // What was not read may be declared elsewhere: seen from a part, nothing is owned that it does not declare.
            self.loaded.workspace.ownership = Ownership::default();
        }
        let remembered = history::remembered(&self.location, &self.loaded, &self.remotes)?;
        let planned = self.in_context(&options, &remembered, now, plan::plan);
        if let Some(lock) = &self.lock {
            let known = history::Known { remembered: &remembered, withheld: &planned.withheld };
            history::forget(&self.location, lock, &self.loaded, &known, &self.desired)?;
        }
        Ok(self.prepared(planned, options))
    }

    /// Takes up a plan that was saved.
    pub(in crate::cli) fn review(
        mut self,
        saved: LoadedPlan,
        planning: &Planning,
        now: Instant,
    ) -> Result<Prepared, Stop> {
        sort(&mut self.diagnostics);
        if has_errors(&self.diagnostics) {
            let Self { diagnostics, loaded, format, .. } = self;
            return Err(Stop::Findings(Findings { diagnostics, sources: loaded.sources, format }));
        }
        let LoadedPlan { plan: saved, name } = saved;
        let options = consent(&saved, planning, &self.loaded);
        let review = |context: &Context<'_>| plan::review(saved.plan, context);
        let planned = self.in_context(&options, &Remembered::default(), now, review).map_err(|undeclared| {
            let failure = Failure::new(format!("could not apply the plan {name}: {undeclared}"));
            failure.help("apply the manifests that the plan was made from, or plan again")
        })?;
        Ok(self.prepared(planned, options))
    }

    fn in_context<T>(
        &self,
        options: &Options,
        remembered: &Remembered,
        now: Instant,
        work: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        work(&Context {
            desired: &self.desired,
            sources: &self.loaded.sources,
            live: &self.live,
            values: &self.secrets.values,
            secrets: &self.secrets.shared,
            delivered: &delivery::delivered(&self.desired, &self.loaded.root),
            workspace: &self.loaded.workspace,
            now,
            options,
            remembered,
        })
    }

    fn prepared(self, mut planned: Planned, options: Options) -> Prepared {
        let Self { lock, location, loaded, live, secrets, query, remotes, cut_off, mut diagnostics, .. } = self;
        drop_repeated(&mut diagnostics, &planned.diagnostics);
        diagnostics.append(&mut planned.diagnostics);
        let forecasts = cost::forecasts(&planned, &remotes);
        diagnostics.extend(forecasts.iter().filter_map(cost::over_the_day));
        diagnostics.extend(cut_off.iter().map(|(run, writes)| history::interrupted_run_warning(run, writes, &live)));
        sort(&mut diagnostics);
        let cut_off = cut_off.map(|(run, _)| run);
        Prepared {
            lock,
            location,
            loaded,
            live,
            secrets,
            planned,
            remotes,
            cut_off,
            forecasts,
            diagnostics,
            query,
            options,
        }
    }
}

impl Prepared {
    /// The plan as it is saved.
    pub(in crate::cli) fn to_saved(&self, console: &Console<'_>) -> SavedPlan {
        let places = Places::new(&self.loaded.sources);
        SavedPlan {
            origin: origin::origin(&self.loaded, console.now),
            options: self.options.clone(),
            added: self.query.added.clone(),
            plan: self.planned.plan.clone(),
            findings: self.diagnostics.iter().map(|diagnostic| Finding::of(diagnostic, &places)).collect(),
        }
    }
}

/// What the store makes an error of need not be warned of beside it.
fn drop_repeated(warnings: &mut Vec<Diagnostic>, planned: &[Diagnostic]) {
    warnings.retain(|warning| {
        let same = |error: &Diagnostic| error.rule == warning.rule && error.place == warning.place;
        !planned.iter().any(|error| error.severity == Severity::Error && same(error))
    });
}

/// What the plan was allowed when it was made, and what this run is allowed on top.
fn consent(saved: &SavedPlan, planning: &Planning, loaded: &Loaded) -> Options {
    let mut options = planning.options();
    options.prune = saved.options.prune;
    options.is_part = !loaded.is_whole;
    options.allow.extend(saved.options.allow.iter().cloned());
    options.max_delete = options.max_delete.or(saved.options.max_delete);
    options
}
