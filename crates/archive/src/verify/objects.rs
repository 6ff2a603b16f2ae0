//! Reading the objects that manifests name, every byte of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_kms::MasterKey;
use anywhen_model::CommitTimestamp;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use tokio::runtime::Handle;

use super::report::ObjectKind;
use super::rows::{RowCheck, RowOrder, RowsSaid};
use crate::ArchiveError;
use crate::data_file::cursor::{FilesCursor, Reading, SourceFile};
use crate::manifest::{DataFile, SegmentEntry, TimelineManifest};
use crate::realm::blocking;
use crate::sealed::{self, Inspector, Kind};
use crate::segment::{self, Directory};
use crate::store::Store;

/// Objects up to this size are fetched once and kept in memory; larger ones stream by, and are
/// fetched again by ranges for their rows. Segments are always kept.
const KEPT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// So many objects in a row that cannot be fetched mean that the store is away.
const FAILURES_MAX: u64 = 16;

/// An object that should be there.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) path: String,
    /// Whether a newest manifest names it; if not, it may go at any time.
    pub(super) is_current: bool,
    /// Length and hash, if a manifest says them.
    said: Option<(u64, String)>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Segment {
        after: CommitTimestamp,
        through: CommitTimestamp,
    },
    File {
        kind: Kind,
        /// What a manifest says of its rows.
        rows: Option<RowsSaid>,
    },
}

/// An object that has been read.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) path: String,
    pub(super) kind: ObjectKind,
    pub(super) is_missing: bool,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) wrong: Vec<String>,
}

impl Expected {
    pub(super) fn segment(entry: &SegmentEntry, is_current: bool) -> Self {
        Self {
            path: entry.path.clone(),
            is_current,
            said: Some((entry.length, entry.hash.clone())),
            content: Content::Segment {
                after: entry.from,
                through: entry.to,
            },
        }
    }

    /// All files of a timeline.
    pub(super) fn files(
        manifest: &TimelineManifest,
        is_current: bool,
    ) -> impl Iterator<Item = Self> {
        manifest.spans.iter().flat_map(move |span| {
            let zero = CommitTimestamp::ZERO;
            let keyframes = span.keyframes.iter().flat_map(move |keyframe| {
                let file =
                    move |file| Self::file(Kind::Keyframe, file, zero, keyframe.at, is_current);
                keyframe.files.iter().map(file)
            });
            let deltas = span.deltas.iter().flat_map(move |delta| {
                let file =
                    move |file| Self::file(Kind::Delta, file, delta.from, delta.to, is_current);
                delta.files.iter().map(file)
            });
            keyframes.chain(deltas)
        })
    }

    fn file(
        kind: Kind,
        file: &DataFile,
        after: CommitTimestamp,
        through: CommitTimestamp,
        is_current: bool,
    ) -> Self {
        let rows = RowsSaid {
            order: if kind == Kind::Keyframe {
                RowOrder::Keyframe
            } else {
                RowOrder::Delta
            },
            rows: file.rows,
            bytes: file.bytes,
            key_min: file.key_min.clone(),
            key_max: file.key_max.clone(),
            after,
            through,
        };
        Self {
            path: file.path.clone(),
            is_current,
            said: Some((file.length, file.hash.clone())),
            content: Content::File {
                kind,
                rows: Some(rows),
            },
        }
    }

    fn kind(&self) -> ObjectKind {
        match self.content {
            Content::Segment { .. } => ObjectKind::Segment,
            Content::File {
                kind: Kind::Keyframe,
                ..
            } => ObjectKind::Keyframe,
            Content::File { .. } => ObjectKind::Delta,
        }
    }

    /// An object that nothing names, of the kind that its folder tells.
    pub(super) fn unnamed(kind: Kind, path: &str) -> Self {
        let content = match kind {
            Kind::Keyframe | Kind::Delta => Content::File { kind, rows: None },
            _ => Content::Segment {
                after: CommitTimestamp::ZERO,
                through: CommitTimestamp::MAX,
            },
        };
        Self {
            path: path.to_owned(),
            is_current: false,
            said: None,
            content,
        }
    }
}

/// Reads objects of one archive.
pub(super) struct Reader {
    pub(super) store: Arc<Store>,
    pub(super) master: Option<Arc<MasterKey>>,
    pub(super) failures_in_a_row: AtomicU64,
}

impl Reader {
    /// Reads one object and says everything that is wrong with it.
    pub(super) async fn check(&self, expected: &Expected) -> Result<Checked, ArchiveError> {
        let mut checked = Checked {
            path: expected.path.clone(),
            kind: expected.kind(),
            is_missing: false,
            bytes: 0,
            rows: 0,
            wrong: Vec::new(),
        };
        let read = match &expected.content {
            Content::Segment { after, through } => {
                self.check_segment(expected, *after, *through, &mut checked)
                    .await
            }
            Content::File { kind, rows } => {
                self.check_file(expected, *kind, rows.as_ref(), &mut checked)
                    .await
            }
        };
        match read {
            Ok(()) => self.failures_in_a_row.store(0, Ordering::Relaxed),
            Err(error @ ArchiveError::Missing { .. }) => {
                checked.is_missing = true;
                checked.wrong.push(reason(error));
            }
            Err(error @ ArchiveError::Away(_)) => checked.wrong.push(self.note_failure(error)?),
            Err(error) => checked.wrong.push(reason(error)),
        }
        Ok(checked)
    }

    /// A request that fails may be one bad object, or a store that is away.
    pub(super) fn note_failure(&self, error: ArchiveError) -> Result<String, ArchiveError> {
        if self.failures_in_a_row.fetch_add(1, Ordering::Relaxed) < FAILURES_MAX {
            Ok(format!("it cannot be fetched: {error}"))
        } else {
            Err(error)
        }
    }

    async fn check_file(
        &self,
        expected: &Expected,
        kind: Kind,
        rows: Option<&RowsSaid>,
        checked: &mut Checked,
    ) -> Result<(), ArchiveError> {
        let path = expected.path.as_str();
        let master = self.master.as_deref();
        let (length, mut stream) = self.store.stream(path).await?;
        let mut inspector = Inspector::new(kind, path, length, master);
        let mut kept = (length <= KEPT_BYTES_MAX).then(BytesMut::new);
        while let Some(bytes) = stream.next().await {
            let bytes = bytes?;
            inspector.push(&bytes);
            checked.bytes += bytes.len() as u64;
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(&bytes);
            }
        }
        let inspected = inspector.finish();
        match inspected.wrong {
            Some(wrong) => checked.wrong.push(reason(wrong)),
            None => checked
                .wrong
                .extend(not_as_said(expected, length, &inspected.hash)),
        }
        if let (true, Some(said), Some(master)) = (checked.wrong.is_empty(), rows, &self.master) {
            let store = match kept {
                Some(bytes) => in_memory(path, bytes.freeze()).await?,
                None => Arc::clone(&self.store),
            };
            match check_rows(store, kind, path, length, said.clone(), Arc::clone(master)).await? {
                Ok(rows) => checked.rows = rows,
                Err(wrong) => checked.wrong.push(wrong),
            }
        }
        Ok(())
    }

    async fn check_segment(
        &self,
        expected: &Expected,
        after: CommitTimestamp,
        through: CommitTimestamp,
        checked: &mut Checked,
    ) -> Result<(), ArchiveError> {
        let path = expected.path.as_str();
        let bytes = self.store.get(path).await?;
        checked.bytes = bytes.len() as u64;
        let master = self.master.as_deref();
        let directory = segment::directory_of(path, &bytes, master)?;
        checked
            .wrong
            .extend(check_layout(path, &bytes, &directory)?);
        for block in &directory.blocks {
            let Ok(sealed) = segment::slice_block(path, block, &bytes) else {
                continue;
            };
            let said = RowsSaid {
                order: RowOrder::Block,
                rows: block.rows,
                bytes: block.bytes,
                key_min: block.key_min.clone(),
                key_max: block.key_max.clone(),
                after: after.max(block.first.previous()),
                through: through.min(block.last),
            };
            match check_block(path, block.table, &sealed, &said, master) {
                Ok(rows) => checked.rows += rows,
                Err(wrong) => {
                    let table = block.table;
                    checked
                        .wrong
                        .push(format!("block of table {table}: {wrong}"));
                }
            }
        }
        if checked.wrong.is_empty() {
            let found = sealed::hash(&bytes);
            checked
                .wrong
                .extend(not_as_said(expected, bytes.len() as u64, &found));
        }
        Ok(())
    }
}

/// An object that is whole in itself may still not be the one that the manifest means.
fn not_as_said(expected: &Expected, length: u64, hash: &str) -> Option<String> {
    let (said_length, said_hash) = expected.said.as_ref()?;
    if length != *said_length {
        Some(format!(
            "it has {length} bytes, its manifest says {said_length}"
        ))
    } else if hash != said_hash {
        Some(format!("its hash is {hash}, its manifest says {said_hash}"))
    } else {
        None
    }
}

/// Blocks must lie end to end, from the start of the segment to its directory, by table.
fn check_layout(
    path: &str,
    bytes: &Bytes,
    directory: &Directory,
) -> Result<Option<String>, ArchiveError> {
    let mut reached = 0;
    let mut last = None;
    for block in &directory.blocks {
        let table = block.table;
        if block.offset != reached {
            return Ok(Some(format!(
                "block of table {table} does not begin at {reached}"
            )));
        }
        if last >= Some(table) {
            return Ok(Some(format!("block of table {table} is out of order")));
        }
        last = Some(table);
        reached = reached.saturating_add(block.length);
    }
    let end = segment::directory_start(path, bytes)? as u64;
    Ok((reached != end)
        .then(|| format!("its blocks end at {reached}, its directory begins at {end}")))
}

fn check_block(
    path: &str,
    table: anywhen_model::TableId,
    sealed: &Bytes,
    said: &RowsSaid,
    master: Option<&MasterKey>,
) -> Result<u64, String> {
    let Some(master) = master else {
        return segment::check_block(path, table, sealed)
            .map(|()| 0)
            .map_err(reason);
    };
    let changes = segment::open_block(path, table, sealed, master).map_err(reason)?;
    let mut check = RowCheck::new(said);
    changes.iter().try_for_each(|change| check.row(change))?;
    check.finish()
}

/// A store that holds one object.
async fn in_memory(path: &str, bytes: Bytes) -> Result<Arc<Store>, ArchiveError> {
    let store = Store::new(Arc::new(InMemory::new()), Path::default());
    store.put_new(path, bytes).await?;
    Ok(Arc::new(store))
}

/// Reads all rows of a file. The outer error is the store's.
async fn check_rows(
    store: Arc<Store>,
    kind: Kind,
    path: &str,
    length: u64,
    said: RowsSaid,
    master: Arc<MasterKey>,
) -> Result<Result<u64, String>, ArchiveError> {
    let reading = Reading::new(store, Handle::current(), master);
    let file = SourceFile {
        kind,
        path: path.to_owned(),
        length,
    };
    blocking(move || {
        let mut rows = FilesCursor::whole(reading, file);
        let mut check = RowCheck::new(&said);
        while let Some(change) = rows.next()? {
            if let Err(wrong) = check.row(&change) {
                return Ok(Err(wrong));
            }
        }
        Ok(check.finish())
    })
    .await
}

/// What an error says of its object, without the name that stands beside it already.
pub(super) fn reason(error: ArchiveError) -> String {
    match error {
        ArchiveError::Missing { .. } => "it is missing".to_owned(),
        ArchiveError::Damaged { reason, .. } => reason,
        ArchiveError::Key { source, .. } => source.to_string(),
        ArchiveError::Format { found, known, .. } => {
            format!("it has format version {found}, this version reads only {known}")
        }
        other => other.to_string(),
    }
}
