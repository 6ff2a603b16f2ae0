//! Which record a request concerns: uniform, YCSB's zipfian spread over the table, or its "latest".
//!
//! A distribution turns one draw of a uniform number into a record's number and holds no state but
//! sums that its parameters determine; so a request's record follows from the run's seed, the
//! request's number and, where records are inserted meanwhile, from how many there are. Ranks
//! follow Gray et al., "Quickly Generating Billion-Record Synthetic Databases" (SIGMOD 1994), as in
//! YCSB: the two most popular ranks have exactly their share, the others one that is close to it.

use rand::Rng;

/// The theta of YCSB's workloads.
pub(crate) const YCSB_THETA: f64 = 0.99;

/// Ranks that the spread zipfian draws from before it hashes them: YCSB's number, so many that the
/// popularity of a record does not depend on how many records there are.
const SPREAD_RANKS: u64 = 10_000_000_000;

/// The distributions one can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Distribution {
    /// Few records are popular; they are spread over the whole table.
    Zipfian,
    /// All records are equally popular.
    Uniform,
    /// The records inserted last are the popular ones.
    Latest,
}

/// Draws records by one distribution.
#[derive(Debug, Clone)]
pub(crate) enum Chooser {
    Spread(Zipfian),
    Uniform,
    Latest(Zipfian),
}

impl Chooser {
    /// `theta` is the zipfian's exponent, between 0 and 1, both excluded.
    pub(crate) fn new(distribution: Distribution, records: u64, theta: f64) -> Self {
        match distribution {
            Distribution::Zipfian => Self::Spread(Zipfian::new(SPREAD_RANKS, theta)),
            Distribution::Uniform => Self::Uniform,
            Distribution::Latest => Self::Latest(Zipfian::new(records, theta)),
        }
    }

    /// A record below `records`, which is at least 1 and never less than in an earlier call.
    pub(crate) fn choose(&mut self, records: u64, random: &mut impl Rng) -> u64 {
        match self {
            Self::Spread(zipfian) => fnv_hash(zipfian.rank(random.random())) % records,
            Self::Uniform => random.random_range(0..records),
            Self::Latest(zipfian) => {
                zipfian.grow(records);
                records - 1 - zipfian.rank(random.random())
            }
        }
    }
}

/// Ranks from 0, rank r with a probability in proportion to 1 / (r + 1)^theta.
#[derive(Debug, Clone)]
pub(crate) struct Zipfian {
    ranks: u64,
    theta: f64,
    /// The sum of 1 / i^theta for i from 1 to `ranks`.
    zeta: f64,
    alpha: f64,
    eta: f64,
}

impl Zipfian {
    fn new(ranks: u64, theta: f64) -> Self {
        let mut zipfian = Self {
            ranks,
            theta,
            zeta: zeta(ranks, theta),
            alpha: 1.0 / (1.0 - theta),
            eta: 0.0,
        };
        zipfian.set_eta();
        zipfian
    }

    fn grow(&mut self, ranks: u64) {
        if ranks > self.ranks {
            self.zeta += (self.ranks + 1..=ranks)
                .map(|i| (i as f64).powf(-self.theta))
                .sum::<f64>();
            self.ranks = ranks;
            self.set_eta();
        }
    }

    fn set_eta(&mut self) {
        let zeta_two = zeta(2, self.theta);
        self.eta =
            (1.0 - (2.0 / self.ranks as f64).powf(1.0 - self.theta)) / (1.0 - zeta_two / self.zeta);
    }

    /// The rank that a number from 0 (included) to 1 (excluded) stands for.
    fn rank(&self, uniform: f64) -> u64 {
        let scaled = uniform * self.zeta;
        if scaled < 1.0 || self.ranks == 1 {
            return 0;
        }
        if scaled < 1.0 + 0.5_f64.powf(self.theta) || self.ranks == 2 {
            return 1;
        }
        let share = (self.eta * uniform - self.eta + 1.0).powf(self.alpha);
        ((self.ranks as f64 * share) as u64).min(self.ranks - 1)
    }
}

/// The sum of 1 / i^theta for i from 1 to n: the first terms one by one, the rest by the formula of
/// Euler and Maclaurin, whose next term is below 1e-12 from there on.
fn zeta(n: u64, theta: f64) -> f64 {
    const ONE_BY_ONE: u64 = 1000;
    let term = |i: u64| (i as f64).powf(-theta);
    let head: f64 = (1..=n.min(ONE_BY_ONE)).map(term).sum();
    if n <= ONE_BY_ONE {
        return head;
    }
    let integral = |i: u64| (i as f64).powf(1.0 - theta) / (1.0 - theta);
    let slope = |i: u64| -theta * (i as f64).powf(-theta - 1.0);
    head + integral(n) - integral(ONE_BY_ONE)
        + (term(n) - term(ONE_BY_ONE)) / 2.0
        + (slope(n) - slope(ONE_BY_ONE)) / 12.0
}

/// YCSB's hash of a number: FNV over its eight bytes, least significant first, made positive.
pub(crate) fn fnv_hash(number: u64) -> u64 {
    const OFFSET_BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 1_099_511_628_211;
    let hash = number
        .to_le_bytes()
        .iter()
        .fold(OFFSET_BASIS, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
        });
    hash.cast_signed().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    const DRAWS: u32 = 200_000;

    fn direct_zeta(n: u64, theta: f64) -> f64 {
        (1..=n).map(|i| (i as f64).powf(-theta)).sum()
    }

    #[test]
    fn zeta_of_ycsbs_ranks_is_ycsbs_constant() {
        let ours = zeta(SPREAD_RANKS, YCSB_THETA);
        assert!((ours - 26.469_028_201_783_02).abs() < 1e-6, "{ours}");
    }

    proptest! {
        #[test]
        fn zeta_is_the_sum(n in 1_u64..20_000, theta in 0.01_f64..0.999) {
            let (quick, direct) = (zeta(n, theta), direct_zeta(n, theta));
            prop_assert!((quick - direct).abs() <= direct * 1e-10, "{quick} {direct}");
        }

        #[test]
        fn growing_is_as_good_as_being_made(from in 1_u64..3000, by in 1_u64..3000) {
            let mut grown = Zipfian::new(from, YCSB_THETA);
            grown.grow(from + by);
            let made = Zipfian::new(from + by, YCSB_THETA);
            prop_assert!((grown.zeta - made.zeta).abs() < 1e-9);
            prop_assert!((grown.eta - made.eta).abs() < 1e-9);
        }

        #[test]
        fn ranks_and_records_are_in_range(
            records in 1_u64..1_000_000, theta in 0.01_f64..0.999, uniform in 0.0_f64..1.0, seed: u64
        ) {
            prop_assert!(Zipfian::new(records, theta).rank(uniform) < records);
            for distribution in [Distribution::Zipfian, Distribution::Uniform, Distribution::Latest] {
                let mut chooser = Chooser::new(distribution, records, theta);
                let mut random = StdRng::seed_from_u64(seed);
                for _ in 0..10 {
                    prop_assert!(chooser.choose(records, &mut random) < records);
                }
            }
        }

        /// A rank never falls as the uniform number rises, so each has one span of numbers.
        #[test]
        fn ranks_rise_with_the_number(ranks in 1_u64..10_000, a in 0.0_f64..1.0, b in 0.0_f64..1.0) {
            let zipfian = Zipfian::new(ranks, YCSB_THETA);
            prop_assert!(zipfian.rank(a.min(b)) <= zipfian.rank(a.max(b)));
        }
    }

    /// The share of the first r ranks against the formula's: exact for one and two ranks, within
    /// the approximation's few percent for more.
    #[test]
    fn ranks_have_their_share() {
        let (ranks, theta) = (1000, YCSB_THETA);
        let zipfian = Zipfian::new(ranks, theta);
        let mut counts = vec![0_u32; ranks as usize];
        // Evenly spaced numbers, not random ones: what is compared is the function alone.
        for draw in 0..DRAWS {
            let uniform = (f64::from(draw) + 0.5) / f64::from(DRAWS);
            *counts.get_mut(zipfian.rank(uniform) as usize).unwrap() += 1;
        }
        for (first, tolerance) in [(1, 1e-4), (2, 1e-4), (10, 0.04), (100, 0.04), (1000, 1e-9)] {
            let wanted = direct_zeta(first, theta) / direct_zeta(ranks, theta);
            let got = counts.iter().take(first as usize).sum::<u32>();
            let got = f64::from(got) / f64::from(DRAWS);
            assert!(
                (got - wanted).abs() <= tolerance,
                "{first}: {got} for {wanted}"
            );
        }
    }

    fn counts(distribution: Distribution, records: u64) -> Vec<u32> {
        let mut chooser = Chooser::new(distribution, records, YCSB_THETA);
        let mut random = StdRng::seed_from_u64(7);
        let mut counts = vec![0; records as usize];
        for _ in 0..DRAWS {
            let record = chooser.choose(records, &mut random) as usize;
            *counts.get_mut(record).unwrap() += 1;
        }
        counts
    }

    #[test]
    fn uniform_is_even() {
        let mean = f64::from(DRAWS) / 100.0;
        for count in counts(Distribution::Uniform, 100) {
            assert!(
                (f64::from(count) - mean).abs() < 6.0 * mean.sqrt(),
                "{count}"
            );
        }
    }

    /// The most popular record is the hash of rank 0 and has the share of rank 0 among all ranks
    /// that hash anywhere; it is no neighbour of the second.
    #[test]
    fn the_spread_zipfian_is_skewed_and_spread() {
        let records = 1000;
        let counts = counts(Distribution::Zipfian, records);
        let share = |rank: u64| {
            let record = (fnv_hash(rank) % records) as usize;
            f64::from(*counts.get(record).unwrap()) / f64::from(DRAWS)
        };
        let zeta = zeta(SPREAD_RANKS, YCSB_THETA);
        // Beside its own share a record has that of the ranks that hash to it by chance.
        let (first, second) = (1.0 / zeta, 0.5_f64.powf(YCSB_THETA) / zeta);
        assert!(
            (first - 0.002..first + 0.006).contains(&share(0)),
            "{}",
            share(0)
        );
        assert!(
            (second - 0.002..second + 0.006).contains(&share(1)),
            "{}",
            share(1)
        );
        assert!((fnv_hash(0) % records).abs_diff(fnv_hash(1) % records) > 1);
    }

    #[test]
    fn the_latest_record_is_the_most_popular_also_when_records_come() {
        let mut chooser = Chooser::new(Distribution::Latest, 1000, YCSB_THETA);
        let mut random = StdRng::seed_from_u64(7);
        for records in [1000, 1001, 1500] {
            let newest = (0..10_000)
                .filter(|_| chooser.choose(records, &mut random) == records - 1)
                .count() as f64;
            let wanted = 10_000.0 / direct_zeta(records, YCSB_THETA);
            assert!(
                (newest - wanted).abs() < 6.0 * wanted.sqrt(),
                "{newest} for {wanted}"
            );
        }
    }
}
