//! Values by the addresses of objects: found in one step, and listed in the order of the addresses.

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use rayon::iter::Either;

use super::Address;
use super::Kind;

/// Of a tree of a hundred thousand addresses, each look compares seventeen, which all are somewhere else in the memory; a plan
/// looks dozens of times for each object.
pub struct ByAddress<T> {
    entries: IndexMap<Address, T, RandomState>,
    /// Whether the entries are in the order of their addresses.
    is_sorted: bool,
}

impl<T> Default for ByAddress<T> {
    fn default() -> Self {
        Self { entries: IndexMap::default(), is_sorted: true }
    }
}

impl<T> ByAddress<T> {
    pub fn get(&self, address: &Address) -> Option<&T> {
        self.entries.get(address)
    }

    pub fn get_mut(&mut self, address: &Address) -> Option<&mut T> {
        self.entries.get_mut(address)
    }

    pub fn contains_key(&self, address: &Address) -> bool {
        self.entries.contains_key(address)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the former value. After inserts in another order than that of the addresses, [`Self::sort`] saves time.
    pub fn insert(&mut self, address: Address, value: T) -> Option<T> {
        self.is_sorted &= self.entries.last().is_none_or(|(last, _)| *last < address);
        self.entries.insert(address, value)
    }

    pub fn remove(&mut self, address: &Address) -> Option<T> {
        // Not one by one to the front: a large area may have thousands of new names.
        let removed = self.entries.swap_remove(address);
        self.is_sorted &= removed.is_none();
        removed
    }

    pub fn retain(&mut self, mut keeps: impl FnMut(&Address) -> bool) {
        self.entries.retain(|address, _| keeps(address));
    }

    /// Brings the entries in order at once, and not each time when they are listed.
    pub fn sort(&mut self) {
        if !self.is_sorted {
            self.entries.sort_unstable_keys();
            self.is_sorted = true;
        }
    }

    /// In the order of the addresses.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Address, &T)> {
        if self.is_sorted {
            return Either::Left(self.entries.iter());
        }
        let mut entries: Vec<(&Address, &T)> = self.entries.iter().collect();
        entries.sort_unstable_by_key(|(address, _)| *address);
        Either::Right(entries.into_iter())
    }

    pub fn keys(&self) -> impl Iterator<Item = &Address> {
        self.iter().map(|(address, _)| address)
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    /// In any order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.values_mut()
    }

    /// Those of one kind, in the order of the addresses.
    pub fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = (&Address, &T)> {
        if !self.is_sorted {
            return Either::Left(self.iter().filter(move |(address, _)| address.kind() == kind));
        }
        let all = self.entries.as_slice();
        let from = all.partition_point(|address, _| address.kind() < kind);
        let to = all.partition_point(|address, _| address.kind() <= kind);
        Either::Right(self.entries.get_range(from..to).into_iter().flatten())
    }
}

impl<T> FromIterator<(Address, T)> for ByAddress<T> {
    /// Of several values of one address, the last counts.
    fn from_iter<I: IntoIterator<Item = (Address, T)>>(entries: I) -> Self {
        let mut all = Self::default();
        all.extend(entries);
        all.sort();
        all
    }
}

impl<T> Extend<(Address, T)> for ByAddress<T> {
    fn extend<I: IntoIterator<Item = (Address, T)>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        self.entries.reserve(entries.size_hint().0);
        for (address, value) in entries {
            self.insert(address, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a tree of the same entries does.
    #[test]
    fn entries_are_found_and_listed_in_the_order_of_their_addresses_whatever_happens_to_them() {
        let mut tree = std::collections::BTreeMap::new();
        let mut all = ByAddress::default();
        let address = |number: u64| match number % 3 {
            0 => Address::user(&format!("u{}", number % 7)),
            1 => Address::package(&format!("p{}", number % 5)),
            _ => Address::application(&format!("u{}", number % 4), &format!("a{}", number % 11)),
        };
        // A sequence without a pattern, always the same.
        let mut random = 1_u64;
        for step in 0..2_000_usize {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let address = address(random >> 33);
            match random >> 61 {
                0..4 => assert_eq!(all.insert(address.clone(), step), tree.insert(address, step)),
                4..6 => assert_eq!(all.remove(&address), tree.remove(&address)),
                6 => all.sort(),
                _ => {
                    let keeps = |address: &Address| address.name().len() % 2 == step % 2;
                    all.retain(keeps);
                    tree.retain(|address, _| keeps(address));
                }
            }
            assert!(all.iter().eq(tree.iter()), "{step}");
            assert!(all.keys().all(|address| all.get(address) == tree.get(address)), "{step}");
            for kind in Kind::ALL {
                assert!(all.of(kind).eq(tree.iter().filter(|(address, _)| address.kind() == kind)), "{step}");
            }
            assert_eq!((all.len(), all.is_empty()), (tree.len(), tree.is_empty()));
        }
    }
}
