//! Undeclared objects of the store: left alone, kept, or deleted with `--prune` if the workspace owns them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Action;
use super::Context;
use super::FieldChange;
use super::Kept;
use super::control_plane::OfControlPlane;
use super::draft;
use super::draft::Draft;
use super::holders::holders;
use super::holders::holders_of_row;
use super::holders::kinds_above;
use super::losses::Losses;
use super::lost_names;
use super::memory_guards;
use super::ownerless;
use super::protected::Protection;
use super::removal::Going;
use super::removal::Removals;
use super::strangers;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::matching::matching;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::Value;
use crate::rules;
use crate::workspace::Ownership;
use crate::workspace::Owns;

#[derive(Default)]
pub(super) struct Pruned {
    pub(super) left_alone: BTreeMap<Kind, usize>,
    pub(super) kept: Vec<Kept>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Errors of objects that are not deleted because of their children.
    pub(super) held: Vec<Diagnostic>,
}

/// Classifies the undeclared objects and adds the deletes to `drafts`. `older` are disabled generations without a rotation.
pub(super) fn prune(
    context: &Context<'_>,
    matching: &Matching<'_>,
    older: &[(Address, &LiveObject)],
    drafts: &mut Vec<Draft>,
) -> Pruned {
    let mut pruned = Pruned::default();
    let protected = protected_keys(context.desired);
    let of_control_plane = OfControlPlane::of(context, matching);
    let mut removals = Removals::of(context, matching);
    let (mut unwanted, mut left): (Vec<&LiveObject>, Vec<&LiveObject>) = (Vec::new(), Vec::new());
    for live in &matching.unmatched {
        if removals.going(live).is_some() {
            unwanted.push(live);
        } else if let Some(root) = removals.stays_with(live) {
            pruned.keep(live, format!("stays, because {root} cannot be removed now"));
        } else if let Some(root) = removals.is_beside(live) {
            pruned.keep(live, format!("has the prefix of {root}, which is removed, but Keywright did not make it"));
        } else if context.options.is_part && !context.options.prune {
            // A manifest that this run does not read may declare it.
        } else if !is_owned(context, matching, live) {
            *pruned.left_alone.entry(live.address.kind()).or_default() += 1;
            left.push(live);
        } else if of_control_plane.contains(live) {
            pruned.keep(live, "made by API Control Plane, or its user; never deleted (KW-111)".to_owned());
        } else if let Some(why) = why_kept(context, live)
            .or_else(|| beside_protected(&protected, matching, live))
            .or_else(|| why_in_doubt(matching, live))
        {
            pruned.keep(live, why);
        } else {
            unwanted.push(live);
        }
    }
    for (declared, live) in older {
        let is_owned = is_owned(context, matching, live) && live.unread.is_empty();
        if is_owned && context.options.prune {
            unwanted.push(live);
        } else {
            let way = if is_owned { "--prune deletes it" } else { "not owned, so --prune does not delete it" };
            pruned.keep(live, format!("disabled, with the prefix of {declared}; `rotation` would remove it; {way}"));
        }
    }
    pruned.diagnostics.extend(ownerless::check(&left, context));
    pruned.incomplete(context, &mut unwanted);
    pruned.with_children(context, matching, drafts, &mut unwanted);
    pruned.diagnostics.extend(std::mem::take(&mut removals.findings));
    pruned.held.extend(std::mem::take(&mut removals.held));
    let lost = Losses::of(&unwanted, matching, context.now);
    drafts.extend(unwanted.into_iter().map(|live| {
        if let Some(going) = removals.going(live) {
            return removed(live, going, matching, &lost.with(live, &matching.known_as(live)));
        }
        let mark = memory_guards::mark(live, context, matching).map_or_else(String::new, |mark| format!("; {mark}"));
        delete(live, matching, &format!("{}{mark}", lost.with(live, &matching.known_as(live))))
    }));
    pruned
}

/// The undeclared objects that `--prune` deletes without consent, by their addresses in the store: the workspace owns them,
/// and the database knows them as declared (KW-110).
pub fn prunable(context: &Context<'_>) -> BTreeSet<Address> {
    let matching = matching(context.desired, context.live, context.values, context.options.is_part);
    let owned = matching.unmatched.iter().filter(|live| is_owned(context, &matching, live));
    let owned = owned.filter(|live| memory_guards::is_known(live, context));
    owned.map(|live| live.address.clone()).collect()
}

/// The undeclared objects that the workspace owns and could delete, and findings about lists that may miss some.
pub fn undeclared<'a>(context: &Context<'a>) -> (Vec<&'a LiveObject>, Vec<Diagnostic>) {
    let mut matching = lost_names::matched(context);
    strangers::set_apart(context, &mut matching);
    let of_control_plane = OfControlPlane::of(context, &matching);
    let removals = Removals::of(context, &matching);
    let is_off = |live: &LiveObject| live.address.kind() == Kind::ApiKey && !live.attributes.flag("enabled");
    let is_one = |live: &&&LiveObject| {
        is_owned(context, &matching, live)
            && removals.going(live).is_none()
            && !of_control_plane.contains(live)
            && Protection::of(live, context).is_none()
            && !is_off(live)
    };
    let found = matching.unmatched.iter().filter(is_one).copied().collect();
    let ownership = &context.workspace.ownership;
    let short = Kind::ALL
        .into_iter()
        .filter(|kind| *owns(ownership, *kind) != Owns::Declared && !context.live.is_complete(*kind));
    let finding = |kind: Kind| {
        let message = format!(
            "the store's list of {} is not complete, so some that no manifest declares may be missing",
            kind.plural()
        );
        rules::CAM_050.finding(message).help("run again when the store returns the complete list")
    };
    (found, short.map(finding).collect())
}

const fn owns(ownership: &Ownership, kind: Kind) -> &Owns {
    match kind {
        Kind::User => &ownership.users,
        Kind::Application => &ownership.applications,
        Kind::Package => &ownership.packages,
        Kind::Plan => &ownership.plans,
        Kind::PackageKey => &ownership.package_keys,
        Kind::ApiKey => &ownership.api_keys,
    }
}

/// Whether the workspace owns an undeclared object.
pub(super) fn is_owned(context: &Context<'_>, matching: &Matching<'_>, live: &LiveObject) -> bool {
    match owns(&context.workspace.ownership, live.address.kind()) {
        Owns::Declared => false,
        Owns::All => true,
        Owns::Prefix(prefix) => live.name.starts_with(&**prefix),
        Owns::OfDeclaredParent => matching.parent_of(live).is_some_and(|parent| {
            context.desired.objects.contains_key(&parent) || was_declared(&parent, context, matching)
        }),
    }
}

/// Whether an undeclared parent goes itself, or was declared when it was last applied: then its manifest was taken out
/// together with those of its children.
fn was_declared(parent: &Address, context: &Context<'_>, matching: &Matching<'_>) -> bool {
    matching
        .in_store
        .get(parent)
        .is_some_and(|live| is_owned(context, matching, live) || memory_guards::is_known(live, context))
}

/// Why an owned, undeclared object stays; `None` if it is deleted.
fn why_kept(context: &Context<'_>, live: &LiveObject) -> Option<String> {
    if let Some(protection) = Protection::of(live, context) {
        return Some(format!("{}; never deleted ({})", protection.phrase(), protection.rule().id));
    }
    if live.address.kind() == Kind::ApiKey && !live.attributes.flag("enabled") {
        return Some("already disabled; delete it in the portal".to_owned());
    }
    let verb = if live.address.kind() == Kind::ApiKey { "disables it" } else { "deletes it" };
    (!context.options.prune).then(|| format!("owned but not declared; --prune {verb}"))
}

/// What hangs on an object with an uncertain match, or was not understood, is never deleted.
fn why_in_doubt(matching: &Matching<'_>, live: &LiveObject) -> Option<String> {
    let parent = matching.doubtful_parent(live).map(|parent| format!("the store has no certain match for {parent}"));
    let unread = live.unread.first().map(|field| format!("its `{field}` is not understood (CAM-066); never deleted"));
    parent.or(unread)
}

/// The protected keys by their application and package.
type Protected<'a> = BTreeMap<(&'a Address, &'a Address), &'a Address>;

fn protected_keys(desired: &Desired) -> Protected<'_> {
    let keys = desired.of(Kind::PackageKey).filter(|declared| declared.protect);
    keys.filter_map(|declared| {
        Some(((&declared.parent.as_ref()?.address, &declared.key.as_ref()?.package.address), &declared.address))
    })
    .collect()
}

/// If the prefix or value of a protected key was edited, the undeclared key in the store is still the one in use.
fn beside_protected(protected: &Protected<'_>, matching: &Matching<'_>, live: &LiveObject) -> Option<String> {
    let package = matching.translated(&live.key.as_ref()?.package);
    let application = matching.parent_of(live)?;
    let declared = protected.get(&(&application, &package))?;
    Some(format!("{declared} of the same application and package is protected; delete this one in the store"))
}

impl Pruned {
    fn keep(&mut self, live: &LiveObject, why: String) {
        self.kept.push(Kept { address: live.address.clone(), why });
    }

    /// CAM-050: an incomplete list is no reason to delete.
    fn incomplete(&mut self, context: &Context<'_>, unwanted: &mut Vec<&LiveObject>) {
        let kinds: BTreeSet<Kind> = unwanted.iter().map(|live| live.address.kind()).collect();
        for kind in kinds.into_iter().filter(|kind| !context.live.is_complete(*kind)) {
            let message = format!("the store's list of {} is not complete, so none is deleted", kind.plural());
            self.diagnostics
                .push(rules::CAM_050.finding(message).help("run again when the store returns the complete list"));
            unwanted.retain(|live| live.address.kind() != kind);
        }
    }

    /// Removes objects whose children stay, bottom-up: a delete never relies on a cascade.
    fn with_children(
        &mut self,
        context: &Context<'_>,
        matching: &Matching<'_>,
        drafts: &[Draft],
        unwanted: &mut Vec<&LiveObject>,
    ) {
        if unwanted.is_empty() {
            return;
        }
        let mut going: BTreeSet<&LiveId> = unwanted.iter().map(|live| &live.id).collect();
        let deletes = drafts.iter().filter(|draft| draft.action == Action::Delete);
        going.extend(deletes.filter_map(|draft| draft.change.live_id()));
        let changed = changed_keys(drafts);
        let mut staying: BTreeMap<Address, String> = BTreeMap::new();
        // A row that does not name its parent could belong to any.
        let mut orphans: BTreeMap<Kind, String> = BTreeMap::new();
        for row in context.live.odd() {
            let child = format!("a {} that is not understood (CAM-066): {}", row.kind.noun(), row.label());
            for holder in holders_of_row(row, matching) {
                staying.entry(holder).or_insert_with(|| format!("still has {child}"));
            }
            for kind in kinds_above(row.kind).iter().filter(|kind| row.parent(**kind).is_none()) {
                orphans.entry(*kind).or_insert_with(|| format!("may have {child}"));
            }
        }
        for live in unwanted.iter() {
            if let Some(child) = orphans.get(&live.address.kind()) {
                staying.entry(matching.known_as(live)).or_insert_with(|| child.clone());
                going.remove(&live.id);
            }
        }
        for kind in [Kind::PackageKey, Kind::Plan, Kind::Application] {
            for live in context.live.of(kind).iter().filter(|live| !going.contains(&live.id)) {
                for holder in holders(live, matching, changed.get(&live.id).copied()) {
                    staying.entry(holder).or_insert_with(|| format!("still has {}", live.address));
                }
            }
            // An object that stays also keeps its parent.
            for live in unwanted.iter().filter(|live| staying.contains_key(&matching.known_as(live))) {
                going.remove(&live.id);
            }
        }
        unwanted.retain(|live| {
            let Some(child) = staying.get(&matching.known_as(live)) else { return true };
            let rule = if matches!(live.address.kind(), Kind::Package | Kind::Plan) {
                &rules::CAM_045
            } else {
                &rules::CAM_044
            };
            let problem = rule.finding(format!("{} is not declared but {child}", live.address));
            self.held.push(problem.help("declare it, or delete its children first"));
            false
        });
    }
}

/// The changes of existing keys, by id.
fn changed_keys(drafts: &[Draft]) -> BTreeMap<&LiveId, &Draft> {
    let keys = drafts.iter().filter(|draft| draft.address.kind() == Kind::PackageKey);
    keys.filter_map(|draft| Some((draft.change.live_id()?, draft))).collect()
}

/// An object whose manifest, or that of an object above it, says `removed: true`.
fn removed(live: &LiveObject, going: Going<'_>, matching: &Matching<'_>, lost: &str) -> Draft {
    let root = &going.root.address;
    let why =
        if going.is_root { "removed by its manifest".to_owned() } else { format!("hangs on {root}, which is removed") };
    let mut draft = if live.address.kind() == Kind::ApiKey {
        disable(live, &format!("{why}; the API cannot delete it, so delete it in the portal afterwards"))
    } else {
        let mut draft = draft::retire(live, Action::Delete, &format!("{why}{lost}"));
        draft.known_as = matching.known_as(live);
        draft.needs.extend(holders(live, matching, None));
        draft
    };
    draft.place = Some(going.root.place);
    draft
}

fn disable(live: &LiveObject, reason: &str) -> Draft {
    let mut draft = draft::retire(live, Action::Disable, reason);
    let before = live.attributes.get("enabled").cloned();
    draft.fields = vec![FieldChange { field: "enabled".into(), before, after: Some(Value::Bool(false)) }];
    draft
}

/// `lost` is what the reason says of the object.
fn delete(live: &LiveObject, matching: &Matching<'_>, lost: &str) -> Draft {
    if live.address.kind() == Kind::ApiKey {
        return disable(live, "owned but not declared (--prune); delete it in the portal afterwards");
    }
    let mut draft = draft::retire(live, Action::Delete, &format!("owned but not declared (--prune){lost}"));
    draft.known_as = matching.known_as(live);
    draft.needs.extend(holders(live, matching, None));
    draft
}
