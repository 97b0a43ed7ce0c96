//! Sets of small numbers.

/// A set of numbers, one bit each: the scopes of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// All numbers below a limit.
    pub(super) fn full(limit: usize) -> Self {
        let mut words = vec![u64::MAX; limit / 64];
        words.extend((!limit.is_multiple_of(64)).then(|| (1 << (limit % 64)) - 1));
        Self { words }
    }

    /// Adds a number. Whether it is new.
    pub fn insert(&mut self, number: usize) -> bool {
        if self.words.len() <= number / 64 {
            self.words.resize(number / 64 + 1, 0);
        }
        let (word, bit) = (&mut self.words[number / 64], 1 << (number % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether a number is in it.
    #[must_use]
    pub fn contains(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Adds all numbers of another set.
    pub fn add(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(word, more)| *word |= more);
    }

    /// Whether both share a number.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// How many numbers there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether every number is in another set.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let more = self.words.iter().zip(other.words.iter().chain(std::iter::repeat(&0)));
        more.into_iter().all(|(own, others)| own & !others == 0)
    }

    /// The numbers that are not in another set.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let others = other.words.iter().chain(std::iter::repeat(&0));
        Self { words: self.words.iter().zip(others).map(|(own, others)| own & !others).collect() }
    }

    /// The numbers that are in another set, too.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(own, others)| own & others).collect() }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = |(at, &word): (usize, &u64)| {
            std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)))
                .take_while(|left| *left != 0)
                .map(move |left| at * 64 + left.trailing_zeros() as usize)
        };
        self.words.iter().enumerate().flat_map(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_in_order_and_once() {
        let mut bits = Bits::default();
        let new: Vec<bool> = [700, 3, 63, 64, 3].into_iter().map(|number| bits.insert(number)).collect();
        assert_eq!(new, [true, true, true, true, false]);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 63, 64, 700]);
        assert_eq!(bits.count(), 4);
        assert!(bits.contains(64) && !bits.contains(65) && !bits.contains(9999));
        for limit in [0, 1, 63, 64, 65, 130] {
            assert_eq!(Bits::full(limit).iter().collect::<Vec<_>>(), (0..limit).collect::<Vec<_>>());
        }
        assert!(bits.meets(&Bits::full(4)) && !bits.meets(&Bits::full(3)));
        assert!(Bits::full(3).is_within(&Bits::full(700)) && !Bits::full(700).is_within(&Bits::full(3)));
        assert_eq!(bits.without(&Bits::full(64)).iter().collect::<Vec<_>>(), [64, 700]);
        assert_eq!(bits.common(&Bits::full(64)).iter().collect::<Vec<_>>(), [3, 63]);
        assert!(bits.without(&bits).is_empty() && !bits.is_empty());
    }
}
