//! Randomness that can be repeated: the same seed gives the same numbers on every machine.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
//! generators", 2014). It is not for secrets: who sees a few numbers knows the rest.

use sha2::{Digest, Sha256};

/// What SplitMix64 adds to its state for each number: 2^64 divided by the golden ratio, made odd.
const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// A source of repeatable random numbers.
#[derive(Debug, Clone)]
pub struct Entropy {
    /// Kept apart from the state, so that a fork does not depend on how much was drawn before it.
    seed: u64,
    state: u64,
}

impl Entropy {
    /// A source that is wholly determined by `seed`.
    pub fn from_seed(seed: u64) -> Entropy {
        Entropy { seed, state: seed }
    }

    /// A source of its own, determined by this one's seed and `label` alone: what was drawn from
    /// this one, and which other forks were made, changes nothing. So the order in which parallel
    /// work asks does not matter.
    #[must_use]
    pub fn fork(&self, label: &str) -> Entropy {
        let digest = Sha256::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(label)
            .finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Entropy::from_seed(u64::from_be_bytes(first))
    }

    /// The next number, each of the 2^64 equally likely.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, `bound`; 0 when `bound` is 0.
    ///
    /// The upper half of a 128-bit product picks the number. One number is then more likely than
    /// another by less than `bound` / 2^64: nothing, for the small bounds used here, and unlike
    /// drawing again until it fits it always ends.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of 128 bits has 64 bits")
    }

    /// One of `items`, each equally likely; none when there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(items.len()).expect("a length in memory fits 64 bits");
        let index = self.below(count);
        items.get(usize::try_from(index).expect("an index below a length fits usize"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        // The first three outputs for seed 0, as published with the generator.
        let mut entropy = Entropy::from_seed(0);
        assert_eq!(entropy.next_u64(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(entropy.next_u64(), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(entropy.next_u64(), 0x06C4_5D18_8009_454F);
    }

    #[test]
    fn a_fork_does_not_depend_on_what_was_drawn() {
        let fresh = Entropy::from_seed(7);
        let mut used = Entropy::from_seed(7);
        used.next_u64();
        assert_eq!(fresh.fork("a").next_u64(), used.fork("a").next_u64());
    }

    #[test]
    fn forks_differ_by_label_and_by_seed() {
        let entropy = Entropy::from_seed(7);
        assert_ne!(entropy.fork("a").next_u64(), entropy.fork("b").next_u64());
        assert_ne!(
            entropy.fork("a").next_u64(),
            Entropy::from_seed(8).fork("a").next_u64()
        );
        assert_ne!(entropy.fork("").next_u64(), entropy.clone().next_u64());
    }

    #[test]
    fn nothing_can_be_picked_from_nothing() {
        assert_eq!(Entropy::from_seed(1).pick::<u8>(&[]), None);
        assert_eq!(Entropy::from_seed(1).below(0), 0);
    }

    #[test]
    fn every_item_is_picked_sooner_or_later() {
        let mut entropy = Entropy::from_seed(3);
        let mut seen = [0_u32; 4];
        for _ in 0..4000 {
            seen[*entropy.pick(&[0, 1, 2, 3]).unwrap()] += 1;
        }
        assert!(
            seen.iter().all(|count| (800..1200).contains(count)),
            "{seen:?}"
        );
    }

    proptest! {
        #[test]
        fn a_number_stays_below_its_bound(seed: u64, bound in 1..u64::MAX) {
            prop_assert!(Entropy::from_seed(seed).below(bound) < bound);
        }
    }
}
