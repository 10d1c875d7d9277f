//! All manifests of a workspace, indexed by the names that others refer to.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::manifest::Manifest;
use crate::manifest::Spec;
use crate::manifest::api_key::ApiKeySpec;
use crate::manifest::application::ApplicationSpec;
use crate::manifest::package::PackageSpec;
use crate::manifest::package_key::DeliverSpec;
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::plan::PlanSpec;
use crate::manifest::read::Spanned;
use crate::manifest::user::UserSpec;
use crate::workspace::Workspace;

/// The input of the checks. If an object is declared twice, the first one counts.
pub(super) struct World<'a> {
    pub(super) manifests: &'a [Manifest],
    pub(super) workspace: &'a Workspace,
    pub(super) users: BTreeMap<&'a str, (&'a Manifest, &'a UserSpec)>,
    pub(super) packages: BTreeMap<&'a str, (&'a Manifest, &'a PackageSpec)>,
    /// By package and name.
    pub(super) plans: BTreeMap<(&'a str, &'a str), (&'a Manifest, &'a PlanSpec)>,
    /// The API types of the workspace; `None` if it does not list them.
    pub(super) api_types: Option<BTreeSet<&'a str>>,
    /// All declared keys: package keys, and keys of `Application.spec.packages`.
    pub(super) keys: Vec<KeyOf<'a>>,
    /// The sorted places of errors of the reader.
    errors: Vec<Place>,
}

pub(super) struct KeyOf<'a> {
    /// For messages.
    pub(super) address: String,
    pub(super) user: &'a Spanned<Box<str>>,
    pub(super) application: &'a str,
    pub(super) package: &'a Spanned<Box<str>>,
    pub(super) plan: &'a Spanned<Box<str>>,
    /// `None` for keys of `Application.spec.packages`.
    pub(super) spec: Option<&'a PackageKeySpec>,
    pub(super) deliver: Option<&'a Spanned<DeliverSpec>>,
    pub(super) place: Place,
    /// [`World::is_complete`] of its manifest.
    pub(super) is_complete: bool,
}

impl KeyOf<'_> {
    /// The user, application and package of the key.
    pub(super) fn slot(&self) -> (&str, &str, &str) {
        (&self.user.value, self.application, &self.package.value)
    }

    /// The user who has the key, and the package and plan whose limit applies.
    pub(super) fn user_and_plan(&self) -> (&str, &str, &str) {
        (&self.user.value, &self.package.value, &self.plan.value)
    }
}

impl<'a> World<'a> {
    /// `found` are the findings of the reader.
    pub(super) fn new(manifests: &'a [Manifest], found: &[Diagnostic], workspace: &'a Workspace) -> Self {
        let found = found.iter().filter(|found| found.severity == Severity::Error);
        let mut errors: Vec<Place> = found.filter_map(|error| error.place).collect();
        errors.sort_unstable();
        let mut world = Self {
            manifests,
            workspace,
            users: BTreeMap::new(),
            packages: BTreeMap::new(),
            plans: BTreeMap::new(),
            api_types: workspace.remote.api_types.as_ref().map(|listed| listed.iter().map(|known| &**known).collect()),
            keys: Vec::new(),
            errors,
        };
        // What goes needs to be found, and nothing else.
        for manifest in manifests.iter().filter(|manifest| !manifest.is_removed()) {
            world.index(manifest);
        }
        world
    }

    fn index(&mut self, manifest: &'a Manifest) {
        match &manifest.spec {
            Spec::User(spec) => {
                self.users.entry(manifest.name()).or_insert((manifest, spec));
            }
            Spec::Package(spec) => {
                self.packages.entry(manifest.name()).or_insert((manifest, spec));
            }
            Spec::Plan(spec) => {
                if let Some(package) = &spec.package {
                    self.plans.entry((&package.value, manifest.name())).or_insert((manifest, spec));
                }
            }
            Spec::Application(spec) => self.index_uses(manifest, spec),
            Spec::PackageKey(spec) => self.index_key(manifest, spec),
            Spec::ApiKey(_) => {}
        }
    }

    fn index_uses(&mut self, manifest: &'a Manifest, spec: &'a ApplicationSpec) {
        let (Some(user), Some(uses)) = (&spec.user, &spec.packages) else { return };
        for entry in &uses.value {
            if let (Some(package), Some(plan)) = (&entry.value.package, &entry.value.plan) {
                let address = crate::model::Address::key_of_application(&user.value, manifest.name(), &package.value);
                self.keys.push(KeyOf {
                    address: address.to_string(),
                    user,
                    application: manifest.name(),
                    package,
                    plan,
                    spec: None,
                    deliver: entry.value.deliver.as_ref(),
                    place: entry.place,
                    is_complete: self.is_complete(manifest),
                });
            }
        }
    }

    fn index_key(&mut self, manifest: &'a Manifest, spec: &'a PackageKeySpec) {
        if let (Some(user), Some(application), Some(package), Some(plan)) =
            (&spec.user, &spec.application, &spec.package, &spec.plan)
        {
            self.keys.push(KeyOf {
                address: crate::model::Address::key(manifest.name()).to_string(),
                user,
                application: &application.value,
                package,
                plan,
                spec: Some(spec),
                deliver: spec.deliver.as_ref(),
                place: manifest.name_place(),
                is_complete: self.is_complete(manifest),
            });
        }
    }

    /// Whether the reader found no error in a manifest. If it did, a field that seems missing may be unreadable.
    pub(super) fn is_complete(&self, manifest: &Manifest) -> bool {
        let place = manifest.place;
        let next = self.errors.partition_point(|error| *error < Place { end: place.start, ..place });
        self.errors.get(next).is_none_or(|error| error.source != place.source || error.start > place.end)
    }

    /// The declared plan of a key.
    pub(super) fn plan_of(&self, key: &KeyOf<'_>) -> Option<(&'a Manifest, &'a PlanSpec)> {
        self.plans.get(&(&*key.package.value, &*key.plan.value)).copied()
    }

    pub(super) fn api_keys(&self) -> impl Iterator<Item = (&'a Manifest, &'a ApiKeySpec)> {
        let present = self.manifests.iter().filter(|manifest| !manifest.is_removed());
        present.filter_map(|manifest| match &manifest.spec {
            Spec::ApiKey(spec) => Some((manifest, &**spec)),
            _ => None,
        })
    }
}
