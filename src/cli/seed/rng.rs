//! Chance that can be repeated: the same key gives the same numbers on every machine and in every version of us.
//!
//! Each person, day and visit draws from a generator of its own, keyed by what it is. So any of them can be made again
//! without making those before it, and a million people need no memory.

/// SplitMix64 (Steele, Lea and Flood, 2014): small, fast, and more than random enough for made-up people.
pub(super) struct Rng(u64);

impl Rng {
    /// The generator of one thing: `kind` is what sort of thing, `index` which one.
    pub fn of(seed: u64, kind: u64, index: u64) -> Self {
        let mut rng = Self(seed ^ kind.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mixed = rng.next();
        Self(mixed ^ index.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 when `end` is.
    pub fn below(&mut self, end: u64) -> u64 {
        // Multiply and shift: no division, and a bias far below what a million people show.
        u64::try_from((u128::from(self.next()) * u128::from(end)) >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(high.abs_diff(low) + 1)).unwrap_or(0)
    }

    /// [`Rng::range`] for the small numbers of a chart.
    pub fn small(&mut self, low: i32, high: i32) -> i32 {
        i32::try_from(self.range(i64::from(low), i64::from(high))).unwrap_or(low)
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// True in `n` of a thousand cases.
    pub fn permille(&mut self, n: u32) -> bool {
        self.below(1000) < u64::from(n)
    }

    /// Bell-shaped around `middle`, never further from it than `3 * spread`: the sum of three even draws.
    pub fn around(&mut self, middle: i32, spread: i32) -> i32 {
        middle + (0..3).map(|_| self.small(-spread, spread)).sum::<i32>()
    }

    /// One of them. The list is one of ours, and no list of ours is empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    /// A position in a list of this length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// A position in a list of weights, each as likely as its weight.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u64 = weights.clone().map(u64::from).sum();
        let mut left = self.below(total);
        for (index, weight) in weights.enumerate() {
            match left.checked_sub(u64::from(weight)) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn the_same_key_gives_the_same_numbers_and_another_key_others() {
        let draw = |seed, kind, index| {
            let mut rng = Rng::of(seed, kind, index);
            [rng.below(1000), rng.below(1000), rng.below(1000)]
        };
        assert_eq!(draw(1, 2, 3), draw(1, 2, 3));
        assert_ne!(draw(1, 2, 3), draw(1, 2, 4));
        assert_ne!(draw(1, 2, 3), draw(2, 2, 3));
        // The numbers themselves: a change of the generator would change everybody's demonstration.
        assert_eq!(Rng::of(1, 1, 1).below(1_000_000_007), 628210677);
    }

    #[test]
    fn draws_stay_within_their_bounds() {
        let mut rng = Rng::of(7, 7, 7);
        for _ in 0..10_000 {
            assert!((-3..=4).contains(&rng.range(-3, 4)));
            assert!((70..=130).contains(&rng.around(100, 10)));
            assert!(rng.weighted([0, 5, 0].into_iter()) == 1);
        }
    }
}
