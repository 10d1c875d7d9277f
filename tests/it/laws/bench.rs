//! From the texts of a world to a plan and its outcome, combined as in the commands, with an embedded store in memory
//! and deliveries into a table.

use std::collections::BTreeMap;

use keywright::apply;
use keywright::apply::Delivering;
use keywright::apply::Effects;
use keywright::apply::Secrets;
use keywright::apply::delivered_at_once;
use keywright::database::Database;
use keywright::diagnostic;
use keywright::diagnostic::Checked;
use keywright::diagnostic::Diagnostic;
use keywright::diagnostic::Source;
use keywright::diagnostic::SourceId;
use keywright::diagnostic::Sources;
use keywright::manifest;
use keywright::model::Delivery;
use keywright::model::Desired;
use keywright::model::Instant;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::model::Secret;
use keywright::outcome::ChangeResult;
use keywright::outcome::Outcome;
use keywright::plan;
use keywright::plan::Change;
use keywright::plan::Context;
use keywright::plan::LivingValues;
use keywright::plan::MaxDelete;
use keywright::plan::Options;
use keywright::plan::Planned;
use keywright::plan::Remembered;
use keywright::plan::Shown;
use keywright::plan::pending::Pending;
use keywright::render;
use keywright::rules;
use keywright::secrets;
use keywright::secrets::SecretsRead;
use keywright::store::Query;
use keywright::store::Reader;
use keywright::store::Refusal;
use keywright::stores::embedded::Embedded;
use keywright::workspace::Workspace;
use proptest::prelude::*;

use super::faults::Fault;
use super::faults::Faulty;
use super::layout;
use super::layout::Layout;
use super::settings::Settings;
use super::world::World;
use super::world::in_environment;

const LAYOUT: render::json::Layout = render::json::Layout::Pretty;

pub(super) fn now() -> Instant {
    "2027-01-02T03:04:05Z".parse().expect("an instant")
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Manifests that were read and checked, with their secrets.
pub(super) struct Ready {
    pub(super) sources: Sources,
    pub(super) workspace: Workspace,
    pub(super) desired: Option<Desired>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) secrets: SecretsRead,
}

/// Reads and checks a world, which must be valid.
pub(super) fn valid(world: &World, settings: &Settings) -> Result<Ready, TestCaseError> {
    let ready = check(world, Layout::plain(), settings);
    prop_assert!(ready.desired.is_some(), "the world is not valid:\n{}", found(&ready.diagnostics));
    Ok(ready)
}

/// Findings in short form, for failures.
pub(super) fn found(diagnostics: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| format!("{} {}: {}\n", d.severity, d.rule, d.message);
    diagnostics.iter().map(line).collect()
}

/// Reads and checks a world that is written in a layout.
pub(super) fn check(world: &World, mut layout: Layout, settings: &Settings) -> Ready {
    check_texts(layout::render(world, &mut layout), settings)
}

pub(super) fn check_texts(texts: Vec<(String, String)>, settings: &Settings) -> Ready {
    let source = |(name, text): (String, String)| Source { name: name.into(), text: text.into(), readable: true };
    let mut sources = Sources(texts.into_iter().map(source).collect());
    sources.0.sort_by(|a, b| a.name.cmp(&b.name));
    let file = source(("keywright.yaml".into(), settings.text()));
    let (read, mut found) = manifest::workspace::parse(SourceId(0), &file);
    let (workspace, more) = rules::workspace::check(&read, "law");
    found.extend(more);
    assert!(found.is_empty(), "the workspace file is wrong: {found:?}");
    let (raw, found) = manifest::parse(&sources);
    let Checked { value: mut desired, mut diagnostics } = rules::check(raw, found, &workspace);
    let mut secrets = SecretsRead::default();
    if let Some(desired) = &desired {
        let environment = (0..4).map(|number| format!("LAW_KEY_{number}"));
        let environment = environment.map(|name| (name.clone(), in_environment(&name))).collect();
        let access = secrets::Access {
            root: std::path::Path::new("."),
            variables: &environment,
            settings: &keywright::workspace::Environment::default(),
            trust: secrets::Trust::WorkingTree,
        };
        secrets = secrets::read(desired, &access, secrets::Programs::Run);
        diagnostics.append(&mut secrets.diagnostics);
        diagnostics.extend(rules::with_severities(rules::values::check(desired, &secrets.values), &workspace));
        diagnostic::sort(&mut diagnostics);
    }
    if diagnostic::has_errors(&diagnostics) {
        desired = None;
    }
    Ready { sources, workspace, desired, diagnostics, secrets }
}

/// The output of a plan or an apply, in every format.
pub(super) fn said(ready: &Ready, planned: &Planned) -> String {
    let mut out = Vec::new();
    let header = render::Header {
        workspace: &ready.workspace.name,
        store: "embedded store",
        hosts: &[],
        at: None,
        rotations: render::Rotations::default(),
    };
    let all: Vec<Diagnostic> = ready
        .diagnostics
        .iter()
        .chain(&planned.diagnostics)
        .chain(&planned.left_out())
        .chain(&planned.stopped)
        .cloned()
        .collect();
    for style in [render::text::Style::Fields, render::text::Style::Unified] {
        render::text::plan(&mut out, &planned.plan, &header, style).expect("memory takes all");
    }
    render::json::plan(
        &mut out,
        LAYOUT,
        &planned.plan,
        &header,
        &[],
        render::Findings::Found(&all, &ready.sources),
        None,
    )
    .expect("memory takes all");
    render::text::diagnostics(&mut out, &all, &ready.sources, None).expect("memory takes all");
    render::json::diagnostics(&mut out, LAYOUT, &all, &ready.sources).expect("memory takes all");
    render::text::summary(&mut out, &all).expect("memory takes all");
    String::from_utf8(out).expect("output is text")
}

/// A store and its surroundings.
pub(super) struct Bench {
    pub(super) store: Embedded,
    pub(super) delivered: BTreeMap<Delivery, Secret>,
    randomness: u64,
    /// The number of the delivery that fails.
    pub(super) undeliverable: Option<usize>,
    /// The output of plans and applies; `None` if it is not recorded.
    pub(super) output: Option<String>,
}

/// The result of applying a world.
pub(super) struct Applied {
    pub(super) planned: Planned,
    pub(super) outcome: Outcome,
}

impl Bench {
    pub(super) fn new() -> Self {
        let store = Embedded::new(Database::in_memory().expect("memory"), now());
        Self { store, delivered: BTreeMap::new(), randomness: 1, undeliverable: None, output: None }
    }

    pub(super) fn live(&self) -> Live {
        block_on(self.store.read(&Query::everything())).expect("the store can be read")
    }

    /// The plan for manifests without errors. With consent, every guard that can be lifted is lifted.
    pub(super) fn plan(&self, ready: &Ready, settings: &Settings, consent: bool) -> Planned {
        let mut options = Options { prune: settings.prune, ..Options::default() };
        let live = self.live();
        let planned = self.plan_with(ready, &live, &options);
        if !consent {
            return planned;
        }
        options.allow = planned.plan.changes.iter().map(|change| change.address.to_string()).collect();
        options.max_delete = Some(MaxDelete::Percent(100));
        self.plan_with(ready, &live, &options)
    }

    pub(super) fn plan_with(&self, ready: &Ready, live: &Live, options: &Options) -> Planned {
        let desired = ready.desired.as_ref().expect("the manifests have no errors");
        // All files are there, so that what they lack is due.
        let keys = desired.of(Kind::PackageKey).filter_map(|key| key.key.as_ref());
        let mut delivered: BTreeMap<Delivery, Shown> =
            keys.flat_map(|key| &key.deliver).map(|to| (to.clone(), Shown::Nothing)).collect();
        delivered.extend(self.delivered.iter().map(|(to, value)| (to.clone(), Shown::Value(value.digest()))));
        plan::plan(&Context {
            desired,
            sources: &ready.sources,
            live,
            values: &ready.secrets.values,
            secrets: &ready.secrets.shared,
            delivered: &delivered,
            workspace: &ready.workspace,
            now: now(),
            options,
            remembered: &Remembered::default(),
            living: LivingValues::default(),
        })
    }

    /// Plans with consent and applies, unless something blocks the plan or a part of it.
    pub(super) fn apply(&mut self, ready: &Ready, settings: &Settings) -> Option<Applied> {
        self.apply_with(ready, settings, Fault::default())
    }

    /// The same, with a store that fails once.
    pub(super) fn apply_with(&mut self, ready: &Ready, settings: &Settings, fault: Fault) -> Option<Applied> {
        let planned = self.plan(ready, settings, true);
        if let Some(output) = &mut self.output {
            output.push_str(&said(ready, &planned));
        }
        if !planned.plan.held.is_empty() {
            return None;
        }
        self.carry_out(ready, planned, fault)
    }

    /// Applies what a plan does not hold back, unless something stops the plan.
    pub(super) fn carry_out(&mut self, ready: &Ready, planned: Planned, fault: Fault) -> Option<Applied> {
        if diagnostic::has_errors(&planned.diagnostics) || diagnostic::has_errors(&planned.stopped) {
            return None;
        }
        let live = self.live();
        let secrets = Secrets {
            values: &ready.secrets.values,
            shared: &ready.secrets.shared,
            live: &live,
            pending: &Pending::default(),
        };
        let Self { store, delivered, randomness, undeliverable, output } = self;
        let mut effects = Around { delivered, randomness, undeliverable: *undeliverable, output, deliveries: 0 };
        let store = Faulty::new(store, fault);
        let outcome = block_on(apply::apply(&planned.plan, &planned.excluded, &store, &secrets, &mut effects))
            .expect("the embedded store needs no look");
        if let Some(output) = output {
            let mut text = Vec::new();
            render::text::outcome(&mut text, &planned.plan, &outcome).expect("memory takes all");
            render::json::outcome(&mut text, &planned.plan, &outcome, (&[], &ready.sources), None)
                .expect("memory takes all");
            output.push_str(&String::from_utf8(text).expect("output is text"));
        }
        Some(Applied { planned, outcome })
    }
}

/// The effects of an apply.
struct Around<'a> {
    delivered: &'a mut BTreeMap<Delivery, Secret>,
    randomness: &'a mut u64,
    undeliverable: Option<usize>,
    deliveries: usize,
    output: &'a mut Option<String>,
}

impl Effects for Around<'_> {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        for byte in bytes {
            *self.randomness = self.randomness.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            *byte = self.randomness.to_be_bytes()[0];
        }
        Ok(())
    }

    fn deliver(&mut self, _: &Change, to: &Delivery, value: &Secret) -> Delivering {
        self.deliveries += 1;
        if self.undeliverable == Some(self.deliveries) {
            return delivered_at_once(Err(Refusal::unavailable("the place cannot be written to")));
        }
        self.delivered.insert(to.clone(), value.clone());
        delivered_at_once(Ok(()))
    }

    fn report(&mut self, index: usize, change: &Change, fate: &ChangeResult) {
        let Some(output) = self.output else { return };
        let mut text = Vec::new();
        render::text::progress(&mut text, (index, index + 1), change, fate, &[]).expect("memory takes all");
        output.push_str(&String::from_utf8(text).expect("output is text"));
    }
}
