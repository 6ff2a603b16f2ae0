//! The rules that keep history right, each as a table of cases. The order in which a server
//! changes the store is read off the store itself; wherever a rule is about what a crash leaves,
//! the server loses its network at every single change.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;
#[path = "common/watched.rs"]
mod watched;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{
    ArchiveError, ArchiverConfig, ArchiverHandle, FileKind, Pin, PinKind, RealmArchive,
};
use anywhen_model::CommitTimestamp;
use bytes::Bytes;
use common::{Items, Table, World, dump, eager, restore};
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use watched::{Trap, Watched, kind};

fn in_memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

fn pin(id: &str, at: CommitTimestamp) -> Pin {
    Pin {
        id: id.to_owned(),
        at,
        kind: PinKind::Backup,
        record: Vec::new(),
        expires_at: None,
    }
}

/// Nothing happens by itself.
fn by_hand() -> ArchiverConfig {
    ArchiverConfig {
        flush_interval: Duration::from_hours(1),
        idle_interval_max: Duration::from_hours(1),
        ..eager()
    }
}

/// A server with one table whose span is open, and what an operator sees of its network.
struct Server {
    world: World,
    table: Table,
    network: Arc<Watched>,
    archive: Arc<RealmArchive>,
    archiver: ArchiverHandle,
}

impl Server {
    async fn begin(seed: u64, store: &Arc<dyn ObjectStore>) -> Self {
        let world = World::new(seed);
        let table = Table::new(&world);
        Self::serve(world, table, store).await
    }

    async fn serve(world: World, mut table: Table, store: &Arc<dyn ObjectStore>) -> Self {
        let network = Watched::counting(Arc::clone(store));
        let archive = world.open(&(network.clone() as Arc<dyn ObjectStore>)).await;
        let archive = archive.unwrap();
        if archive.span(table.id).is_none() {
            table.put(&world, "first", "item").await;
            table.open_span(&world, &archive).await.unwrap();
        }
        let archiver = world.spawn(&archive, &[&table], by_hand());
        Self {
            world,
            table,
            network,
            archive,
            archiver,
        }
    }

    /// The next server on what this one has left.
    async fn succeed(self, store: &Arc<dyn ObjectStore>) -> Self {
        self.archiver.abandon().await;
        Self::serve(self.world, self.table, store).await
    }

    /// A commit in the next second.
    async fn put(&mut self, key: &str, item: &str) -> CommitTimestamp {
        self.world.clock.advance(1_000_000);
        self.table.put(&self.world, key, item).await
    }

    async fn flush(&self) -> CommitTimestamp {
        self.archiver.flush_now().await.unwrap()
    }

    /// So many commits, each flushed.
    async fn write(&mut self, commits: usize) -> Vec<CommitTimestamp> {
        let mut instants = Vec::new();
        for number in 0..commits {
            self.put(&format!("k{}", number % 5), &format!("value {number}"))
                .await;
            instants.push(self.flush().await);
        }
        instants
    }

    async fn assert_reads(&self, instants: &[CommitTimestamp], case: &str) {
        for at in instants {
            let found = restore(&self.archive, self.table.id, *at).await;
            let found = found.unwrap_or_else(|error| panic!("{case}, at {at}: {error}"));
            assert_eq!(found, self.table.at(*at), "{case}, at {at}");
        }
    }
}

/// One thing that a server does to its archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Flush,
    Pin,
    Unpin,
    MoveWindow,
    OpenSpan,
    CloseSpan,
    SortOut,
}

impl Step {
    const ALL: [Self; 7] = [
        Self::Flush,
        Self::Pin,
        Self::Unpin,
        Self::MoveWindow,
        Self::OpenSpan,
        Self::CloseSpan,
        Self::SortOut,
    ];

    /// The manifests that it puts.
    fn manifests(self) -> &'static [&'static str] {
        match self {
            Self::Flush => &["realm manifest"],
            Self::Pin | Self::Unpin | Self::MoveWindow | Self::OpenSpan | Self::CloseSpan => {
                &["timeline manifest"]
            }
            Self::SortOut => &["timeline manifest", "realm manifest"],
        }
    }

    /// Brings the server to where the step has something to do.
    async fn prepare(self, server: &mut Server) {
        server.write(6).await;
        let at = *server.write(1).await.first().unwrap();
        let (id, archive) = (server.table.id, &server.archive);
        archive.pin(id, pin("kept", at)).await.unwrap();
        match self {
            Self::Unpin => archive.pin(id, pin("pin", at)).await.unwrap(),
            Self::OpenSpan => archive.close_span(id).await.unwrap(),
            Self::Flush => drop(server.put("later", "item").await),
            // A window moves once there is something to let go of.
            Self::MoveWindow => archive.tidy_now().await.unwrap(),
            Self::Pin | Self::CloseSpan | Self::SortOut => {}
        }
    }

    fn take(self, server: &Server) -> BoxFuture<'_, Result<(), ArchiveError>> {
        let (id, archive) = (server.table.id, &server.archive);
        async move {
            let reached = archive.status().borrow().archived_through;
            match self {
                Self::Flush => server.archiver.flush_now().await.map(drop),
                Self::Pin => archive.pin(id, pin("pin", reached)).await,
                Self::Unpin => archive.unpin(id, "pin").await,
                Self::MoveWindow => archive.set_window(id, reached).await,
                Self::OpenSpan => {
                    let opened = server.table.open_span(&server.world, archive);
                    opened.await.map(drop)
                }
                Self::CloseSpan => archive.close_span(id).await,
                Self::SortOut => archive.tidy_now().await,
            }
        }
        .boxed()
    }
}

/// Names and bytes of a realm's manifests, without those of its timelines.
async fn realm_chain(store: &Arc<dyn ObjectStore>) -> BTreeMap<String, Bytes> {
    let objects = dump(store).await.into_iter();
    objects
        .filter(|(name, _)| kind(name) == "realm manifest")
        .collect()
}

/// Manifests, read back: a put whose answer is lost is found in the store by its id. It counts
/// once, and the chain goes on behind it.
#[tokio::test]
async fn a_lost_answer_is_found_by_its_id() {
    for step in Step::ALL {
        for of in step.manifests() {
            let (store, case) = (in_memory(), format!("{step:?}, {of}"));
            let mut server = Server::begin(1, &store).await;
            step.prepare(&mut server).await;
            server.network.set(of, Trap::LoseAnswer);
            step.take(&server).await.expect(&case);
            assert!(server.network.all_sprung(), "{case} puts one");
            if step == Step::CloseSpan {
                continue;
            }
            let at = *server.write(1).await.first().unwrap();
            server.assert_reads(&[at], &case).await;
            let server = server.succeed(&store).await;
            server.assert_reads(&[at], &case).await;
        }
    }
}

/// Two archivers: whatever the fenced one tries, and however often, it is told so, nothing is
/// added to the realm's chain, and its successor and the one after go on as if it had not been.
#[tokio::test]
async fn a_fenced_server_changes_nothing() {
    for step in Step::ALL {
        let (store, case) = (in_memory(), format!("{step:?}"));
        let mut fenced = Server::begin(2, &store).await;
        step.prepare(&mut fenced).await;
        let reached = fenced.archive.head().archived_through;
        let successor = fenced.world.open(&store).await.unwrap();
        let chain = realm_chain(&store).await;
        let pins = successor.pins(fenced.table.id);
        for attempt in 0..3 {
            let answer = step.take(&fenced).await;
            if attempt == 0 {
                let told = matches!(answer, Err(ArchiveError::Fenced(_)));
                assert!(told, "{case}: {answer:?}");
            }
            // Once it knows, it puts nothing that could be seen.
            let put = fenced.network.take_changes();
            let manifests = put.iter().filter(|(_, path)| path.contains("/manifest/"));
            assert!(
                attempt == 0 || manifests.count() == 0,
                "{case}, {attempt}: {put:?}"
            );
        }
        assert!(fenced.archive.status().borrow().fenced.is_some(), "{case}");
        assert_eq!(realm_chain(&store).await, chain, "{case}");
        assert_eq!(successor.pins(fenced.table.id), pins, "{case}");
        for archive in [successor, fenced.world.open(&store).await.unwrap()] {
            assert_eq!(archive.head().archived_through, reached, "{case}");
            if step == Step::OpenSpan {
                continue;
            }
            let found = restore(&archive, fenced.table.id, reached).await.unwrap();
            assert_eq!(found, fenced.table.at(reached), "{case}");
        }
    }
}

/// A server that stood still finds its next number free, for the chain has gone on far beyond it
/// and that number is collected. Its put succeeds; the look afterwards tells, before it trims its
/// log.
#[tokio::test]
async fn a_server_that_stood_still_is_fenced_before_it_trims() {
    for manifests in [0, 1, 63, 130, 300] {
        let (store, case) = (in_memory(), format!("{manifests} manifests later"));
        let mut still = Server::begin(3, &store).await;
        still.write(3).await;
        let clock = still.world.clock.clone();
        let world = World {
            engine: Arc::new(anywhen_engine_memory::MemoryEngine::new(clock)),
            master: still.world.master.clone(),
            clock: still.world.clock.clone(),
            ..World::new(4)
        };
        let log = world.engine.log("test").unwrap();
        let other = Table::new(&world);
        let mut successor = Server::serve(World { log, ..world }, other, &store).await;
        let reached = successor.write(manifests).await;
        let next = still.put("in vain", "item").await;
        let answer = still.archiver.flush_now().await;
        assert!(
            matches!(answer, Err(ArchiveError::Fenced(_))),
            "{case}: {answer:?}"
        );
        let (engine, log) = (&still.world.engine, still.world.log);
        let kept: Vec<_> = engine
            .changes(log, CommitTimestamp::ZERO, next)
            .unwrap()
            .collect();
        let last = kept
            .into_iter()
            .last()
            .map(|record| record.unwrap().timestamp);
        assert_eq!(last, Some(next), "{case}: its log still has the change");
        let successor = successor.succeed(&store).await;
        successor.assert_reads(&reached, &case).await;
    }
}

/// In which order a server changes the store. `a < b` holds if every change of kind `b` comes
/// after one of kind `a`.
#[tokio::test]
async fn the_store_is_changed_in_the_safe_order() {
    let flushed = ["put segment", "put realm manifest"];
    let sorted = [
        "put delta",
        "put timeline manifest",
        "put realm manifest",
        "delete segment",
    ];
    let framed = ["put keyframe", "put timeline manifest", "delete delta"];
    let opened = ["put keyframe", "put timeline manifest"];
    let cases: [(&str, Step, &[&str]); 3] = [
        ("a flush", Step::Flush, &flushed),
        ("sorting out", Step::SortOut, &sorted),
        ("a span that opens", Step::OpenSpan, &opened),
    ];
    for (case, step, order) in cases {
        let store = in_memory();
        let mut server = Server::begin(5, &store).await;
        step.prepare(&mut server).await;
        server.network.take_changes();
        step.take(&server).await.unwrap();
        // What is let go of is due at once.
        server.archive.tidy_now().await.unwrap();
        assert_in_order(&server.network.take_changes(), order, case);
    }
    let store = in_memory();
    let mut server = Server::begin(6, &store).await;
    let at = leave_a_pin_behind(&mut server).await;
    server.network.take_changes();
    server.archive.tidy_now().await.unwrap();
    server.archive.tidy_now().await.unwrap();
    assert_in_order(&server.network.take_changes(), &framed, "a pin left behind");
    server.assert_reads(&[at], "a pin left behind").await;
}

fn assert_in_order(changes: &[(&str, String)], order: &[&str], case: &str) {
    let made: Vec<String> = changes
        .iter()
        .map(|(verb, path)| format!("{verb} {}", kind(path)))
        .collect();
    let first = |wanted: &str| made.iter().position(|change| change == wanted);
    for pair in order.windows(2) {
        let (before, after) = (first(pair[0]), first(pair[1]));
        assert!(
            before.is_some() && after.is_some() && before < after,
            "{case}: {pair:?} in {made:#?}"
        );
    }
}

/// A backup whose instant has just left the window, held by a keyframe and deltas before it.
async fn leave_a_pin_behind(server: &mut Server) -> CommitTimestamp {
    let id = server.table.id;
    server.write(6).await;
    server.archive.tidy_now().await.unwrap();
    server.write(3).await;
    let pinned = server.put("pinned", "item").await;
    server.flush().await;
    server.archive.pin(id, pin("left", pinned)).await.unwrap();
    server.write(6).await;
    server.archive.tidy_now().await.unwrap();
    let reached = *server.write(6).await.last().unwrap();
    server.archive.tidy_now().await.unwrap();
    server.archive.set_window(id, reached).await.unwrap();
    pinned
}

/// Segments to deltas, and pins that leave the window: a server that loses its network at any
/// change of the store leaves a whole history, and the next one ends what it began.
#[tokio::test]
async fn a_crash_between_any_two_changes_leaves_a_whole_history() {
    for step in [Step::SortOut, Step::CloseSpan, Step::Pin, Step::MoveWindow] {
        for changes in 0.. {
            let (store, case) = (in_memory(), format!("{step:?}, cut after {changes}"));
            let mut server = Server::begin(7, &store).await;
            let pinned = leave_a_pin_behind(&mut server).await;
            let reached = *server.write(4).await.last().unwrap();
            server
                .archive
                .pin(server.table.id, pin("kept", reached))
                .await
                .unwrap();
            server.network.cut_off_after(changes);
            let answer = step.take(&server).await;
            let ended = !server.network.is_cut_off();
            assert_eq!(answer.is_ok(), ended, "{case}: {answer:?}");
            let server = server.succeed(&store).await;
            server.assert_reads(&[pinned, reached], &case).await;
            server.archive.tidy_now().await.unwrap();
            server.assert_reads(&[pinned, reached], &case).await;
            if ended {
                break;
            }
        }
    }
}

/// Coverage is max(C, D): an idle table's timeline is not written when others' segments are
/// sorted out, and every instant of it can be read all the same.
#[tokio::test]
async fn an_idle_table_needs_no_rewrite() {
    let store = in_memory();
    let mut server = Server::begin(8, &store).await;
    let idle = Table::new(&server.world);
    idle.open_span(&server.world, &server.archive)
        .await
        .unwrap();
    server.network.take_changes();
    for _ in 0..5 {
        let at = *server.write(8).await.last().unwrap();
        server.archive.tidy_now().await.unwrap();
        let plan = server.archive.plan(idle.id, at).await.unwrap();
        let keyframes = |kind| matches!(kind, FileKind::Keyframe);
        assert!(plan.files.iter().all(|file| keyframes(file.kind)));
        let found = restore(&server.archive, idle.id, at).await.unwrap();
        assert_eq!(found, Items::new());
    }
    let its_name = idle.id.to_string();
    let written = server.network.take_changes();
    assert!(
        written.iter().all(|(_, path)| !path.contains(&its_name)),
        "{written:?}"
    );
}

/// Keyframes are made from the archive alone: a server whose engine is empty makes them, too.
#[tokio::test]
async fn keyframes_come_from_the_archive_alone() {
    let store = in_memory();
    let mut server = Server::begin(9, &store).await;
    let instants = server.write(20).await;
    let Server {
        world,
        table,
        archiver,
        ..
    } = server;
    archiver.stop().await;
    let world = World {
        engine: World::new(10).engine,
        ..world
    };
    let log = world.engine.log("test").unwrap();
    let server = Server::serve(World { log, ..world }, table, &store).await;
    server.network.take_changes();
    server.archive.tidy_now().await.unwrap();
    let made = server.network.take_changes();
    assert!(
        made.iter().any(|(_, path)| kind(path) == "keyframe"),
        "{made:?}"
    );
    server
        .assert_reads(&instants, "keyframes of another server")
        .await;
}

/// What a table is asked for, and what it answers.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Readable,
    NotKept,
    NotArchived,
}

/// Spans and the window: what is in no span, before a window or in a closed span without a pin
/// is not kept; the window's start never moves back, nor before its span.
#[tokio::test]
async fn nothing_reads_across_spans_or_before_the_window() {
    let store = in_memory();
    let mut server = Server::begin(11, &store).await;
    let id = server.table.id;
    let first = server.archive.span(id).unwrap().opened_at;
    let in_first = server.write(4).await;
    server
        .archive
        .pin(id, pin("in the first", in_first[1]))
        .await
        .unwrap();
    server.archive.close_span(id).await.unwrap();
    let between = server.put("unheard", "of").await;
    server.world.clock.advance(1_000_000);
    let second = server
        .table
        .open_span(&server.world, &server.archive)
        .await
        .unwrap();
    assert!(second >= between);
    let mut in_second = server.write(4).await;
    // A keyframe: from here on the window can let go of what is before.
    server.archive.tidy_now().await.unwrap();
    in_second.extend(server.write(4).await);
    let end = in_second[7];
    for (moved_to, earliest) in [
        (first, second),
        (in_second[5], in_second[5]),
        (in_second[4], in_second[5]),
        (second, in_second[5]),
    ] {
        server.archive.set_window(id, moved_to).await.unwrap();
        let span = server.archive.span(id).unwrap();
        assert_eq!(span.earliest, earliest, "to {moved_to}");
    }
    for tidied in [false, true] {
        for (at, expected) in [
            (first.previous(), Answer::NotKept),
            (first, Answer::NotKept),
            (in_first[0], Answer::NotKept),
            (in_first[1], Answer::Readable),
            (in_first[1].next(), Answer::NotKept),
            (in_first[3], Answer::NotKept),
            (between, Answer::NotKept),
            (second, Answer::NotKept),
            (in_second[0], Answer::NotKept),
            (in_second[4], Answer::NotKept),
            (in_second[5], Answer::Readable),
            (end, Answer::Readable),
            (end.next(), Answer::NotArchived),
        ] {
            let found = match restore(&server.archive, id, at).await {
                Ok(items) => {
                    assert_eq!(items, server.table.at(at), "at {at}");
                    Answer::Readable
                }
                Err(ArchiveError::NotKept { .. }) => Answer::NotKept,
                Err(ArchiveError::NotArchived { .. }) => Answer::NotArchived,
                Err(error) => panic!("at {at}: {error}"),
            };
            assert_eq!(found, expected, "at {at}, tidied: {tidied}");
        }
        server.archive.tidy_now().await.unwrap();
    }
}

/// Every manifest names all pins, so thousands of backups that are made at once must not need
/// as many manifests. Each owner hears of its own pin alone.
#[tokio::test]
async fn pins_that_wait_at_once_share_a_manifest() {
    let store = in_memory();
    let mut server = Server::begin(13, &store).await;
    let id = server.table.id;
    let opened = server.archive.span(id).unwrap().opened_at;
    let instants = server.write(40).await;
    server.network.take_counts();

    let pinned = |at: &CommitTimestamp| server.archive.pin(id, pin(&at.to_string(), *at));
    // Nothing can be read before the span, and no pin is put for who does not wait for it.
    let unreadable = opened.previous();
    let (answers, refused, dropped) = tokio::join!(
        join_all(instants.iter().skip(1).map(pinned)),
        pinned(&unreadable),
        async { pinned(&instants[0]).now_or_never() }
    );
    for (at, answer) in instants.iter().skip(1).zip(answers) {
        answer.unwrap_or_else(|error| panic!("{at}: {error}"));
    }
    refused.unwrap_err();
    assert!(dropped.is_none());

    let asked = server.network.take_counts();
    assert!(asked.of("put timeline manifest") <= 4, "{asked:?}");
    let pins = server.archive.pins(id);
    let found: BTreeSet<&str> = pins.iter().map(|pin| pin.id.as_str()).collect();
    let expected: Vec<String> = instants.iter().skip(1).map(ToString::to_string).collect();
    assert_eq!(found, expected.iter().map(String::as_str).collect());
    let server = server.succeed(&store).await;
    assert_eq!(server.archive.pins(id), pins, "the next server");
    server.assert_reads(&instants[1..], "the next server").await;
}

/// A backup's instant is pinned only where the archive tells everything up to it.
#[tokio::test]
async fn a_pin_means_the_same_to_a_server_that_has_only_the_archive() {
    let store = in_memory();
    let mut server = Server::begin(12, &store).await;
    let id = server.table.id;
    let flushed = *server.write(3).await.last().unwrap();
    let ahead = server.put("not", "flushed").await;
    server.network.take_changes();
    for (at, kept) in [(flushed, true), (ahead, false)] {
        let name = at.to_string();
        let answer = server.archive.pin(id, pin(&name, at)).await;
        assert_eq!(answer.is_ok(), kept, "{at}: {answer:?}");
    }
    // Nothing is committed any more: the present is archived without a flush.
    server.flush().await;
    server.world.clock.advance(3_600_000_000);
    let idle = server.archive.latest().await.unwrap();
    server.network.take_changes();
    server.archive.pin(id, pin("idle", idle)).await.unwrap();
    let order = ["put realm manifest", "put timeline manifest"];
    assert_in_order(
        &server.network.take_changes(),
        &order,
        "a pin in an idle realm",
    );
    let server = server.succeed(&store).await;
    server
        .assert_reads(&[flushed, idle], "the next server")
        .await;
}
