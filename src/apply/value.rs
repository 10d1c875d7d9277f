//! The value of a key as the store keeps it. A trigger or a proxy can replace the value that was sent.

use std::cell::RefCell;

use super::Effects;
use super::Goods;
use super::Unusable;
use super::deliver;
use crate::model::Secret;
use crate::model::has_mask;
use crate::outcome::ChangeResult;
use crate::plan::Change;
use crate::plan::KeyTarget;
use crate::plan::ValueFrom;
use crate::rules;
use crate::store::Altered;
use crate::store::Refusal;

/// The help for a value that the store shows only masked.
pub(super) const SHOW: &str = "sign in as a user who may read key values; then delete the new key in the store and apply \
                               again, or declare it with `key: {existing: ID}`";

/// The result for a key that this run created and that has another value than the one that was sent or delivered.
/// Delivers the value that the key has, if later runs find the key by it. Otherwise the next run must not create another.
pub(super) async fn other_value<E: Effects>(
    index: usize,
    change: &Change,
    goods: Goods<'_>,
    off: Option<Unusable<'_>>,
    effects: &RefCell<&mut E>,
) -> ChangeResult {
    let Some(key) = &change.target.key else { return ChangeResult::Done };
    let live = goods.value;
    if has_mask(live.expose()) {
        effects.borrow_mut().keep_other_value(change, live);
        let refusal = Refusal::rejected(&rules::CAM_069, "the store shows the value of the new key only masked");
        return ChangeResult::Undelivered(refusal.help(SHOW));
    }
    if let Some(why) = unusable(key, live) {
        effects.borrow_mut().keep_other_value(change, live);
        let refusal = Refusal::rejected(&rules::CAM_069, format!("the store gave the new key another value, {why}"));
        let help = "find out what alters new keys, for example a proxy or a trigger; then delete the new key in the store \
                    and apply again";
        return ChangeResult::Undelivered(refusal.help(help));
    }
    match deliver(index, change, goods, off, effects).await {
        Ok(()) => ChangeResult::Altered(vec![Altered { field: "key".into(), wanted: None, held: None }]),
        Err(refusal) => ChangeResult::Undelivered(refusal),
    }
}

/// Whether later runs would find the key by this value.
pub(super) fn is_usable(key: &KeyTarget, live: &Secret) -> bool {
    unusable(key, live).is_none()
}

/// Why later runs would not find the key by this value.
fn unusable(key: &KeyTarget, live: &Secret) -> Option<String> {
    match &key.value {
        _ if has_mask(live.expose()) => Some("which it shows only masked".to_owned()),
        ValueFrom::Store => None,
        ValueFrom::Minted { prefix, .. } if live.expose().starts_with(&**prefix) => None,
        ValueFrom::Minted { prefix, .. } => Some(format!("which does not begin with `{prefix}`")),
        ValueFrom::Given | ValueFrom::Kept => Some("and not the declared one".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;
    use crate::plan::Sources;

    #[test]
    fn later_runs_find_a_key_by_its_value_if_it_is_one_that_they_look_for() {
        let minted = || ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false };
        let (masked, not_declared) = (Some("which it shows only masked"), Some("and not the declared one"));
        for (value, live, why) in [
            (minted(), "chk_fake", None),
            (minted(), "fake", Some("which does not begin with `chk_`")),
            (minted(), "chk_****", masked),
            (ValueFrom::Store, "fake", None),
            (ValueFrom::Store, "****fake", masked),
            (ValueFrom::Given, "fake", not_declared),
            (ValueFrom::Given, "fake****", masked),
            (ValueFrom::Kept, "fake", not_declared),
        ] {
            let (package, sources) = (Address::package("p"), Sources::default());
            let key = KeyTarget { package, value, with_secret: false, sources, deliver: Vec::new(), follows: None };
            assert_eq!(unusable(&key, &Secret::new(live)).as_deref(), why, "{live}");
            assert_eq!(is_usable(&key, &Secret::new(live)), why.is_none(), "{live}");
        }
    }
}
