//! Chance that is the same on every machine: a stream of numbers per thing that is invented.
//!
//! A stream is named by a path (seed, school, cohort, pupil, purpose), never taken over from
//! another one, so that inventing one thing more leaves all others as they were. Integers only.

/// What a stream is used for; the last part of its path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    School = 1,
    Cohort,
    Person,
    Family,
    Journey,
    Talent,
    Staff,
    Marks,
    Comments,
    Conduct,
    Primary,
    Qualities,
    Attendance,
    Health,
    Remarks,
    Handover,
    Arrivals,
    Equipment,
    Computers,
    Progress,
    Census,
}

/// A stream of random numbers (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Stream(u64);

impl Stream {
    /// Opens the stream of `purpose` for the thing at `path`.
    pub(super) fn of(purpose: Purpose, path: &[u64]) -> Self {
        let start = mix(purpose as u64);
        Self(path.iter().fold(start, |state, part| mix(state ^ mix(part.wrapping_add(GAMMA)))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// Returns a number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // 32 random bits are far more than any bound here, so the bias is below one in a million.
        (((self.next() >> 32) * bound as u64) >> 32) as usize
    }

    /// Returns a number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// Returns true `per_mille` times out of a thousand.
    pub(super) fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    /// Returns one of `items`.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Returns one of `items`, each as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(usize, T)]) -> T {
        let mut rest = self.below(items.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in items {
            if rest < *weight {
                return *item;
            }
            rest -= weight;
        }
        items[0].1
    }

    /// Returns a number around 0, mostly within `spread`, never beyond three times that.
    pub(super) fn bell(&mut self, spread: i64) -> i64 {
        (0..3).map(|_| self.between(-spread, spread)).sum()
    }
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finishing steps of SplitMix64.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
