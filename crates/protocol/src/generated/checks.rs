//! Reads and validates the input of any operation, so that tests can visit all of them.

use super::operations::Operation;
use crate::Fault;
use crate::read::{Structure, parse_input};
use crate::shapes;
use crate::validation::{Validate, validate};

fn check<T: Structure + Validate>(body: &[u8]) -> Result<(), Fault> {
    validate(&parse_input::<T>(body)?)
}

impl Operation {
    /// What is wrong with `body` as the operation's request, as far as this crate can tell.
    pub(crate) fn check(self, body: &[u8]) -> Result<(), Fault> {
        match self {
            Self::BatchExecuteStatement => check::<shapes::BatchExecuteStatementInput>(body),
            Self::BatchGetItem => check::<shapes::BatchGetItemInput>(body),
            Self::BatchWriteItem => check::<shapes::BatchWriteItemInput>(body),
            Self::CancelBulkOperation => check::<shapes::CancelBulkOperationInput>(body),
            Self::CreateBackup => check::<shapes::CreateBackupInput>(body),
            Self::CreateGlobalTable => check::<shapes::CreateGlobalTableInput>(body),
            Self::CreateTable => check::<shapes::CreateTableInput>(body),
            Self::DeleteBackup => check::<shapes::DeleteBackupInput>(body),
            Self::DeleteItem => check::<shapes::DeleteItemInput>(body),
            Self::DeleteResourcePolicy => check::<shapes::DeleteResourcePolicyInput>(body),
            Self::DeleteTable => check::<shapes::DeleteTableInput>(body),
            Self::DescribeBackup => check::<shapes::DescribeBackupInput>(body),
            Self::DescribeBulkOperation => check::<shapes::DescribeBulkOperationInput>(body),
            Self::DescribeContinuousBackups => {
                check::<shapes::DescribeContinuousBackupsInput>(body)
            }
            Self::DescribeContributorInsights => {
                check::<shapes::DescribeContributorInsightsInput>(body)
            }
            Self::DescribeEndpoints => check::<shapes::DescribeEndpointsRequest>(body),
            Self::DescribeExport => check::<shapes::DescribeExportInput>(body),
            Self::DescribeGlobalTable => check::<shapes::DescribeGlobalTableInput>(body),
            Self::DescribeGlobalTableSettings => {
                check::<shapes::DescribeGlobalTableSettingsInput>(body)
            }
            Self::DescribeImport => check::<shapes::DescribeImportInput>(body),
            Self::DescribeKinesisStreamingDestination => {
                check::<shapes::DescribeKinesisStreamingDestinationInput>(body)
            }
            Self::DescribeLimits => check::<shapes::DescribeLimitsInput>(body),
            Self::DescribeTable => check::<shapes::DescribeTableInput>(body),
            Self::DescribeTableReplicaAutoScaling => {
                check::<shapes::DescribeTableReplicaAutoScalingInput>(body)
            }
            Self::DescribeTimeToLive => check::<shapes::DescribeTimeToLiveInput>(body),
            Self::DisableKinesisStreamingDestination | Self::EnableKinesisStreamingDestination => {
                check::<shapes::KinesisStreamingDestinationInput>(body)
            }
            Self::ExecuteStatement => check::<shapes::ExecuteStatementInput>(body),
            Self::ExecuteTransaction => check::<shapes::ExecuteTransactionInput>(body),
            Self::ExportTableToPointInTime => check::<shapes::ExportTableToPointInTimeInput>(body),
            Self::GetItem => check::<shapes::GetItemInput>(body),
            Self::GetResourcePolicy => check::<shapes::GetResourcePolicyInput>(body),
            Self::ImportTable => check::<shapes::ImportTableInput>(body),
            Self::ListBackups => check::<shapes::ListBackupsInput>(body),
            Self::ListBulkOperations => check::<shapes::ListBulkOperationsInput>(body),
            Self::ListContributorInsights => check::<shapes::ListContributorInsightsInput>(body),
            Self::ListExports => check::<shapes::ListExportsInput>(body),
            Self::ListGlobalTables => check::<shapes::ListGlobalTablesInput>(body),
            Self::ListImports => check::<shapes::ListImportsInput>(body),
            Self::ListTables => check::<shapes::ListTablesInput>(body),
            Self::ListTagsOfResource => check::<shapes::ListTagsOfResourceInput>(body),
            Self::PutItem => check::<shapes::PutItemInput>(body),
            Self::PutResourcePolicy => check::<shapes::PutResourcePolicyInput>(body),
            Self::Query => check::<shapes::QueryInput>(body),
            Self::RestoreTableFromBackup => check::<shapes::RestoreTableFromBackupInput>(body),
            Self::RestoreTableToPointInTime => {
                check::<shapes::RestoreTableToPointInTimeInput>(body)
            }
            Self::Scan => check::<shapes::ScanInput>(body),
            Self::SearchVectors => check::<shapes::SearchVectorsInput>(body),
            Self::StartBulkPutItems => check::<shapes::StartBulkPutItemsInput>(body),
            Self::TagResource => check::<shapes::TagResourceInput>(body),
            Self::TransactGetItems => check::<shapes::TransactGetItemsInput>(body),
            Self::TransactWriteItems => check::<shapes::TransactWriteItemsInput>(body),
            Self::UntagResource => check::<shapes::UntagResourceInput>(body),
            Self::UpdateContinuousBackups => check::<shapes::UpdateContinuousBackupsInput>(body),
            Self::UpdateContributorInsights => {
                check::<shapes::UpdateContributorInsightsInput>(body)
            }
            Self::UpdateGlobalTable => check::<shapes::UpdateGlobalTableInput>(body),
            Self::UpdateGlobalTableSettings => {
                check::<shapes::UpdateGlobalTableSettingsInput>(body)
            }
            Self::UpdateItem => check::<shapes::UpdateItemInput>(body),
            Self::UpdateKinesisStreamingDestination => {
                check::<shapes::UpdateKinesisStreamingDestinationInput>(body)
            }
            Self::UpdateTable => check::<shapes::UpdateTableInput>(body),
            Self::UpdateTableReplicaAutoScaling => {
                check::<shapes::UpdateTableReplicaAutoScalingInput>(body)
            }
            Self::UpdateTimeToLive => check::<shapes::UpdateTimeToLiveInput>(body),
            Self::DescribeStream => check::<shapes::DescribeStreamInput>(body),
            Self::GetRecords => check::<shapes::GetRecordsInput>(body),
            Self::GetShardIterator => check::<shapes::GetShardIteratorInput>(body),
            Self::ListStreams => check::<shapes::ListStreamsInput>(body),
        }
    }
}
