//! All manifests of a workspace, indexed by how others refer to them.

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
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::plan::PlanSpec;
use crate::manifest::read::Spanned;
use crate::manifest::user::UserSpec;
use crate::model::Instant;
use crate::workspace::Workspace;

/// What the checks look at. Of objects that are declared twice, the first counts.
pub(super) struct World<'a> {
    pub(super) manifests: &'a [Manifest],
    pub(super) workspace: &'a Workspace,
    pub(super) now: Instant,
    pub(super) users: BTreeMap<&'a str, (&'a Manifest, &'a UserSpec)>,
    pub(super) packages: BTreeMap<&'a str, (&'a Manifest, &'a PackageSpec)>,
    /// By package and name.
    pub(super) plans: BTreeMap<(&'a str, &'a str), (&'a Manifest, &'a PlanSpec)>,
    /// The API types that the workspace lists, if it does.
    pub(super) api_types: Option<BTreeSet<&'a str>>,
    /// Every declared key: package keys, and what applications declare by `packages`.
    pub(super) keys: Vec<KeyOf<'a>>,
    /// Where reading found errors, in order.
    unread: Vec<Place>,
}

/// One declared key, whichever way it is declared.
pub(super) struct KeyOf<'a> {
    /// How messages call it.
    pub(super) called: String,
    pub(super) user: &'a Spanned<Box<str>>,
    pub(super) application: &'a str,
    pub(super) package: &'a Spanned<Box<str>>,
    pub(super) plan: &'a Spanned<Box<str>>,
    /// Nothing for keys that an application declares by `packages`.
    pub(super) spec: Option<&'a PackageKeySpec>,
    /// Where the key is declared.
    pub(super) place: Place,
    /// [`World::is_whole`] of its manifest.
    pub(super) is_whole: bool,
}

impl KeyOf<'_> {
    /// The user, application and package that the key hangs on.
    pub(super) fn slot(&self) -> (&str, &str, &str) {
        (&self.user.value, self.application, &self.package.value)
    }

    /// The user who holds the key, and the package and plan whose limit counts it.
    pub(super) fn holding(&self) -> (&str, &str, &str) {
        (&self.user.value, &self.package.value, &self.plan.value)
    }
}

impl<'a> World<'a> {
    /// `found` is what reading the manifests found.
    pub(super) fn new(manifests: &'a [Manifest], found: &[Diagnostic], workspace: &'a Workspace, now: Instant) -> Self {
        let errors = found.iter().filter(|found| found.severity == Severity::Error);
        let mut unread: Vec<Place> = errors.filter_map(|error| error.place).collect();
        unread.sort_unstable();
        let mut world = Self {
            manifests,
            workspace,
            now,
            users: BTreeMap::new(),
            packages: BTreeMap::new(),
            plans: BTreeMap::new(),
            api_types: workspace.remote.api_types.as_ref().map(|listed| listed.iter().map(|known| &**known).collect()),
            keys: Vec::new(),
            unread,
        };
        for manifest in manifests {
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
                    called: address.to_string(),
                    user,
                    application: manifest.name(),
                    package,
                    plan,
                    spec: None,
                    place: entry.place,
                    is_whole: self.is_whole(manifest),
                });
            }
        }
    }

    fn index_key(&mut self, manifest: &'a Manifest, spec: &'a PackageKeySpec) {
        if let (Some(user), Some(application), Some(package), Some(plan)) =
            (&spec.user, &spec.application, &spec.package, &spec.plan)
        {
            self.keys.push(KeyOf {
                called: crate::model::Address::key(manifest.name()).to_string(),
                user,
                application: &application.value,
                package,
                plan,
                spec: Some(spec),
                place: manifest.name_place(),
                is_whole: self.is_whole(manifest),
            });
        }
    }

    /// Whether everything in a manifest could be read. Otherwise what is missing may only look so.
    pub(super) fn is_whole(&self, manifest: &Manifest) -> bool {
        let place = manifest.place;
        let next = self.unread.partition_point(|unread| *unread < Place { end: place.start, ..place });
        self.unread.get(next).is_none_or(|unread| unread.source != place.source || unread.start > place.end)
    }

    /// The declared plan that a key runs under.
    pub(super) fn plan_of(&self, key: &KeyOf<'_>) -> Option<(&'a Manifest, &'a PlanSpec)> {
        self.plans.get(&(&*key.package.value, &*key.plan.value)).copied()
    }

    pub(super) fn api_keys(&self) -> impl Iterator<Item = (&'a Manifest, &'a ApiKeySpec)> {
        self.manifests.iter().filter_map(|manifest| match &manifest.spec {
            Spec::ApiKey(spec) => Some((manifest, &**spec)),
            _ => None,
        })
    }
}
