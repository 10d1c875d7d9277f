//! The seam between the core and the stores: two small traits in domain words.
//!
//! The planner is given a [`Reader`] and so can not write; only `apply` is given a [`Store`]. A dry run is a missing
//! capability, not a flag. How a store pages, selects fields and parallelises is its own matter.

use std::collections::BTreeSet;
use std::future::Future;

use crate::change::Change;
use crate::diagnostic::RuleId;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::FieldName;
use crate::model::Kind;
use crate::model::Live;
use crate::model::Secret;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules;

/// Reads the live state. All that planning is ever given.
pub trait Reader {
    /// A snapshot of the kinds asked for. A list that could not be read whole is an error or is marked incomplete;
    /// it is never silently short.
    fn read(&self, query: &Query) -> impl Future<Output = Result<Live, Refusal>>;
}

/// Performs one change.
pub trait Store: Reader {
    /// How many changes are worth performing at the same time.
    fn concurrency(&self) -> usize {
        1
    }

    /// A last look at the objects of `changes`, right before the first of them is performed, for stores that can not
    /// compare and write in one step.
    fn confirm(&self, changes: &[&Change]) -> impl Future<Output = Result<(), Refusal>> {
        let _ = changes;
        std::future::ready(Ok(()))
    }

    /// Does `write.change` and nothing else. Refuses with [`RefusalKind::Stale`] when the object is no longer what the
    /// plan saw, and with [`RefusalKind::Rejected`] when a rule of the store forbids it.
    fn perform(&self, write: &Write<'_>) -> impl Future<Output = Result<Performed, Refusal>>;

    /// One look at what `changes` wrote, after all of them, for stores whose answers are not proof.
    fn read_back(&self, changes: &[&Change]) -> impl Future<Output = ReadBack> {
        let _ = changes;
        std::future::ready(ReadBack::default())
    }
}

/// What a look after the writes has shown.
#[derive(Default)]
pub struct ReadBack {
    /// The changes of which fields are held otherwise than they were written.
    pub altered: Vec<(Address, Vec<Altered>)>,
    /// Why some could not be looked at.
    pub refusal: Option<Refusal>,
}

/// What a snapshot must cover.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query {
    pub kinds: BTreeSet<Kind>,
    /// What is enough, where a store can look it up for less than whole lists; nothing when the lists must be whole.
    pub only: Option<Wanted>,
    /// Whether somebody names roles.
    pub names_roles: bool,
    /// Kinds of which attributes are wanted that the store's owner added (`extendedAttributes`).
    pub added: BTreeSet<Kind>,
}

/// The objects that the manifests speak of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Usernames, of whom all applications are wanted too.
    pub users: BTreeSet<Box<str>>,
    /// Packages by name, with all their plans.
    pub packages: BTreeSet<Box<str>>,
    /// Applications of which the keys are wanted.
    pub applications_with_keys: BTreeSet<Address>,
}

impl Query {
    /// Whole lists, with everything that a store can tell.
    pub fn everything() -> Self {
        Self {
            kinds: Kind::ALL.into_iter().collect(),
            only: None,
            names_roles: true,
            added: [Kind::User, Kind::Application].into(),
        }
    }

    /// What a plan for `desired` needs, in `whole` lists or only what is declared. Whoever deletes needs them whole: only
    /// then is it known what nobody declares.
    pub fn for_plan(desired: &Desired, whole: bool) -> Self {
        let objects = || desired.objects.values();
        let sets =
            |object: &Declared, prefix: &str| object.fields.iter().any(|desired| desired.field.starts_with(prefix));
        let added = objects().filter(|object| sets(object, "extendedAttributes."));
        Self {
            kinds: Kind::ALL.into_iter().collect(),
            only: (!whole).then(|| Wanted::of(desired)),
            names_roles: objects().any(|object| sets(object, "roles")),
            added: added.map(|object| object.address.kind()).collect(),
        }
    }
}

impl Wanted {
    fn of(desired: &Desired) -> Self {
        let mut wanted = Self::default();
        for object in desired.objects.values() {
            // Under a former name it is the same object.
            let former = object.previously.iter().map(|former| &former.address);
            for address in std::iter::once(&object.address).chain(former) {
                match address.kind() {
                    Kind::User | Kind::Application => wanted.user(address),
                    Kind::Package | Kind::Plan => wanted.package(address),
                    Kind::PackageKey | Kind::ApiKey => {}
                }
            }
            if let (Some(key), Some(application)) = (&object.key, &object.parent) {
                wanted.user(&application.address);
                wanted.package(&key.package.address);
                wanted.applications_with_keys.insert(application.address.clone());
                let declared = desired.get(&application.address);
                let former = declared.into_iter().flat_map(|declared| &declared.previously);
                wanted.applications_with_keys.extend(former.map(|former| former.address.clone()));
            }
        }
        wanted
    }

    /// The user, or the owner of an application.
    fn user(&mut self, address: &Address) {
        self.users.insert(address.first_name().into());
    }

    /// The package, or that of a plan.
    fn package(&mut self, address: &Address) {
        self.packages.insert(address.first_name().into());
    }
}

/// One change with the secrets it needs, which are never part of the plan.
pub struct Write<'a> {
    pub change: &'a Change,
    /// The value of a key that is created, unless the store mints it.
    pub value: Option<&'a Secret>,
    /// The shared secret of a key that is created.
    pub secret: Option<&'a Secret>,
}

/// What a store answers to a change that it did.
#[derive(Default)]
pub struct Performed {
    /// The value of the key that was created or replaced.
    pub value: Option<Secret>,
    /// Fields that the store ignores or alters.
    pub altered: Vec<Altered>,
}

/// A field that the store holds otherwise than it was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Altered {
    pub field: FieldName,
    /// What it was told; nothing where it was told to clear the field.
    pub wanted: Option<Value>,
    pub held: Option<Value>,
}

/// Why a store did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub rule: Option<RuleId>,
    /// Completes the sentence «could not create key/x: …».
    pub reason: String,
    pub help: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalKind {
    /// A rule of the store forbids the change; doing it again will not help.
    Rejected,
    /// The object is no longer what the plan was made from.
    Stale,
    /// The store could not be reached or could not finish; nothing is known to be wrong with the change.
    Unavailable,
}

impl Refusal {
    pub fn rejected(rule: &Rule, reason: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Rejected, rule: Some(rule.id), reason: reason.into(), help: None }
    }

    /// A field that the store does not keep. Leaving it out of a write would report it as done, every time.
    pub fn unknown_field(kind: Kind, name: &str) -> Self {
        Self::rejected(&rules::KW_005, format!("an object of kind {kind} has no field `{name}`"))
    }

    pub fn stale(reason: impl Into<String>) -> Self {
        let help = Some("plan again: the object was changed since".to_owned());
        Self { kind: RefusalKind::Stale, rule: Some(rules::CAM_052.id), reason: reason.into(), help }
    }

    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Unavailable, rule: None, reason: reason.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
