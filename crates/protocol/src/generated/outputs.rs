//! The outputs of operations. A member that is `None` is left out of the reply.

use std::collections::BTreeMap;

use super::nested::*;
use crate::raw_json::RawJson;
use crate::timestamp::Timestamp;

/// What BatchExecuteStatement answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchExecuteStatementOutput {
    /// `Responses`.
    pub responses: Option<Vec<BatchStatementResponse>>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<Vec<ConsumedCapacity>>,
}

/// What BatchGetItem answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchGetItemOutput {
    /// `Responses`.
    pub responses: Option<BTreeMap<String, Vec<RawJson>>>,
    /// `UnprocessedKeys`: 1 to 100 entries.
    pub unprocessed_keys: Option<BTreeMap<String, KeysAndAttributes>>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<Vec<ConsumedCapacity>>,
}

/// What BatchWriteItem answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchWriteItemOutput {
    /// `UnprocessedItems`: 1 to 25 entries.
    pub unprocessed_items: Option<BTreeMap<String, Vec<WriteRequest>>>,
    /// `ItemCollectionMetrics`.
    pub item_collection_metrics: Option<BTreeMap<String, Vec<ItemCollectionMetrics>>>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<Vec<ConsumedCapacity>>,
}

/// What CancelBulkOperation answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CancelBulkOperationOutput {
    /// `BulkOperationArn`, required: 37 to 1024 characters.
    pub bulk_operation_arn: Option<String>,
    /// `BulkOperationStatus`, required: `IN_PROGRESS`, `COMPLETED`, `COMPLETED_WITH_ERRORS`, `CANCELLING`, `CANCELLED`, `FAILED`.
    pub bulk_operation_status: Option<String>,
}

/// What CreateBackup answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateBackupOutput {
    /// `BackupDetails`.
    pub backup_details: Option<BackupDetails>,
}

/// What CreateGlobalTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateGlobalTableOutput {
    /// `GlobalTableDescription`.
    pub global_table_description: Option<GlobalTableDescription>,
}

/// What CreateTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateTableOutput {
    /// `TableDescription`.
    pub table_description: Option<TableDescription>,
}

/// What DeleteBackup answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteBackupOutput {
    /// `BackupDescription`.
    pub backup_description: Option<BackupDescription>,
}

/// What DeleteItem answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteItemOutput {
    /// `Attributes`.
    pub attributes: Option<RawJson>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// `ItemCollectionMetrics`.
    pub item_collection_metrics: Option<ItemCollectionMetrics>,
}

/// What DeleteResourcePolicy answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteResourcePolicyOutput {
    /// `RevisionId`: 1 to 255 characters.
    pub revision_id: Option<String>,
}

/// What DeleteTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteTableOutput {
    /// `TableDescription`.
    pub table_description: Option<TableDescription>,
}

/// What DescribeBackup answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeBackupOutput {
    /// `BackupDescription`.
    pub backup_description: Option<BackupDescription>,
}

/// What DescribeBulkOperation answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeBulkOperationOutput {
    /// `BulkOperationDescription`, required.
    pub bulk_operation_description: Option<BulkOperationDescription>,
}

/// What DescribeContinuousBackups answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeContinuousBackupsOutput {
    /// `ContinuousBackupsDescription`.
    pub continuous_backups_description: Option<ContinuousBackupsDescription>,
}

/// What DescribeContributorInsights answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeContributorInsightsOutput {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ContributorInsightsRuleList`.
    pub contributor_insights_rule_list: Option<Vec<String>>,
    /// `ContributorInsightsStatus`: `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`, `FAILED`.
    pub contributor_insights_status: Option<String>,
    /// `LastUpdateDateTime`.
    pub last_update_date_time: Option<Timestamp>,
    /// `FailureException`.
    pub failure_exception: Option<FailureException>,
    /// `ContributorInsightsMode`: `ACCESSED_AND_THROTTLED_KEYS`, `THROTTLED_KEYS`.
    pub contributor_insights_mode: Option<String>,
}

/// What DescribeEndpoints answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeEndpointsResponse {
    /// `Endpoints`, required.
    pub endpoints: Option<Vec<Endpoint>>,
}

/// What DescribeExport answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeExportOutput {
    /// `ExportDescription`.
    pub export_description: Option<ExportDescription>,
}

/// What DescribeGlobalTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeGlobalTableOutput {
    /// `GlobalTableDescription`.
    pub global_table_description: Option<GlobalTableDescription>,
}

/// What DescribeGlobalTableSettings answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeGlobalTableSettingsOutput {
    /// `GlobalTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
    /// `ReplicaSettings`.
    pub replica_settings: Option<Vec<ReplicaSettingsDescription>>,
}

/// What DescribeImport answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeImportOutput {
    /// `ImportTableDescription`, required.
    pub import_table_description: Option<ImportTableDescription>,
}

/// What DescribeKinesisStreamingDestination answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeKinesisStreamingDestinationOutput {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `KinesisDataStreamDestinations`.
    pub kinesis_data_stream_destinations: Option<Vec<KinesisDataStreamDestination>>,
}

/// What DescribeLimits answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeLimitsOutput {
    /// `AccountMaxReadCapacityUnits`: at least 1.
    pub account_max_read_capacity_units: Option<i64>,
    /// `AccountMaxWriteCapacityUnits`: at least 1.
    pub account_max_write_capacity_units: Option<i64>,
    /// `TableMaxReadCapacityUnits`: at least 1.
    pub table_max_read_capacity_units: Option<i64>,
    /// `TableMaxWriteCapacityUnits`: at least 1.
    pub table_max_write_capacity_units: Option<i64>,
}

/// What DescribeTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeTableOutput {
    /// `Table`.
    pub table: Option<TableDescription>,
}

/// What DescribeTableReplicaAutoScaling answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeTableReplicaAutoScalingOutput {
    /// `TableAutoScalingDescription`.
    pub table_auto_scaling_description: Option<TableAutoScalingDescription>,
}

/// What DescribeTimeToLive answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeTimeToLiveOutput {
    /// `TimeToLiveDescription`.
    pub time_to_live_description: Option<TimeToLiveDescription>,
}

/// What ExecuteStatement answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecuteStatementOutput {
    /// `Items`.
    pub items: Option<Vec<RawJson>>,
    /// `NextToken`: 1 to 32768 characters.
    pub next_token: Option<String>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// `LastEvaluatedKey`.
    pub last_evaluated_key: Option<RawJson>,
}

/// What ExecuteTransaction answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecuteTransactionOutput {
    /// `Responses`: 1 to 100 entries.
    pub responses: Option<Vec<ItemResponse>>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<Vec<ConsumedCapacity>>,
}

/// What ExportTableToPointInTime answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportTableToPointInTimeOutput {
    /// `ExportDescription`.
    pub export_description: Option<ExportDescription>,
}

/// What GetItem answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetItemOutput {
    /// `Item`.
    pub item: Option<RawJson>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
}

/// What GetResourcePolicy answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetResourcePolicyOutput {
    /// `Policy`.
    pub policy: Option<String>,
    /// `RevisionId`: 1 to 255 characters.
    pub revision_id: Option<String>,
}

/// What ImportTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportTableOutput {
    /// `ImportTableDescription`, required.
    pub import_table_description: Option<ImportTableDescription>,
}

/// What DisableKinesisStreamingDestination or EnableKinesisStreamingDestination answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KinesisStreamingDestinationOutput {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `StreamArn`: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `DestinationStatus`: `ENABLING`, `ACTIVE`, `DISABLING`, `DISABLED`, `ENABLE_FAILED`, `UPDATING`.
    pub destination_status: Option<String>,
    /// `EnableKinesisStreamingConfiguration`.
    pub enable_kinesis_streaming_configuration: Option<EnableKinesisStreamingConfiguration>,
}

/// What ListBackups answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListBackupsOutput {
    /// `BackupSummaries`.
    pub backup_summaries: Option<Vec<BackupSummary>>,
    /// `LastEvaluatedBackupArn`: 37 to 1024 characters.
    pub last_evaluated_backup_arn: Option<String>,
}

/// What ListBulkOperations answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListBulkOperationsOutput {
    /// `BulkOperationsSummaryList`.
    pub bulk_operations_summary_list: Option<Vec<BulkOperationSummary>>,
    /// `NextToken`: 1 to 1024 characters of `([0-9a-f]{16})+`.
    pub next_token: Option<String>,
}

/// What ListContributorInsights answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListContributorInsightsOutput {
    /// `ContributorInsightsSummaries`.
    pub contributor_insights_summaries: Option<Vec<ContributorInsightsSummary>>,
    /// `NextToken`.
    pub next_token: Option<String>,
}

/// What ListExports answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListExportsOutput {
    /// `ExportSummaries`.
    pub export_summaries: Option<Vec<ExportSummary>>,
    /// `NextToken`.
    pub next_token: Option<String>,
}

/// What ListGlobalTables answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListGlobalTablesOutput {
    /// `GlobalTables`.
    pub global_tables: Option<Vec<GlobalTable>>,
    /// `LastEvaluatedGlobalTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub last_evaluated_global_table_name: Option<String>,
}

/// What ListImports answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListImportsOutput {
    /// `ImportSummaryList`.
    pub import_summary_list: Option<Vec<ImportSummary>>,
    /// `NextToken`: 112 to 1024 characters of `([0-9a-f]{16})+`.
    pub next_token: Option<String>,
}

/// What ListTables answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListTablesOutput {
    /// `TableNames`.
    pub table_names: Option<Vec<String>>,
    /// `LastEvaluatedTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub last_evaluated_table_name: Option<String>,
}

/// What ListTagsOfResource answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListTagsOfResourceOutput {
    /// `Tags`.
    pub tags: Option<Vec<Tag>>,
    /// `NextToken`.
    pub next_token: Option<String>,
}

/// What PutItem answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutItemOutput {
    /// `Attributes`.
    pub attributes: Option<RawJson>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// `ItemCollectionMetrics`.
    pub item_collection_metrics: Option<ItemCollectionMetrics>,
}

/// What PutResourcePolicy answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutResourcePolicyOutput {
    /// `RevisionId`: 1 to 255 characters.
    pub revision_id: Option<String>,
}

/// What Query answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryOutput {
    /// `Items`.
    pub items: Option<Vec<RawJson>>,
    /// `Count`.
    pub count: Option<i32>,
    /// `ScannedCount`.
    pub scanned_count: Option<i32>,
    /// `LastEvaluatedKey`.
    pub last_evaluated_key: Option<RawJson>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
}

/// What RestoreTableFromBackup answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestoreTableFromBackupOutput {
    /// `TableDescription`.
    pub table_description: Option<TableDescription>,
}

/// What RestoreTableToPointInTime answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestoreTableToPointInTimeOutput {
    /// `TableDescription`.
    pub table_description: Option<TableDescription>,
}

/// What Scan answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanOutput {
    /// `Items`.
    pub items: Option<Vec<RawJson>>,
    /// `Count`.
    pub count: Option<i32>,
    /// `ScannedCount`.
    pub scanned_count: Option<i32>,
    /// `LastEvaluatedKey`.
    pub last_evaluated_key: Option<RawJson>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
}

/// What SearchVectors answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchVectorsOutput {
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<VectorCapacity>,
    /// `SearchResults`.
    pub search_results: Option<Vec<SearchResultItem>>,
}

/// What StartBulkPutItems answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StartBulkPutItemsOutput {
    /// `BulkOperationDescription`, required.
    pub bulk_operation_description: Option<BulkOperationDescription>,
}

/// What TransactGetItems answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactGetItemsOutput {
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<Vec<ConsumedCapacity>>,
    /// `Responses`: 1 to 100 entries.
    pub responses: Option<Vec<ItemResponse>>,
}

/// What TransactWriteItems answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactWriteItemsOutput {
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<Vec<ConsumedCapacity>>,
    /// `ItemCollectionMetrics`.
    pub item_collection_metrics: Option<BTreeMap<String, Vec<ItemCollectionMetrics>>>,
}

/// What UpdateContinuousBackups answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateContinuousBackupsOutput {
    /// `ContinuousBackupsDescription`.
    pub continuous_backups_description: Option<ContinuousBackupsDescription>,
}

/// What UpdateContributorInsights answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateContributorInsightsOutput {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ContributorInsightsStatus`: `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`, `FAILED`.
    pub contributor_insights_status: Option<String>,
    /// `ContributorInsightsMode`: `ACCESSED_AND_THROTTLED_KEYS`, `THROTTLED_KEYS`.
    pub contributor_insights_mode: Option<String>,
}

/// What UpdateGlobalTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateGlobalTableOutput {
    /// `GlobalTableDescription`.
    pub global_table_description: Option<GlobalTableDescription>,
}

/// What UpdateGlobalTableSettings answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateGlobalTableSettingsOutput {
    /// `GlobalTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
    /// `ReplicaSettings`.
    pub replica_settings: Option<Vec<ReplicaSettingsDescription>>,
}

/// What UpdateItem answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateItemOutput {
    /// `Attributes`.
    pub attributes: Option<RawJson>,
    /// `ConsumedCapacity`.
    pub consumed_capacity: Option<ConsumedCapacity>,
    /// `ItemCollectionMetrics`.
    pub item_collection_metrics: Option<ItemCollectionMetrics>,
}

/// What UpdateKinesisStreamingDestination answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateKinesisStreamingDestinationOutput {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `StreamArn`: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `DestinationStatus`: `ENABLING`, `ACTIVE`, `DISABLING`, `DISABLED`, `ENABLE_FAILED`, `UPDATING`.
    pub destination_status: Option<String>,
    /// `UpdateKinesisStreamingConfiguration`.
    pub update_kinesis_streaming_configuration: Option<UpdateKinesisStreamingConfiguration>,
}

/// What UpdateTable answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateTableOutput {
    /// `TableDescription`.
    pub table_description: Option<TableDescription>,
}

/// What UpdateTableReplicaAutoScaling answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateTableReplicaAutoScalingOutput {
    /// `TableAutoScalingDescription`.
    pub table_auto_scaling_description: Option<TableAutoScalingDescription>,
}

/// What UpdateTimeToLive answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateTimeToLiveOutput {
    /// `TimeToLiveSpecification`.
    pub time_to_live_specification: Option<TimeToLiveSpecification>,
}

/// What DescribeStream answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeStreamOutput {
    /// `StreamDescription`.
    pub stream_description: Option<StreamDescription>,
}

/// What GetRecords answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetRecordsOutput {
    /// `Records`.
    pub records: Option<Vec<Record>>,
    /// `NextShardIterator`: 1 to 2048 characters.
    pub next_shard_iterator: Option<String>,
}

/// What GetShardIterator answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetShardIteratorOutput {
    /// `ShardIterator`: 1 to 2048 characters.
    pub shard_iterator: Option<String>,
}

/// What ListStreams answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListStreamsOutput {
    /// `Streams`.
    pub streams: Option<Vec<Stream>>,
    /// `LastEvaluatedStreamArn`: 37 to 1024 characters.
    pub last_evaluated_stream_arn: Option<String>,
}
