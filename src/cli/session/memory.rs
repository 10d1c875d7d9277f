//! What a plan takes from the memory of the workspace database, for `plan --verbose`.

use super::Prepared;
use crate::plan::known::Known;
use crate::plan::known::Maker;
use crate::plan::known::trace_of;
use crate::render::Memory;

impl Prepared {
    pub(in crate::cli) fn memory(&self) -> Memory {
        let objects = &self.remembered.objects;
        let count = |is_it: fn(&Known) -> bool| objects.iter().filter(|(_, _, known)| is_it(known)).count();
        let fields = self.remembered.untaken.iter().map(|((address, field), untaken)| {
            format!("{address}: the store kept its own value for `{field}` in run {}", untaken.run)
        });
        Memory {
            objects: count(|_| true),
            made: count(|known| known.maker == Maker::Keywright),
            protected: count(|known| known.protect),
            known: self.known_changes().chain(fields).collect(),
        }
    }

    /// A line for each change of an object that the database knows.
    fn known_changes(&self) -> impl Iterator<Item = String> {
        let key = self.snapshot.fingerprint_key.as_ref();
        self.planned.plan.changes.iter().filter_map(move |change| {
            let kind = change.address.kind();
            let known = self.remembered.objects.get(kind, &trace_of(kind, change.live_id()?, key)?)?;
            let maker = known.maker.phrase();
            let protect = if known.protect { ", protected" } else { "" };
            let run = known.run.map_or_else(String::new, |run| format!(", recorded in run {run}"));
            Some(format!("{}: declared as {}, {maker}{protect}{run}", change.address, known.address))
        })
    }
}
