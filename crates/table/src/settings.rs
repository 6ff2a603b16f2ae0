//! Tags and resource policies of tables.
//!
//! Both stand in the table's catalog record, so a change is one commit, survives what the catalog
//! survives, and is gone with the table. A change is all or nothing: what would break a limit
//! changes nothing. A policy is kept and shown; it is not enforced yet.
//!
//! Start at [`RealmTables::tag`] and [`RealmTables::put_policy`].

use std::collections::BTreeSet;
use std::sync::Arc;

use anywhen_model::{TableArn, TableName, limits};

use crate::control::{advance, random_table_id};
use crate::error::TableError;
use crate::realm::RealmTables;
use crate::record::{ResourcePolicy, TableRecord, TableSettings, TableStatus};
use crate::table::Table;

/// What a change of a policy expects to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedPolicy {
    /// Whatever is there.
    Any,
    /// None: the policy is new.
    None,
    /// The policy of this revision.
    Revision(String),
}

impl ExpectedPolicy {
    /// An `ExpectedRevisionId`.
    #[must_use]
    pub fn parse(revision_id: Option<String>) -> Self {
        match revision_id {
            None => Self::Any,
            Some(text) if text == "NO_POLICY" => Self::None,
            Some(text) => Self::Revision(text),
        }
    }

    fn check(&self, found: Option<&ResourcePolicy>, table: &TableArn) -> Result<(), TableError> {
        let name = &table.table;
        let problem = match (self, found) {
            (Self::Any, _) | (Self::None, None) => return Ok(()),
            (Self::Revision(expected), Some(found)) if *expected == found.revision_id => {
                return Ok(());
            }
            (Self::None, Some(found)) => format!(
                "Requested policy update expecting none to be present for table {name}, but a \
                 policy exists with revision id {}.",
                found.revision_id
            ),
            (Self::Revision(expected), Some(found)) => format!(
                "Requested update for policy with revision id {expected}, but the policy \
                 associated to target table {name} has revision id {}.",
                found.revision_id
            ),
            (Self::Revision(_), None) => table.to_string(),
        };
        Err(TableError::PolicyNotFound(problem))
    }
}

/// Refuses tags that no table may have: too long, bad characters, the prefix `aws:`, or a key
/// that is given twice.
pub fn check_tags(tags: &[(String, Option<String>)]) -> Result<(), TableError> {
    let mut seen = BTreeSet::new();
    for (key, value) in tags {
        check_tag_key(key)?;
        let invalid = |value: &str| {
            Err(TableError::validation(format!(
                "The Tag Value provided is invalid, Value: {value}"
            )))
        };
        match value {
            None => return invalid("null"),
            Some(value) if !is_tag_text(value, limits::TAG_VALUE_CHARS_MAX) => {
                return invalid(value);
            }
            Some(_) => {}
        }
        if !seen.insert(key) {
            return Err(TableError::validation(format!(
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )));
        }
    }
    Ok(())
}

/// Refuses keys that no tag can have.
pub fn check_tag_keys(keys: &[String]) -> Result<(), TableError> {
    keys.iter().try_for_each(|key| check_tag_key(key))
}

fn check_tag_key(key: &str) -> Result<(), TableError> {
    if key.to_lowercase().starts_with("aws:") {
        return Err(TableError::validation(format!(
            "Tag Key cannot be prefixed with aws:, Key: {key}"
        )));
    }
    if key.is_empty() || !is_tag_text(key, limits::TAG_KEY_CHARS_MAX) {
        return Err(TableError::validation(format!(
            "The Tag Key provided is invalid, Key: {key}"
        )));
    }
    Ok(())
}

/// Letters and digits of any script, spaces and a few signs, and not too many of them.
/// Source: Naming restrictions of tags, developer guide.
fn is_tag_text(text: &str, chars_max: usize) -> bool {
    let count = text.chars().count();
    count <= chars_max
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c.is_whitespace() || "+-=._:/@".contains(c))
}

impl TableSettings {
    /// With these tags added or replaced; they have passed [`check_tags`].
    pub fn with_tags(
        mut self,
        tags: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, TableError> {
        self.tags.extend(tags);
        if self.tags.len() > limits::TAGS_MAX {
            return Err(TableError::validation(
                "Number of Tags exceed the current limit for the provided ResourceArn",
            ));
        }
        Ok(self)
    }
}

impl RealmTables {
    /// Adds tags to a table, or replaces the values of those it has.
    pub async fn tag(
        self: &Arc<Self>,
        name: &TableName,
        tags: Vec<(String, String)>,
    ) -> Result<(), TableError> {
        self.change_settings(name, move |_, settings| settings.with_tags(tags))
            .await?;
        Ok(())
    }

    /// Removes tags from a table; those it does not have are no fault.
    pub async fn untag(
        self: &Arc<Self>,
        name: &TableName,
        keys: Vec<String>,
    ) -> Result<(), TableError> {
        self.change_settings(name, move |_, mut settings| {
            settings.tags.retain(|key, _| !keys.contains(key));
            Ok(settings)
        })
        .await?;
        Ok(())
    }

    /// Gives a table a policy and returns its revision. A policy that is the same already keeps
    /// its revision.
    pub async fn put_policy(
        self: &Arc<Self>,
        name: &TableName,
        document: String,
        expected: ExpectedPolicy,
    ) -> Result<String, TableError> {
        let revision_id = self.new_revision();
        let arn = self.arn(name);
        let table = self
            .change_settings(name, move |_, mut settings| {
                expected.check(settings.resource_policy.as_ref(), &arn)?;
                let same = |policy: &ResourcePolicy| policy.document == document;
                if !settings.resource_policy.as_ref().is_some_and(same) {
                    settings.resource_policy = Some(ResourcePolicy {
                        document,
                        revision_id,
                    });
                }
                Ok(settings)
            })
            .await?;
        let policy = table.record().settings.resource_policy.as_ref();
        policy
            .map(|policy| policy.revision_id.clone())
            .ok_or_else(|| TableError::Internal("a policy was not stored".to_owned()))
    }

    /// Takes a table's policy away and returns its revision; `None` if it had none.
    pub async fn delete_policy(
        self: &Arc<Self>,
        name: &TableName,
        expected: ExpectedPolicy,
    ) -> Result<Option<String>, TableError> {
        let arn = self.arn(name);
        let removed = Arc::new(parking_lot::Mutex::new(None));
        let found = Arc::clone(&removed);
        self.change_settings(name, move |_, mut settings| {
            expected.check(settings.resource_policy.as_ref(), &arn)?;
            let policy = settings.resource_policy.take();
            *found.lock() = policy.map(|policy| policy.revision_id);
            Ok(settings)
        })
        .await?;
        let removed = removed.lock().take();
        Ok(removed)
    }

    /// A table's policy; [`TableError::PolicyNotFound`] if it has none.
    pub fn policy(&self, name: &TableName) -> Result<ResourcePolicy, TableError> {
        let table = self.table(name)?;
        let policy = table.record().settings.resource_policy.clone();
        policy.ok_or_else(|| TableError::PolicyNotFound(self.arn(name).to_string()))
    }

    /// The first revision of a policy that a table gets with its creation, or any other.
    #[must_use]
    pub fn new_revision(&self) -> String {
        random_table_id(&*self.shared.randomness).to_string()
    }

    /// Changes what stands beside a table's structure; nothing is written if it stays the same.
    async fn change_settings(
        self: &Arc<Self>,
        name: &TableName,
        change: impl FnOnce(&TableRecord, TableSettings) -> Result<TableSettings, TableError>
        + Send
        + 'static,
    ) -> Result<Arc<Table>, TableError> {
        let name = name.clone();
        self.in_turn(move |realm| async move {
            let table = realm.table(&name)?;
            let record = table.record();
            check_changeable(record)?;
            let settings = change(record, record.settings.clone())?;
            if settings == record.settings {
                return Ok(table);
            }
            let record = TableRecord {
                settings,
                ..record.clone()
            };
            let changed = table.with_record(advance(record));
            Ok(realm.commit_table(changed, &[]).await?.0)
        })
        .await
    }

    fn arn(&self, name: &TableName) -> TableArn {
        TableArn {
            realm: self.realm().clone(),
            table: name.clone(),
        }
    }
}

fn check_changeable(record: &TableRecord) -> Result<(), TableError> {
    let name = &record.name;
    match record.status {
        TableStatus::Active | TableStatus::Updating => Ok(()),
        TableStatus::Creating => Err(TableError::in_use(format!(
            "Table is being created: {name}"
        ))),
        TableStatus::Deleting => Err(TableError::in_use(format!(
            "Table is being deleted: {name}"
        ))),
    }
}
