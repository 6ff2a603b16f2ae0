//! What the oracle is there to find, it finds: in an otherwise sound server one thing is lost,
//! invented or told too late, once, and the comparison must say so; without the fault it must not.

use std::sync::Arc;

use anywhen_engine::blocking::in_step;
use anywhen_engine::{
    Commit, CommitReceipt, Direction, Engine, Front, KeyspaceHandle, LogEntry, LogHandle, Write,
};
use anywhen_model::{CommitTimestamp, TableId};
use parking_lot::Mutex;

use super::super::world::{Ground, SECOND, n};
use super::changes::{Change, Edit, Intent};
use super::indexes::SPARE;
use super::{Run, TABLES};

const TABLE: &str = TABLES[0];

/// What goes wrong in a commit.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The history does not learn of the change.
    Forgotten,
    /// The history learns of it with the next commit.
    Late,
    /// The history learns of a deletion, of the item written last, that nobody has made.
    Invented,
    /// The stream does not tell the change.
    Untold,
    /// What is written to this keyspace is not.
    Unwritten(KeyspaceHandle),
}

/// An engine that makes one mistake when it is told to.
#[derive(Default)]
struct Faulty {
    armed: Mutex<Option<Fault>>,
    history: Mutex<Option<LogHandle>>,
    last: Mutex<Option<LogEntry>>,
    late: Mutex<Option<LogEntry>>,
}

impl Faulty {
    fn arm(&self, fault: Fault) {
        *self.armed.lock() = Some(fault);
    }

    fn spoil(&self, commit: &mut Commit) {
        let Some(history) = *self.history.lock() else {
            return;
        };
        let is_items = |record: &LogEntry| record.log == history && record.table != TableId::SYSTEM;
        let logged = commit.log.iter().position(is_items);
        let told = commit.log.iter().position(|record| record.log != history);
        commit
            .log
            .extend(logged.and_then(|_| self.late.lock().take()));
        let mut armed = self.armed.lock();
        let spoilt = match (*armed, logged, told) {
            (Some(Fault::Forgotten), Some(logged), _) => {
                commit.log.remove(logged);
                true
            }
            (Some(Fault::Late), Some(logged), _) => {
                *self.late.lock() = Some(commit.log.remove(logged));
                true
            }
            (Some(Fault::Untold), _, Some(told)) => {
                commit.log.remove(told);
                true
            }
            (Some(Fault::Invented), Some(_), _) => {
                let deletion = self.last.lock().take().map(|last| LogEntry {
                    value: None,
                    ..last
                });
                let invented = deletion.is_some();
                commit.log.extend(deletion);
                invented
            }
            (Some(Fault::Unwritten(keyspace)), ..) => {
                let is_lost = |write: &Write| write.keyspace == keyspace;
                let lost = commit.writes.iter().position(is_lost);
                lost.map(|lost| commit.writes.remove(lost)).is_some()
            }
            _ => false,
        };
        if spoilt {
            *armed = None;
        } else if let Some(logged) = logged {
            *self.last.lock() = Some(commit.log[logged].clone());
        }
    }
}

/// The faults stay when the engine goes.
struct FaultyEngine {
    behind: Arc<dyn Engine>,
    faults: Arc<Faulty>,
}

impl Front for FaultyEngine {
    fn behind(&self) -> &dyn Engine {
        &*self.behind
    }

    fn take_commit(&self, mut commit: Commit) -> CommitReceipt {
        self.faults.spoil(&mut commit);
        self.behind.commit(commit)
    }
}

/// What is done when the fault happens.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Request,
    Statement,
    Expiry,
    Filling,
}

/// A table with history, and an engine that does as it should until it is armed.
async fn begin() -> (Run, Arc<Faulty>) {
    let faults = Arc::new(Faulty::default());
    let shared = Arc::clone(&faults);
    let front = move |behind: Arc<dyn Engine>| -> Arc<dyn Engine> {
        let faults = Arc::clone(&shared);
        Arc::new(FaultyEngine { behind, faults })
    };
    let ground = Ground {
        front: Arc::new(front),
        ..Ground::new(7)
    };
    let mut run = Run::begin(7, ground).await;
    *faults.history.lock() = Some(run.world().tables.log());
    run.world().pitr(TABLE, true).await;
    run.world().span_settled(TABLE).await;
    run.world().advance(2 * SECOND);
    run.set_expiry(TABLE, "expires", true).await;
    for number in 0..6 {
        run.carry_out(put(&run, number, 1000)).await;
    }
    run.carry_out(put(&run, 6, -1)).await;
    (run, faults)
}

/// A song that expires so many seconds from now.
fn put(run: &Run, number: i64, seconds: i64) -> Intent {
    let mut item = super::super::world::song("abba", number, "first");
    let expires = n(run.second() + seconds);
    item.attributes.insert("expires".to_owned(), expires);
    Intent {
        table: TABLE,
        place: ("abba".to_owned(), number),
        change: Change::Put(item),
        guard: None,
        in_words: false,
    }
}

fn edit(number: i64, in_words: bool) -> Intent {
    Intent {
        table: TABLE,
        place: ("abba".to_owned(), number),
        change: Change::Edit(Edit {
            note: "second".to_owned(),
            moved: None,
        }),
        guard: None,
        in_words,
    }
}

impl Run {
    async fn do_it(&mut self, deed: Deed) {
        match deed {
            Deed::Request => self.carry_out(edit(1, false)).await,
            Deed::Statement => self.carry_out(edit(1, true)).await,
            Deed::Expiry => {
                self.world().realms.expire_items().await;
            }
            Deed::Filling => self.settle(TABLE).await,
        }
    }

    /// Begins to fill an index, which is held before its first entry, and answers where it is.
    async fn begin_filling(&mut self) -> KeyspaceHandle {
        self.hold_jobs(true);
        let (spare, after) = (&SPARE[0], self.last_commit());
        let table = self.update_table(TABLE, spare.create()).await;
        let until = self.last_commit();
        let kept = self.kept.get_mut(TABLE).expect("it is kept");
        let mut indexes = kept.indexes.now().clone();
        indexes.insert(spare.name);
        kept.indexes.note(after, until, indexes);
        let index = table
            .record()
            .index(spare.name)
            .expect("it is being filled");
        table.keyspace(index.number).expect("it has a keyspace")
    }

    /// Compares the table as it is, and as it was at every instant, with what is known.
    async fn judge(mut self) {
        self.check_live(TABLE).await;
        let earliest = self.world().window(TABLE).await.earliest;
        let mut instants = self.history.instants(TABLE);
        instants.retain(|at| *at >= earliest);
        assert!(instants.len() >= 8, "{instants:?}");
        for at in instants {
            let target = self.new_target();
            self.world().restore_at(TABLE, &target, at).await.unwrap();
            let indexes = self.kept[TABLE].indexes.now();
            self.check(TABLE, at, &target, indexes).await;
        }
    }
}

/// What the oracle says of a run with a fault, or without.
async fn verdict(deed: Deed, fault: Option<Fault>) -> Result<(), String> {
    let (mut run, faults) = begin().await;
    let keyspace = match deed {
        Deed::Filling => Some(run.begin_filling().await),
        _ => None,
    };
    let fault = match (fault, keyspace) {
        (Some(Fault::Unwritten(_)), Some(keyspace)) => Some(Fault::Unwritten(keyspace)),
        (fault, _) => fault,
    };
    if let Some(fault) = fault {
        faults.arm(fault);
    }
    run.do_it(deed).await;
    run.carry_out(put(&run, 7, 1000)).await;
    assert!(
        faults.armed.lock().is_none(),
        "{deed:?}: nothing went wrong"
    );
    run.world().advance(SECOND);
    said(run.judge()).await
}

/// How a judgement ended: what it panicked with.
async fn said(judgement: impl Future<Output = ()> + Send + 'static) -> Result<(), String> {
    tokio::spawn(judgement).await.map_err(|failure| {
        let panic = failure.into_panic();
        let text = panic.downcast::<String>();
        *text.expect("a panic that says something")
    })
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_found_and_nothing_else_is() {
    let _in_step = in_step();
    for deed in [Deed::Request, Deed::Statement, Deed::Expiry, Deed::Filling] {
        assert_eq!(verdict(deed, None).await, Ok(()), "{deed:?}");
    }
    let anywhere = Fault::Unwritten(KeyspaceHandle(0));
    for (deed, fault, expected) in [
        (Deed::Request, Fault::Forgotten, "missing: [\n"),
        (Deed::Statement, Fault::Forgotten, "missing: [\n"),
        (Deed::Statement, Fault::Late, "missing: [\n"),
        (Deed::Statement, Fault::Invented, "missing: [\n"),
        (
            Deed::Statement,
            Fault::Untold,
            "the stream does not tell it",
        ),
        (Deed::Expiry, Fault::Forgotten, "surplus: [\n"),
        (Deed::Expiry, Fault::Late, "surplus: [\n"),
        (Deed::Expiry, Fault::Untold, "missing: [\n"),
        (Deed::Filling, anywhere, "index notes of Songs differs"),
    ] {
        let said = verdict(deed, Some(fault)).await;
        let said = said.expect_err(&format!("{fault:?} of {deed:?} is not found"));
        assert!(said.contains(expected), "{deed:?}, {fault:?}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_before_its_time_is_found() {
    let _in_step = in_step();
    let (mut run, faults) = begin().await;
    // The item that expires is the one that was written last.
    faults.arm(Fault::Invented);
    run.carry_out(edit(1, false)).await;
    assert!(faults.armed.lock().is_none(), "nothing went wrong");
    run.do_it(Deed::Expiry).await;
    run.carry_out(put(&run, 7, 1000)).await;
    run.world().advance(SECOND);
    let said = said(run.judge()).await.expect_err("it is not found");
    assert!(said.contains("missing: [\n"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_entry_of_a_restored_table_is_found() {
    let _in_step = in_step();
    let (mut run, _) = begin().await;
    run.do_it(Deed::Expiry).await;
    run.listen().await;
    let at = run.last_commit();
    run.world().advance(SECOND);
    // The items and three indexes.
    for part in 0..4 {
        let target = run.new_target();
        run.world().restore_at(TABLE, &target, at).await.unwrap();
        let keyspace = run.world().table(&target).keyspace(part).unwrap();
        remove_one(&run, keyspace).await;
        let (indexes, checked) = (run.kept[TABLE].indexes.now().clone(), Arc::new(run));
        let judge = Arc::clone(&checked);
        let judgement = async move { judge.check(TABLE, at, &target, &indexes).await };
        let said = said(judgement).await.expect_err("it is not found");
        assert!(said.contains("differs\nmissing: [\n"), "{part}: {said}");
        run = Arc::into_inner(checked).expect("the judgement is over");
    }
}

/// Removes a record behind the table layer's back.
async fn remove_one(run: &Run, keyspace: KeyspaceHandle) {
    let engine = &run.world().engine;
    let all = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
    let snapshot = engine.snapshot().unwrap();
    let mut records = snapshot.range(keyspace, all, Direction::Forward).unwrap();
    let (key, _) = records.next().unwrap().unwrap();
    let removal = Write {
        keyspace,
        key,
        value: None,
    };
    let commit = Commit {
        writes: vec![removal],
        ..Commit::default()
    };
    let at: CommitTimestamp = engine.commit(commit).await.unwrap();
    assert!(at > CommitTimestamp::ZERO);
}
