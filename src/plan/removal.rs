//! Tombstones: an object whose manifest says `removed: true` goes, with everything that hangs on it, bottom-up. Neither
//! ownership nor memory is needed for that. A tree goes as a whole or stays.

mod done;
mod elsewhere;
mod of_manifest;
mod unknown;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Change;
use super::Context;
use super::control_plane::OfControlPlane;
use super::demand::Demand;
use super::holders::holders;
use super::holders::holders_of_row;
use super::option::option;
use super::protected::Protection;
use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::matching::Matching;
use crate::matching::matching_removed;
use crate::model::Address;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;
use crate::text::and_more;
use crate::text::count;
use elsewhere::elsewhere;
use elsewhere::renamed;
use of_manifest::is_of_manifest;
use unknown::unknown;

/// Names in a message.
const NAMED: usize = 5;

/// An object by its kind and id.
type Id<'a> = (Kind, &'a LiveId);

/// What the manifests remove.
#[derive(Default)]
pub(super) struct Removals<'a> {
    going: BTreeMap<Id<'a>, Going<'a>>,
    /// The trees that an error holds back.
    staying: BTreeMap<Id<'a>, &'a Address>,
    /// Keys with the prefix of a removed one that Keywright did not make.
    beside: BTreeMap<Id<'a>, &'a Address>,
    pub(super) held: Vec<Diagnostic>,
    /// Errors about objects that other manifests rename, by the addresses of these manifests.
    pub(super) contradictions: Vec<(Address, Diagnostic)>,
    pub(super) findings: Vec<Diagnostic>,
}

/// One object that goes.
#[derive(Clone, Copy)]
pub(super) struct Going<'a> {
    /// The manifest with `removed: true`.
    pub(super) root: &'a Declared,
    /// Whether the manifest names the object itself, and not one that it hangs on.
    pub(super) is_root: bool,
    live: &'a LiveObject,
}

/// CAM-050: a list that leaves something out does not show that an object is gone.
fn unlisted(declared: &Declared) -> Diagnostic {
    let kinds = declared.address.kind().plural();
    let message = format!("{} may not be gone: the store's list of {kinds} is not complete", declared.address);
    let help = "run again when the store returns the complete list";
    rules::CAM_050.finding(message).at(declared.place).help(help)
}

impl<'a> Removals<'a> {
    pub(super) fn of(context: &Context<'a>, matching: &Matching<'a>) -> Self {
        let mut removals = Self::default();
        let Some(removed) = context.desired.removed.as_deref() else { return removals };
        let Context { live, values, .. } = *context;
        let found = matching_removed(removed, live, values, context.options.is_part, matching);
        let below = Below::of(context, matching, &found);
        let mut done = Vec::new();
        for declared in Kind::ALL.into_iter().flat_map(|kind| removed.of(kind)) {
            match found.found.get(&declared.address) {
                Some(found) if below.is_anothers(declared, found) => done.push(declared),
                Some(found) => removals.add(declared, found, &below, &mut done),
                None if found.stopped.contains(&declared.address) => {}
                None if !live.is_complete(declared.address.kind()) => removals.held.push(unlisted(declared)),
                None => removals.missing(declared, &below, &mut done),
            }
        }
        removals.findings = found.diagnostics;
        let beside = |declared: &&Declared| {
            let stays = |live: &LiveObject| removals.going(live).is_none();
            let finding = done::lives_elsewhere(declared, context, matching, stays);
            if let Some(finding) = finding.or_else(|| elsewhere::left_behind(declared, context, matching, stays)) {
                return Some(finding);
            }
            let others = below.others(declared).filter(|other| removals.going(other).is_none());
            done::beside_others(declared, &others.map(|other| other.address.to_string()).collect::<Vec<_>>())
        };
        let unclear: Vec<(Address, Diagnostic)> =
            done.iter().filter_map(|declared| Some((declared.address.clone(), beside(declared)?))).collect();
        done.retain(|declared| unclear.iter().all(|(address, _)| *address != declared.address));
        removals.findings.extend(unclear.into_iter().map(|(_, finding)| finding));
        removals.findings.extend(done::harmless(&done, context, matching));
        removals.held.extend(found.held);
        removals
    }

    /// A removed object that is not there under its name.
    fn missing(&mut self, declared: &'a Declared, below: &Below<'a, '_, '_>, done: &mut Vec<&'a Declared>) {
        if let Some(contradiction) = renamed(declared, below.context, below.matching) {
            self.contradictions.push(contradiction);
        } else if let Some(problem) =
            elsewhere(declared, below.context, below.matching).or_else(|| below.lives_on(declared))
        {
            self.held.push(problem);
        } else if !below.may_have_more(&declared.address) {
            done.push(declared);
        }
    }

    fn add(&mut self, root: &'a Declared, found: &Found<'a>, below: &Below<'a, '_, '_>, done: &mut Vec<&'a Declared>) {
        let all = std::iter::once(found.live).chain(found.older.iter().copied());
        let (named, others): (Vec<&'a LiveObject>, Vec<&'a LiveObject>) =
            all.partition(|live| is_of_manifest(live, root, below.context, below.matching));
        self.beside.extend(others.iter().map(|live| (id_of(live), &root.address)));
        if named.is_empty() {
            let names: Vec<String> = others.iter().map(|live| live.address.to_string()).collect();
            let message = format!(
                "{} stays: Keywright did not make the key with its prefix, {}",
                root.address,
                and_more(&names, NAMED, ", ")
            );
            let help =
                "if it is the key of this manifest, write `key: {existing: ID}`; otherwise take the manifest out";
            self.held.push(rules::CAM_049.finding(message).at(root.place).help(help));
            return;
        }
        if root.address.kind() == Kind::ApiKey && named.iter().all(|key| !key.attributes.flag("enabled")) {
            return done.push(root);
        }
        let tree = below.tree(&named);
        if let Some(problem) = below.why_not(root, &tree) {
            self.held.push(problem);
            self.staying.extend(tree.iter().map(|live| (id_of(live), &root.address)));
            return;
        }
        for live in tree {
            let is_root = named.iter().any(|named| id_of(named) == id_of(live));
            // What already goes with an object above it needs no consent of its own.
            self.going.entry(id_of(live)).or_insert(Going { root, is_root, live });
        }
    }

    pub(super) fn going(&self, live: &LiveObject) -> Option<Going<'a>> {
        self.going.get(&id_of(live)).copied()
    }

    /// The removed object because of which an object stays for now.
    pub(super) fn stays_with(&self, live: &LiveObject) -> Option<&'a Address> {
        self.staying.get(&id_of(live)).copied()
    }

    /// The removed key whose prefix a key has that Keywright did not make.
    pub(super) fn is_beside(&self, live: &LiveObject) -> Option<&'a Address> {
        self.beside.get(&id_of(live)).copied().filter(|_| self.going(live).is_none())
    }

    /// Whether a change carries out what a manifest with `removed: true` says.
    pub(super) fn makes(&self, change: &Change) -> bool {
        self.of_change(change).is_some()
    }

    fn of_change(&self, change: &Change) -> Option<Going<'a>> {
        if self.going.is_empty() {
            return None;
        }
        self.going.get(&(change.address.kind(), change.live_id()?)).copied()
    }

    /// The addresses whose consent counts.
    pub(super) fn roots(&self) -> BTreeSet<String> {
        self.going.values().map(|going| going.root.address.to_string()).collect()
    }

    /// KW-140: one consent for a tree with active keys, or with a user.
    pub(super) fn demands(&self, changes: &[(usize, &Change)], context: &Context<'_>) -> Vec<Demand> {
        let mut trees: BTreeMap<&Address, Vec<(usize, Going<'a>)>> = BTreeMap::new();
        for (index, change) in changes {
            if let Some(going) = self.of_change(change) {
                trees.entry(&going.root.address).or_default().push((*index, going));
            }
        }
        let mut demands = Vec::new();
        for (root, tree) in trees {
            demands.extend(tree.iter().filter(|(_, going)| going.is_root).filter_map(|(index, going)| {
                let finding = unknown(root, going, context)?;
                Some(Demand { index: *index, finding, lifted_by: vec![root.clone()] })
            }));
            if !does_harm(&tree) {
                continue;
            }
            let message = format!("{root} would be removed{}", with(root, &tree));
            let finding = rules::KW_140.finding(message).at(tree[0].1.root.place);
            let finding = finding.help(format!("review what goes in the plan, then allow it with {}", option(root)));
            let demand = |(index, _): &(usize, Going<'_>)| Demand {
                index: *index,
                finding: finding.clone(),
                lifted_by: vec![root.clone()],
            };
            demands.extend(tree.iter().map(demand));
        }
        demands
    }
}

fn id_of(live: &LiveObject) -> Id<'_> {
    (live.address.kind(), &live.id)
}

fn is_active(live: &LiveObject) -> bool {
    live.attributes.text("settings.status") == Some("active") || live.attributes.flag("enabled")
}

fn does_harm(tree: &[(usize, Going<'_>)]) -> bool {
    tree.iter().any(|(_, going)| going.live.address.kind() == Kind::User || !going.is_root || is_active(going.live))
}

/// ` with 1 application and 2 keys, 1 of them active; its username can never be used again`.
fn with(root: &Address, tree: &[(usize, Going<'_>)]) -> String {
    let below = || tree.iter().map(|(_, going)| going).filter(|going| !going.is_root);
    let of_kind = |kind: Kind| below().filter(|going| going.live.address.kind() == kind).count();
    let kinds = [(Kind::Application, "application"), (Kind::Plan, "package plan"), (Kind::PackageKey, "key")];
    let parts = kinds.into_iter().map(|(kind, noun)| (of_kind(kind), noun)).filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, noun)| count(number, noun)).collect();
    let with = if parts.is_empty() { String::new() } else { format!(" with {}", parts.join(" and ")) };
    let active = match below().filter(|going| is_active(going.live)).count() {
        0 => String::new(),
        active => format!(", {active} of them active"),
    };
    let end = match root.kind() {
        Kind::User => "; its username can never be used again",
        Kind::PackageKey | Kind::ApiKey => match tree.iter().filter(|(_, going)| is_active(going.live)).count() {
            1 => "; it is active",
            _ => "; more than one generation is active",
        },
        Kind::Application | Kind::Package | Kind::Plan => "",
    };
    format!("{with}{active}{end}")
}

/// What hangs on what.
struct Below<'a, 'c, 'm> {
    context: &'c Context<'a>,
    matching: &'m Matching<'a>,
    children: BTreeMap<Address, Vec<&'a LiveObject>>,
    declared: BTreeMap<Id<'a>, &'m Address>,
    of_control_plane: OfControlPlane,
    /// What the manifests remove by name.
    named: BTreeSet<Id<'a>>,
}

impl<'a, 'c, 'm> Below<'a, 'c, 'm> {
    fn of(context: &'c Context<'a>, matching: &'m Matching<'a>, removed: &Matching<'a>) -> Self {
        let mut children: BTreeMap<Address, Vec<&'a LiveObject>> = BTreeMap::new();
        for kind in [Kind::Application, Kind::Plan, Kind::PackageKey] {
            for live in context.live.of(kind) {
                for holder in holders(live, matching, None) {
                    children.entry(holder).or_default().push(live);
                }
            }
        }
        let mut declared = BTreeMap::new();
        for (address, found) in matching.found.iter() {
            for live in std::iter::once(&found.live).chain(&found.older) {
                declared.insert((address.kind(), &live.id), address);
            }
        }
        let named = removed.found.values().map(|found| id_of(found.live)).collect();
        let of_control_plane = OfControlPlane::of(context, matching);
        Self { context, matching, children, declared, of_control_plane, named }
    }

    /// Whether a former name of a removed object is the name of another one now, which is not being renamed.
    fn is_anothers(&self, removed: &Declared, found: &Found<'a>) -> bool {
        let other = self.declared.get(&id_of(found.live)).and_then(|address| self.context.desired.get(address));
        let has_its_name = |other: &Declared| {
            let mut former = other.previously.iter().map(|former| &former.address);
            found.live.name == other.name && !former.any(|former| self.matching.in_store.contains_key(former))
        };
        removed.key.is_none() && found.live.name != removed.name && other.is_some_and(has_its_name)
    }

    /// Whether something of the store hangs on an object that is not there, or may hang on it: lists can be late.
    fn may_have_more(&self, address: &Address) -> bool {
        self.children.contains_key(address)
            || self.context.live.odd().iter().any(|row| done::may_hang_on(row, address, self.matching))
    }

    /// The undeclared keys of the application and the package of a removed key that is not there. One that memory does not know
    /// may be it, with another prefix or another value than its manifest says, unless a run deleted it.
    fn others(&self, declared: &Declared) -> impl Iterator<Item = &'a LiveObject> {
        let key = declared.key.as_ref().filter(|key| !matches!(key.source, KeySource::Existing(_)));
        let slot = declared.parent.as_ref().zip(key).map(|(parent, key)| (&parent.address, &key.package.address));
        let slot = slot
            .filter(|(application, package)| !self.context.remembered.deleted.includes_key_of(application, package));
        let is_there = move |live: &&&'a LiveObject| {
            slot.is_some_and(|(application, package)| {
                self.matching.parent_of(live).as_ref() == Some(application)
                    && self.matching.terms_of(live).is_some_and(|(theirs, _)| theirs == *package)
            })
        };
        let is_unknown = |live: &&&'a LiveObject| !done::is_known(live, self.context);
        self.matching.unmatched.iter().filter(is_there).filter(is_unknown).copied()
    }

    /// The objects and everything that hangs on them.
    fn tree(&self, roots: &[&'a LiveObject]) -> Vec<&'a LiveObject> {
        let mut seen: BTreeSet<Id<'a>> = BTreeSet::new();
        let mut open: Vec<&'a LiveObject> = roots.to_vec();
        let mut tree = Vec::new();
        while let Some(live) = open.pop() {
            if seen.insert(id_of(live)) {
                tree.push(live);
                open.extend(self.children.get(&self.matching.known_as(live)).into_iter().flatten());
            }
        }
        tree
    }

    /// Why a tree stays.
    fn why_not(&self, root: &Declared, tree: &[&'a LiveObject]) -> Option<Diagnostic> {
        let (address, place) = (&root.address, root.place);
        if root.protect {
            let problem = rules::KW_102.finding(format!("{address} is protected but would be removed")).at(place);
            return Some(problem.help("remove `protect: true` from its metadata first"));
        }
        let incomplete = Kind::ALL.into_iter().find(|kind| !self.context.live.is_complete(*kind));
        if let Some(kind) = incomplete {
            let message = format!("the store's list of {} is not complete, so {address} stays", kind.plural());
            let help = "run again when the store returns the complete list";
            return Some(rules::CAM_050.finding(message).at(place).help(help));
        }
        let addresses: BTreeSet<Address> = tree.iter().map(|live| self.matching.known_as(live)).collect();
        for row in self.context.live.odd() {
            if holders_of_row(row, self.matching).iter().any(|holder| addresses.contains(holder)) {
                let message = format!("{address} stays: on it hangs {}, which is not understood", row.described());
                let help = "correct that object in the store, or delete it there";
                return Some(rules::CAM_066.finding(message).at(place).help(help));
            }
        }
        tree.iter().find_map(|live| self.why_not_one(root, live)).or_else(|| self.lives_on(root))
    }

    /// What lives on below another user.
    fn lives_on(&self, root: &Declared) -> Option<Diagnostic> {
        let goes = |live: &LiveObject| {
            self.named.contains(&id_of(live)) || elsewhere::hangs_on_removed(live, self.context, self.matching)
        };
        elsewhere::below_another(root, self.context, self.matching, goes)
    }

    fn why_not_one(&self, root: &Declared, live: &LiveObject) -> Option<Diagnostic> {
        let (address, place, one) = (&root.address, root.place, &live.address);
        let problem = if let Some(declared) = self.declared.get(&id_of(live)) {
            let problem = rules::KW_141.finding(format!("{declared} is declared, but {address} is removed"));
            problem.help(rules::delete_or_remove(declared))
        } else if let Some(protection) = Protection::of(live, self.context) {
            let message = format!("{one} is {}, so it stays", protection.phrase());
            protection.rule().finding(message).help("remove the manifest; such users are never deleted")
        } else if self.of_control_plane.contains(live) {
            let message = format!("{address} stays: API Control Plane made {one}");
            rules::KW_111.finding(message).help("remove it in API Control Plane first")
        } else if let Some(field) = live.unread.first() {
            let message = format!("{address} stays: `{field}` of {one} is not understood");
            rules::CAM_066
                .finding(message)
                .help("if it was created a moment ago, run again; otherwise correct it in the store")
        } else if let Some(parent) = self.matching.doubtful_parent(live) {
            let message = format!("{address} stays: the store has no certain match for {parent}");
            rules::CAM_049.finding(message).help(format!("settle {parent} first"))
        } else {
            return None;
        };
        Some(problem.at(place))
    }
}
