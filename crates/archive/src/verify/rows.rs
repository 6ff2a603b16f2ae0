//! What must hold for the rows of a keyframe, a delta or a block.

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

use crate::change::Change;

/// How rows follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowOrder {
    /// One row per key, ascending; no deletions.
    Keyframe,
    /// By key, then by timestamp.
    Delta,
    /// By timestamp; a commit changes a key once.
    Block,
}

/// What is said of some rows elsewhere, and must be true of them.
#[derive(Debug, Clone)]
pub(super) struct RowsSaid {
    pub(super) order: RowOrder,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) key_min: Bytes,
    pub(super) key_max: Bytes,
    /// Every timestamp is later than this, and
    pub(super) after: CommitTimestamp,
    /// not later than this.
    pub(super) through: CommitTimestamp,
}

/// Looks at rows one after the other.
pub(super) struct RowCheck<'a> {
    said: &'a RowsSaid,
    rows: u64,
    bytes: u64,
    key_min: Option<Bytes>,
    key_max: Option<Bytes>,
    last: Option<(Bytes, CommitTimestamp)>,
}

impl<'a> RowCheck<'a> {
    pub(super) fn new(said: &'a RowsSaid) -> Self {
        Self {
            said,
            rows: 0,
            bytes: 0,
            key_min: None,
            key_max: None,
            last: None,
        }
    }

    /// Looks at the next row; an error says what is wrong with it.
    pub(super) fn row(&mut self, change: &Change) -> Result<(), String> {
        let (row, at) = (self.rows, change.timestamp);
        if at <= self.said.after || at > self.said.through {
            let (after, through) = (self.said.after, self.said.through);
            return Err(format!(
                "row {row} is of {at}, outside ({after}, {through}]"
            ));
        }
        if self.said.order == RowOrder::Keyframe && change.item.is_none() {
            return Err(format!("row {row} is a deletion"));
        }
        if let Some((key, before)) = &self.last {
            let in_order = match self.said.order {
                RowOrder::Keyframe => *key < change.key,
                RowOrder::Delta => (key, *before) < (&change.key, at),
                RowOrder::Block => *before <= at,
            };
            if !in_order {
                return Err(format!("row {row} is out of order"));
            }
        }
        self.rows += 1;
        self.bytes += change.bytes();
        if self.key_min.as_ref().is_none_or(|min| change.key < *min) {
            self.key_min = Some(change.key.clone());
        }
        if self.key_max.as_ref().is_none_or(|max| change.key > *max) {
            self.key_max = Some(change.key.clone());
        }
        self.last = Some((change.key.clone(), at));
        Ok(())
    }

    /// Compares the whole with what is said of it. Answers the number of rows.
    pub(super) fn finish(self) -> Result<u64, String> {
        let said = self.said;
        if self.rows != said.rows {
            return Err(format!("it has {} rows, {} are said", self.rows, said.rows));
        }
        if self.bytes != said.bytes {
            return Err(format!(
                "it has {} bytes of keys and items, {} are said",
                self.bytes, said.bytes
            ));
        }
        let bounds = self.key_min.zip(self.key_max).unwrap_or_default();
        if bounds != (said.key_min.clone(), said.key_max.clone()) {
            return Err("its lowest and highest key are not those said".to_owned());
        }
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, micros: u64, item: Option<&'static str>) -> Change {
        Change {
            key: Bytes::copy_from_slice(key.as_bytes()),
            timestamp: CommitTimestamp::from_micros(micros),
            item: item.map(|item| Bytes::from_static(item.as_bytes())),
        }
    }

    fn said(order: RowOrder) -> RowsSaid {
        RowsSaid {
            order,
            rows: 2,
            bytes: 6,
            key_min: Bytes::from_static(b"a"),
            key_max: Bytes::from_static(b"b"),
            after: CommitTimestamp::from_micros(10),
            through: CommitTimestamp::from_micros(20),
        }
    }

    fn check(said: &RowsSaid, rows: &[Change]) -> Result<u64, String> {
        let mut check = RowCheck::new(said);
        rows.iter().try_for_each(|row| check.row(row))?;
        check.finish()
    }

    #[test]
    fn each_rule_of_rows_is_noticed_when_broken() {
        use RowOrder::{Block, Delta, Keyframe};
        let (a, b) = (change("a", 11, Some("xx")), change("b", 20, Some("yy")));
        for order in [Keyframe, Delta, Block] {
            assert_eq!(check(&said(order), &[a.clone(), b.clone()]), Ok(2));
        }
        for (order, rows, wrong) in [
            (Keyframe, vec![b.clone(), a.clone()], "order"),
            (Keyframe, vec![a.clone(), a.clone()], "order"),
            (Keyframe, vec![a.clone(), change("b", 20, None)], "deletion"),
            (Delta, vec![b.clone(), a.clone()], "order"),
            (Delta, vec![a.clone(), a.clone()], "order"),
            (Block, vec![b.clone(), a.clone()], "order"),
            (Delta, vec![change("a", 10, None), b], "outside"),
            (Block, vec![a.clone(), change("b", 21, None)], "outside"),
            (Delta, vec![a.clone()], "1 rows, 2 are said"),
            (
                Block,
                vec![a.clone(), change("b", 20, Some("y"))],
                "5 bytes",
            ),
            (Delta, vec![a, change("c", 20, Some("yy"))], "highest"),
        ] {
            let found = check(&said(order), &rows).unwrap_err();
            assert!(found.contains(wrong), "{order:?} {rows:?}: {found}");
        }
    }

    #[test]
    fn versions_of_one_key_follow_each_other_in_a_delta() {
        let mut said = said(RowOrder::Delta);
        said.key_max = said.key_min.clone();
        let rows = [change("a", 11, Some("xx")), change("a", 12, Some("yy"))];
        assert_eq!(check(&said, &rows), Ok(2));
    }
}
