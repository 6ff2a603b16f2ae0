//! ListBackups: filters, order and pages.
//!
//! Order: table name, then creation time. The start of a page is a position in that order, not
//! a backup: one that is gone, or never was, is as good.

use std::ops::Bound;

use anywhen_model::limits::LIST_PAGE_MAX;
use anywhen_model::{BackupId, CommitTimestamp, Realm, TableName};

use super::{BackupKey, BackupKind, BackupRecord};
use crate::arn;
use crate::book::Entries;
use crate::error::RecoveryError;

/// Which kinds of backup to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BackupFilter {
    /// `USER`; what an absent `BackupType` means.
    #[default]
    User,
    /// `SYSTEM`.
    System,
    /// `AWS_BACKUP`: there are none here.
    AwsBackup,
    /// `ALL`.
    All,
}

/// A ListBackups request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListBackups {
    /// `TableName`; need not exist.
    pub table: Option<TableName>,
    /// `Limit`, 1 to 100; absent means 100.
    pub limit: Option<usize>,
    /// `TimeRangeLowerBound`, inclusive, on the creation time.
    pub created_from: Option<CommitTimestamp>,
    /// `TimeRangeUpperBound`, exclusive.
    pub created_before: Option<CommitTimestamp>,
    /// `ExclusiveStartBackupArn`.
    pub start_after_arn: Option<String>,
    /// `BackupType`.
    pub kind: BackupFilter,
}

/// One page of backups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupPage {
    /// In order.
    pub backups: Vec<BackupRecord>,
    /// `LastEvaluatedBackupArn`; only if there are more.
    pub last_evaluated_arn: Option<String>,
}

impl ListBackups {
    pub(crate) fn page(
        &self,
        realm: &Realm,
        entries: &Entries,
    ) -> Result<BackupPage, RecoveryError> {
        if let (Some(from), Some(before)) = (self.created_from, self.created_before)
            && from > before
        {
            return Err(RecoveryError::invalid_parameter(
                "Time range lower bound must be less than or equal to upper bound",
            ));
        }
        let (start, end) = self.range(realm)?;
        let mut matches = entries
            .backups
            .range((start, Bound::Unbounded))
            .map(|(_, backup)| backup)
            .take_while(|backup| end.is_none_or(|table| backup.table.name == *table))
            .filter(|backup| self.matches(backup));
        let limit = self.limit.unwrap_or(LIST_PAGE_MAX).min(LIST_PAGE_MAX);
        let backups: Vec<_> = matches.by_ref().take(limit).cloned().collect();
        let last = backups.last().filter(|_| matches.next().is_some());
        let last_evaluated_arn = last.map(|backup| backup.arn(realm).to_string());
        Ok(BackupPage {
            backups,
            last_evaluated_arn,
        })
    }

    /// Where to begin, and the table with which to end.
    fn range(
        &self,
        realm: &Realm,
    ) -> Result<(Bound<BackupKey>, Option<&TableName>), RecoveryError> {
        let first = self.table.as_ref().map(|table| BackupKey {
            table: table.clone(),
            id: BackupId {
                created_ms: 0,
                suffix: 0,
            },
        });
        let after = self.start_after(realm)?;
        // A cursor in another table's part of the order begins before or after all of this one.
        let start = match (first, after) {
            (Some(first), Some(after)) if after >= first => Bound::Excluded(after),
            (Some(first), _) => Bound::Included(first),
            (None, Some(after)) => Bound::Excluded(after),
            (None, None) => Bound::Unbounded,
        };
        Ok((start, self.table.as_ref()))
    }

    fn start_after(&self, realm: &Realm) -> Result<Option<BackupKey>, RecoveryError> {
        let Some(text) = &self.start_after_arn else {
            return Ok(None);
        };
        let arn = arn::backup(realm, text)?;
        if arn.realm.region != realm.region {
            return Err(RecoveryError::invalid_request(
                "The supplied ExclusiveStartBackupArn does not match the region",
            ));
        }
        Ok(Some(BackupKey {
            table: arn.table,
            id: arn.id,
        }))
    }

    fn matches(&self, backup: &BackupRecord) -> bool {
        let kind = match self.kind {
            BackupFilter::User => backup.kind == BackupKind::User,
            BackupFilter::System => backup.kind == BackupKind::System,
            BackupFilter::AwsBackup => false,
            BackupFilter::All => true,
        };
        let created = backup.created_at();
        kind && self.created_from.is_none_or(|from| from <= created)
            && self.created_before.is_none_or(|before| created < before)
    }
}
