//! What a run does: YCSB's workloads A to F on DynamoDB's operations, single operations, and
//! transactions; and the choice of each request's operation and records.
//!
//! A request is drawn from the run's seed and the request's number alone, whatever connection sends
//! it; where records are inserted, also from how many are there by then.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::distribution::{Chooser, Distribution};

/// The mixes one can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workload {
    /// YCSB A: half reads, half updates.
    A,
    /// YCSB B: 95 % reads, 5 % updates.
    B,
    /// YCSB C: reads.
    C,
    /// YCSB D: 95 % reads of the latest records, 5 % inserts.
    D,
    /// YCSB E: 95 % queries of 1 to --query-items records, 5 % inserts.
    E,
    /// YCSB F: half reads, half reads each followed by an update of what was read.
    F,
    /// PutItem over records that exist.
    Put,
    /// GetItem.
    Get,
    /// Query of exactly --query-items records, where the partition has so many.
    Query,
    /// Half TransactGetItems, half TransactWriteItems, of --transaction-items records each.
    Transactions,
}

/// One kind of request, or of two requests that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Read,
    Update,
    Insert,
    Put,
    Query,
    ReadModifyWrite,
    TransactGet,
    TransactWrite,
}

impl Operation {
    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "GetItem",
            Self::Update => "UpdateItem",
            Self::Insert => "PutItem (insert)",
            Self::Put => "PutItem",
            Self::Query => "Query",
            Self::ReadModifyWrite => "GetItem, then UpdateItem",
            Self::TransactGet => "TransactGetItems",
            Self::TransactWrite => "TransactWriteItems",
        }
    }
}

impl Workload {
    /// Operations and their shares in percent, 100 in all.
    fn mix(self) -> &'static [(u32, Operation)] {
        match self {
            Self::A => &[(50, Operation::Read), (50, Operation::Update)],
            Self::B => &[(95, Operation::Read), (5, Operation::Update)],
            Self::C | Self::Get => &[(100, Operation::Read)],
            Self::D => &[(95, Operation::Read), (5, Operation::Insert)],
            Self::E => &[(95, Operation::Query), (5, Operation::Insert)],
            Self::F => &[(50, Operation::Read), (50, Operation::ReadModifyWrite)],
            Self::Put => &[(100, Operation::Put)],
            Self::Query => &[(100, Operation::Query)],
            Self::Transactions => &[(50, Operation::TransactGet), (50, Operation::TransactWrite)],
        }
    }

    /// YCSB's for A to F, uniform otherwise.
    pub(crate) fn usual_distribution(self) -> Distribution {
        match self {
            Self::D => Distribution::Latest,
            Self::Put | Self::Get | Self::Query => Distribution::Uniform,
            _ => Distribution::Zipfian,
        }
    }

    fn operation(self, random: &mut StdRng) -> Operation {
        let mut draw = random.random_range(0..100);
        for (percent, operation) in self.mix() {
            if draw < *percent {
                return *operation;
            }
            draw -= percent;
        }
        unreachable!("the shares of {self:?} are 100 in all")
    }
}

/// A request as drawn: the operation, and the records it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) operation: Operation,
    /// One record, that a Query starts at; several distinct ones for transactions.
    pub(crate) records: Vec<u64>,
    /// Items that a Query asks for.
    pub(crate) limit: u64,
    /// Which of its fields an update sets.
    pub(crate) field: u64,
    /// Makes what is written differ from what was there.
    pub(crate) version: u64,
}

/// Draws a run's requests.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    pub(crate) workload: Workload,
    pub(crate) chooser: Chooser,
    pub(crate) seed: u64,
    pub(crate) fields: u64,
    pub(crate) partition_records: u64,
    pub(crate) query_items: u64,
    pub(crate) transaction_items: u64,
}

impl Draw {
    /// The request of a number; an insert takes the next record.
    pub(crate) fn request(&mut self, number: u64, inserts: &Inserts) -> Request {
        // The seed's bits and the number's in different halves of the generator's key.
        let mut key = [0; 32];
        for (byte, from) in key.iter_mut().zip(
            self.seed
                .to_le_bytes()
                .into_iter()
                .chain(number.to_le_bytes()),
        ) {
            *byte = from;
        }
        let mut random = StdRng::from_seed(key);
        let operation = self.workload.operation(&mut random);
        let field = random.random_range(0..self.fields);
        let version = random.random();
        let known = inserts.known();
        let mut limit = 0;
        let records = match operation {
            Operation::Insert => vec![inserts.next()],
            Operation::TransactGet | Operation::TransactWrite => self.distinct(known, &mut random),
            Operation::Query => {
                let start = self.chooser.choose(known, &mut random);
                vec![self.query_start(start, known, &mut limit, &mut random)]
            }
            _ => vec![self.chooser.choose(known, &mut random)],
        };
        Request {
            operation,
            records,
            limit,
            field,
            version,
        }
    }

    /// E asks for any number of items from where it is; "query" for all, from where there are so
    /// many behind in the partition, if it has so many.
    fn query_start(&self, start: u64, known: u64, limit: &mut u64, random: &mut StdRng) -> u64 {
        if self.workload == Workload::E {
            *limit = random.random_range(1..=self.query_items);
            return start;
        }
        *limit = self.query_items;
        let first = start - start % self.partition_records;
        let end = (first + self.partition_records).min(known);
        start.min(end.saturating_sub(self.query_items)).max(first)
    }

    /// A popular record is often drawn twice; after many tries its neighbour is taken.
    fn distinct(&mut self, known: u64, random: &mut StdRng) -> Vec<u64> {
        let wanted = self.transaction_items.min(known) as usize;
        let mut records = BTreeSet::new();
        for _ in 0..wanted * 10 {
            if records.len() < wanted {
                records.insert(self.chooser.choose(known, random));
            }
        }
        let mut record = self.chooser.choose(known, random);
        while records.len() < wanted {
            records.insert(record);
            record = (record + 1) % known;
        }
        records.into_iter().collect()
    }
}

/// Records that a run inserts. Only those are read that are there, with all before them.
#[derive(Debug)]
pub(crate) struct Inserts {
    next: AtomicU64,
    known: AtomicU64,
    /// Inserted, while one before them is not yet.
    ahead: Mutex<BTreeSet<u64>>,
}

impl Inserts {
    /// A table with records 0 up to `records`, excluded.
    pub(crate) fn new(records: u64) -> Self {
        Self {
            next: AtomicU64::new(records),
            known: AtomicU64::new(records),
            ahead: Mutex::default(),
        }
    }

    fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// How many records are there, with all before them.
    fn known(&self) -> u64 {
        self.known.load(Ordering::Acquire)
    }

    /// A record that `next` gave out has been inserted.
    pub(crate) fn done(&self, record: u64) {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        ahead.insert(record);
        let mut known = self.known();
        while ahead.remove(&known) {
            known += 1;
        }
        self.known.store(known, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::ValueEnum as _;
    use proptest::prelude::*;

    use super::*;
    use crate::distribution::YCSB_THETA;

    fn draw(workload: Workload, records: u64, seed: u64) -> Draw {
        let distribution = workload.usual_distribution();
        Draw {
            workload,
            chooser: Chooser::new(distribution, records, YCSB_THETA),
            seed,
            fields: 10,
            partition_records: 200,
            query_items: 100,
            transaction_items: 4,
        }
    }

    #[test]
    fn every_mix_has_its_shares() {
        const REQUESTS: u32 = 20_000;
        for workload in Workload::value_variants() {
            assert_eq!(
                workload
                    .mix()
                    .iter()
                    .map(|(percent, _)| percent)
                    .sum::<u32>(),
                100
            );
            let inserts = Inserts::new(1000);
            let mut draw = draw(*workload, 1000, 3);
            let mut counts = BTreeMap::new();
            for number in 0..REQUESTS {
                let operation = draw.request(number.into(), &inserts).operation;
                *counts.entry(operation).or_insert(0_u32) += 1;
            }
            assert_eq!(counts.len(), workload.mix().len());
            for (percent, operation) in workload.mix() {
                let got = counts[operation].abs_diff(REQUESTS / 100 * percent);
                assert!(
                    got < REQUESTS / 100 * 2,
                    "{workload:?} {operation:?}: off by {got}"
                );
            }
        }
    }

    proptest! {
        /// Another order of the same numbers, as of other connections, gives the same requests.
        #[test]
        fn seed_and_number_say_all(seed: u64, number: u64, other: u64) {
            for workload in [Workload::A, Workload::F, Workload::Query, Workload::Transactions] {
                let inserts = Inserts::new(1000);
                let first = draw(workload, 1000, seed).request(number, &inserts);
                let mut draw = draw(workload, 1000, seed);
                draw.request(other, &inserts);
                prop_assert_eq!(draw.request(number, &inserts), first);
            }
        }

        #[test]
        fn requests_are_about_records_that_are_there(records in 1_u64..2000, number: u64) {
            for workload in Workload::value_variants() {
                let inserts = Inserts::new(records);
                let request = draw(*workload, records, 1).request(number, &inserts);
                let known = if request.operation == Operation::Insert { records + 1 } else { records };
                prop_assert!(request.records.iter().all(|record| *record < known));
                let distinct: BTreeSet<_> = request.records.iter().collect();
                prop_assert_eq!(distinct.len(), request.records.len());
                if matches!(request.operation, Operation::TransactGet | Operation::TransactWrite) {
                    prop_assert_eq!(request.records.len() as u64, records.min(4));
                }
            }
        }

        /// The Query workload finds as many items as it asks for wherever the partition has them.
        #[test]
        fn queries_find_all_they_ask_for(records in 200_u64..2000, number: u64) {
            let request = draw(Workload::Query, records, 1).request(number, &Inserts::new(records));
            let start = request.records[0];
            let first = start - start % 200;
            let in_partition = (first + 200).min(records) - first;
            let found = (first + in_partition - start).min(request.limit);
            prop_assert_eq!(found, in_partition.min(100));
        }

        /// Whatever order inserts end in, what is known is the longest run without a gap.
        #[test]
        fn inserts_are_known_without_gaps(order in Just((0_u64..50).collect::<Vec<_>>()).prop_shuffle()) {
            let inserts = Inserts::new(100);
            let given: Vec<_> = order.iter().map(|_| inserts.next()).collect();
            prop_assert_eq!(given, (100..150).collect::<Vec<_>>());
            let mut done = BTreeSet::new();
            for record in order {
                inserts.done(100 + record);
                done.insert(record);
                let run = (0..50).take_while(|record| done.contains(record)).count() as u64;
                prop_assert_eq!(inserts.known(), 100 + run);
            }
        }
    }
}
