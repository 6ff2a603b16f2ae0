//! `/admin/v1/regions/{region}/restores`: restores under way, how far they are, and how the last
//! ones ended.
//!
//! The recovery layer tells of every step ([`ProgressSink`]); here the last state of each is kept.
//! Of ended ones the newest [`ENDED_MAX`] are, and none beyond the process: a restore that a stop
//! of the server has cut off goes on in its next life and is told of again from there.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use anywhen_model::{Clock, CommitTimestamp, Realm, TableName};
use anywhen_recovery::{ProgressSink, RestoreBegun, RestoreProgress, RestoreStage};
use parking_lot::Mutex;
use serde::Serialize;

use crate::query::seconds;

/// Ended restores that are remembered, of all Regions together.
const ENDED_MAX: usize = 100;
/// What is left is not guessed from less than this, in microseconds.
const GUESS_AFTER_MICROS: u64 = 1_000_000;

/// What is known of restores.
pub struct Restores {
    clock: Arc<dyn Clock>,
    board: Mutex<Board>,
}

#[derive(Default)]
struct Board {
    /// By target: its name is taken for as long as the restore runs.
    running: BTreeMap<(Realm, TableName), Known>,
    /// Newest last.
    ended: VecDeque<Known>,
}

/// The last known state of a restore.
#[derive(Debug, Clone)]
struct Known {
    begun: RestoreBegun,
    stage: RestoreStage,
    bytes_done: u64,
    bytes_total: u64,
    items_done: u64,
    /// When loading began in this life of the server, and how many bytes were done by then.
    loading_since: Option<(CommitTimestamp, u64)>,
    ended_at: Option<CommitTimestamp>,
    reason: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct List {
    restores: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    table_name: String,
    source: String,
    at_seconds: f64,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    bytes_done: u64,
    bytes_total: u64,
    items_done: u64,
    started_at_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Restores {
    /// Knows of none yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            board: Mutex::default(),
        }
    }

    /// How many are under way.
    pub(crate) fn running(&self) -> usize {
        self.board.lock().running.len()
    }

    /// The restores of a realm, the newest first.
    pub(crate) fn list(&self, realm: &Realm) -> List {
        let now = self.now();
        let board = self.board.lock();
        let all = board.running.values().chain(&board.ended);
        let mut own: Vec<&Known> = all.filter(|known| known.begun.realm == *realm).collect();
        own.sort_by_key(|known| std::cmp::Reverse(known.begun.requested_at));
        List {
            restores: own.into_iter().map(|known| known.row(now)).collect(),
        }
    }

    fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.clock.now_micros())
    }
}

impl ProgressSink for Restores {
    fn begins(&self, restore: &RestoreBegun) {
        let key = (restore.realm.clone(), restore.target.clone());
        let known = Known {
            begun: restore.clone(),
            stage: RestoreStage::Waiting,
            bytes_done: 0,
            bytes_total: 0,
            items_done: 0,
            loading_since: None,
            ended_at: None,
            reason: None,
        };
        self.board.lock().running.insert(key, known);
    }

    fn restore(&self, progress: &RestoreProgress) {
        let now = self.now();
        let key = (progress.realm.clone(), progress.target.clone());
        let mut board = self.board.lock();
        // What another command loads, such as a recovery, does not begin here.
        let Some(known) = board.running.get_mut(&key) else {
            return;
        };
        known.take(progress, now);
        if known.ended_at.is_some()
            && let Some(known) = board.running.remove(&key)
        {
            board.ended.push_back(known);
            if board.ended.len() > ENDED_MAX {
                board.ended.pop_front();
            }
        }
    }

    fn fails(&self, realm: &Realm, target: &TableName, reason: &str) {
        let key = (realm.clone(), target.clone());
        if let Some(known) = self.board.lock().running.get_mut(&key) {
            known.reason = Some(reason.to_owned());
        }
    }
}

impl Known {
    fn take(&mut self, progress: &RestoreProgress, now: CommitTimestamp) {
        self.stage = progress.stage;
        match progress.stage {
            RestoreStage::Waiting => {}
            RestoreStage::Loading | RestoreStage::Indexing => {
                self.bytes_done = progress.bytes_done;
                self.bytes_total = progress.bytes_total;
                self.items_done = progress.items_done;
                self.loading_since.get_or_insert((now, progress.bytes_done));
            }
            RestoreStage::Finished | RestoreStage::Failed => self.ended_at = Some(now),
        }
        if matches!(
            progress.stage,
            RestoreStage::Indexing | RestoreStage::Finished
        ) {
            // All items are there: what was an upper bound is known.
            self.bytes_total = self.bytes_done;
        }
    }

    /// By the speed so far; `None` if that says nothing yet, or the rest is not items.
    fn seconds_left(&self, now: CommitTimestamp) -> Option<f64> {
        let (since, before) = self.loading_since?;
        let loaded = self
            .bytes_done
            .checked_sub(before)
            .filter(|loaded| *loaded > 0)?;
        let left = self.bytes_total.checked_sub(self.bytes_done)?;
        let took = now.as_micros().saturating_sub(since.as_micros());
        let guess = self.stage == RestoreStage::Loading && took >= GUESS_AFTER_MICROS;
        let rate = loaded as f64 / took as f64;
        guess.then(|| (left as f64 / rate / 1_000_000.0).ceil())
    }

    fn row(&self, now: CommitTimestamp) -> Row {
        let (state, phase) = match self.stage {
            RestoreStage::Waiting => ("running", Some("waiting")),
            RestoreStage::Loading => ("running", Some("loading")),
            RestoreStage::Indexing => ("running", Some("indexing")),
            RestoreStage::Finished => ("finished", None),
            RestoreStage::Failed => ("failed", None),
        };
        Row {
            table_name: self.begun.target.to_string(),
            source: self.begun.source_arn.clone(),
            at_seconds: seconds(self.begun.at),
            state,
            phase,
            bytes_done: self.bytes_done,
            bytes_total: self.bytes_total,
            items_done: self.items_done,
            started_at_seconds: seconds(self.begun.requested_at),
            ended_at_seconds: self.ended_at.map(seconds),
            seconds_left: self.seconds_left(now),
            reason: self.reason.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use anywhen_model::ManualClock;
    use serde_json::{Value, json};

    use super::*;

    const START: u64 = 1_795_262_400_000_000;

    struct World {
        clock: Arc<ManualClock>,
        restores: Restores,
    }

    fn world() -> World {
        let clock = Arc::new(ManualClock::at(START));
        let restores = Restores::new(Arc::clone(&clock) as _);
        World { clock, restores }
    }

    fn realm(region: &str) -> Realm {
        Realm {
            account: "123456789012".try_into().unwrap(),
            region: region.try_into().unwrap(),
        }
    }

    impl World {
        fn begin(&self, region: &str, target: &str) {
            self.restores.begins(&RestoreBegun {
                realm: realm(region),
                target: TableName::parse(target).unwrap(),
                source_arn: "arn".to_owned(),
                at: CommitTimestamp::from_micros(START - 1),
                requested_at: CommitTimestamp::from_micros(self.clock.now_micros()),
            });
        }

        fn step(&self, target: &str, stage: RestoreStage, done: u64, total: u64) {
            self.restores.restore(&RestoreProgress {
                realm: realm("us-east-1"),
                target: TableName::parse(target).unwrap(),
                stage,
                bytes_done: done,
                bytes_total: total,
                items_done: done / 10,
            });
        }

        fn rows(&self) -> Vec<Value> {
            let list = serde_json::to_value(self.restores.list(&realm("us-east-1"))).unwrap();
            list["restores"].as_array().unwrap().clone()
        }
    }

    #[test]
    fn a_restore_is_followed_to_its_end() {
        let world = world();
        world.begin("us-east-1", "Music");
        world.begin("eu-west-1", "Music");
        let rows = world.rows();
        assert_eq!(rows.len(), 1, "the other is another Region's");
        let row = &rows[0];
        assert_eq!(
            (&row["state"], &row["phase"]),
            (&json!("running"), &json!("waiting"))
        );
        world.step("Music", RestoreStage::Loading, 100, 1000);
        assert_eq!(
            world.rows()[0]["seconds_left"],
            json!(null),
            "nothing is loaded yet"
        );
        world.clock.advance(10_000_000);
        world.step("Music", RestoreStage::Loading, 400, 1000);
        let row = &world.rows()[0];
        assert_eq!(row["seconds_left"], json!(20.0), "300 in 10 s, 600 to go");
        assert_eq!(
            (&row["bytes_done"], &row["items_done"]),
            (&json!(400), &json!(40))
        );
        world.step("Music", RestoreStage::Indexing, 900, 1000);
        let row = &world.rows()[0];
        assert_eq!(
            (&row["phase"], &row["bytes_total"]),
            (&json!("indexing"), &json!(900))
        );
        assert_eq!(row["seconds_left"], json!(null));
        world.step("Music", RestoreStage::Finished, 0, 0);
        let row = &world.rows()[0];
        assert_eq!(
            (&row["state"], &row["phase"]),
            (&json!("finished"), &json!(null))
        );
        assert_eq!(
            (&row["bytes_done"], &row["bytes_total"]),
            (&json!(900), &json!(900))
        );
        assert_eq!(row["ended_at_seconds"], json!(1_795_262_410.0));
        assert_eq!(world.restores.running(), 1, "the other Region's");
    }

    #[test]
    fn a_failure_keeps_its_reason_and_how_far_it_was() {
        let world = world();
        world.begin("us-east-1", "Music");
        world.step("Music", RestoreStage::Loading, 100, 1000);
        let name = TableName::parse("Music").unwrap();
        world
            .restores
            .fails(&realm("us-east-1"), &name, "the disk is full");
        world.step("Music", RestoreStage::Failed, 0, 0);
        // The name is free again, and is used again.
        world.clock.advance(1);
        world.begin("us-east-1", "Music");
        let rows = world.rows();
        assert_eq!((rows.len(), &rows[0]["state"]), (2, &json!("running")));
        assert_eq!(rows[1]["state"], json!("failed"));
        assert_eq!(rows[1]["reason"], json!("the disk is full"));
        assert_eq!(rows[1]["bytes_done"], json!(100));
    }

    #[test]
    fn only_the_newest_ended_ones_are_kept() {
        let world = world();
        for number in 0..ENDED_MAX + 5 {
            let name = format!("Table-{number}");
            world.begin("us-east-1", &name);
            world.step(&name, RestoreStage::Finished, 0, 0);
            world.clock.advance(1);
        }
        let rows = world.rows();
        assert_eq!(rows.len(), ENDED_MAX);
        assert_eq!(
            rows[0]["table_name"],
            json!(format!("Table-{}", ENDED_MAX + 4))
        );
        assert_eq!(rows[ENDED_MAX - 1]["table_name"], json!("Table-5"));
    }

    #[test]
    fn what_did_not_begin_here_is_not_listed() {
        let world = world();
        world.step("Music", RestoreStage::Loading, 1, 2);
        assert!(world.rows().is_empty());
    }
}
