//! Streams begun, ended and forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_engine::LogEntry;
use anywhen_model::CommitTimestamp;

use super::record::{Stream, StreamRecord, StreamSetting, StreamViewType};
use super::{RETENTION_MICROS, StreamSpecification};
use crate::control::off_runtime;
use crate::error::TableError;
use crate::realm::RealmTables;
use crate::record::{ResourcePolicy, TableRecord, TableSettings};
use crate::system::SystemChange;
use crate::table::Table;

const MICROS_PER_MILLI: u64 = 1000;

/// What a control operation does to a table's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamSwitch {
    /// Nothing.
    None,
    /// Begins one.
    Begin(StreamViewType),
    /// Ends the one that takes records, if any.
    End,
}

impl StreamSwitch {
    /// What an update asks for, checked against the table.
    pub(crate) fn of_update(
        asked: Option<StreamSpecification>,
        table: &TableRecord,
    ) -> Result<Self, TableError> {
        let Some(asked) = asked else {
            return Ok(Self::None);
        };
        let enabled = table.settings.stream.is_some_and(|stream| stream.enabled);
        let name = &table.name;
        match (asked.on_update()?, enabled) {
            (Some(_), true) => Err(TableError::validation(format!(
                "Table already has an enabled stream: TableName: {name}"
            ))),
            (None, false) => Err(TableError::validation(format!(
                "Table has no stream to disable: TableName: {name}"
            ))),
            (Some(view), false) => Ok(Self::Begin(view)),
            (None, true) => Ok(Self::End),
        }
    }
}

impl RealmTables {
    /// Commits a changed or new record together with what becomes of its stream. In turn only.
    pub(crate) async fn commit_with_stream(
        &self,
        table: Table,
        changes: StreamSwitch,
        also: &[SystemChange],
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        match (changes, table.stream().cloned()) {
            (StreamSwitch::Begin(view), _) => self.begin_stream(table, view, also).await,
            (StreamSwitch::End, Some(stream)) => self.end_stream(table, &stream, also).await,
            (StreamSwitch::None | StreamSwitch::End, _) => self.commit_table(table, also).await,
        }
    }

    async fn begin_stream(
        &self,
        table: Table,
        view_type: StreamViewType,
        also: &[SystemChange],
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        let record = table.record();
        let created_at = self.new_label(record);
        let stream = StreamRecord {
            table_id: record.id,
            table_name: record.name.clone(),
            key_schema: record.key_schema.clone(),
            view_type,
            created_at,
            starts_after: self.snapshot()?.timestamp()?,
            disabled_at: None,
            wrapped_key: record.wrapped_key.clone(),
            tags: BTreeMap::new(),
            resource_policy: None,
        };
        let setting = StreamSetting {
            view_type,
            created_at,
            enabled: true,
        };
        let mut also = also.to_vec();
        also.push(stream.stored()?);
        let cipher = Arc::clone(&table.keys().cipher);
        let engine = &*self.shared.engine;
        let stream = Arc::new(Stream::new(engine, self.realm(), stream, cipher)?);
        let table = with_setting(&table, setting).with_stream(Some(Arc::clone(&stream)));
        // Known before the table names it, so that whoever reads the name finds the stream.
        self.streams.put(Arc::clone(&stream));
        let committed = self.commit_table(table, &also).await;
        if committed.is_err() {
            self.streams.remove(&stream);
        }
        committed
    }

    async fn end_stream(
        &self,
        table: Table,
        stream: &Stream,
        also: &[SystemChange],
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        // The one that is known has the tags and the policy it was given since it began.
        let record = stream.record();
        let known = self.streams.get(&record.table_name, record.created_at);
        let (ended, mark) = known.as_deref().unwrap_or(stream).ended(self.now());
        let setting = StreamSetting {
            view_type: ended.record().view_type,
            created_at: ended.record().created_at,
            enabled: false,
        };
        let mut also = also.to_vec();
        also.push(ended.record().stored()?);
        let table = with_setting(&table, setting);
        let marks: Vec<LogEntry> = vec![mark];
        let committed = self.commit_table_logging(table, &also, marks).await?;
        self.streams.put(Arc::new(ended));
        Ok(committed)
    }

    /// Gives a stream tags and a policy. In turn only.
    pub(crate) async fn set_stream_settings(
        &self,
        stream: &Stream,
        tags: BTreeMap<String, String>,
        resource_policy: Option<ResourcePolicy>,
    ) -> Result<(), TableError> {
        let record = StreamRecord {
            tags,
            resource_policy,
            ..stream.record().clone()
        };
        self.system_commit(vec![record.stored()?]).await?;
        self.streams.put(Arc::new(stream.with_record(record)));
        Ok(())
    }

    /// The creation time of a stream that begins now, as its label tells it.
    fn new_label(&self, table: &TableRecord) -> CommitTimestamp {
        let now = self.now().as_micros();
        let now = CommitTimestamp::from_micros(now - now % MICROS_PER_MILLI);
        let newest = self.streams.newest(&table.name);
        let known = newest.map(|stream| stream.record().created_at);
        let latest = table.settings.stream.map(|stream| stream.created_at);
        let taken = known.max(latest);
        taken.map_or(now, |taken| now.max(taken.plus_micros(MICROS_PER_MILLI)))
    }

    /// Forgets the records that nobody can read any more, and the streams that ended a day ago.
    /// To be called from time to time; nothing is answered that it would have removed.
    pub async fn trim_streams(self: &Arc<Self>) -> Result<(), TableError> {
        let now = self.now();
        for stream in self.streams.all() {
            if stream.is_over(now) {
                self.in_turn(move |realm| async move { realm.remove_stream(stream).await })
                    .await?;
                continue;
            }
            let engine = Arc::clone(&self.shared.engine);
            let through = now.minus_micros(RETENTION_MICROS).previous();
            off_runtime(move || Ok(engine.trim(stream.log(), through)?)).await?;
        }
        Ok(())
    }

    /// Names of the streams' change logs.
    pub(crate) fn stream_logs(&self) -> Vec<String> {
        let streams = self.streams.all().into_iter();
        streams
            .map(|stream| stream.record().log_name(self.realm()))
            .collect()
    }

    /// Bytes that the records of streams take on disk (an estimate).
    pub fn stream_log_bytes(&self) -> u64 {
        let bytes = |stream: Arc<Stream>| self.shared.engine.log_backlog_bytes(stream.log());
        self.streams.all().into_iter().map(bytes).sum()
    }

    /// First the record, then the log: a log that a crash leaves over is swept at the next start.
    /// In turn only.
    async fn remove_stream(&self, stream: Arc<Stream>) -> Result<(), TableError> {
        self.system_commit(vec![stream.record().removed()]).await?;
        self.streams.remove(&stream);
        let name = stream.record().log_name(self.realm());
        let engine = Arc::clone(&self.shared.engine);
        off_runtime(move || Ok(engine.drop_log(&name)?)).await
    }
}

fn with_setting(table: &Table, setting: StreamSetting) -> Table {
    let record = table.record();
    table.with_record(TableRecord {
        settings: TableSettings {
            stream: Some(setting),
            ..record.settings.clone()
        },
        ..record.clone()
    })
}
