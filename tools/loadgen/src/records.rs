//! The records of a run's table: keys, sizes and contents, all a function of a record's number.
//!
//! The table has the partition key `pk` (S) and the sort key `sk` (S). Records with neighbouring
//! numbers share a partition, so that a Query finds many; the names of partitions are hashes, so
//! that their order is not that in which they are written.

use std::fmt::Write as _;
use std::str::FromStr;

use anyhow::{Context as _, ensure};

use crate::distribution::fnv_hash;
use crate::noise::Noise;

/// DynamoDB's limit for an item.
const MAX_ITEM_BYTES: usize = 400 << 10;

/// Bytes of `pk`, `sk` and their values.
const KEY_BYTES: usize = 2 + 16 + 2 + 8;

/// Which records there are.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Shape {
    /// Records that the table is loaded with.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) records: u64,
    /// Size of an item as DynamoDB counts it, key and names included: bytes, or a range such as
    /// 100-400000 in which each order of magnitude is as likely as another.
    #[arg(long, default_value = "1000")]
    item_bytes: Sizes,
    /// Attributes beside the key that share the item's bytes; an update sets one of them.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) fields: u64,
    /// Records in a partition.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) partition_records: u64,
}

/// The smallest and the largest size, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    from: usize,
    to: usize,
}

impl FromStr for Sizes {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let parse = |bytes: &str| bytes.parse().context("not a number of bytes, nor two");
        let sizes = Self {
            from: parse(from)?,
            to: parse(to)?,
        };
        ensure!(sizes.from <= sizes.to, "the first is the larger one");
        ensure!(
            sizes.to <= MAX_ITEM_BYTES,
            "an item has {MAX_ITEM_BYTES} bytes at most"
        );
        Ok(sizes)
    }
}

/// Keys and contents by number.
pub(crate) struct Records {
    shape: Shape,
    noise: Noise,
}

impl Records {
    /// Fails if the items are too small for their fields.
    pub(crate) fn new(shape: Shape) -> anyhow::Result<Self> {
        let least = KEY_BYTES + shape.fields as usize * (field_name(shape.fields - 1).len() + 1);
        ensure!(
            shape.item_bytes.from >= least,
            "{} fields need items of {least} bytes at least",
            shape.fields
        );
        let noise = Noise::new(shape.item_bytes.to);
        Ok(Self { shape, noise })
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(crate) fn partition_key(&self, record: u64) -> String {
        let partition = record / self.shape.partition_records;
        format!("{:016x}", fnv_hash(partition))
    }

    pub(crate) fn sort_key(&self, record: u64) -> String {
        format!("{:08}", record % self.shape.partition_records)
    }

    /// `{"pk":...,"sk":...}`
    pub(crate) fn write_key(&self, record: u64, json: &mut String) {
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            json,
            r#"{{"pk":{{"S":"{}"}},"sk":{{"S":"{}"}}}}"#,
            self.partition_key(record),
            self.sort_key(record)
        );
    }

    /// The whole item; another version has other contents of the same size.
    pub(crate) fn write_item(&self, record: u64, version: u64, json: &mut String) {
        self.write_key(record, json);
        json.pop();
        for field in 0..self.shape.fields {
            let value = self.value(record, field, version);
            let _ = write!(json, r#","{}":{{"S":"{value}"}}"#, field_name(field));
        }
        json.push('}');
    }

    /// The value of one field of a record in some version.
    pub(crate) fn value(&self, record: u64, field: u64, version: u64) -> &str {
        let number = fnv_hash(record ^ field.rotate_left(48) ^ fnv_hash(version));
        self.noise.payload(number, self.value_bytes(record, field))
    }

    fn value_bytes(&self, record: u64, field: u64) -> usize {
        let names: usize = (0..self.shape.fields)
            .map(|field| field_name(field).len())
            .sum();
        let bytes = self.item_bytes(record) - KEY_BYTES - names;
        let fields = self.shape.fields as usize;
        // The first fields take what does not divide.
        bytes / fields + usize::from((field as usize) < bytes % fields)
    }

    /// The size of a record: always the same, so that an update does not change it.
    fn item_bytes(&self, record: u64) -> usize {
        let Sizes { from, to } = self.shape.item_bytes;
        let share = fnv_hash(!record) as f64 / (1u64 << 63) as f64;
        let bytes = from as f64 * (to as f64 / from as f64).powf(share);
        (bytes as usize).clamp(from, to)
    }
}

pub(crate) fn field_name(field: u64) -> String {
    format!("f{field}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn records(item_bytes: &str, fields: u64) -> Records {
        Records::new(Shape {
            records: 1000,
            item_bytes: item_bytes.parse().unwrap(),
            fields,
            partition_records: 10,
        })
        .unwrap()
    }

    /// DynamoDB's size of an item of strings.
    fn size(item: &Value) -> usize {
        let attributes = item.as_object().unwrap().iter();
        attributes
            .map(|(name, value)| name.len() + value["S"].as_str().unwrap().len())
            .sum()
    }

    fn item(records: &Records, record: u64, version: u64) -> Value {
        let mut json = String::new();
        records.write_item(record, version, &mut json);
        serde_json::from_str(&json).unwrap()
    }

    proptest! {
        #[test]
        fn items_have_the_size_asked_for(
            bytes in 600_usize..2000, fields in 1_u64..=100, record: u64, version: u64
        ) {
            let records = records(&bytes.to_string(), fields);
            let item = item(&records, record, version);
            prop_assert_eq!(size(&item), bytes);
            prop_assert_eq!(item.as_object().unwrap().len() as u64, 2 + fields);
        }

        #[test]
        fn a_record_keeps_its_size_in_every_version(record: u64, version: u64) {
            let records = records("100-409600", 10);
            let bytes = size(&item(&records, record, version));
            prop_assert!((100..=409_600).contains(&bytes));
            prop_assert_eq!(size(&item(&records, record, version.wrapping_add(1))), bytes);
        }
    }

    #[test]
    fn each_order_of_magnitude_is_as_likely() {
        let records = records("100-100000", 1);
        let sizes: Vec<_> = (0..3000).map(|record| records.item_bytes(record)).collect();
        for range in [100..1000, 1000..10_000, 10_000..100_000_usize] {
            let count = sizes.iter().filter(|bytes| range.contains(*bytes)).count();
            assert!((900..1100).contains(&count), "{range:?}: {count}");
        }
    }

    #[test]
    fn keys_differ_and_neighbours_share_a_partition_in_order() {
        let records = records("1000", 10);
        let keys: HashSet<_> = (0..1000)
            .map(|record| (records.partition_key(record), records.sort_key(record)))
            .collect();
        assert_eq!(keys.len(), 1000);
        for record in 0..9 {
            assert_eq!(records.partition_key(record), records.partition_key(9));
            assert!(records.sort_key(record) < records.sort_key(record + 1));
        }
        assert_ne!(records.partition_key(9), records.partition_key(10));
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        for text in ["", "x", "1-", "200-100", "100-409601"] {
            assert!(text.parse::<Sizes>().is_err(), "{text}");
        }
        let shape = Shape {
            records: 1,
            item_bytes: "50".parse().unwrap(),
            fields: 10,
            partition_records: 1,
        };
        assert!(Records::new(shape).is_err());
    }
}
