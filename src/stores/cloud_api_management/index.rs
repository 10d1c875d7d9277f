//! Index of the area's objects by id and by name. Manifests use names, the API only ids.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::fields;
use super::fields::ReferenceStyle;
use super::make::ReplacedKey;
use super::services;
use super::value::Roles;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::FieldNames;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::services::ServiceItem;
use crate::model::services::Services;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::forecast::Lists;
use crate::store::Query;
use crate::store::Refusal;

/// The index, shared by concurrent calls of a run.
pub(super) struct AreaIndex(Mutex<Index>);

#[derive(Default)]
pub(super) struct Index {
    ids: HashMap<Address, LiveId>,
    addresses: HashMap<LiveId, Address>,
    /// The ids of the keys that lists have shown. No answer refers to a key, so their addresses are not needed.
    keys: HashSet<LiveId>,
    names: FieldNames,
    roles: Roles,
    /// The services of the area, if they were read.
    services: Option<Services>,
    /// The objects that will be changed, as the check before the writes read them.
    confirmed: HashMap<LiveId, LiveObject>,
    /// The objects that the check did not understand.
    odd: HashSet<LiveId>,
    /// The lists of the last snapshot, and how many objects of each kind this run has added and removed since.
    lists: Lists,
    added: HashMap<Kind, usize>,
    gone: HashMap<Kind, usize>,
    /// The query of the last snapshot, and how many calls it took.
    pub(super) query: Query,
    pub(super) snapshot_calls: usize,
    references: ReferenceStyle,
    /// The longest page of packages with plans that the server can answer. `None` if it does not show plans there.
    page_with_plans: Option<usize>,
    /// The keys that the plan was made from.
    planned: HashSet<LiveId>,
    /// The objects that this run created.
    made: HashSet<Box<str>>,
    /// The objects that this run deleted.
    removed: HashSet<Box<str>>,
}

impl Index {
    /// Adds an object.
    pub(super) fn learn(&mut self, address: &Address, id: &LiveId) {
        self.ids.insert(address.clone(), id.clone());
        self.addresses.insert(id.clone(), address.clone());
    }

    pub(super) fn id(&self, address: &Address) -> Option<LiveId> {
        self.ids.get(address).cloned()
    }

    /// The object, with the names of its fields in the memory that those of other objects already have.
    pub(super) fn with_shared_names(&mut self, object: LiveObject) -> LiveObject {
        LiveObject { attributes: self.names.share(object.attributes), ..object }
    }

    /// The same address, or id, in the memory of the object that it belongs to.
    pub(super) fn shared(&self, address: Address) -> Address {
        self.ids.get_key_value(&address).map_or(address, |(known, _)| known.clone())
    }

    pub(super) fn shared_id(&self, id: &str) -> LiveId {
        self.addresses.get_key_value(id).map_or_else(|| LiveId::new(id), |(known, _)| known.clone())
    }

    pub(super) const fn services(&self) -> Option<&Services> {
        self.services.as_ref()
    }

    /// Whether the services of plans are read.
    pub(super) fn reads_services(&self) -> bool {
        self.query.added.contains(&Kind::Plan)
    }

    /// The object that an answer refers to by its id.
    pub(super) fn address(&self, id: &str) -> Option<&Address> {
        self.addresses.get(id)
    }
}

impl AreaIndex {
    pub(super) fn new(page_size: usize) -> Self {
        Self(Mutex::new(Index { page_with_plans: Some(page_size), ..Index::default() }))
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Index) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn learn(&self, address: &Address, id: &LiveId) {
        self.with(|index| index.learn(address, id));
    }

    /// Adds the name that an object will get. References keep the old name until it is read again.
    pub(super) fn alias(&self, address: &Address, id: &LiveId) {
        self.with(|index| index.ids.insert(address.clone(), id.clone()));
    }

    pub(super) fn learn_all(&self, objects: &[LiveObject]) {
        self.with(|index| {
            for object in objects {
                match object.address.kind() {
                    Kind::PackageKey => drop(index.keys.insert(object.id.clone())),
                    _ => index.learn(&object.address, &object.id),
                }
            }
        });
    }

    /// Records the keys that the plan is made from.
    pub(super) fn plan_from(&self, live: &Live) {
        let keys = live.of(Kind::PackageKey).iter().map(|key| key.id.clone()).collect();
        self.with(|index| index.planned = keys);
    }

    /// Records an object that this run created.
    pub(super) fn learn_made(&self, address: &Address, id: &LiveId) {
        self.with(|index| {
            index.made.insert(id.expose().into());
            *index.added.entry(address.kind()).or_default() += 1;
            index.learn(address, id);
        });
    }

    /// Whether this run created one of these objects.
    pub(super) fn has_made<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> bool {
        self.with(|index| ids.into_iter().any(|id| index.made.contains(id)))
    }

    /// Records an object that this run deleted.
    pub(super) fn learn_removed(&self, kind: Kind, id: &LiveId) {
        self.with(|index| {
            index.removed.insert(id.expose().into());
            *index.gone.entry(kind).or_default() += 1;
        });
    }

    /// Records how long the list of a kind is, and each of its pages.
    pub(super) fn learn_list(&self, kind: Kind, total: usize, page: usize) {
        self.with(|index| index.lists.set(kind, total, page));
    }

    /// Records that the services of a plan were read apart from it, and how many it has.
    pub(super) fn learn_services_apart(&self, package: &LiveId, plan: &str, count: usize) {
        self.with(|index| {
            let Some(package) = index.addresses.get(package).cloned() else { return };
            index.lists.set_services(Address::below(Kind::Plan, Some(&package), plan), count);
        });
    }

    /// Records what this run did to the services of a plan.
    pub(super) fn learn_services_of(&self, change: &Change) {
        self.with(|index| index.lists.change_services(change));
    }

    /// The lists, as the last snapshot found them.
    pub(super) fn lists(&self) -> Lists {
        self.with(|index| {
            let mut lists = index.lists.clone();
            lists.shows_plans = index.page_with_plans.is_some();
            lists.twice = index.query.added.iter().copied().filter(|kind| *kind != Kind::Plan).collect();
            lists
        })
    }

    /// The lists with what this run has added and removed.
    pub(super) fn lists_now(&self) -> Lists {
        let count = |counts: &HashMap<Kind, usize>, kind| counts.get(&kind).copied().unwrap_or(0);
        let change = |lists: Lists, kind| {
            let (more, fewer) = self.with(|index| (count(&index.added, kind), count(&index.gone, kind)));
            lists.changed(kind, more, fewer)
        };
        Kind::ALL.into_iter().fold(self.lists(), change)
    }

    /// Whether this run deleted the object.
    pub(super) fn has_removed(&self, id: &str) -> bool {
        self.with(|index| index.removed.contains(id))
    }

    /// Whether the plan knew this key.
    pub(super) fn was_planned(&self, id: &LiveId) -> bool {
        self.with(|index| index.planned.contains(id))
    }

    /// Whether an object with this id was read or made.
    pub(super) fn knows(&self, id: &LiveId) -> bool {
        self.with(|index| index.keys.contains(id) || index.addresses.contains_key(id))
    }

    /// The id of a named object.
    pub(super) fn id(&self, address: &Address) -> Result<LiveId, Refusal> {
        let missing = || Refusal::stale(format!("{address} is not in the store"));
        self.with(|index| index.id(address)).ok_or_else(missing)
    }

    pub(super) fn learn_roles(&self, roles: Roles) {
        self.with(|index| index.roles = roles);
    }

    pub(super) fn roles(&self) -> Roles {
        self.with(|index| index.roles.clone())
    }

    pub(super) fn learn_services(&self, services: Option<&Services>) {
        self.with(|index| index.services = services.cloned());
    }

    /// Whether the services of plans are read.
    pub(super) fn reads_services(&self) -> bool {
        self.with(|index| index.reads_services())
    }

    /// Whether the list of the area was read.
    pub(super) fn knows_services(&self) -> bool {
        self.with(|index| index.services.is_some())
    }

    /// The ids of a service, and of its endpoint.
    pub(super) fn ids_of(&self, item: &ServiceItem) -> Result<(LiveId, Option<LiveId>), Refusal> {
        self.with(|index| match &index.services {
            Some(known) => services::ids(item, known),
            None => Err(Refusal::unavailable("the services of the store were not read").help("plan again")),
        })
    }

    /// The parameter `fields` for objects of a kind.
    pub(super) fn fields(&self, kind: Kind) -> String {
        let all = fields::all(kind, self.with(|index| index.references));
        if kind != Kind::Plan || !self.reads_services() {
            return all;
        }
        format!("{all},{}", self.nested_fields("services.id,services.endpoints.id", "services"))
    }

    /// The parameter `fields` for keys with the names of what they belong to. Whole objects have them.
    pub(super) fn fields_of_keys_alone(&self) -> String {
        let names = self.nested_fields("package.name,plan.name,application.name,application.username", "application");
        format!("{},{names}", self.fields(Kind::PackageKey))
    }

    /// Paths, or the whole property for a server that accepts no paths.
    pub(super) fn nested_fields(&self, paths: &str, whole: &str) -> String {
        match self.with(|index| index.references) {
            ReferenceStyle::Ids => paths.to_owned(),
            ReferenceStyle::Whole => whole.to_owned(),
        }
    }

    /// The parameter `fields` for packages and their plans.
    pub(super) fn fields_with_plans(&self) -> String {
        let all = fields::packages_with_plans(self.with(|index| index.references));
        if !self.nests_services() {
            return all;
        }
        format!("{all},{}", self.nested_fields("plans.services.id,plans.services.endpoints.id", "plans.services"))
    }

    /// Whether the packages' list must show the services of the plans.
    pub(super) fn nests_services(&self) -> bool {
        self.with(|index| index.reads_services() && index.services.is_some())
    }

    /// The longest page of packages with plans. `None` if the packages' list does not show them.
    pub(super) fn page_with_plans(&self) -> Option<usize> {
        self.with(|index| index.page_with_plans)
    }

    /// Records what the server can answer.
    pub(super) fn learn_page_with_plans(&self, length: Option<usize>) {
        self.with(|index| index.page_with_plans = length);
    }

    /// Records that the server accepts no paths in `fields`.
    pub(super) fn learn_no_paths(&self) {
        self.with(|index| index.references = ReferenceStyle::Whole);
    }

    /// Whether manifests set custom attributes of this kind, which the area's owner added.
    pub(super) fn has_added(&self, kind: Kind) -> bool {
        kind != Kind::Plan && self.with(|index| index.query.added.contains(&kind))
    }

    pub(super) fn confirm(&self, object: LiveObject) {
        self.with(|index| index.confirmed.insert(object.id.clone(), object));
    }

    /// Records an object that the check did not understand.
    pub(super) fn doubt(&self, id: &LiveId) {
        self.with(|index| index.odd.insert(id.clone()));
    }

    /// Whether an object was not understood.
    pub(super) fn is_doubted(&self, id: &LiveId) -> bool {
        self.with(|index| index.odd.contains(id))
    }

    /// Refuses a change whose object is not as the plan saw it.
    pub(super) fn check(&self, change: &Change) -> Result<(), Refusal> {
        let Some(target) = &change.target.live else { return Ok(()) };
        if target.id().is_some_and(|id| self.with(|index| index.odd.contains(id))) {
            let reason = format!("the store now answers with data of {} that is not understood", change.address);
            return Err(Refusal::stale(reason));
        }
        let now = self.with(|index| index.confirmed.get(target.id()?).map(LiveObject::fingerprint));
        match now {
            Some(now) if now == target.fingerprint => Ok(()),
            Some(_) => Err(Refusal::stale(format!("{} has changed since the plan was made", change.address))),
            None if change.action == Action::Delete => Ok(()),
            None => Err(Refusal::stale(format!("{} is no longer in the store", change.address))),
        }
    }

    /// The attributes of an object at the check before the writes.
    pub(super) fn confirmed(&self, id: &LiveId) -> Option<Attributes> {
        self.with(|index| index.confirmed.get(id).map(|object| object.attributes.clone()))
    }

    /// A key that will be replaced, with its value.
    pub(super) fn key_to_replace(&self, id: &LiveId) -> Option<ReplacedKey> {
        self.with(|index| {
            let object = index.confirmed.get(id)?;
            let key = object.key.as_ref()?;
            Some(ReplacedKey {
                attributes: object.attributes.clone(),
                value: key.value.clone(),
                secret: key.secret.clone(),
            })
        })
    }
}
