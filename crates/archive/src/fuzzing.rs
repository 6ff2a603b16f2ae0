//! The decoders of what an archive holds, for tests that feed them anything; no part of this
//! crate's interface. Each takes the bytes that opening an object would give, and answers what it
//! has read in its encoded form, or `None` if it refuses.

use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::{CommitTimestamp, SeededRandomness, TableId};
use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;

use crate::change::Change;
use crate::data_file::FileSink;
use crate::keyframe::write_files;
use crate::manifest::{
    DataFile, Delta, Head, Keyframe, Manifest, Pin, PinKind, RealmManifest, SegmentEntry, Span,
    TimelineManifest,
};
use crate::merge::{Merge, Reading, Source, SourceFile};
use crate::plan::KeyRange;
use crate::sealed::{self, Kind, SealingKey};
use crate::segment;
use crate::store::Store;

const PATH: &str = "fuzzed";

/// A realm manifest: its clear part, a line feed, its secret part.
pub fn realm_manifest(input: &[u8]) -> Option<Vec<u8>> {
    manifest::<RealmManifest>(input)
}

/// A timeline manifest, likewise.
pub fn timeline_manifest(input: &[u8]) -> Option<Vec<u8>> {
    manifest::<TimelineManifest>(input)
}

fn manifest<M: Manifest>(input: &[u8]) -> Option<Vec<u8>> {
    let middle = input.iter().position(|byte| *byte == b'\n')?;
    let (clear, secret) = input.split_at(middle);
    let manifest = M::decode(PATH, clear, secret.get(1..)?).ok()?;
    Some(joined(&manifest))
}

fn joined(manifest: &impl Manifest) -> Vec<u8> {
    let encoded = manifest.encode();
    [encoded.clear, encoded.secret].join(&b'\n')
}

/// The changes in a segment's block.
pub fn segment_block(plaintext: &[u8]) -> Option<Vec<u8>> {
    segment::reencode_block(Bytes::copy_from_slice(plaintext))
}

/// A segment's directory: its clear part, a line feed, its secret part.
pub fn segment_directory(input: &[u8]) -> Option<Vec<u8>> {
    let middle = input.iter().position(|byte| *byte == b'\n')?;
    let (clear, secret) = input.split_at(middle);
    segment::reencode_directory(PATH, clear, secret.get(1..)?)
}

/// A whole segment, as far as it can be read without a key.
pub fn segment(stored: &[u8]) -> bool {
    segment::directory_of(PATH, &Bytes::copy_from_slice(stored), None).is_ok()
}

/// A sealed object, as far as it can be read without a key.
pub fn sealed_object(stored: &[u8]) -> bool {
    let stored = Bytes::copy_from_slice(stored);
    sealed::read_clear(Kind::Delta, PATH, PATH, &stored).is_ok()
}

/// What stands in a data file, as text; `None` if any of it is refused.
pub fn data_file(plaintext: &[u8]) -> Option<Vec<String>> {
    let shelf = Shelf::new();
    let sealed = sealed::seal_whole(
        Kind::Delta,
        PATH,
        &[],
        &shelf.sink.key,
        plaintext,
        &*shelf.sink.randomness,
    );
    let file = SourceFile {
        kind: Kind::Delta,
        path: PATH.to_owned(),
        length: sealed.len() as u64,
    };
    shelf.put(sealed);
    let source = Source::files(shelf.reading, KeyRange::all(), vec![file].into());
    let rows = Merge::new(vec![source]).map(|change| Some(format!("{:?}", change.ok()?)));
    rows.collect()
}

/// A store with what it takes to write and read data files.
struct Shelf {
    runtime: tokio::runtime::Runtime,
    objects: Arc<InMemory>,
    reading: Reading,
    sink: FileSink,
}

impl Shelf {
    #[expect(clippy::unwrap_used, reason = "a runtime of one thread can be made")]
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.unwrap();
        let randomness = Arc::new(SeededRandomness::new(1));
        let master = Arc::new(MasterKey::generate(&*randomness));
        let (key, wrapped) = master.generate_data_key(&*randomness);
        let objects = Arc::new(InMemory::new());
        let store = Arc::new(Store::new(Arc::clone(&objects) as _, Path::default()));
        let handle = runtime.handle().clone();
        Self {
            runtime,
            objects,
            reading: Reading::new(Arc::clone(&store), handle.clone(), master),
            sink: FileSink {
                store,
                handle,
                key: SealingKey { key, wrapped },
                randomness,
                stopping: Arc::default(),
            },
        }
    }

    #[expect(
        clippy::unwrap_used,
        reason = "a store in memory takes what it is given"
    )]
    fn put(&self, bytes: Vec<u8>) {
        let path = Path::from(PATH);
        let put = self.objects.put(&path, bytes.into());
        self.runtime.block_on(put).unwrap();
    }
}

/// Whole examples of each form, by the name of its decoder.
#[expect(clippy::unwrap_used, reason = "what is made here can be made")]
pub fn examples() -> Vec<(&'static str, Vec<u8>)> {
    let at = CommitTimestamp::from_micros;
    let changes: Vec<Change> = (1..40_u64)
        .map(|number| Change {
            key: Bytes::from(number.to_be_bytes().repeat(3)),
            timestamp: at(number),
            item: (number % 3 > 0).then(|| Bytes::from(vec![7; number as usize])),
        })
        .collect();
    let shelf = Shelf::new();
    let mut source = changes.iter().cloned().map(Ok);
    let name = || PATH.to_owned();
    let files = write_files(Kind::Delta, &shelf.sink, u64::MAX, &name, &mut source).unwrap();
    let stored = shelf.runtime.block_on(shelf.sink.store.get(PATH)).unwrap();
    let opened = sealed::open_whole(Kind::Delta, PATH, PATH, &stored, &shelf.reading.master);
    let (segment, directory, block) = segment::example(PATH, &changes, &shelf.sink.key);
    vec![
        ("realm_manifest", joined(&example_realm())),
        ("timeline_manifest", joined(&example_timeline(files))),
        ("segment_block", block),
        ("segment_directory", directory),
        ("segment", segment),
        ("sealed_object", stored.to_vec()),
        ("data_file", opened.unwrap().plaintext.to_vec()),
    ]
}

fn example_realm() -> RealmManifest {
    let at = CommitTimestamp::from_micros;
    RealmManifest {
        head: Head::new(7, 2, "id".to_owned()),
        archived_through: at(80),
        dropped_through: at(60),
        segments: vec![SegmentEntry {
            path: "segments/60-80".to_owned(),
            from: at(60),
            to: at(80),
            length: 100,
            hash: "00ff".to_owned(),
        }],
        earlier: vec!["another".to_owned()],
        ..RealmManifest::empty()
    }
}

fn example_timeline(files: Vec<DataFile>) -> TimelineManifest {
    let at = CommitTimestamp::from_micros;
    TimelineManifest {
        head: Head::new(3, 1, "id".to_owned()),
        spans: vec![Span {
            opened_at: at(1),
            closed_at: None,
            earliest: at(1),
            covered_through: at(40),
            keyframes: vec![Keyframe {
                at: at(1),
                files: files.clone(),
            }],
            deltas: vec![Delta {
                from: at(1),
                to: at(40),
                files,
            }],
        }],
        pins: vec![Pin {
            id: "pin".to_owned(),
            at: at(20),
            kind: PinKind::Backup,
            record: b"record".to_vec(),
            expires_at: Some(at(99)),
        }],
        ..TimelineManifest::empty(TableId::from_u128(1))
    }
}
