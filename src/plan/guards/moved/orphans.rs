//! KW-145 on a machine that cannot know for which manifest a key was made: one beside which another would be made, and whose
//! form is all that shows something.

use super::Found;
use super::Stray;
use super::Strays;
use super::delivered::lives;
use super::index::Place;
use super::is_entry;
use super::lost::Taken;
use crate::model::Declared;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::plan::Remembered;
use crate::plan::draft;
use crate::plan::known::trace_of;
use crate::rules;

impl<'c> Strays<'_, 'c> {
    /// A key beside one that Keywright generated, too. It may have had another name, another prefix or another package.
    pub(super) fn beside_an_orphan(&self, declared: &Declared) -> Found {
        let live = self.pairs.orphan(&declared.address)?;
        let id = crate::text::line(live.id.expose());
        let message = format!(
            "{} would be created beside {}, which Keywright may have generated for a manifest that has another name or \
             another prefix, or is gone",
            declared.address, live.address
        );
        let help = if is_entry(&declared.address) {
            self.same_entry(live, declared)
        } else if self.is_in_declared_place(live, declared) {
            format!(
                "if it is the same key, write its old prefix, or its old name under `previously`, or `key: {{existing: {id}}}`"
            )
        } else {
            let (application, package) = self.place_of(live)?;
            format!(
                "a key cannot move: if it is the same key, declare it in {application} and {package} with \
                 `key: {{existing: {id}}}`"
            )
        };
        Some(Stray::new(&rules::KW_145, message, help))
    }

    /// Such a key in the place of a generated one, or else in the same application.
    pub(super) fn orphan(&self, declared: &Declared, taken: &Taken<'c>) -> Option<&'c LiveObject> {
        let (parent, key) = (declared.parent.as_ref()?, declared.key.as_ref()?);
        let KeySource::Generate(generated) = &key.source else { return None };
        let place = (parent.address.clone(), key.package.address.clone());
        let length = self.length(key);
        // A value of the store has no prefix.
        let is_of_form =
            |value: &str| is_generated(value) || (generated.by_store && is_generated_without_separator(value));
        let has_form = |live: &LiveObject, length| {
            live.key.as_ref().is_some_and(|key| {
                let value = key.value.expose();
                value.len() == length && is_of_form(value)
            })
        };
        let is_free = |live: &&'c LiveObject| {
            !taken.contains(&live.id)
                && lives(live, self.context)
                && self.removals.going(live).is_none()
                && self.is_unknown(live)
        };
        let there = self.index.in_place(&place).find(|live| has_form(live, length) && is_free(live));
        let only = || self.only_one_there(declared, &place, length).filter(|live| !taken.contains(&live.id));
        // An entry for another package is another key; a document with another name may have gone there.
        let is_document = !is_entry(&declared.address) && !self.context.remembered.has_had(&parent.address);
        let elsewhere = || {
            let is_it = |live: &&'c LiveObject| {
                let Some((application, package)) = self.place_of(live) else { return false };
                let length = draft::length_in(self.context, self.matching, &package);
                // The prefix of another key of the manifests shows that it is that one.
                let is_anothers = live.key.as_ref().and_then(|key| self.labels.find(key.value.expose()));
                application == parent.address
                    && has_form(live, length)
                    && is_free(live)
                    && is_anothers.is_none()
                    && self.former_entry(live).is_none()
            };
            self.near(&parent.address).filter(|_| is_document).find(is_it)
        };
        there.or_else(only).or_else(elsewhere)
    }

    /// The only key in use without a manifest in the place of a document, if it looks like one that the settings of its package
    /// make, on a machine that does not know the application either: a prefix without a separator shows nothing, and neither
    /// does a value of the store. Beside an entry of `Application.packages`, it may as well be a person's.
    fn only_one_there(&self, declared: &Declared, place: &Place, length: usize) -> Option<&'c LiveObject> {
        let mut living = self.index.in_place(place).filter(|live| lives(live, self.context));
        let only = living.next().filter(|_| living.next().is_none())?;
        let is_of_form = |value: &str| value.len() == length && is_generated_without_separator(value);
        let is_it = !is_entry(&declared.address)
            && only.key.as_ref().is_some_and(|key| is_of_form(key.value.expose()))
            && self.removals.going(only).is_none()
            && self.is_unknown(only)
            && !self.context.remembered.has_had(&place.0);
        is_it.then_some(only)
    }

    /// Whether no run that this machine knows of, of any workspace, saw a key.
    pub(super) fn is_unknown(&self, live: &LiveObject) -> bool {
        let Remembered { objects, key, .. } = self.context.remembered;
        let is_apart =
            || trace_of(Kind::PackageKey, &live.id, key.as_ref()).is_some_and(|it| objects.apart(&it).is_some());
        objects.of(live, key.as_ref()).is_none() && !self.is_declared_elsewhere(live) && !is_apart()
    }
}

/// Whether a value looks like one that Keywright generates behind a prefix. One that a portal generates has no separator.
fn is_generated(value: &str) -> bool {
    let end = value.rfind(['_', '-', '.']).filter(|end| *end > 0);
    let random = end.and_then(|end| value.get(end + 1..)).unwrap_or_default();
    let is_of_alphabet = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    random.len() * 2 >= value.len() && random.bytes().all(is_of_alphabet)
}

/// The same for a prefix without a separator, or a value of the store.
fn is_generated_without_separator(value: &str) -> bool {
    let is_of_alphabet = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    let (start, end) = value.as_bytes().split_at(value.len() / 2);
    start.iter().all(u8::is_ascii_alphanumeric) && end.iter().all(|byte| is_of_alphabet(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_value_has_a_separator_and_at_least_half_of_it_is_random() {
        for (value, expected) in [
            ("chk_abcdefgh", true),
            ("chk-abcdefgh", true),
            ("chk.a0b1c2d3", true),
            ("my_chk_abcdefg", true),
            ("chk_abcd", true),
            ("chkk_abcd", false),
            ("a_bcdefgh", true),
            ("_bcdefgh", false),
            ("abcdefgh", false),
            ("chk_ABCDEFGH", false),
            ("chk_abcdefg#", false),
        ] {
            assert_eq!(is_generated(value), expected, "{value}");
        }
    }

    #[test]
    fn without_a_separator_the_second_half_is_random() {
        for (value, expected) in
            [("ABCdef", true), ("A0C1d2", true), ("ABCDef", false), ("A_Cdef", false), ("ABCd_f", false)]
        {
            assert_eq!(is_generated_without_separator(value), expected, "{value}");
        }
    }
}
