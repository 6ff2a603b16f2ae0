//! How an ARN given to this Region's endpoint is judged, before anything is looked up.
//!
//! A backup is known by account, table name and id. The Region in its ARN is ignored by
//! DescribeBackup and DeleteBackup as long as there is such a Region; to a restore it says
//! where the source is, and another Region than the endpoint's makes the restore cross-Region.

use anywhen_model::{ArnError, BackupArn, Realm, TableArn};

use crate::error::RecoveryError;

/// The Regions of the partition `aws`. The endpoint's own is known whatever its name.
const REGIONS: [&str; 34] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The backup that an ARN names.
pub(crate) fn backup(realm: &Realm, arn: &str) -> Result<BackupArn, RecoveryError> {
    let unknown = || RecoveryError::invalid_request("BackupArn is not valid");
    let parsed = BackupArn::parse(arn).map_err(|error| match error {
        ArnError::NotAnArn | ArnError::OtherResource => {
            RecoveryError::Validation("Invalid Backup ARN".to_owned())
        }
        ArnError::OtherService => unknown(),
        ArnError::NoRealm => RecoveryError::AccessDenied,
    })?;
    let region = parsed.realm.region.as_str();
    if region != realm.region.as_str() && !REGIONS.contains(&region) {
        return Err(unknown());
    }
    if parsed.realm.account != realm.account {
        return Err(RecoveryError::AccessDenied);
    }
    Ok(parsed)
}

/// The table that a restore's `SourceTableArn` names.
pub(crate) fn source_table(realm: &Realm, arn: &str) -> Result<TableArn, RecoveryError> {
    let parsed = TableArn::parse(arn).map_err(|error| match error {
        ArnError::NotAnArn => {
            RecoveryError::invalid_parameter(format!("ARNs must start with 'arn:': {arn}"))
        }
        _ => RecoveryError::invalid_parameter("sourceTableArn is not a valid ARN"),
    })?;
    if parsed.realm.account != realm.account {
        let text = "This action is only supported by accounts that match the resource \
                    owner\u{2019}s account.";
        return Err(RecoveryError::Validation(text.to_owned()));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use anywhen_model::{AccountId, Region};

    use super::*;

    fn realm() -> Realm {
        Realm {
            account: AccountId::parse("123456789012").unwrap(),
            region: Region::parse("us-west-2").unwrap(),
        }
    }

    #[test]
    fn backup_arns_are_judged_as_probed() {
        let id = "01489173575360-b308cd7d";
        let judge = |arn: String| backup(&realm(), &arn).map(|arn| arn.to_string());
        let arn = |region: &str, account: &str| {
            format!("arn:aws:dynamodb:{region}:{account}:table/Music/backup/{id}")
        };
        let (mine, other) = ("123456789012", "999999999999");
        for fine in ["us-west-2", "eu-central-1"] {
            assert_eq!(judge(arn(fine, mine)), Ok(arn(fine, mine)));
        }
        let invalid = |text: &str| Err(RecoveryError::Validation(text.to_owned()));
        let not_valid = invalid("Invalid Request: BackupArn is not valid");
        for (given, expected) in [
            (arn("us-nowhere-9", mine), not_valid.clone()),
            (
                arn("us-west-2", mine).replace("arn:aws:", "arn:aws-cn:"),
                not_valid.clone(),
            ),
            (
                arn("us-west-2", mine).replace(":dynamodb:", ":s3:"),
                not_valid,
            ),
            (arn("us-west-2", other), Err(RecoveryError::AccessDenied)),
            (arn("", mine), Err(RecoveryError::AccessDenied)),
            (
                format!("arn:aws:dynamodb:us-west-2:{mine}:table/Music"),
                invalid("Invalid Backup ARN"),
            ),
            ("x".repeat(40), invalid("Invalid Backup ARN")),
        ] {
            assert_eq!(judge(given.clone()), expected, "{given}");
        }
    }
}
