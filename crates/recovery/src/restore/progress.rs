//! The stored records of restore jobs: what to do, by which plan, and what is done.
//!
//! All stand under the target's name, which is taken for as long as the job lives: `job`,
//! `plan`, `tail` once that is sorted on disk, one record per loaded range, one per pool of index
//! entries that went to disk, one per loaded index. They go in the commit that makes
//! the target ACTIVE or removes it.

use std::collections::BTreeMap;

use anywhen_archive::{RestorePlan, TailRuns};
use anywhen_model::TableName;
use anywhen_table::{RealmTables, Statistics, SystemChange, SystemStore};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::RestoreJob;
use super::run_file::RunFile;
use super::sorting::PooledRuns;
use crate::error::RecoveryError;

/// Written before each record's JSON.
const VERSION: u8 = 1;

/// The keys of one job's records.
pub(crate) struct JobRecords {
    prefix: String,
}

/// The plan of a job, and into how many ranges its keys are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPlan {
    pub(crate) plan: RestorePlan,
    pub(crate) ranges: u32,
}

/// Items and bytes, stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) items: u64,
    pub(crate) size_bytes: u64,
}

/// A range whose items are loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RangeDone {
    pub(crate) items: Count,
    /// By index number.
    pub(crate) indexes: BTreeMap<u32, Count>,
    /// Bytes of keys and items it held.
    pub(crate) bytes: u64,
    /// Its index entries that are on disk, sorted.
    pub(crate) runs: Vec<RunFile>,
    /// Whether that is all of them; otherwise the rest is in memory or pooled.
    pub(crate) complete: bool,
}

/// How far a job is.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) plan: Option<StoredPlan>,
    pub(crate) ranges: BTreeMap<u32, RangeDone>,
    /// Entries that ranges had left in memory and that went to disk later.
    pub(crate) pooled: Vec<PooledRuns>,
    /// The tail of the plan, sorted on disk.
    pub(crate) tail: Option<TailRuns>,
    /// Numbers of the indexes that are loaded.
    pub(crate) indexes: Vec<u32>,
}

impl Count {
    pub(crate) fn add(&mut self, size_bytes: usize) {
        self.items += 1;
        self.size_bytes += size_bytes as u64;
    }

    pub(crate) fn add_all(&mut self, other: Self) {
        self.items += other.items;
        self.size_bytes += other.size_bytes;
    }
}

impl From<Count> for Statistics {
    fn from(count: Count) -> Self {
        Self {
            items: count.items,
            size_bytes: count.size_bytes,
        }
    }
}

impl JobRecords {
    pub(crate) fn of(target: &TableName) -> Self {
        // No table name holds a slash, so no prefix begins another.
        Self {
            prefix: format!("{target}/"),
        }
    }

    pub(crate) fn put_job(&self, job: &RestoreJob) -> Result<SystemChange, RecoveryError> {
        self.put("job", job)
    }

    pub(crate) fn put_plan(&self, plan: &StoredPlan) -> Result<SystemChange, RecoveryError> {
        self.put("plan", plan)
    }

    pub(crate) fn put_range(
        &self,
        number: u32,
        range: &RangeDone,
    ) -> Result<SystemChange, RecoveryError> {
        self.put(&format!("range/{number:08}"), range)
    }

    pub(crate) fn put_pooled(
        &self,
        number: u32,
        runs: &PooledRuns,
    ) -> Result<SystemChange, RecoveryError> {
        self.put(&format!("pooled/{number:08}"), runs)
    }

    pub(crate) fn put_tail(&self, runs: &TailRuns) -> Result<SystemChange, RecoveryError> {
        self.put("tail", runs)
    }

    pub(crate) fn put_index(&self, number: u32) -> Result<SystemChange, RecoveryError> {
        self.put(&format!("index/{number:08}"), &())
    }

    /// What is stored of the job's progress.
    pub(crate) fn done(&self, tables: &RealmTables) -> Result<Done, RecoveryError> {
        let mut done = Done::default();
        for (key, value) in tables.system_list(SystemStore::RESTORES, self.prefix.as_bytes())? {
            let key = String::from_utf8_lossy(&key);
            let number = key
                .rsplit('/')
                .next()
                .and_then(|number| number.parse().ok());
            match (key.strip_prefix(&self.prefix).unwrap_or_default(), number) {
                ("plan", _) => done.plan = Some(decode(&value)?),
                ("tail", _) => done.tail = Some(decode(&value)?),
                (pooled, _) if pooled.starts_with("pooled/") => done.pooled.push(decode(&value)?),
                (range, Some(number)) if range.starts_with("range/") => {
                    done.ranges.insert(number, decode(&value)?);
                }
                (index, Some(number)) if index.starts_with("index/") => done.indexes.push(number),
                _ => {}
            }
        }
        Ok(done)
    }

    /// The changes that forget the job.
    pub(crate) fn remove_all(
        &self,
        tables: &RealmTables,
    ) -> Result<Vec<SystemChange>, RecoveryError> {
        let records = tables.system_list(SystemStore::RESTORES, self.prefix.as_bytes())?;
        let remove = |(key, _)| SystemChange {
            store: SystemStore::RESTORES,
            key,
            value: None,
        };
        Ok(records.into_iter().map(remove).collect())
    }

    fn put(&self, name: &str, value: &impl Serialize) -> Result<SystemChange, RecoveryError> {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, value)
            .map_err(|error| RecoveryError::Internal(format!("record of a restore: {error}")))?;
        let key = format!("{}{name}", self.prefix).into_bytes();
        Ok(SystemChange {
            store: SystemStore::RESTORES,
            key,
            value: Some(bytes),
        })
    }
}

/// All jobs that are stored.
pub(crate) fn load_jobs(tables: &RealmTables) -> Result<Vec<RestoreJob>, RecoveryError> {
    let records = tables.system_list(SystemStore::RESTORES, b"")?;
    let jobs = records.iter().filter(|(key, _)| key.ends_with(b"/job"));
    jobs.map(|(_, value)| decode(value)).collect()
}

fn decode<T: DeserializeOwned>(value: &[u8]) -> Result<T, RecoveryError> {
    value
        .strip_prefix(&[VERSION])
        .and_then(|json| serde_json::from_slice(json).ok())
        .ok_or_else(|| RecoveryError::Internal("a restore's record is damaged".to_owned()))
}
