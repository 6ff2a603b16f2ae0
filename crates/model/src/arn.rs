//! Amazon Resource Names of tables, indexes and backups.
//!
//! Parsing tells apart what clients are told apart: a text that is no DynamoDB ARN at all, and
//! one that is well formed but names another kind of thing.

use std::fmt;

use crate::{AccountId, BackupId, IndexName, Realm, Region, TableName};

/// Why a text is not the ARN that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// It does not begin with `arn:`.
    #[error("not an ARN")]
    NotAnArn,
    /// Another partition than `aws`, another service than `dynamodb`, or what can be no Region.
    #[error("the ARN belongs to another partition or service")]
    OtherService,
    /// The Region is empty, or the account is not one.
    #[error("the ARN names no account or Region")]
    NoRealm,
    /// A DynamoDB ARN of another kind of thing, or a malformed name inside.
    #[error("the ARN names another kind of resource")]
    OtherResource,
}

/// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableArn {
    /// Whose table.
    pub realm: Realm,
    /// Its name.
    pub table: TableName,
}

/// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/index/INDEX`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexArn {
    /// The index's table.
    pub table: TableArn,
    /// Its name.
    pub index: IndexName,
}

/// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/backup/ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupArn {
    /// Whose backup, and the Region it was made in (or asked for in).
    pub realm: Realm,
    /// Name of the table it was made of.
    pub table: TableName,
    /// The backup.
    pub id: BackupId,
}

/// How clients name a table: by name, or by its whole ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableReference {
    /// By name, in the caller's realm.
    Name(TableName),
    /// By ARN.
    Arn(TableArn),
}

/// Splits a DynamoDB ARN into its realm and what follows the account.
fn split(text: &str) -> Result<(Realm, &str), ArnError> {
    let rest = text.strip_prefix("arn:").ok_or(ArnError::NotAnArn)?;
    let mut parts = rest.splitn(5, ':');
    let mut part = || parts.next().unwrap_or_default();
    let (partition, service, region, account, resource) = (part(), part(), part(), part(), part());
    if partition != "aws" || service != "dynamodb" {
        return Err(ArnError::OtherService);
    }
    if region.is_empty() {
        return Err(ArnError::NoRealm);
    }
    let region = Region::parse(region).map_err(|_| ArnError::OtherService)?;
    let account = AccountId::parse(account).map_err(|_| ArnError::NoRealm)?;
    Ok((Realm { account, region }, resource))
}

fn table_name(text: &str) -> Result<TableName, ArnError> {
    TableName::parse(text).map_err(|_| ArnError::OtherResource)
}

impl TableArn {
    /// Parses the ARN of a table, and only of a table.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let (realm, resource) = split(text)?;
        let name = resource
            .strip_prefix("table/")
            .ok_or(ArnError::OtherResource)?;
        Ok(Self {
            realm,
            table: table_name(name)?,
        })
    }
}

impl IndexArn {
    /// Parses the ARN of a secondary index.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let (realm, resource) = split(text)?;
        let resource = resource
            .strip_prefix("table/")
            .ok_or(ArnError::OtherResource)?;
        let (table, index) = resource
            .split_once("/index/")
            .ok_or(ArnError::OtherResource)?;
        let index = IndexName::parse(index).map_err(|_| ArnError::OtherResource)?;
        Ok(Self {
            table: TableArn {
                realm,
                table: table_name(table)?,
            },
            index,
        })
    }
}

impl BackupArn {
    /// Parses the ARN of a backup.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let (realm, resource) = split(text)?;
        let resource = resource
            .strip_prefix("table/")
            .ok_or(ArnError::OtherResource)?;
        let (table, id) = resource
            .split_once("/backup/")
            .ok_or(ArnError::OtherResource)?;
        let id = BackupId::try_from(id).map_err(|_| ArnError::OtherResource)?;
        Ok(Self {
            realm,
            table: table_name(table)?,
            id,
        })
    }
}

impl TableReference {
    /// Parses a table's name or ARN.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        if text.starts_with("arn:") {
            TableArn::parse(text).map(Self::Arn)
        } else {
            table_name(text).map(Self::Name)
        }
    }

    /// The table's name.
    pub fn name(&self) -> &TableName {
        match self {
            Self::Name(name) => name,
            Self::Arn(arn) => &arn.table,
        }
    }
}

impl fmt::Display for TableArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Realm { account, region } = &self.realm;
        write!(
            f,
            "arn:aws:dynamodb:{region}:{account}:table/{}",
            self.table
        )
    }
}

impl fmt::Display for IndexArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/index/{}", self.table, self.index)
    }
}

impl fmt::Display for BackupArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Realm { account, region } = &self.realm;
        write!(
            f,
            "arn:aws:dynamodb:{region}:{account}:table/{}/backup/{}",
            self.table, self.id
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_arn_prints_what_it_parses(
            region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
            account in "[0-9]{12}",
            table in "[a-zA-Z0-9_.-]{3,255}",
            index in "[a-zA-Z0-9_.-]{3,255}",
            id in "[0-9]{14}-[0-9a-f]{8}",
        ) {
            let text = format!("arn:aws:dynamodb:{region}:{account}:table/{table}");
            let (of_index, of_backup) = (format!("{text}/index/{index}"), format!("{text}/backup/{id}"));
            let arn = TableArn::parse(&text).unwrap();
            prop_assert_eq!(&arn.to_string(), &text);
            prop_assert_eq!(TableReference::parse(&text), Ok(TableReference::Arn(arn.clone())));
            let parsed = IndexArn::parse(&of_index).unwrap();
            prop_assert_eq!((parsed.to_string(), parsed.table), (of_index.clone(), arn));
            prop_assert_eq!(&BackupArn::parse(&of_backup).unwrap().to_string(), &of_backup);
            // None is taken for another.
            prop_assert!(TableArn::parse(&of_index).is_err() && TableArn::parse(&of_backup).is_err());
            prop_assert!(IndexArn::parse(&text).is_err() && IndexArn::parse(&of_backup).is_err());
            prop_assert!(BackupArn::parse(&text).is_err() && BackupArn::parse(&of_index).is_err());
        }
    }

    #[test]
    fn arns_print_what_they_parse() {
        let table = "arn:aws:dynamodb:us-east-1:123456789012:table/Music";
        let backup = format!("{table}/backup/01489173575360-b308cd7d");
        let index = format!("{table}/index/singers-index");
        assert_eq!(TableArn::parse(table).unwrap().to_string(), table);
        assert_eq!(BackupArn::parse(&backup).unwrap().to_string(), backup);
        assert_eq!(IndexArn::parse(&index).unwrap().to_string(), index);
        assert_eq!(
            TableReference::parse("Music").unwrap().name().as_str(),
            "Music"
        );
    }

    #[test]
    fn wrong_arns_are_told_apart() {
        let fault = |text: &str| BackupArn::parse(text).unwrap_err();
        assert_eq!(fault("Music"), ArnError::NotAnArn);
        assert_eq!(
            fault("arn:aws:s3:us-east-1:123456789012:table/Music"),
            ArnError::OtherService
        );
        assert_eq!(
            fault("arn:aws-cn:dynamodb:us-east-1:123456789012:x"),
            ArnError::OtherService
        );
        assert_eq!(
            fault("arn:aws:dynamodb:US_EAST:123456789012:table/Music"),
            ArnError::OtherService
        );
        for no_realm in [
            "arn:aws:dynamodb::123456789012:table/Music",
            "arn:aws:dynamodb:us-east-1:12:x",
            "arn:aws:dynamodb:us-east-1",
        ] {
            assert_eq!(fault(no_realm), ArnError::NoRealm, "{no_realm}");
        }
        assert_eq!(
            fault("arn:aws:dynamodb:us-east-1:123456789012:table/Music"),
            ArnError::OtherResource
        );
    }
}
