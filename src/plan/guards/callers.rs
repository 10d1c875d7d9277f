//! The keys in use that a change touches: each has callers.

use std::collections::BTreeMap;

use crate::matching::Matching;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::plan::Context;
use crate::text::count;

/// The objects of the changes as they are in the store, and the active keys by what they depend on.
#[derive(Default)]
pub(super) struct Callers<'a> {
    objects: BTreeMap<(Kind, &'a LiveId), &'a LiveObject>,
    by_plan: BTreeMap<Address, Vec<&'a LiveObject>>,
    by_user: BTreeMap<Address, usize>,
}

impl<'a> Callers<'a> {
    pub(super) fn of(changes: &[(usize, &Change)], context: &Context<'a>, matching: &Matching<'_>) -> Self {
        let mut callers = Self::default();
        let mut kinds: Vec<Kind> =
            changes.iter().filter(|(_, change)| change.live_id().is_some()).map(|(_, c)| c.address.kind()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in &kinds {
            callers.objects.extend(context.live.of(*kind).iter().map(|live| ((*kind, &live.id), live)));
        }
        if !kinds.is_empty() {
            context
                .live
                .of(Kind::PackageKey)
                .iter()
                .filter(|key| is_active(key))
                .for_each(|key| callers.add(key, matching));
        }
        callers
    }

    fn add(&mut self, key: &'a LiveObject, matching: &Matching<'_>) {
        if let Some((_, Some(plan))) = matching.terms_of(key) {
            self.by_plan.entry(plan).or_default().push(key);
        }
        if let Some(application) = matching.parent_of(key) {
            *self.by_user.entry(Address::user(&application.first_name())).or_default() += 1;
        }
    }

    /// The object of a change in the store.
    pub(super) fn live(&self, change: &Change) -> Option<&'a LiveObject> {
        self.objects.get(&(change.address.kind(), change.live_id()?)).copied()
    }

    /// The active keys of a package plan.
    pub(super) fn of_plan(&self, plan: &Address) -> &[&'a LiveObject] {
        self.by_plan.get(plan).map_or(&[], Vec::as_slice)
    }

    /// `2 active keys`.
    pub(super) fn of_user(&self, user: &Address) -> String {
        count(self.by_user.get(user).copied().unwrap_or(0), "active key*")
    }
}

/// Whether a package key or an API key can be used, as far as its status says.
pub(super) fn is_active(key: &LiveObject) -> bool {
    key.attributes.text("settings.status") == Some("active") || key.attributes.flag("enabled")
}
