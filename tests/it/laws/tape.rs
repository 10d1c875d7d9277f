//! The choices of a random case: numbers, read one after the other. An empty tape makes the simplest choice everywhere,
//! so a failing case shrinks by losing numbers.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(super) struct Tape {
    numbers: Vec<u16>,
    at: usize,
}

impl Tape {
    pub(super) const fn new(numbers: Vec<u16>) -> Self {
        Self { numbers, at: 0 }
    }

    fn next(&mut self) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number)
    }

    /// A number below `bound`; 0 at the end of the tape.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.next() % bound
    }

    /// True once in `one_in` times; false at the end of the tape.
    pub(super) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == one_in - 1
    }

    pub(super) fn choose<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// An index into a list of `length`; `None` if the list is empty.
    pub(super) fn index(&mut self, length: usize) -> Option<usize> {
        (length > 0).then(|| self.below(length))
    }
}

/// A tape of up to `most` numbers.
pub(super) fn tape(most: usize) -> impl Strategy<Value = Tape> {
    proptest::collection::vec(any::<u16>(), 0..=most).prop_map(Tape::new)
}

/// Between `least` and `most` tapes.
pub(super) fn tapes(least: usize, most: usize) -> impl Strategy<Value = Vec<Tape>> {
    proptest::collection::vec(tape(24), least..=most)
}
