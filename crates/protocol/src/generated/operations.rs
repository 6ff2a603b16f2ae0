//! The operations of DynamoDB and DynamoDB Streams.

use super::errors::ModelledError;

/// An operation, as `X-Amz-Target` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// [`BatchExecuteStatementInput`](crate::shapes::BatchExecuteStatementInput) to [`BatchExecuteStatementOutput`](crate::shapes::BatchExecuteStatementOutput).
    BatchExecuteStatement,
    /// [`BatchGetItemInput`](crate::shapes::BatchGetItemInput) to [`BatchGetItemOutput`](crate::shapes::BatchGetItemOutput).
    BatchGetItem,
    /// [`BatchWriteItemInput`](crate::shapes::BatchWriteItemInput) to [`BatchWriteItemOutput`](crate::shapes::BatchWriteItemOutput).
    BatchWriteItem,
    /// [`CancelBulkOperationInput`](crate::shapes::CancelBulkOperationInput) to [`CancelBulkOperationOutput`](crate::shapes::CancelBulkOperationOutput).
    CancelBulkOperation,
    /// [`CreateBackupInput`](crate::shapes::CreateBackupInput) to [`CreateBackupOutput`](crate::shapes::CreateBackupOutput).
    CreateBackup,
    /// [`CreateGlobalTableInput`](crate::shapes::CreateGlobalTableInput) to [`CreateGlobalTableOutput`](crate::shapes::CreateGlobalTableOutput).
    CreateGlobalTable,
    /// [`CreateTableInput`](crate::shapes::CreateTableInput) to [`CreateTableOutput`](crate::shapes::CreateTableOutput).
    CreateTable,
    /// [`DeleteBackupInput`](crate::shapes::DeleteBackupInput) to [`DeleteBackupOutput`](crate::shapes::DeleteBackupOutput).
    DeleteBackup,
    /// [`DeleteItemInput`](crate::shapes::DeleteItemInput) to [`DeleteItemOutput`](crate::shapes::DeleteItemOutput).
    DeleteItem,
    /// [`DeleteResourcePolicyInput`](crate::shapes::DeleteResourcePolicyInput) to [`DeleteResourcePolicyOutput`](crate::shapes::DeleteResourcePolicyOutput).
    DeleteResourcePolicy,
    /// [`DeleteTableInput`](crate::shapes::DeleteTableInput) to [`DeleteTableOutput`](crate::shapes::DeleteTableOutput).
    DeleteTable,
    /// [`DescribeBackupInput`](crate::shapes::DescribeBackupInput) to [`DescribeBackupOutput`](crate::shapes::DescribeBackupOutput).
    DescribeBackup,
    /// [`DescribeBulkOperationInput`](crate::shapes::DescribeBulkOperationInput) to [`DescribeBulkOperationOutput`](crate::shapes::DescribeBulkOperationOutput).
    DescribeBulkOperation,
    /// [`DescribeContinuousBackupsInput`](crate::shapes::DescribeContinuousBackupsInput) to [`DescribeContinuousBackupsOutput`](crate::shapes::DescribeContinuousBackupsOutput).
    DescribeContinuousBackups,
    /// [`DescribeContributorInsightsInput`](crate::shapes::DescribeContributorInsightsInput) to [`DescribeContributorInsightsOutput`](crate::shapes::DescribeContributorInsightsOutput).
    DescribeContributorInsights,
    /// [`DescribeEndpointsRequest`](crate::shapes::DescribeEndpointsRequest) to [`DescribeEndpointsResponse`](crate::shapes::DescribeEndpointsResponse).
    DescribeEndpoints,
    /// [`DescribeExportInput`](crate::shapes::DescribeExportInput) to [`DescribeExportOutput`](crate::shapes::DescribeExportOutput).
    DescribeExport,
    /// [`DescribeGlobalTableInput`](crate::shapes::DescribeGlobalTableInput) to [`DescribeGlobalTableOutput`](crate::shapes::DescribeGlobalTableOutput).
    DescribeGlobalTable,
    /// [`DescribeGlobalTableSettingsInput`](crate::shapes::DescribeGlobalTableSettingsInput) to [`DescribeGlobalTableSettingsOutput`](crate::shapes::DescribeGlobalTableSettingsOutput).
    DescribeGlobalTableSettings,
    /// [`DescribeImportInput`](crate::shapes::DescribeImportInput) to [`DescribeImportOutput`](crate::shapes::DescribeImportOutput).
    DescribeImport,
    /// [`DescribeKinesisStreamingDestinationInput`](crate::shapes::DescribeKinesisStreamingDestinationInput) to [`DescribeKinesisStreamingDestinationOutput`](crate::shapes::DescribeKinesisStreamingDestinationOutput).
    DescribeKinesisStreamingDestination,
    /// [`DescribeLimitsInput`](crate::shapes::DescribeLimitsInput) to [`DescribeLimitsOutput`](crate::shapes::DescribeLimitsOutput).
    DescribeLimits,
    /// [`DescribeTableInput`](crate::shapes::DescribeTableInput) to [`DescribeTableOutput`](crate::shapes::DescribeTableOutput).
    DescribeTable,
    /// [`DescribeTableReplicaAutoScalingInput`](crate::shapes::DescribeTableReplicaAutoScalingInput) to [`DescribeTableReplicaAutoScalingOutput`](crate::shapes::DescribeTableReplicaAutoScalingOutput).
    DescribeTableReplicaAutoScaling,
    /// [`DescribeTimeToLiveInput`](crate::shapes::DescribeTimeToLiveInput) to [`DescribeTimeToLiveOutput`](crate::shapes::DescribeTimeToLiveOutput).
    DescribeTimeToLive,
    /// [`KinesisStreamingDestinationInput`](crate::shapes::KinesisStreamingDestinationInput) to [`KinesisStreamingDestinationOutput`](crate::shapes::KinesisStreamingDestinationOutput).
    DisableKinesisStreamingDestination,
    /// [`KinesisStreamingDestinationInput`](crate::shapes::KinesisStreamingDestinationInput) to [`KinesisStreamingDestinationOutput`](crate::shapes::KinesisStreamingDestinationOutput).
    EnableKinesisStreamingDestination,
    /// [`ExecuteStatementInput`](crate::shapes::ExecuteStatementInput) to [`ExecuteStatementOutput`](crate::shapes::ExecuteStatementOutput).
    ExecuteStatement,
    /// [`ExecuteTransactionInput`](crate::shapes::ExecuteTransactionInput) to [`ExecuteTransactionOutput`](crate::shapes::ExecuteTransactionOutput).
    ExecuteTransaction,
    /// [`ExportTableToPointInTimeInput`](crate::shapes::ExportTableToPointInTimeInput) to [`ExportTableToPointInTimeOutput`](crate::shapes::ExportTableToPointInTimeOutput).
    ExportTableToPointInTime,
    /// [`GetItemInput`](crate::shapes::GetItemInput) to [`GetItemOutput`](crate::shapes::GetItemOutput).
    GetItem,
    /// [`GetResourcePolicyInput`](crate::shapes::GetResourcePolicyInput) to [`GetResourcePolicyOutput`](crate::shapes::GetResourcePolicyOutput).
    GetResourcePolicy,
    /// [`ImportTableInput`](crate::shapes::ImportTableInput) to [`ImportTableOutput`](crate::shapes::ImportTableOutput).
    ImportTable,
    /// [`ListBackupsInput`](crate::shapes::ListBackupsInput) to [`ListBackupsOutput`](crate::shapes::ListBackupsOutput).
    ListBackups,
    /// [`ListBulkOperationsInput`](crate::shapes::ListBulkOperationsInput) to [`ListBulkOperationsOutput`](crate::shapes::ListBulkOperationsOutput).
    ListBulkOperations,
    /// [`ListContributorInsightsInput`](crate::shapes::ListContributorInsightsInput) to [`ListContributorInsightsOutput`](crate::shapes::ListContributorInsightsOutput).
    ListContributorInsights,
    /// [`ListExportsInput`](crate::shapes::ListExportsInput) to [`ListExportsOutput`](crate::shapes::ListExportsOutput).
    ListExports,
    /// [`ListGlobalTablesInput`](crate::shapes::ListGlobalTablesInput) to [`ListGlobalTablesOutput`](crate::shapes::ListGlobalTablesOutput).
    ListGlobalTables,
    /// [`ListImportsInput`](crate::shapes::ListImportsInput) to [`ListImportsOutput`](crate::shapes::ListImportsOutput).
    ListImports,
    /// [`ListTablesInput`](crate::shapes::ListTablesInput) to [`ListTablesOutput`](crate::shapes::ListTablesOutput).
    ListTables,
    /// [`ListTagsOfResourceInput`](crate::shapes::ListTagsOfResourceInput) to [`ListTagsOfResourceOutput`](crate::shapes::ListTagsOfResourceOutput).
    ListTagsOfResource,
    /// [`PutItemInput`](crate::shapes::PutItemInput) to [`PutItemOutput`](crate::shapes::PutItemOutput).
    PutItem,
    /// [`PutResourcePolicyInput`](crate::shapes::PutResourcePolicyInput) to [`PutResourcePolicyOutput`](crate::shapes::PutResourcePolicyOutput).
    PutResourcePolicy,
    /// [`QueryInput`](crate::shapes::QueryInput) to [`QueryOutput`](crate::shapes::QueryOutput).
    Query,
    /// [`RestoreTableFromBackupInput`](crate::shapes::RestoreTableFromBackupInput) to [`RestoreTableFromBackupOutput`](crate::shapes::RestoreTableFromBackupOutput).
    RestoreTableFromBackup,
    /// [`RestoreTableToPointInTimeInput`](crate::shapes::RestoreTableToPointInTimeInput) to [`RestoreTableToPointInTimeOutput`](crate::shapes::RestoreTableToPointInTimeOutput).
    RestoreTableToPointInTime,
    /// [`ScanInput`](crate::shapes::ScanInput) to [`ScanOutput`](crate::shapes::ScanOutput).
    Scan,
    /// [`SearchVectorsInput`](crate::shapes::SearchVectorsInput) to [`SearchVectorsOutput`](crate::shapes::SearchVectorsOutput).
    SearchVectors,
    /// [`StartBulkPutItemsInput`](crate::shapes::StartBulkPutItemsInput) to [`StartBulkPutItemsOutput`](crate::shapes::StartBulkPutItemsOutput).
    StartBulkPutItems,
    /// [`TagResourceInput`](crate::shapes::TagResourceInput); the reply is an empty object.
    TagResource,
    /// [`TransactGetItemsInput`](crate::shapes::TransactGetItemsInput) to [`TransactGetItemsOutput`](crate::shapes::TransactGetItemsOutput).
    TransactGetItems,
    /// [`TransactWriteItemsInput`](crate::shapes::TransactWriteItemsInput) to [`TransactWriteItemsOutput`](crate::shapes::TransactWriteItemsOutput).
    TransactWriteItems,
    /// [`UntagResourceInput`](crate::shapes::UntagResourceInput); the reply is an empty object.
    UntagResource,
    /// [`UpdateContinuousBackupsInput`](crate::shapes::UpdateContinuousBackupsInput) to [`UpdateContinuousBackupsOutput`](crate::shapes::UpdateContinuousBackupsOutput).
    UpdateContinuousBackups,
    /// [`UpdateContributorInsightsInput`](crate::shapes::UpdateContributorInsightsInput) to [`UpdateContributorInsightsOutput`](crate::shapes::UpdateContributorInsightsOutput).
    UpdateContributorInsights,
    /// [`UpdateGlobalTableInput`](crate::shapes::UpdateGlobalTableInput) to [`UpdateGlobalTableOutput`](crate::shapes::UpdateGlobalTableOutput).
    UpdateGlobalTable,
    /// [`UpdateGlobalTableSettingsInput`](crate::shapes::UpdateGlobalTableSettingsInput) to [`UpdateGlobalTableSettingsOutput`](crate::shapes::UpdateGlobalTableSettingsOutput).
    UpdateGlobalTableSettings,
    /// [`UpdateItemInput`](crate::shapes::UpdateItemInput) to [`UpdateItemOutput`](crate::shapes::UpdateItemOutput).
    UpdateItem,
    /// [`UpdateKinesisStreamingDestinationInput`](crate::shapes::UpdateKinesisStreamingDestinationInput) to [`UpdateKinesisStreamingDestinationOutput`](crate::shapes::UpdateKinesisStreamingDestinationOutput).
    UpdateKinesisStreamingDestination,
    /// [`UpdateTableInput`](crate::shapes::UpdateTableInput) to [`UpdateTableOutput`](crate::shapes::UpdateTableOutput).
    UpdateTable,
    /// [`UpdateTableReplicaAutoScalingInput`](crate::shapes::UpdateTableReplicaAutoScalingInput) to [`UpdateTableReplicaAutoScalingOutput`](crate::shapes::UpdateTableReplicaAutoScalingOutput).
    UpdateTableReplicaAutoScaling,
    /// [`UpdateTimeToLiveInput`](crate::shapes::UpdateTimeToLiveInput) to [`UpdateTimeToLiveOutput`](crate::shapes::UpdateTimeToLiveOutput).
    UpdateTimeToLive,
    /// [`DescribeStreamInput`](crate::shapes::DescribeStreamInput) to [`DescribeStreamOutput`](crate::shapes::DescribeStreamOutput).
    DescribeStream,
    /// [`GetRecordsInput`](crate::shapes::GetRecordsInput) to [`GetRecordsOutput`](crate::shapes::GetRecordsOutput).
    GetRecords,
    /// [`GetShardIteratorInput`](crate::shapes::GetShardIteratorInput) to [`GetShardIteratorOutput`](crate::shapes::GetShardIteratorOutput).
    GetShardIterator,
    /// [`ListStreamsInput`](crate::shapes::ListStreamsInput) to [`ListStreamsOutput`](crate::shapes::ListStreamsOutput).
    ListStreams,
}

impl Operation {
    /// Every operation, in the models' order.
    pub const ALL: &[Self] = &[
        Self::BatchExecuteStatement,
        Self::BatchGetItem,
        Self::BatchWriteItem,
        Self::CancelBulkOperation,
        Self::CreateBackup,
        Self::CreateGlobalTable,
        Self::CreateTable,
        Self::DeleteBackup,
        Self::DeleteItem,
        Self::DeleteResourcePolicy,
        Self::DeleteTable,
        Self::DescribeBackup,
        Self::DescribeBulkOperation,
        Self::DescribeContinuousBackups,
        Self::DescribeContributorInsights,
        Self::DescribeEndpoints,
        Self::DescribeExport,
        Self::DescribeGlobalTable,
        Self::DescribeGlobalTableSettings,
        Self::DescribeImport,
        Self::DescribeKinesisStreamingDestination,
        Self::DescribeLimits,
        Self::DescribeTable,
        Self::DescribeTableReplicaAutoScaling,
        Self::DescribeTimeToLive,
        Self::DisableKinesisStreamingDestination,
        Self::EnableKinesisStreamingDestination,
        Self::ExecuteStatement,
        Self::ExecuteTransaction,
        Self::ExportTableToPointInTime,
        Self::GetItem,
        Self::GetResourcePolicy,
        Self::ImportTable,
        Self::ListBackups,
        Self::ListBulkOperations,
        Self::ListContributorInsights,
        Self::ListExports,
        Self::ListGlobalTables,
        Self::ListImports,
        Self::ListTables,
        Self::ListTagsOfResource,
        Self::PutItem,
        Self::PutResourcePolicy,
        Self::Query,
        Self::RestoreTableFromBackup,
        Self::RestoreTableToPointInTime,
        Self::Scan,
        Self::SearchVectors,
        Self::StartBulkPutItems,
        Self::TagResource,
        Self::TransactGetItems,
        Self::TransactWriteItems,
        Self::UntagResource,
        Self::UpdateContinuousBackups,
        Self::UpdateContributorInsights,
        Self::UpdateGlobalTable,
        Self::UpdateGlobalTableSettings,
        Self::UpdateItem,
        Self::UpdateKinesisStreamingDestination,
        Self::UpdateTable,
        Self::UpdateTableReplicaAutoScaling,
        Self::UpdateTimeToLive,
        Self::DescribeStream,
        Self::GetRecords,
        Self::GetShardIterator,
        Self::ListStreams,
    ];

    /// The operation that a value of the `X-Amz-Target` header names, such as
    /// `DynamoDB_20120810.PutItem`.
    pub fn from_target(target: &str) -> Option<Self> {
        Some(match target {
            "DynamoDB_20120810.BatchExecuteStatement" => Self::BatchExecuteStatement,
            "DynamoDB_20120810.BatchGetItem" => Self::BatchGetItem,
            "DynamoDB_20120810.BatchWriteItem" => Self::BatchWriteItem,
            "DynamoDB_20120810.CancelBulkOperation" => Self::CancelBulkOperation,
            "DynamoDB_20120810.CreateBackup" => Self::CreateBackup,
            "DynamoDB_20120810.CreateGlobalTable" => Self::CreateGlobalTable,
            "DynamoDB_20120810.CreateTable" => Self::CreateTable,
            "DynamoDB_20120810.DeleteBackup" => Self::DeleteBackup,
            "DynamoDB_20120810.DeleteItem" => Self::DeleteItem,
            "DynamoDB_20120810.DeleteResourcePolicy" => Self::DeleteResourcePolicy,
            "DynamoDB_20120810.DeleteTable" => Self::DeleteTable,
            "DynamoDB_20120810.DescribeBackup" => Self::DescribeBackup,
            "DynamoDB_20120810.DescribeBulkOperation" => Self::DescribeBulkOperation,
            "DynamoDB_20120810.DescribeContinuousBackups" => Self::DescribeContinuousBackups,
            "DynamoDB_20120810.DescribeContributorInsights" => Self::DescribeContributorInsights,
            "DynamoDB_20120810.DescribeEndpoints" => Self::DescribeEndpoints,
            "DynamoDB_20120810.DescribeExport" => Self::DescribeExport,
            "DynamoDB_20120810.DescribeGlobalTable" => Self::DescribeGlobalTable,
            "DynamoDB_20120810.DescribeGlobalTableSettings" => Self::DescribeGlobalTableSettings,
            "DynamoDB_20120810.DescribeImport" => Self::DescribeImport,
            "DynamoDB_20120810.DescribeKinesisStreamingDestination" => {
                Self::DescribeKinesisStreamingDestination
            }
            "DynamoDB_20120810.DescribeLimits" => Self::DescribeLimits,
            "DynamoDB_20120810.DescribeTable" => Self::DescribeTable,
            "DynamoDB_20120810.DescribeTableReplicaAutoScaling" => {
                Self::DescribeTableReplicaAutoScaling
            }
            "DynamoDB_20120810.DescribeTimeToLive" => Self::DescribeTimeToLive,
            "DynamoDB_20120810.DisableKinesisStreamingDestination" => {
                Self::DisableKinesisStreamingDestination
            }
            "DynamoDB_20120810.EnableKinesisStreamingDestination" => {
                Self::EnableKinesisStreamingDestination
            }
            "DynamoDB_20120810.ExecuteStatement" => Self::ExecuteStatement,
            "DynamoDB_20120810.ExecuteTransaction" => Self::ExecuteTransaction,
            "DynamoDB_20120810.ExportTableToPointInTime" => Self::ExportTableToPointInTime,
            "DynamoDB_20120810.GetItem" => Self::GetItem,
            "DynamoDB_20120810.GetResourcePolicy" => Self::GetResourcePolicy,
            "DynamoDB_20120810.ImportTable" => Self::ImportTable,
            "DynamoDB_20120810.ListBackups" => Self::ListBackups,
            "DynamoDB_20120810.ListBulkOperations" => Self::ListBulkOperations,
            "DynamoDB_20120810.ListContributorInsights" => Self::ListContributorInsights,
            "DynamoDB_20120810.ListExports" => Self::ListExports,
            "DynamoDB_20120810.ListGlobalTables" => Self::ListGlobalTables,
            "DynamoDB_20120810.ListImports" => Self::ListImports,
            "DynamoDB_20120810.ListTables" => Self::ListTables,
            "DynamoDB_20120810.ListTagsOfResource" => Self::ListTagsOfResource,
            "DynamoDB_20120810.PutItem" => Self::PutItem,
            "DynamoDB_20120810.PutResourcePolicy" => Self::PutResourcePolicy,
            "DynamoDB_20120810.Query" => Self::Query,
            "DynamoDB_20120810.RestoreTableFromBackup" => Self::RestoreTableFromBackup,
            "DynamoDB_20120810.RestoreTableToPointInTime" => Self::RestoreTableToPointInTime,
            "DynamoDB_20120810.Scan" => Self::Scan,
            "DynamoDB_20120810.SearchVectors" => Self::SearchVectors,
            "DynamoDB_20120810.StartBulkPutItems" => Self::StartBulkPutItems,
            "DynamoDB_20120810.TagResource" => Self::TagResource,
            "DynamoDB_20120810.TransactGetItems" => Self::TransactGetItems,
            "DynamoDB_20120810.TransactWriteItems" => Self::TransactWriteItems,
            "DynamoDB_20120810.UntagResource" => Self::UntagResource,
            "DynamoDB_20120810.UpdateContinuousBackups" => Self::UpdateContinuousBackups,
            "DynamoDB_20120810.UpdateContributorInsights" => Self::UpdateContributorInsights,
            "DynamoDB_20120810.UpdateGlobalTable" => Self::UpdateGlobalTable,
            "DynamoDB_20120810.UpdateGlobalTableSettings" => Self::UpdateGlobalTableSettings,
            "DynamoDB_20120810.UpdateItem" => Self::UpdateItem,
            "DynamoDB_20120810.UpdateKinesisStreamingDestination" => {
                Self::UpdateKinesisStreamingDestination
            }
            "DynamoDB_20120810.UpdateTable" => Self::UpdateTable,
            "DynamoDB_20120810.UpdateTableReplicaAutoScaling" => {
                Self::UpdateTableReplicaAutoScaling
            }
            "DynamoDB_20120810.UpdateTimeToLive" => Self::UpdateTimeToLive,
            "DynamoDBStreams_20120810.DescribeStream" => Self::DescribeStream,
            "DynamoDBStreams_20120810.GetRecords" => Self::GetRecords,
            "DynamoDBStreams_20120810.GetShardIterator" => Self::GetShardIterator,
            "DynamoDBStreams_20120810.ListStreams" => Self::ListStreams,
            _ => return None,
        })
    }

    /// The operation's name without its service, such as `PutItem`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatchExecuteStatement => "BatchExecuteStatement",
            Self::BatchGetItem => "BatchGetItem",
            Self::BatchWriteItem => "BatchWriteItem",
            Self::CancelBulkOperation => "CancelBulkOperation",
            Self::CreateBackup => "CreateBackup",
            Self::CreateGlobalTable => "CreateGlobalTable",
            Self::CreateTable => "CreateTable",
            Self::DeleteBackup => "DeleteBackup",
            Self::DeleteItem => "DeleteItem",
            Self::DeleteResourcePolicy => "DeleteResourcePolicy",
            Self::DeleteTable => "DeleteTable",
            Self::DescribeBackup => "DescribeBackup",
            Self::DescribeBulkOperation => "DescribeBulkOperation",
            Self::DescribeContinuousBackups => "DescribeContinuousBackups",
            Self::DescribeContributorInsights => "DescribeContributorInsights",
            Self::DescribeEndpoints => "DescribeEndpoints",
            Self::DescribeExport => "DescribeExport",
            Self::DescribeGlobalTable => "DescribeGlobalTable",
            Self::DescribeGlobalTableSettings => "DescribeGlobalTableSettings",
            Self::DescribeImport => "DescribeImport",
            Self::DescribeKinesisStreamingDestination => "DescribeKinesisStreamingDestination",
            Self::DescribeLimits => "DescribeLimits",
            Self::DescribeTable => "DescribeTable",
            Self::DescribeTableReplicaAutoScaling => "DescribeTableReplicaAutoScaling",
            Self::DescribeTimeToLive => "DescribeTimeToLive",
            Self::DisableKinesisStreamingDestination => "DisableKinesisStreamingDestination",
            Self::EnableKinesisStreamingDestination => "EnableKinesisStreamingDestination",
            Self::ExecuteStatement => "ExecuteStatement",
            Self::ExecuteTransaction => "ExecuteTransaction",
            Self::ExportTableToPointInTime => "ExportTableToPointInTime",
            Self::GetItem => "GetItem",
            Self::GetResourcePolicy => "GetResourcePolicy",
            Self::ImportTable => "ImportTable",
            Self::ListBackups => "ListBackups",
            Self::ListBulkOperations => "ListBulkOperations",
            Self::ListContributorInsights => "ListContributorInsights",
            Self::ListExports => "ListExports",
            Self::ListGlobalTables => "ListGlobalTables",
            Self::ListImports => "ListImports",
            Self::ListTables => "ListTables",
            Self::ListTagsOfResource => "ListTagsOfResource",
            Self::PutItem => "PutItem",
            Self::PutResourcePolicy => "PutResourcePolicy",
            Self::Query => "Query",
            Self::RestoreTableFromBackup => "RestoreTableFromBackup",
            Self::RestoreTableToPointInTime => "RestoreTableToPointInTime",
            Self::Scan => "Scan",
            Self::SearchVectors => "SearchVectors",
            Self::StartBulkPutItems => "StartBulkPutItems",
            Self::TagResource => "TagResource",
            Self::TransactGetItems => "TransactGetItems",
            Self::TransactWriteItems => "TransactWriteItems",
            Self::UntagResource => "UntagResource",
            Self::UpdateContinuousBackups => "UpdateContinuousBackups",
            Self::UpdateContributorInsights => "UpdateContributorInsights",
            Self::UpdateGlobalTable => "UpdateGlobalTable",
            Self::UpdateGlobalTableSettings => "UpdateGlobalTableSettings",
            Self::UpdateItem => "UpdateItem",
            Self::UpdateKinesisStreamingDestination => "UpdateKinesisStreamingDestination",
            Self::UpdateTable => "UpdateTable",
            Self::UpdateTableReplicaAutoScaling => "UpdateTableReplicaAutoScaling",
            Self::UpdateTimeToLive => "UpdateTimeToLive",
            Self::DescribeStream => "DescribeStream",
            Self::GetRecords => "GetRecords",
            Self::GetShardIterator => "GetShardIterator",
            Self::ListStreams => "ListStreams",
        }
    }

    /// The errors the model declares for the operation. Validation, authorization and
    /// throttling errors can come from every operation and are mostly not listed.
    pub const fn errors(self) -> &'static [ModelledError] {
        match self {
            Self::BatchExecuteStatement => &[
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ThrottlingException,
            ],
            Self::BatchGetItem | Self::GetItem | Self::Query | Self::Scan => &[
                ModelledError::ProvisionedThroughputExceededException,
                ModelledError::ResourceNotFoundException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ThrottlingException,
            ],
            Self::BatchWriteItem => &[
                ModelledError::ProvisionedThroughputExceededException,
                ModelledError::ResourceNotFoundException,
                ModelledError::ItemCollectionSizeLimitExceededException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ReplicatedWriteConflictException,
                ModelledError::ThrottlingException,
            ],
            Self::CancelBulkOperation | Self::DescribeBulkOperation => {
                &[ModelledError::ResourceNotFoundException]
            }
            Self::CreateBackup => &[
                ModelledError::TableNotFoundException,
                ModelledError::TableInUseException,
                ModelledError::ContinuousBackupsUnavailableException,
                ModelledError::BackupInUseException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::CreateGlobalTable => &[
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
                ModelledError::GlobalTableAlreadyExistsException,
                ModelledError::TableNotFoundException,
            ],
            Self::CreateTable => &[
                ModelledError::ResourceInUseException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::DeleteBackup => &[
                ModelledError::BackupNotFoundException,
                ModelledError::BackupInUseException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::DeleteItem | Self::PutItem | Self::UpdateItem => &[
                ModelledError::ConditionalCheckFailedException,
                ModelledError::ProvisionedThroughputExceededException,
                ModelledError::ResourceNotFoundException,
                ModelledError::ItemCollectionSizeLimitExceededException,
                ModelledError::TransactionConflictException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ReplicatedWriteConflictException,
                ModelledError::ThrottlingException,
            ],
            Self::DeleteResourcePolicy => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::InternalServerError,
                ModelledError::PolicyNotFoundException,
                ModelledError::ResourceInUseException,
                ModelledError::LimitExceededException,
            ],
            Self::DeleteTable | Self::UpdateTable | Self::UpdateTimeToLive => &[
                ModelledError::ResourceInUseException,
                ModelledError::ResourceNotFoundException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::DescribeBackup => &[
                ModelledError::BackupNotFoundException,
                ModelledError::InternalServerError,
            ],
            Self::DescribeContinuousBackups => &[
                ModelledError::TableNotFoundException,
                ModelledError::InternalServerError,
            ],
            Self::DescribeContributorInsights
            | Self::DescribeKinesisStreamingDestination
            | Self::DescribeTable
            | Self::DescribeTableReplicaAutoScaling
            | Self::DescribeTimeToLive
            | Self::ListContributorInsights
            | Self::ListTagsOfResource
            | Self::UpdateContributorInsights
            | Self::DescribeStream
            | Self::ListStreams => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::InternalServerError,
            ],
            Self::DescribeEndpoints | Self::ListBulkOperations => &[],
            Self::DescribeExport => &[
                ModelledError::ExportNotFoundException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::DescribeGlobalTable => &[
                ModelledError::InternalServerError,
                ModelledError::GlobalTableNotFoundException,
            ],
            Self::DescribeGlobalTableSettings => &[
                ModelledError::GlobalTableNotFoundException,
                ModelledError::InternalServerError,
            ],
            Self::DescribeImport => &[ModelledError::ImportNotFoundException],
            Self::DescribeLimits
            | Self::ListBackups
            | Self::ListGlobalTables
            | Self::ListTables => &[ModelledError::InternalServerError],
            Self::DisableKinesisStreamingDestination
            | Self::EnableKinesisStreamingDestination
            | Self::UpdateKinesisStreamingDestination => &[
                ModelledError::InternalServerError,
                ModelledError::LimitExceededException,
                ModelledError::ResourceInUseException,
                ModelledError::ResourceNotFoundException,
            ],
            Self::ExecuteStatement => &[
                ModelledError::ConditionalCheckFailedException,
                ModelledError::ProvisionedThroughputExceededException,
                ModelledError::ResourceNotFoundException,
                ModelledError::ItemCollectionSizeLimitExceededException,
                ModelledError::TransactionConflictException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::DuplicateItemException,
                ModelledError::ThrottlingException,
            ],
            Self::ExecuteTransaction | Self::TransactWriteItems => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::TransactionCanceledException,
                ModelledError::TransactionInProgressException,
                ModelledError::IdempotentParameterMismatchException,
                ModelledError::ProvisionedThroughputExceededException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ThrottlingException,
            ],
            Self::ExportTableToPointInTime => &[
                ModelledError::TableNotFoundException,
                ModelledError::PointInTimeRecoveryUnavailableException,
                ModelledError::LimitExceededException,
                ModelledError::InvalidExportTimeException,
                ModelledError::ExportConflictException,
                ModelledError::InternalServerError,
            ],
            Self::GetResourcePolicy => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::InternalServerError,
                ModelledError::PolicyNotFoundException,
            ],
            Self::ImportTable => &[
                ModelledError::ResourceInUseException,
                ModelledError::LimitExceededException,
                ModelledError::ImportConflictException,
            ],
            Self::ListExports => &[
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::ListImports => &[ModelledError::LimitExceededException],
            Self::PutResourcePolicy => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::InternalServerError,
                ModelledError::LimitExceededException,
                ModelledError::PolicyNotFoundException,
                ModelledError::ResourceInUseException,
            ],
            Self::RestoreTableFromBackup => &[
                ModelledError::TableAlreadyExistsException,
                ModelledError::TableInUseException,
                ModelledError::BackupNotFoundException,
                ModelledError::BackupInUseException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::RestoreTableToPointInTime => &[
                ModelledError::TableAlreadyExistsException,
                ModelledError::TableNotFoundException,
                ModelledError::TableInUseException,
                ModelledError::LimitExceededException,
                ModelledError::InvalidRestoreTimeException,
                ModelledError::PointInTimeRecoveryUnavailableException,
                ModelledError::InternalServerError,
            ],
            Self::SearchVectors => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ThrottlingException,
            ],
            Self::StartBulkPutItems => &[
                ModelledError::LimitExceededException,
                ModelledError::ResourceInUseException,
                ModelledError::IdempotentParameterMismatchException,
                ModelledError::ResourceNotFoundException,
            ],
            Self::TagResource | Self::UntagResource => &[
                ModelledError::LimitExceededException,
                ModelledError::ResourceNotFoundException,
                ModelledError::InternalServerError,
                ModelledError::ResourceInUseException,
            ],
            Self::TransactGetItems => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::TransactionCanceledException,
                ModelledError::ProvisionedThroughputExceededException,
                ModelledError::RequestLimitExceeded,
                ModelledError::InternalServerError,
                ModelledError::ThrottlingException,
            ],
            Self::UpdateContinuousBackups => &[
                ModelledError::TableNotFoundException,
                ModelledError::ContinuousBackupsUnavailableException,
                ModelledError::InternalServerError,
            ],
            Self::UpdateGlobalTable => &[
                ModelledError::InternalServerError,
                ModelledError::GlobalTableNotFoundException,
                ModelledError::ReplicaAlreadyExistsException,
                ModelledError::ReplicaNotFoundException,
                ModelledError::TableNotFoundException,
            ],
            Self::UpdateGlobalTableSettings => &[
                ModelledError::GlobalTableNotFoundException,
                ModelledError::ReplicaNotFoundException,
                ModelledError::IndexNotFoundException,
                ModelledError::LimitExceededException,
                ModelledError::ResourceInUseException,
                ModelledError::InternalServerError,
            ],
            Self::UpdateTableReplicaAutoScaling => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::ResourceInUseException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
            ],
            Self::GetRecords => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::LimitExceededException,
                ModelledError::InternalServerError,
                ModelledError::ExpiredIteratorException,
                ModelledError::TrimmedDataAccessException,
            ],
            Self::GetShardIterator => &[
                ModelledError::ResourceNotFoundException,
                ModelledError::InternalServerError,
                ModelledError::TrimmedDataAccessException,
            ],
        }
    }
}
