//! What would be created although it is in the store in another place: an application that got another owner in the
//! console, a key whose application or package has another name in the manifests, a user who was made again under another
//! name. A second one would be a second living key.
//!
//! A key is recognized by its id, which the workspace database remembers, or by its prefix in a place that has something in
//! common with the declared one; a user by the email address. Whatever a manifest declares is no evidence.

mod delivered;
mod former;
mod index;
mod lost;
mod near;
mod orphans;
mod pairs;
mod relabeled;
mod taken_names;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::matching::Matching;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Context;
use crate::plan::consent::at;
use crate::plan::consent::is_allowed;
use crate::plan::demand::Demand;
use crate::plan::holders::holders;
use crate::plan::option::option;
use crate::plan::removal::Removals;
use crate::plan::two_objects;
use crate::rule::Rule;
use crate::rules;
use crate::text::and_more;
use delivered::InPlace;
use delivered::Owners;
use index::Holders;
use index::Index;
use index::Place;
use lost::Lost;
use pairs::Pairs;
use relabeled::Entries;
use relabeled::Labels;
use relabeled::in_manifest;
use taken_names::TakenNames;
use taken_names::pruned;
use taken_names::taken_names;

/// Names in a message.
const NAMED: usize = 3;

pub(super) fn demands<'c>(
    changes: &[(usize, &Change)],
    removals: &Removals<'c>,
    context: &Context<'c>,
    matching: &Matching<'c>,
) -> Vec<Demand> {
    let (creates, others): (Vec<_>, Vec<_>) = changes.iter().partition(|(_, change)| is_create(change));
    let mut demands = delivered::overwritten(&others, removals, context, matching);
    let ends = others
        .iter()
        .filter(|(_, change)| matches!(change.action, Action::Disable | Action::Delete))
        .filter_map(|(_, it)| it.live_id());
    demands.extend(pruned(&others, removals, context, matching));
    demands.extend(made_again(&creates, &ends.collect(), removals, context, matching));
    demands
}

fn made_again<'c>(
    creates: &[&(usize, &Change)],
    ends: &BTreeSet<&LiveId>,
    removals: &Removals<'c>,
    context: &Context<'c>,
    matching: &Matching<'c>,
) -> Vec<Demand> {
    if creates.is_empty() {
        return Vec::new();
    }
    let created = creates.iter().filter_map(|(_, change)| context.desired.get(&change.address));
    let created: Vec<&'c Declared> = created.collect();
    let strays = Strays::of(removals, &created, ends, context, matching);
    if strays.are_none() {
        return Vec::new();
    }
    let found = creates.iter().filter_map(|(index, change)| Some((*index, *change, strays.of_change(change)?)));
    let found: Vec<(usize, &Change, Stray)> = found.collect();
    let asked: BTreeSet<&Address> = found.iter().map(|(_, change, _)| &change.address).collect();
    let roots: Vec<Vec<Address>> = found.iter().map(|(_, change, _)| roots(change, &asked)).collect();
    let mut below: BTreeMap<&Address, Vec<String>> = BTreeMap::new();
    for ((_, change, _), above) in found.iter().zip(&roots) {
        for root in above.iter().collect::<BTreeSet<_>>() {
            below.entry(root).or_default().push(change.address.to_string());
        }
    }
    let demand = |((index, change, stray), above): (&(usize, &Change, Stray), &Vec<Address>)| {
        let in_it = below.get(&change.address).map_or(&[][..], Vec::as_slice);
        let with = if in_it.is_empty() { String::new() } else { format!(", also of {}", and_more(in_it, NAMED, ", ")) };
        let above = stray.goes_with.iter().chain(&stray.covered_by).chain(above);
        let lifted_by: Vec<Address> = above.chain(std::iter::once(&change.address)).cloned().collect();
        let what = if stray.goes_with.is_some() { "its removal" } else { "a second one" };
        let help = format!("{}; or allow {what}{with} with {}", stray.help, option(&lifted_by[0]));
        let finding = at(stray.rule.finding(stray.message.clone()), change, context).help(help);
        Demand { index: *index, finding, lifted_by }
    };
    found.iter().zip(&roots).map(demand).collect()
}

/// The objects above that are asked about too. The consent for one of them covers what is created in it: a move of a whole
/// tree is one decision.
fn roots(change: &Change, asked: &BTreeSet<&Address>) -> Vec<Address> {
    let parent = change.target.parent.iter().cloned();
    let user = change.target.parent.iter().filter(|_| change.target.key.is_some());
    let user = user.map(|application| Address::user(&application.first_name()));
    let package = change.target.key.iter().map(|key| key.package.clone());
    user.chain(parent).chain(package).filter(|address| asked.contains(address)).collect()
}

/// Whether the run or the settings allow a key, or something that it hangs on, to go.
fn may_be_deleted(live: &LiveObject, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    let user = matching.parent_of(live).map(|application| Address::user(&application.first_name()));
    let mut all = holders(live, matching, None).into_iter().chain(user).chain([live.address.clone()]);
    all.any(|address| is_allowed(&address, context))
}

/// Whether a key is one of `Application.packages`.
fn is_entry(address: &Address) -> bool {
    address.kind() == Kind::PackageKey && address.names().len() == 3
}

/// Whether an object is created that is no later generation of a key.
fn is_create(change: &Change) -> bool {
    change.action == Action::Create && change.target.key.as_ref().is_none_or(|key| key.follows.is_none())
}

/// The objects of the store that no manifest declares, but those that go with consent.
struct Strays<'a, 'c> {
    context: &'a Context<'c>,
    matching: &'a Matching<'c>,
    removals: &'a Removals<'c>,
    in_place: InPlace<'c>,
    owners: Owners<'a>,
    index: Index<'c>,
    /// Those that the database knows, by the address that their manifest had.
    known: BTreeMap<String, Vec<&'c LiveObject>>,
    taken_names: TakenNames<'c>,
    holders: Holders<'c>,
    labels: Labels<'a>,
    entries: Entries<'c>,
    lost: Lost<'c>,
    /// The keys that manifests name by their ids, by application and package.
    named: BTreeMap<Place, Vec<&'c LiveObject>>,
    pairs: Pairs<'c>,
}

/// The keys that manifests name by their ids.
fn named<'c>(context: &Context<'c>, matching: &Matching<'c>) -> BTreeMap<Place, Vec<&'c LiveObject>> {
    let mut named: BTreeMap<Place, Vec<&LiveObject>> = BTreeMap::new();
    for declared in context.desired.of(Kind::PackageKey) {
        let Some((parent, key)) = declared.parent.as_ref().zip(declared.key.as_ref()) else { continue };
        let found = key.named().and(matching.found.get(&declared.address));
        let all = found.into_iter().flat_map(|found| std::iter::once(found.live).chain(found.older.iter().copied()));
        let is_it = |live: &&LiveObject| key.named().is_some_and(|named| named.id == live.id);
        let place = (parent.address.clone(), key.package.address.clone());
        for live in all.filter(is_it) {
            named.entry(place.clone()).or_default().push(live);
        }
    }
    named
}

/// KW-145: an object that has the name of another manifest.
fn with_a_taken_name(declared: &Declared, live: &LiveObject) -> Stray {
    let message = format!(
        "{} would be created, but it is in the store as {}, which is the name of another manifest",
        declared.address, live.address
    );
    let help = "find out who renamed it, and give both objects their old names in the store".to_owned();
    Stray::new(&rules::KW_145, message, help)
}

/// What is in the store in another place.
struct Stray {
    rule: &'static Rule,
    message: String,
    help: String,
    /// The removed object that it goes with, when that has consent.
    goes_with: Option<Address>,
    /// The created object whose consent covers this one.
    covered_by: Option<Address>,
}

impl Stray {
    fn new(rule: &'static Rule, message: String, help: impl Into<String>) -> Self {
        Self { rule, message, help: help.into(), goes_with: None, covered_by: None }
    }

    fn that_goes_with(self, root: &Address) -> Self {
        Self { goes_with: Some(root.clone()), ..self }
    }
}

type Found = Option<Stray>;

impl<'a, 'c> Strays<'a, 'c> {
    fn of(
        removals: &'a Removals<'c>,
        created: &[&'c Declared],
        ends: &BTreeSet<&LiveId>,
        context: &'a Context<'c>,
        matching: &'a Matching<'c>,
    ) -> Self {
        let places = created.iter().filter_map(|declared| declared.key.as_ref()).flat_map(|key| &key.deliver);
        let in_place = InPlace::of(places, context);
        // What `--prune` deletes may be held back, and its callers use it until then; so does what waits for a consent to be
        // removed.
        let stays = |live: &&&LiveObject| match removals.going(live) {
            Some(going) => !is_allowed(&going.root.address, context),
            None => live.key.is_none() || !ends.contains(&live.id) || !may_be_deleted(live, context, matching),
        };
        let all: Vec<&'c LiveObject> = matching.unmatched.iter().filter(stays).copied().collect();
        let key = context.remembered.key.as_ref();
        let objects = &context.remembered.objects;
        let mut known: BTreeMap<String, Vec<&'c LiveObject>> = BTreeMap::new();
        for live in &all {
            if let Some(of_manifest) = objects.of(live, key) {
                known.entry(of_manifest.address.to_string()).or_default().push(live);
            }
        }
        let (index, labels) = (Index::of(all, matching), Labels::of(context.desired));
        let owners = Owners::of(matching);
        let holders = Holders::of(context.desired);
        let (entries, lost, pairs) = (Entries::default(), Lost::default(), Pairs::default());
        let named = named(context, matching);
        let taken_names = taken_names(created, context, matching);
        let strays = Self {
            context,
            matching,
            removals,
            in_place,
            owners,
            index,
            known,
            taken_names,
            holders,
            labels,
            entries,
            lost,
            named,
            pairs,
        };
        let strays = Self { entries: Entries::of(&strays), lost: Lost::of(&strays, ends), ..strays };
        let pairs = Pairs::of(created, &strays);
        Self { pairs, ..strays }
    }

    fn are_none(&self) -> bool {
        self.index.all.is_empty() && self.in_place.is_empty() && self.named.is_empty() && self.taken_names.is_empty()
    }

    fn of_change(&self, change: &Change) -> Found {
        let declared = self.context.desired.get(&change.address)?;
        if self.needs_unknown(declared) {
            return None;
        }
        match change.address.kind() {
            Kind::PackageKey => self
                .key(declared)
                .or_else(|| self.renamed_key(declared))
                .or_else(|| self.altered_key(declared))
                .or_else(|| self.named_by_another(declared))
                .or_else(|| self.beside_a_former_key(declared))
                .or_else(|| self.in_its_place(declared))
                .or_else(|| self.beside_an_orphan(declared)),
            Kind::Application | Kind::Package => self
                .by_memory(declared)
                .or_else(|| self.with_its_keys_elsewhere(declared))
                .or_else(|| self.for_keys_with_other_names(declared)),
            Kind::User => self.by_memory(declared).or_else(|| self.by_email(declared)),
            Kind::Plan => self.by_memory(declared),
            Kind::ApiKey => self.beside_a_former_api_key(declared),
        }
    }

    /// Whether an object needs one that is neither declared nor in the store. An error says so, and nothing is created.
    fn needs_unknown(&self, declared: &Declared) -> bool {
        let key = declared.key.iter().flat_map(|key| [&key.package, &key.plan]);
        let mut needs = declared.parent.iter().chain(key).map(|needed| &needed.address);
        needs.any(|needed| self.context.desired.get(needed).is_none() && !self.matching.in_store.contains_key(needed))
    }

    /// KW-145: the object that the database knows under this address.
    fn by_memory(&self, declared: &Declared) -> Found {
        let former = declared.previously.iter().map(|former| &former.address);
        let names: Vec<String> = std::iter::once(&declared.address).chain(former).map(ToString::to_string).collect();
        let Some(live) = names.iter().find_map(|name| self.known.get(name)?.first()) else {
            let taken = names.iter().find_map(|name| self.taken_names.get(name));
            return taken.map(|live| with_a_taken_name(declared, live));
        };
        let message = format!(
            "{} would be created, but it is in the store as {}, with another name or another owner",
            declared.address, live.address
        );
        // A package may be renamed by the same run.
        let now = self.matching.known_as(live);
        Some(Stray::new(&rules::KW_145, message, format!("find out why, then change the manifest to {now}")))
    }

    /// KW-145: the key of a manifest in another application or package.
    fn key(&self, declared: &'c Declared) -> Found {
        let (live, how) = self.key_elsewhere(declared)?;
        let (application, package) = self.place_of(live)?;
        if self.is_in_declared_place(live, declared) {
            // Its value or its prefix was edited (KW-129).
            return None;
        }
        let message =
            format!("{} would be created, but it is in {application} and {package} ({how})", declared.address);
        let is_another = |new: &Address, old: &Address| {
            let new = self.context.desired.get(new);
            new.is_some_and(|new| two_objects::is_another(new, old, self.context, self.matching))
        };
        let help = if declared.parent.as_ref().is_some_and(|parent| is_another(&parent.address, &application))
            || declared.key.as_ref().is_some_and(|key| is_another(&key.package.address, &package))
        {
            "a key cannot move: see KW-152 for the next step".to_owned()
        } else if is_entry(&declared.address) && !self.is_gone(&application) && !self.is_gone(&package) {
            let id = crate::text::line(live.id.expose());
            format!(
                "a key cannot move: declare it in {application} and {package} in a PackageKey manifest with \
                 `key: {{existing: {id}}}`, and take out the entry of `Application.packages`"
            )
        } else {
            "a key cannot move: declare it where it is, with `previously` if its application or package was renamed"
                .to_owned()
        };
        Some(self.with_its_root(live, Stray::new(&rules::KW_145, message, help)))
    }

    /// KW-146: an application or a package whose keys are in one that no manifest declares.
    fn with_its_keys_elsewhere(&self, declared: &'c Declared) -> Found {
        let mut ours = self.holders.keys_of(&declared.address);
        let (key, live, other) = ours.find_map(|key| {
            let (live, _) = self.key_elsewhere(key)?;
            let (application, package) = self.place_of(live)?;
            let other = if declared.address.kind() == Kind::Application { application } else { package };
            (self.index.has(&other) && other != declared.address).then_some((&key.address, live, other))
        })?;
        let which = if self.removals.going(live).is_some() { "is removed" } else { "no manifest declares" };
        let message = format!("{} would be created, but its {key} is in {other}, which {which}", declared.address);
        let (old, new) = (other.names(), declared.address.names());
        let help = if old.len() == 2 && old[0] != new[0] {
            let declare = "an application cannot change its owner: declare it with the owner that it has";
            if is_entry(key) {
                format!("{declare}; and {key} has to be there by its id: {}", in_manifest(live))
            } else {
                declare.to_owned()
            }
        } else {
            format!("if it was renamed, write `previously: [{}]`", crate::text::line(&other.name()))
        };
        Some(self.with_its_root(live, Stray::new(&rules::KW_146, message, help)))
    }

    /// What is made in place of a removed object needs no consent but that of the removal.
    fn with_its_root(&self, live: &LiveObject, stray: Stray) -> Stray {
        match self.removals.going(live) {
            Some(going) => stray.that_goes_with(&going.root.address),
            None => stray,
        }
    }

    /// KW-147: a user with the same email address.
    fn by_email(&self, declared: &Declared) -> Found {
        let email = declared.value("email")?;
        // KW-131 asks about a name that looks the same.
        let is_other = |live: &&LiveObject| rules::look_of(&live.address) != rules::look_of(&declared.address);
        let live = self.index.with_email(email).find(is_other)?;
        let message = format!(
            "{} would be created, but {} has the same email address {}",
            declared.address,
            live.address,
            Value::text(email.as_text()?)
        );
        let help = format!("declare {}: a username cannot change", live.address);
        Some(self.with_its_root(live, Stray::new(&rules::KW_147, message, help)))
    }

    /// The application and the package of a key of the store, by their addresses in the manifests.
    fn place_of(&self, live: &LiveObject) -> Option<Place> {
        Some((self.matching.parent_of(live)?, self.matching.terms_of(live)?.0))
    }
}
