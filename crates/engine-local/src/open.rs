//! Opening: from a directory to a running engine, or a reason not to run.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, mpsc};

use anywhen_disk::{make_directory, sync_directory};
use anywhen_engine::{CommitClock, EngineError, KeyspaceHandle, KeyspaceName};
use anywhen_model::CommitTimestamp;
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable};
use parking_lot::Mutex;

use crate::change_log::{ChangeLogs, verify_slices};
use crate::committer::Committer;
use crate::engine::Core;
use crate::failure::{Condition, damaged, engine_error, io_error};
use crate::horizon::Horizon;
use crate::housekeeper::{Housekeeper, StopSignal};
use crate::journal::{self, Link};
use crate::keyspaces;
use crate::layout::{self, Content};
use crate::options::{Durability, LocalEngineOptions};
use crate::overwrites::Overwrites;
use crate::queue::QueueGauge;
use crate::space::FreeSpace;
use crate::view::{Keyspaces, Views};

/// More sequence numbers than can be drawn without being found again. Each of those costs some
/// fsyncs, while one that a commit draws is found.
const SEQUENCE_NUMBERS_PER_LIFE: u64 = 1 << 32;

/// Opens the directory and starts the engine's threads. Answers the clock floor found, too.
pub(crate) fn open(options: LocalEngineOptions) -> Result<(Core, CommitTimestamp), EngineError> {
    make_directory(&options.data_dir).map_err(|error| io_error(&error))?;
    let lock = lock(&options.data_dir)?;
    let mut horizon = Horizon::open(&options.data_dir)?;
    let store = options.data_dir.join("store");
    prepare_store(&store, &options, &mut horizon)?;
    let database = open_database(&store, &options)?;
    let meta = Meta::read(&database)?;
    horizon.check(meta.floor)?;
    verify_slices(&database, &meta.slices)?;
    let begun = meta.begin_life(&database);
    let recovered = Recovered::read(&database, options.log_slice_bytes)?;

    let condition = Arc::new(Condition::default());
    let free_space = Arc::new(FreeSpace::new(
        options.free_space_probe,
        &options.data_dir,
        options.free_space_watermark_bytes,
        Arc::clone(&condition),
    ));
    free_space.check();
    if let Err(error) = begun {
        condition.poison(error.to_string());
    }
    let views = Arc::new(Views::new(
        database.clone(),
        recovered.keyspaces,
        meta.last_commit,
    ));
    let logs = Arc::new(recovered.logs);
    let written_through = Arc::new(AtomicU64::new(meta.floor.as_micros()));
    let gauge = Arc::new(QueueGauge::default());
    let (queue, receiver) = mpsc::channel();

    let overwrites = Arc::new(Overwrites::default());
    let committer = Committer {
        queue: receiver,
        gauge: Arc::clone(&gauge),
        database: database.clone(),
        meta: meta.keyspace.clone(),
        views: Arc::clone(&views),
        logs: Arc::clone(&logs),
        condition: Arc::clone(&condition),
        free_space: Arc::clone(&free_space),
        clock: CommitClock::new(options.clock, meta.floor),
        last_floor: meta.floor,
        written_through: Arc::clone(&written_through),
        persist: match options.durability {
            Durability::Fsync => PersistMode::SyncData,
            Durability::Process => PersistMode::Buffer,
        },
        fences: HashMap::new(),
        carried: None,
        bytes_since_space_check: 0,
        overwrites: Arc::clone(&overwrites),
    };
    let housekeeper = Housekeeper {
        database: database.clone(),
        meta: meta.keyspace,
        views: Arc::clone(&views),
        logs: Arc::clone(&logs),
        condition: Arc::clone(&condition),
        free_space: Arc::clone(&free_space),
        horizon,
        written_through,
        durability: options.durability,
        memtables_bytes_max: options.memtables_bytes,
        overwrites,
    };
    let stop = Arc::new(StopSignal::default());
    let stop_housekeeper = Arc::clone(&stop);
    let committer = spawn("anywhen-committer", move || committer.run())?;
    let housekeeper = spawn("anywhen-housekeeper", move || {
        housekeeper.run(&stop_housekeeper);
    })?;

    let core = Core {
        names: Mutex::new(recovered.names),
        views,
        logs,
        condition,
        free_space,
        queue,
        gauge,
        stop,
        threads: Mutex::new(Some((committer, housekeeper))),
        database,
        _lock: lock,
    };
    Ok((core, meta.floor))
}

fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<std::thread::JoinHandle<()>, EngineError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| io_error(&error))
}

/// Takes the directory for this process.
fn lock(data_dir: &Path) -> Result<File, EngineError> {
    let path = data_dir.join("lock");
    let options = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = options.map_err(|error| io_error(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EngineError::Storage(format!(
            "the data directory {} is in use by another process",
            data_dir.display()
        ))),
        Err(TryLockError::Error(error)) => Err(io_error(&error)),
    }
}

/// Makes sure that there is a database fit to be opened. Judges before it changes anything.
fn prepare_store(
    store: &Path,
    options: &LocalEngineOptions,
    horizon: &mut Horizon,
) -> Result<(), EngineError> {
    if !store.try_exists().map_err(|error| io_error(&error))? {
        horizon.check(CommitTimestamp::ZERO)?;
        return create_database(store, horizon);
    }
    horizon.require()?;
    let verified = journal::verify(store, options.durability)?;
    // Without a batch in the journals, the tables alone tell how far history reaches.
    if let Some(newest) = verified.newest_floor {
        horizon.check(newest)?;
    }
    keyspaces::verify(store)?;
    let torn_tail = options.data_dir.join("torn-tail");
    verified
        .cut_off_torn_end(&torn_tail)
        .map_err(|error| io_error(&error))
}

/// Makes an empty database, under another name first: fjall cannot open one whose creation was
/// cut short. The horizon file is made between the database and its name: with it but without
/// the unfinished database, there was a store.
fn create_database(store: &Path, horizon: &mut Horizon) -> Result<(), EngineError> {
    let unfinished = store.with_extension("new");
    let is_left = unfinished.try_exists().map_err(|error| io_error(&error))?;
    if horizon.exists() && !is_left {
        return Err(damaged(store, "it is missing, though it was made"));
    }
    if !horizon.exists() {
        if is_left {
            std::fs::remove_dir_all(&unfinished).map_err(|error| io_error(&error))?;
        }
        create_unfinished(&unfinished)?;
        horizon.create().map_err(|error| io_error(&error))?;
    }
    std::fs::rename(&unfinished, store).map_err(|error| io_error(&error))?;
    store
        .parent()
        .map_or(Ok(()), sync_directory)
        .map_err(|error| io_error(&error))
}

fn create_unfinished(directory: &Path) -> Result<(), EngineError> {
    let database = Database::builder(directory).open().map_err(engine_error)?;
    database
        .persist(PersistMode::SyncAll)
        .map_err(engine_error)?;
    drop(database);
    sync_directory(directory).map_err(|error| io_error(&error))
}

/// Opens the database, with sequence numbers above all that were ever drawn.
///
/// Making and dropping keyspaces draws sequence numbers that fjall (3.1) finds neither in the
/// journal nor in the tables when it opens, so it would draw them again: a new keyspace could
/// get a dropped one's id and count as older than that one's removal, and be deleted with all
/// its records at the next opening. A lead that no life of the engine uses up keeps the lives
/// apart; [`Meta::begin_life`] makes sure that the next one finds it.
fn open_database(store: &Path, options: &LocalEngineOptions) -> Result<Database, EngineError> {
    // Holds nothing, but fjall does not open without it.
    let lock = store.join("lock");
    let mut create = File::options();
    create.create(true).truncate(false).write(true);
    create.open(lock).map_err(|error| io_error(&error))?;
    let database = Database::builder(store)
        .cache_size(options.cache_bytes)
        .max_journaling_size(options.journals_bytes_max())
        .journal_compression(CompressionType::None)
        .open()
        .map_err(engine_error)?;
    let reached = database.seqno();
    database
        .supervisor
        .seqno
        .fetch_max(reached + SEQUENCE_NUMBERS_PER_LIFE);
    Ok(database)
}

/// What the engine knows about itself.
struct Meta {
    keyspace: Keyspace,
    last_commit: CommitTimestamp,
    /// The newest instant that was ever given away: a commit's or a sealed one.
    floor: CommitTimestamp,
    /// Of the slices of the change logs, by name, the last commit in each.
    slices: BTreeMap<String, CommitTimestamp>,
}

impl Meta {
    fn read(database: &Database) -> Result<Self, EngineError> {
        let options = KeyspaceCreateOptions::default;
        let keyspace = layout::make_keyspace(database, layout::META, options)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "nothing writes while a database is opened"
        )]
        let snapshot = database.snapshot();
        let instant = |key: &[u8]| match snapshot.get(&keyspace, key).map_err(engine_error)? {
            Some(stored) => layout::read_instant(&stored),
            None => Ok(CommitTimestamp::ZERO),
        };
        let last_commit = instant(layout::META_LAST_COMMIT)?;
        let floor = instant(layout::META_FLOOR)?;
        let slices = snapshot.prefix(&keyspace, layout::SLICES).map(|stored| {
            let (name, last) = stored.into_inner().map_err(engine_error)?;
            let name = String::from_utf8_lossy(&name).into_owned();
            Ok((name, layout::read_instant(&last)?))
        });
        Ok(Self {
            last_commit,
            floor,
            slices: slices.collect::<Result<_, EngineError>>()?,
            keyspace,
        })
    }

    /// Writes this life's first batch, before any keyspace is made or dropped.
    fn begin_life(&self, database: &Database) -> Result<(), EngineError> {
        let link = Link {
            floor: self.floor,
            previous: self.floor,
        };
        let mut batch = database.batch().durability(Some(PersistMode::SyncData));
        batch.insert(&self.keyspace, layout::META_FLOOR, link.encode());
        batch.commit().map_err(engine_error)
    }
}

/// The keyspaces and logs of an opened database.
struct Recovered {
    names: BTreeMap<KeyspaceName, KeyspaceHandle>,
    keyspaces: Keyspaces,
    logs: ChangeLogs,
}

impl Recovered {
    fn read(database: &Database, slice_bytes: u64) -> Result<Self, EngineError> {
        let mut recovered = Self {
            names: BTreeMap::new(),
            keyspaces: Keyspaces::new(),
            logs: ChangeLogs::new(database.clone(), slice_bytes),
        };
        let mut names = database.list_keyspace_names();
        // Slices sort by time within their log.
        names.sort();
        for name in names {
            recovered.take(database, &name)?;
        }
        Ok(recovered)
    }

    fn take(&mut self, database: &Database, name: &str) -> Result<(), EngineError> {
        let open = || {
            database
                .keyspace(name, layout::records_options)
                .map_err(engine_error)
        };
        match layout::content(name) {
            Some(Content::Records(keyspace)) => {
                let handle = KeyspaceHandle(self.keyspaces.len() as u32);
                self.names.insert(keyspace, handle);
                self.keyspaces.push(Some(open()?));
            }
            Some(Content::LogSlice { log, first }) => self.logs.recover(&log, first, open()?)?,
            Some(Content::Meta) => {}
            None => tracing::warn!(name, "a keyspace of no known kind is left alone"),
        }
        Ok(())
    }
}
