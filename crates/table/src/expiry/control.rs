//! Time to live switched on and off.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anywhen_model::TableName;

use crate::backfill::PartPlace;
use crate::control::{advance, off_runtime};
use crate::error::TableError;
use crate::realm::RealmTables;
use crate::record::{TableRecord, TableStatus, TimeToLive};
use crate::table::Table;

/// How long enabling waits for the order of expiry to be filled; a small table is done by then.
const FILLING_PATIENCE: Duration = Duration::from_secs(2);

/// Where a table's time to live stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeToLiveStatus {
    /// Items expire by this attribute, but some that were there before may not be known yet.
    Enabling(String),
    /// Items expire by this attribute.
    Enabled(String),
    /// No item expires.
    Disabled,
}

impl TimeToLiveStatus {
    /// Of a setting, as a record has it.
    pub fn of(setting: Option<&TimeToLive>) -> Self {
        match setting {
            None => Self::Disabled,
            Some(setting) if setting.filled => Self::Enabled(setting.attribute.clone()),
            Some(setting) => Self::Enabling(setting.attribute.clone()),
        }
    }
}

impl RealmTables {
    /// Where a table's time to live stands.
    pub fn time_to_live(&self, name: &TableName) -> Result<TimeToLiveStatus, TableError> {
        let table = self.table(name)?;
        let record = table.record();
        match record.status {
            // The target of a restore does not exist for settings before it is ACTIVE.
            TableStatus::Creating => Err(TableError::TableNotFound(name.to_string())),
            TableStatus::Deleting => Err(TableError::validation(
                "Cannot describe time to live while table is in DELETING state: Current table \
                 state is DELETING",
            )),
            TableStatus::Active | TableStatus::Updating => {
                Ok(TimeToLiveStatus::of(record.settings.time_to_live.as_ref()))
            }
        }
    }

    /// Has the items of a table expire by an attribute, or no longer. Waits a little for what is
    /// in a table to be known; that of a large one becomes so in the background.
    pub async fn update_time_to_live(
        self: &Arc<Self>,
        name: &TableName,
        attribute: &str,
        enabled: bool,
    ) -> Result<(), TableError> {
        let (name, attribute) = (name.clone(), attribute.to_owned());
        let filled = self.in_turn(move |realm| async move {
            let table = realm.table(&name)?;
            check_changeable(table.record())?;
            check_differs(table.record(), &attribute, enabled)?;
            realm.check_cooled_down(table.record())?;
            if enabled {
                realm.enable_time_to_live(table, attribute).await.map(Some)
            } else {
                realm.disable_time_to_live(&table).await.map(|()| None)
            }
        });
        if let Some(filled) = filled.await? {
            // Done, or going on without us.
            let _ = tokio::time::timeout(FILLING_PATIENCE, filled).await;
        }
        Ok(())
    }

    /// What is returned ends with the filling. In turn only.
    async fn enable_time_to_live(
        self: &Arc<Self>,
        before: Arc<Table>,
        attribute: String,
    ) -> Result<impl Future<Output = ()> + Send + use<>, TableError> {
        let mut record = before.record().clone();
        let number = record.next_index_number();
        record.settings.time_to_live_changed_at = Some(self.now());
        record.settings.time_to_live = Some(TimeToLive {
            attribute,
            number,
            filled: false,
        });
        let after = off_runtime(move || before.with_new_parts(advance(record))).await?;
        let (after, _) = self.commit_table(after, &[]).await?;
        let place = PartPlace {
            table: after.id(),
            number,
        };
        Ok(self.start_filling(place))
    }

    /// In turn only.
    async fn disable_time_to_live(self: &Arc<Self>, before: &Table) -> Result<(), TableError> {
        let mut record = before.record().clone();
        // So that its number stays used.
        record.index_numbers_used = record.next_index_number() - 1;
        record.settings.time_to_live_changed_at = Some(self.now());
        let Some(setting) = record.settings.time_to_live.take() else {
            return Ok(());
        };
        let place = PartPlace {
            table: before.id(),
            number: setting.number,
        };
        let after = before.with_record(advance(record));
        self.commit_table(after, &[place.no_progress()]).await?;
        self.start_dropping(place, before.part(setting.number));
        Ok(())
    }

    fn check_cooled_down(&self, record: &TableRecord) -> Result<(), TableError> {
        let cooldown = self.shared.time_to_live_cooldown.as_micros();
        let Some(changed_at) = record.settings.time_to_live_changed_at else {
            return Ok(());
        };
        let since = self
            .now()
            .as_micros()
            .saturating_sub(changed_at.as_micros());
        if u128::from(since) >= cooldown {
            return Ok(());
        }
        Err(TableError::validation(
            "Time to live has been modified multiple times within a fixed interval",
        ))
    }
}

fn check_changeable(record: &TableRecord) -> Result<(), TableError> {
    let name = &record.name;
    match record.status {
        TableStatus::Active | TableStatus::Updating => Ok(()),
        TableStatus::Creating => Err(TableError::TableNotFound(name.to_string())),
        TableStatus::Deleting => Err(TableError::in_use(format!(
            "Table is being deleted: {name}"
        ))),
    }
}

/// Refuses what would change nothing, and another attribute beside the one in use.
fn check_differs(record: &TableRecord, attribute: &str, enabled: bool) -> Result<(), TableError> {
    let problem = match &record.settings.time_to_live {
        Some(current) if current.attribute != attribute => format!(
            "TimeToLive is active on a different AttributeName: current AttributeName is {}",
            current.attribute
        ),
        Some(_) if enabled => "TimeToLive is already enabled".to_owned(),
        None if !enabled => "TimeToLive is already disabled".to_owned(),
        Some(_) | None => return Ok(()),
    };
    Err(TableError::validation(problem))
}
