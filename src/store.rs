//! The interface between the core and the stores. The planner gets a [`Reader`], so it cannot write; only `apply` gets a
//! [`Store`]. Each store decides how it pages, selects fields and runs calls in parallel.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;

use crate::change::Change;
use crate::diagnostic::RuleId;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Desired;
use crate::model::FieldName;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::Secret;
use crate::model::Value;
use crate::model::services::SERVICES;
use crate::rule::Rule;
use crate::rules;

/// Reads the live state.
pub trait Reader {
    /// A snapshot of the requested kinds. An incomplete list is an error or is marked as incomplete.
    fn read(&self, query: &Query) -> impl Future<Output = Result<Live, Refusal>>;
}

/// Performs one change.
pub trait Store: Reader {
    /// The number of changes to perform at the same time.
    fn concurrency(&self) -> usize {
        1
    }

    /// Checks the objects of `changes` right before the first write, for stores that cannot compare and write in one step.
    fn confirm(&self, changes: &[&Change]) -> impl Future<Output = Result<(), Refusal>> {
        let _ = changes;
        std::future::ready(Ok(()))
    }

    /// Performs exactly `write.change`. Refuses with [`RefusalKind::Stale`] if the object changed since the plan, and with
    /// [`RefusalKind::Rejected`] if a rule of the store forbids the change.
    fn perform(&self, write: &Write<'_>) -> impl Future<Output = Result<Performed, Refusal>>;

    /// Whether runs that do not know of each other can write to the store of the package keys at the same time.
    fn is_shared(&self) -> bool {
        false
    }

    /// Finds out which key of its slot each new key is, once its create is done. Two runners without a shared database can
    /// create a key at the same time: the oldest new key wins, and a store deletes only the keys of `keys`. The results are
    /// in the order of `keys`; an error means that it is unknown, so that no value may be delivered.
    fn prove(&self, keys: &[NewKey<'_>]) -> impl Future<Output = Vec<Result<Proof, Refusal>>> {
        std::future::ready(keys.iter().map(|_| Ok(Proof::Ours { unusable: None })).collect())
    }

    /// Whether a change counts as done only after [`Store::read_back`], because the store's answers are not reliable.
    fn needs_read_back(&self, change: &Change) -> bool {
        let _ = change;
        false
    }

    /// Reads the objects that `changes` wrote, after all of them. One result per change, in the same order: the object as
    /// it is, or why that is unknown.
    fn read_back(&self, changes: &[&Change]) -> impl Future<Output = Vec<Result<Found, Refusal>>> {
        std::future::ready(changes.iter().map(|_| Ok(Found::default())).collect())
    }
}

/// What the verification found in the store.
#[derive(Default)]
pub struct Found {
    /// The fields that the store altered.
    pub altered: Vec<Altered>,
    /// The value of the key.
    pub value: Option<Secret>,
}

/// What a snapshot must contain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query {
    pub kinds: BTreeSet<Kind>,
    /// The objects that are enough. `None` if the lists must be complete.
    pub only: Option<Wanted>,
    /// Whether a manifest names roles.
    pub names_roles: bool,
    /// Kinds of which more than the usual properties is needed: the custom attributes of users and applications
    /// (`extendedAttributes`), and the services of package plans.
    pub added: BTreeSet<Kind>,
    /// The plans that the manifests mention, in case a list of many packages does not show all of them.
    pub plans: BTreeSet<Address>,
    /// Objects that earlier runs made. Those that the lists do not show yet are asked for by id.
    pub made: Vec<Made>,
    /// Whether a store that does not show its services is read without them.
    pub may_lack_services: bool,
}

/// An object that an earlier run made.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    pub address: Address,
    pub id: LiveId,
}

/// Shows no id.
impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The objects that the manifests mention.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Usernames. Their applications are included.
    pub users: BTreeSet<Box<str>>,
    /// Package names. Their plans are included.
    pub packages: BTreeSet<Box<str>>,
    /// Applications whose keys are needed.
    pub applications_with_keys: BTreeSet<Address>,
}

impl Query {
    /// Complete lists with all data of a store.
    pub fn everything() -> Self {
        Self {
            kinds: Kind::ALL.into_iter().collect(),
            only: None,
            names_roles: true,
            added: [Kind::User, Kind::Application, Kind::Plan].into(),
            plans: BTreeSet::new(),
            made: Vec::new(),
            may_lack_services: true,
        }
    }

    /// The keys alone, with the names of what they belong to: the fewest calls that name a key.
    pub fn keys() -> Self {
        Self { kinds: [Kind::PackageKey, Kind::ApiKey].into(), ..Self::default() }
    }

    /// What a plan for `desired` needs: `whole` lists, which deletes require, or only the declared objects.
    pub fn for_plan(desired: &Desired, whole: bool) -> Self {
        // A delete needs complete lists.
        let whole = whole || desired.removed.is_some();
        let objects = || desired.objects.values();
        let sets =
            |object: &Declared, prefix: &str| object.fields.iter().any(|desired| desired.field.starts_with(prefix));
        let added = objects().filter(|object| sets(object, "extendedAttributes.") || sets(object, SERVICES));
        Self {
            kinds: Kind::ALL.into_iter().collect(),
            only: (!whole).then(|| Wanted::of(desired)),
            names_roles: objects().any(|object| sets(object, "roles")),
            added: added.map(|object| object.address.kind()).collect(),
            plans: objects().flat_map(plans_of).collect(),
            made: Vec::new(),
            may_lack_services: false,
        }
    }
}

/// A declared plan, also under its former name, and the plan that a key names.
fn plans_of(object: &Declared) -> Vec<Address> {
    let own = std::iter::once(&object.address).chain(object.previously.iter().map(|former| &former.address));
    let named = object.key.iter().map(|key| key.plan.address.clone());
    own.filter(|address| address.kind() == Kind::Plan).cloned().chain(named).collect()
}

impl Wanted {
    fn of(desired: &Desired) -> Self {
        let mut wanted = Self::default();
        for object in desired.objects.values() {
            let former = object.previously.iter().map(|former| &former.address);
            for address in std::iter::once(&object.address).chain(former) {
                let _ = match address.kind() {
                    Kind::User | Kind::Application => wanted.users.insert(address.first_name().into()),
                    Kind::Package | Kind::Plan => wanted.packages.insert(address.first_name().into()),
                    Kind::PackageKey | Kind::ApiKey => false,
                };
            }
            if let (Some(key), Some(application)) = (&object.key, &object.parent) {
                wanted.users.insert(application.address.first_name().into());
                wanted.packages.insert(key.package.address.first_name().into());
                wanted.applications_with_keys.insert(application.address.clone());
                let declared = desired.get(&application.address);
                let former = declared.into_iter().flat_map(|declared| &declared.previously);
                wanted.applications_with_keys.extend(former.map(|former| former.address.clone()));
            }
        }
        wanted
    }
}

/// One change with its secrets, which the plan never contains.
pub struct Write<'a> {
    pub change: &'a Change,
    /// The value of a key that is created, unless the store generates it.
    pub value: Option<&'a Secret>,
    /// The shared secret of a key that is created.
    pub secret: Option<&'a Secret>,
    /// Whether an earlier run may have created the key with this value: then a duplicate is not an error.
    pub repeats: bool,
    /// Whether an earlier run created the object, or may have, although the store does not show it: then a duplicate is that
    /// object.
    pub may_be_there: bool,
}

/// A key with a generated value that this run created.
pub struct NewKey<'a> {
    pub change: &'a Change,
    pub id: &'a LiveId,
    pub value: &'a Secret,
    /// The value that was sent, which no other run knows. `None` if the store generates it.
    pub sent: Option<&'a Secret>,
}

/// Which key is the one of a manifest, after its create.
pub enum Proof {
    /// The one that this run created.
    Ours { unusable: Unusable },
    /// The one that this run created, but the store shows another value than it was sent or than it answered.
    Altered { value: Secret, unusable: Unusable },
    /// One that another run created before. That of this run is deleted.
    Other { id: LiveId, value: Secret, secret: Option<Secret>, unusable: Unusable },
}

/// Why calls with a key fail because of its status, as in "the key is not active". `None` if they do not.
pub type Unusable = Option<&'static str>;

/// The answer of a store to a successful change.
#[derive(Default)]
pub struct Performed {
    /// The value of the key that was created or replaced.
    pub value: Option<Secret>,
    /// The shared secret of that key, if the store returned one.
    pub secret: Option<Secret>,
    /// The id of the object that was created, also to replace another.
    pub id: Option<LiveId>,
    /// Whether the store gave the key another value than the one that was sent.
    pub is_other_value: bool,
    /// For a key that was created or enabled. [`Store::prove`] knows better, if it is asked.
    pub unusable: Unusable,
    /// Fields that the store ignores or alters.
    pub altered: Vec<Altered>,
    /// The store confirmed the change, but this is why it could not be verified.
    pub unverified: Option<Refusal>,
}

/// A field to which the store gave another value than requested.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Altered {
    pub field: FieldName,
    /// The requested value. `None` to clear the field.
    pub wanted: Option<Value>,
    pub held: Option<Value>,
}

/// Why a store did not perform a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub rule: Option<RuleId>,
    /// Completes the sentence "could not create key/x: …".
    pub reason: String,
    pub help: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalKind {
    /// A rule of the store forbids the change; a retry does not help.
    Rejected,
    /// The object changed since the plan.
    Stale,
    /// The store was unreachable or could not finish; the change itself may be valid.
    Unavailable,
    /// The store may have made the change: its answer was lost, or its lists do not show the object yet.
    Unsettled,
}

impl Refusal {
    pub fn rejected(rule: &Rule, reason: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Rejected, rule: Some(rule.id), reason: reason.into(), help: None }
    }

    /// For a field that the store does not keep. A write without it would wrongly report success.
    pub fn unknown_field(kind: Kind, name: &str) -> Self {
        Self::rejected(&rules::KW_005, format!("an object of kind {kind} has no field `{name}`"))
    }

    pub fn stale(reason: impl Into<String>) -> Self {
        let help = Some("plan again: the object changed since the plan".to_owned());
        Self { kind: RefusalKind::Stale, rule: Some(rules::CAM_052.id), reason: reason.into(), help }
    }

    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Unavailable, rule: None, reason: reason.into(), help: None }
    }

    /// The same, but the store may have made the change.
    #[must_use]
    pub fn unsettled(mut self) -> Self {
        self.kind = RefusalKind::Unsettled;
        self
    }

    /// The answer to a write is lost, and so is the look for its effect, if there was one: the store may have made it.
    #[must_use]
    pub fn lost(self, look: Option<&Self>) -> Self {
        let look = look.map_or_else(String::new, |look| format!("; it could not be checked: {}", look.reason));
        let reason = format!("it is unknown whether the store did it: {}{look}", self.reason);
        let help = "run again: the next run compares with the store and continues";
        let help = self.help.clone().unwrap_or_else(|| help.to_owned());
        Self { reason, help: Some(help), ..self }.unsettled()
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
