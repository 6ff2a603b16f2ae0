//! Streams as clients read them: positions, iterators, pages of records.

use std::sync::Arc;

use anywhen_engine::Engine;
use anywhen_model::{CommitTimestamp, HashSecret, KeyValue, TableName, partition_hash};

use super::change::{self, StreamChange};
use super::position::{Place, SequenceNumber, StreamPosition, Token};
use super::record::Stream;
use super::{ITERATOR_LIFE_MICROS, PAGE_BYTES_MAX, RETENTION_MICROS};
use crate::control::off_runtime;
use crate::error::TableError;
use crate::realm::RealmTables;

/// Where a new iterator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IteratorStart {
    /// At the oldest record there is.
    Horizon,
    /// Behind the newest.
    Latest,
    /// At this record.
    At(SequenceNumber),
    /// Behind this record.
    After(SequenceNumber),
    /// At the first record of this time or later.
    AtTime(CommitTimestamp),
}

/// A record of a stream with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedRecord {
    /// Its place in the shard.
    pub sequence_number: SequenceNumber,
    /// When it was committed.
    pub committed_at: CommitTimestamp,
    /// Names it among all records of all streams, and is the same whenever it is read.
    pub event_id: u128,
    /// What it tells.
    pub change: StreamChange,
}

/// Some records in order, and where to read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPage {
    /// The records; none is normal.
    pub records: Vec<StreamedRecord>,
    /// Where to go on; `None` if the stream has ended and was read to its end.
    pub next: Option<StreamPosition>,
}

impl RealmTables {
    /// All streams that can be read, by table name, the newest of a table first.
    pub fn streams(&self) -> Vec<Arc<Stream>> {
        let now = self.now();
        let mut streams = self.streams.all();
        streams.retain(|stream| !stream.is_over(now));
        streams.sort_by(|a, b| {
            let (a, b) = (a.record(), b.record());
            let newest_first = b.created_at.cmp(&a.created_at);
            a.table_name.cmp(&b.table_name).then(newest_first)
        });
        streams
    }

    /// The stream of this table name and creation time, if it can be read.
    pub fn stream(&self, table: &TableName, created_at: CommitTimestamp) -> Option<Arc<Stream>> {
        let found = self.streams.get(table, created_at);
        found.filter(|stream| !stream.is_over(self.now()))
    }

    /// The sequence numbers of a stream's shard: one below all its records, and, when it has
    /// ended, one above.
    pub fn shard_range(
        &self,
        stream: &Stream,
    ) -> Result<(SequenceNumber, Option<SequenceNumber>), TableError> {
        let end = stream
            .has_ended()
            .then(|| self.end_of(stream))
            .transpose()?;
        Ok((first(stream), end))
    }

    /// The place of the mark at the end of the log.
    fn end_of(&self, stream: &Stream) -> Result<SequenceNumber, TableError> {
        let last = *self.shared.engine.watch_log(stream.log())?.borrow();
        Ok(SequenceNumber(Place::at(last)).max(first(stream)))
    }

    /// The position a new iterator begins at.
    pub fn stream_position(
        &self,
        stream: &Stream,
        start: IteratorStart,
    ) -> Result<StreamPosition, TableError> {
        match start {
            IteratorStart::Horizon => Ok(StreamPosition::HORIZON),
            IteratorStart::Latest => {
                let now = Place::behind(self.snapshot()?.timestamp()?);
                Ok(StreamPosition::end(now))
            }
            IteratorStart::AtTime(at) if at > self.now() => Err(TableError::validation(
                "Invalid Timestamp: it must not be in the future",
            )),
            IteratorStart::AtTime(at) if at < self.stream_horizon() => Ok(StreamPosition::HORIZON),
            IteratorStart::AtTime(at) => Ok(StreamPosition::at(Place::at(at))),
            IteratorStart::At(number) => self.position_of(stream, number, number.0),
            IteratorStart::After(number) => self.position_of(stream, number, number.0.next()),
        }
    }

    /// The position at or behind a sequence number, which must be one of the shard. The first one
    /// of the shard names no record; reading from it is reading all there is.
    fn position_of(
        &self,
        stream: &Stream,
        number: SequenceNumber,
        place: Place,
    ) -> Result<StreamPosition, TableError> {
        let last = if stream.has_ended() {
            self.end_of(stream)?.0.timestamp
        } else {
            self.snapshot()?.timestamp()?
        };
        if number == first(stream) {
            return Ok(StreamPosition::HORIZON);
        }
        if number < first(stream) || number.0.timestamp > last {
            return Err(TableError::validation("Invalid SequenceNumber"));
        }
        if number.0.timestamp < self.stream_horizon() {
            return Err(TableError::Trimmed);
        }
        Ok(StreamPosition::at(place))
    }

    /// What a client gets as an iterator; nobody else can make one.
    pub fn seal_iterator(&self, stream: &Stream, position: StreamPosition) -> Vec<u8> {
        let token = Token {
            issued_at: self.now(),
            position,
        };
        let record = stream.record();
        let place = iterator_place(&record.table_name, record.created_at);
        self.system.keys().cipher.seal(&place, &token.encode())
    }

    /// Where an iterator of this stream stands; `None` for one that was not made here.
    pub fn open_iterator(
        &self,
        table: &TableName,
        created_at: CommitTimestamp,
        sealed: &[u8],
    ) -> Option<IteratorToken> {
        let place = iterator_place(table, created_at);
        let token = self.system.keys().cipher.open(&place, sealed).ok()?;
        Token::decode(&token).map(IteratorToken)
    }

    /// Reads on from an iterator: at most so many records, at most a page's bytes.
    pub async fn read_stream(
        &self,
        stream: &Arc<Stream>,
        from: IteratorToken,
        records_max: usize,
    ) -> Result<StreamPage, TableError> {
        let Token {
            issued_at,
            position,
        } = from.0;
        if issued_at.plus_micros(ITERATOR_LIFE_MICROS) < self.now() {
            return Err(TableError::ExpiredIterator);
        }
        let horizon = self.stream_horizon();
        if position.is_trimmed(horizon) {
            return Err(TableError::Trimmed);
        }
        let from = position.place.max(Place::at(horizon));
        let (engine, stream) = (Arc::clone(&self.shared.engine), Arc::clone(stream));
        off_runtime(move || read_page(&*engine, &stream, from, records_max)).await
    }

    /// Records before this instant can no longer be read.
    fn stream_horizon(&self) -> CommitTimestamp {
        self.now().minus_micros(RETENTION_MICROS)
    }
}

/// An iterator that has proven to be made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IteratorToken(Token);

fn first(stream: &Stream) -> SequenceNumber {
    SequenceNumber(Place::at(stream.record().starts_after))
}

fn iterator_place(table: &TableName, created_at: CommitTimestamp) -> Vec<u8> {
    let micros = created_at.as_micros().to_be_bytes();
    [b"iterator/", table.as_str().as_bytes(), b"\0", &micros].concat()
}

/// Whether the stream has ended was known before the snapshot is taken: then all is in it.
fn read_page(
    engine: &dyn Engine,
    stream: &Stream,
    from: Place,
    records_max: usize,
) -> Result<StreamPage, TableError> {
    let through = engine.snapshot()?.timestamp()?;
    let mut records = Vec::new();
    let mut size_bytes = 0;
    let mut here = Place::at(CommitTimestamp::ZERO);
    for logged in engine.changes(stream.log(), from.timestamp.previous(), through)? {
        let logged = logged?;
        here = if logged.timestamp == here.timestamp {
            here.next()
        } else {
            Place::at(logged.timestamp)
        };
        // What has no value marks the end.
        let Some(sealed) = logged.value.filter(|_| here >= from) else {
            continue;
        };
        let change = if records.len() < records_max {
            let record = stream.record();
            let (table, created_at) = (record.table_id, record.created_at);
            change::open(stream.cipher(), table, created_at, &logged.key, &sealed)?
        } else {
            return Ok(StreamPage {
                records,
                next: Some(StreamPosition::at(here)),
            });
        };
        size_bytes += change.size_bytes();
        if size_bytes > PAGE_BYTES_MAX && !records.is_empty() {
            return Ok(StreamPage {
                records,
                next: Some(StreamPosition::at(here)),
            });
        }
        records.push(StreamedRecord {
            sequence_number: SequenceNumber(here),
            committed_at: logged.timestamp,
            event_id: event_id(stream, here),
            change,
        });
    }
    let end = from.max(Place::behind(through));
    let next = (!stream.has_ended()).then(|| StreamPosition::end(end));
    Ok(StreamPage { records, next })
}

fn event_id(stream: &Stream, at: Place) -> u128 {
    let record = stream.record();
    let secret = HashSecret::from_bytes(record.table_id.as_u128().to_be_bytes());
    let place = [record.created_at, at.timestamp].map(|at| at.as_micros().to_be_bytes());
    let place = [place.concat().as_slice(), &at.ordinal.to_be_bytes()].concat();
    u128::from_be_bytes(partition_hash(&secret, &[KeyValue::B(place)]))
}
