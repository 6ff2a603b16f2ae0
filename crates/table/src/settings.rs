//! Tags and resource policies of tables and streams.
//!
//! They stand in the table's catalog record or the stream's own record, so a change is one commit,
//! survives what that survives, and is gone with it. A change is all or nothing: what would break a limit
//! changes nothing. A policy is kept and shown; it is not enforced yet.
//!
//! Start at [`RealmTables::tag`] and [`RealmTables::put_policy`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableName, limits};

use crate::control::{advance, random_table_id};
use crate::error::TableError;
use crate::realm::RealmTables;
use crate::record::{ResourcePolicy, TableRecord, TableSettings, TableStatus};

/// What tags and policies belong to: a table, or one of its streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsOwner {
    /// The table, or the table whose stream it is.
    pub table: TableName,
    /// When the stream was created; `None` for the table itself.
    pub stream: Option<CommitTimestamp>,
    /// Its ARN.
    pub arn: String,
    /// What texts call it: `table Music`.
    pub title: String,
}

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

    fn check(
        &self,
        found: Option<&ResourcePolicy>,
        owner: &SettingsOwner,
    ) -> Result<(), TableError> {
        let title = &owner.title;
        let problem = match (self, found) {
            (Self::Any, _) | (Self::None, None) => return Ok(()),
            (Self::Revision(expected), Some(found)) if *expected == found.revision_id => {
                return Ok(());
            }
            (Self::None, Some(found)) => format!(
                "Requested policy update expecting none to be present for {title}, but a \
                 policy exists with revision id {}.",
                found.revision_id
            ),
            (Self::Revision(expected), Some(found)) => format!(
                "Requested update for policy with revision id {expected}, but the policy \
                 associated to target {title} has revision id {}.",
                found.revision_id
            ),
            (Self::Revision(_), None) => owner.arn.clone(),
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
    /// Tags and policy of a table, whatever its status, or of a stream; nothing else of what a
    /// table has.
    pub fn settings(&self, owner: &SettingsOwner) -> Result<TableSettings, TableError> {
        let (tags, resource_policy) = match owner.stream {
            None => {
                let settings = self.table(&owner.table)?.record().settings.clone();
                (settings.tags, settings.resource_policy)
            }
            Some(created_at) => {
                let stream = self.stream(&owner.table, created_at);
                let record = stream.ok_or(TableError::ResourceNotFound)?.record().clone();
                (record.tags, record.resource_policy)
            }
        };
        Ok(TableSettings {
            tags,
            resource_policy,
            ..TableSettings::default()
        })
    }

    /// Adds tags, or replaces the values of those that are there.
    pub async fn tag(
        self: &Arc<Self>,
        owner: &SettingsOwner,
        tags: Vec<(String, String)>,
    ) -> Result<(), TableError> {
        self.change_settings(owner, move |settings| settings.with_tags(tags))
            .await?;
        Ok(())
    }

    /// Removes tags; those that are not there are no fault.
    pub async fn untag(
        self: &Arc<Self>,
        owner: &SettingsOwner,
        keys: Vec<String>,
    ) -> Result<(), TableError> {
        self.change_settings(owner, move |mut settings| {
            settings.tags.retain(|key, _| !keys.contains(key));
            Ok(settings)
        })
        .await?;
        Ok(())
    }

    /// Gives a table or stream a policy and returns its revision. A policy that is the same
    /// already keeps its revision.
    pub async fn put_policy(
        self: &Arc<Self>,
        owner: &SettingsOwner,
        document: String,
        expected: ExpectedPolicy,
    ) -> Result<String, TableError> {
        let revision_id = self.new_revision();
        let named = owner.clone();
        let settings = self
            .change_settings(owner, move |mut settings| {
                expected.check(settings.resource_policy.as_ref(), &named)?;
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
        let policy = settings.resource_policy;
        policy
            .map(|policy| policy.revision_id)
            .ok_or_else(|| TableError::Internal("a policy was not stored".to_owned()))
    }

    /// Takes a policy away and returns its revision; `None` if there was none.
    pub async fn delete_policy(
        self: &Arc<Self>,
        owner: &SettingsOwner,
        expected: ExpectedPolicy,
    ) -> Result<Option<String>, TableError> {
        let named = owner.clone();
        let removed = Arc::new(parking_lot::Mutex::new(None));
        let found = Arc::clone(&removed);
        self.change_settings(owner, move |mut settings| {
            expected.check(settings.resource_policy.as_ref(), &named)?;
            let policy = settings.resource_policy.take();
            *found.lock() = policy.map(|policy| policy.revision_id);
            Ok(settings)
        })
        .await?;
        let removed = removed.lock().take();
        Ok(removed)
    }

    /// The policy of a table or stream; [`TableError::PolicyNotFound`] if it has none.
    pub fn policy(&self, owner: &SettingsOwner) -> Result<ResourcePolicy, TableError> {
        let policy = self.settings(owner)?.resource_policy;
        policy.ok_or_else(|| TableError::PolicyNotFound(owner.arn.clone()))
    }

    /// The first revision of a policy that a table gets with its creation, or any other.
    #[must_use]
    pub fn new_revision(&self) -> String {
        random_table_id(&*self.shared.randomness).to_string()
    }

    /// Changes tags or policy, and returns both; nothing is written if they stay the same.
    async fn change_settings(
        self: &Arc<Self>,
        owner: &SettingsOwner,
        change: impl FnOnce(TableSettings) -> Result<TableSettings, TableError> + Send + 'static,
    ) -> Result<TableSettings, TableError> {
        let owner = owner.clone();
        self.in_turn(move |realm| async move {
            if owner.stream.is_none() {
                check_changeable(realm.table(&owner.table)?.record())?;
            }
            let before = realm.settings(&owner)?;
            let after = change(before.clone())?;
            if after != before {
                let (tags, policy) = (after.tags.clone(), after.resource_policy.clone());
                match owner.stream {
                    None => realm.set_settings(&owner.table, tags, policy).await?,
                    Some(created_at) => {
                        let stream = realm.stream(&owner.table, created_at);
                        let stream = stream.ok_or(TableError::ResourceNotFound)?;
                        realm.set_stream_settings(&stream, tags, policy).await?;
                    }
                }
            }
            Ok(after)
        })
        .await
    }

    async fn set_settings(
        &self,
        name: &TableName,
        tags: BTreeMap<String, String>,
        resource_policy: Option<ResourcePolicy>,
    ) -> Result<(), TableError> {
        let table = self.table(name)?;
        let record = table.record();
        let settings = TableSettings {
            tags,
            resource_policy,
            ..record.settings.clone()
        };
        let record = TableRecord {
            settings,
            ..record.clone()
        };
        let changed = table.with_record(advance(record));
        self.commit_table(changed, &[]).await?;
        Ok(())
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
