//! The inputs of operations. Every member is optional here, since a reply about what is
//! missing is part of validation; a member that was `null` is absent.

use std::collections::BTreeMap;

use super::nested::*;
use crate::raw_json::RawJson;
use crate::timestamp::Timestamp;

/// What BatchExecuteStatement is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchExecuteStatementInput {
    /// `Statements`, required: 1 to 25 entries.
    pub statements: Option<Vec<BatchStatementRequest>>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
}

/// What BatchGetItem is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchGetItemInput {
    /// `RequestItems`, required: 1 to 100 entries.
    pub request_items: Option<BTreeMap<String, KeysAndAttributes>>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
}

/// What BatchWriteItem is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchWriteItemInput {
    /// `RequestItems`, required: 1 to 25 entries.
    pub request_items: Option<BTreeMap<String, Vec<WriteRequest>>>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ReturnItemCollectionMetrics`: `SIZE`, `NONE`.
    pub return_item_collection_metrics: Option<String>,
}

/// What CancelBulkOperation is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CancelBulkOperationInput {
    /// `BulkOperationArn`, required: 37 to 1024 characters.
    pub bulk_operation_arn: Option<String>,
}

/// What CreateBackup is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateBackupInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `BackupName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub backup_name: Option<String>,
}

/// What CreateGlobalTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateGlobalTableInput {
    /// `GlobalTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
    /// `ReplicationGroup`, required.
    pub replication_group: Option<Vec<Replica>>,
}

/// What CreateTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateTableInput {
    /// `AttributeDefinitions`.
    pub attribute_definitions: Option<Vec<AttributeDefinition>>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `LocalSecondaryIndexes`.
    pub local_secondary_indexes: Option<Vec<LocalSecondaryIndex>>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<Vec<GlobalSecondaryIndex>>,
    /// `BillingMode`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode: Option<String>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `StreamSpecification`.
    pub stream_specification: Option<StreamSpecification>,
    /// `SSESpecification`.
    pub sse_specification: Option<SSESpecification>,
    /// `Tags`.
    pub tags: Option<Vec<Tag>>,
    /// `TableClass`: `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
    pub table_class: Option<String>,
    /// `DeletionProtectionEnabled`.
    pub deletion_protection_enabled: Option<bool>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<WarmThroughput>,
    /// `ResourcePolicy`.
    pub resource_policy: Option<String>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `GlobalTableSourceArn`: 1 to 1024 characters.
    pub global_table_source_arn: Option<String>,
    /// `GlobalTableSettingsReplicationMode`: `ENABLED`, `DISABLED`, `ENABLED_WITH_OVERRIDES`.
    pub global_table_settings_replication_mode: Option<String>,
    /// `VectorIndexes`.
    pub vector_indexes: Option<Vec<VectorIndex>>,
}

/// What DeleteBackup is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteBackupInput {
    /// `BackupArn`, required: 37 to 1024 characters.
    pub backup_arn: Option<String>,
}

/// What DeleteItem is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteItemInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `Expected`.
    pub expected: Option<BTreeMap<String, ExpectedAttributeValue>>,
    /// `ConditionalOperator`: `AND`, `OR`.
    pub conditional_operator: Option<String>,
    /// `ReturnValues`: `NONE`, `ALL_OLD`, `UPDATED_OLD`, `ALL_NEW`, `UPDATED_NEW`.
    pub return_values: Option<String>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ReturnItemCollectionMetrics`: `SIZE`, `NONE`.
    pub return_item_collection_metrics: Option<String>,
    /// `ConditionExpression`.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// What DeleteResourcePolicy is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteResourcePolicyInput {
    /// `ResourceArn`, required: 1 to 1283 characters.
    pub resource_arn: Option<String>,
    /// `ExpectedRevisionId`: 1 to 255 characters.
    pub expected_revision_id: Option<String>,
}

/// What DeleteTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteTableInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
}

/// What DescribeBackup is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeBackupInput {
    /// `BackupArn`, required: 37 to 1024 characters.
    pub backup_arn: Option<String>,
}

/// What DescribeBulkOperation is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeBulkOperationInput {
    /// `BulkOperationArn`, required: 37 to 1024 characters.
    pub bulk_operation_arn: Option<String>,
}

/// What DescribeContinuousBackups is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeContinuousBackupsInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
}

/// What DescribeContributorInsights is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeContributorInsightsInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
}

/// What DescribeEndpoints is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeEndpointsRequest {}

/// What DescribeExport is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeExportInput {
    /// `ExportArn`, required: 37 to 1024 characters.
    pub export_arn: Option<String>,
}

/// What DescribeGlobalTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeGlobalTableInput {
    /// `GlobalTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
}

/// What DescribeGlobalTableSettings is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeGlobalTableSettingsInput {
    /// `GlobalTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
}

/// What DescribeImport is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeImportInput {
    /// `ImportArn`, required: 37 to 1024 characters.
    pub import_arn: Option<String>,
}

/// What DescribeKinesisStreamingDestination is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeKinesisStreamingDestinationInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
}

/// What DescribeLimits is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeLimitsInput {}

/// What DescribeTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeTableInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
}

/// What DescribeTableReplicaAutoScaling is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeTableReplicaAutoScalingInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
}

/// What DescribeTimeToLive is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeTimeToLiveInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
}

/// What ExecuteStatement is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecuteStatementInput {
    /// `Statement`, required: 1 to 8192 characters.
    pub statement: Option<String>,
    /// `Parameters`: at least 1 entries.
    pub parameters: Option<Vec<RawJson>>,
    /// `ConsistentRead`.
    pub consistent_read: Option<bool>,
    /// `NextToken`: 1 to 32768 characters.
    pub next_token: Option<String>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// What ExecuteTransaction is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecuteTransactionInput {
    /// `TransactStatements`, required: 1 to 100 entries.
    pub transact_statements: Option<Vec<ParameterizedStatement>>,
    /// `ClientRequestToken`: 1 to 36 characters.
    pub client_request_token: Option<String>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
}

/// What ExportTableToPointInTime is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportTableToPointInTimeInput {
    /// `TableArn`, required: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `ExportTime`.
    pub export_time: Option<Timestamp>,
    /// `ClientToken`: `^[^\$]+$`.
    pub client_token: Option<String>,
    /// `S3Bucket`, required: at most 255 characters of `^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$`.
    pub s3_bucket: Option<String>,
    /// `S3BucketOwner`: `[0-9]{12}`.
    pub s3_bucket_owner: Option<String>,
    /// `S3Prefix`: at most 1024 characters.
    pub s3_prefix: Option<String>,
    /// `S3SseAlgorithm`: `AES256`, `KMS`.
    pub s3_sse_algorithm: Option<String>,
    /// `S3SseKmsKeyId`: 1 to 2048 characters.
    pub s3_sse_kms_key_id: Option<String>,
    /// `ExportFormat`: `DYNAMODB_JSON`, `ION`.
    pub export_format: Option<String>,
    /// `ExportType`: `FULL_EXPORT`, `INCREMENTAL_EXPORT`.
    pub export_type: Option<String>,
    /// `IncrementalExportSpecification`.
    pub incremental_export_specification: Option<IncrementalExportSpecification>,
    /// `FilterSpecification`.
    pub filter_specification: Option<FilterSpecification>,
}

/// What GetItem is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetItemInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `AttributesToGet`: at least 1 entries.
    pub attributes_to_get: Option<Vec<String>>,
    /// `ConsistentRead`.
    pub consistent_read: Option<bool>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
}

/// What GetResourcePolicy is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetResourcePolicyInput {
    /// `ResourceArn`, required: 1 to 1283 characters.
    pub resource_arn: Option<String>,
}

/// What ImportTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportTableInput {
    /// `ClientToken`: `^[^\$]+$`.
    pub client_token: Option<String>,
    /// `S3BucketSource`, required.
    pub s3_bucket_source: Option<S3BucketSource>,
    /// `InputFormat`, required: `DYNAMODB_JSON`, `ION`, `CSV`.
    pub input_format: Option<String>,
    /// `InputFormatOptions`.
    pub input_format_options: Option<InputFormatOptions>,
    /// `InputCompressionType`: `GZIP`, `ZSTD`, `NONE`.
    pub input_compression_type: Option<String>,
    /// `TableCreationParameters`, required.
    pub table_creation_parameters: Option<TableCreationParameters>,
}

/// What DisableKinesisStreamingDestination or EnableKinesisStreamingDestination is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KinesisStreamingDestinationInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `StreamArn`, required: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `EnableKinesisStreamingConfiguration`.
    pub enable_kinesis_streaming_configuration: Option<EnableKinesisStreamingConfiguration>,
}

/// What ListBackups is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListBackupsInput {
    /// `TableName`: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `Limit`: 1 to 100.
    pub limit: Option<i32>,
    /// `TimeRangeLowerBound`.
    pub time_range_lower_bound: Option<Timestamp>,
    /// `TimeRangeUpperBound`.
    pub time_range_upper_bound: Option<Timestamp>,
    /// `ExclusiveStartBackupArn`: 37 to 1024 characters.
    pub exclusive_start_backup_arn: Option<String>,
    /// `BackupType`: `USER`, `SYSTEM`, `AWS_BACKUP`, `ALL`.
    pub backup_type: Option<String>,
}

/// What ListBulkOperations is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListBulkOperationsInput {
    /// `MaxResults`: 1 to 25.
    pub max_results: Option<i32>,
    /// `NextToken`: 1 to 1024 characters of `([0-9a-f]{16})+`.
    pub next_token: Option<String>,
}

/// What ListContributorInsights is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListContributorInsightsInput {
    /// `TableName`: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `NextToken`.
    pub next_token: Option<String>,
    /// `MaxResults`: at most 100.
    pub max_results: Option<i32>,
}

/// What ListExports is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListExportsInput {
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `MaxResults`: 1 to 25.
    pub max_results: Option<i32>,
    /// `NextToken`.
    pub next_token: Option<String>,
}

/// What ListGlobalTables is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListGlobalTablesInput {
    /// `ExclusiveStartGlobalTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub exclusive_start_global_table_name: Option<String>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
    /// `RegionName`.
    pub region_name: Option<String>,
}

/// What ListImports is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListImportsInput {
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `PageSize`: 1 to 25.
    pub page_size: Option<i32>,
    /// `NextToken`: 112 to 1024 characters of `([0-9a-f]{16})+`.
    pub next_token: Option<String>,
}

/// What ListTables is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListTablesInput {
    /// `ExclusiveStartTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub exclusive_start_table_name: Option<String>,
    /// `Limit`: 1 to 100.
    pub limit: Option<i32>,
}

/// What ListTagsOfResource is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListTagsOfResourceInput {
    /// `ResourceArn`, required: 1 to 1283 characters.
    pub resource_arn: Option<String>,
    /// `NextToken`.
    pub next_token: Option<String>,
}

/// What PutItem is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutItemInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `Item`, required.
    pub item: Option<RawJson>,
    /// `Expected`.
    pub expected: Option<BTreeMap<String, ExpectedAttributeValue>>,
    /// `ReturnValues`: `NONE`, `ALL_OLD`, `UPDATED_OLD`, `ALL_NEW`, `UPDATED_NEW`.
    pub return_values: Option<String>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ReturnItemCollectionMetrics`: `SIZE`, `NONE`.
    pub return_item_collection_metrics: Option<String>,
    /// `ConditionalOperator`: `AND`, `OR`.
    pub conditional_operator: Option<String>,
    /// `ConditionExpression`.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// What PutResourcePolicy is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutResourcePolicyInput {
    /// `ResourceArn`, required: 1 to 1283 characters.
    pub resource_arn: Option<String>,
    /// `Policy`, required.
    pub policy: Option<String>,
    /// `ExpectedRevisionId`: 1 to 255 characters.
    pub expected_revision_id: Option<String>,
    /// `ConfirmRemoveSelfResourceAccess`.
    pub confirm_remove_self_resource_access: Option<bool>,
}

/// What Query is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `Select`: `ALL_ATTRIBUTES`, `ALL_PROJECTED_ATTRIBUTES`, `SPECIFIC_ATTRIBUTES`, `COUNT`.
    pub select: Option<String>,
    /// `AttributesToGet`: at least 1 entries.
    pub attributes_to_get: Option<Vec<String>>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
    /// `ConsistentRead`.
    pub consistent_read: Option<bool>,
    /// `KeyConditions`.
    pub key_conditions: Option<BTreeMap<String, Condition>>,
    /// `QueryFilter`.
    pub query_filter: Option<BTreeMap<String, Condition>>,
    /// `ConditionalOperator`: `AND`, `OR`.
    pub conditional_operator: Option<String>,
    /// `ScanIndexForward`.
    pub scan_index_forward: Option<bool>,
    /// `ExclusiveStartKey`.
    pub exclusive_start_key: Option<RawJson>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `FilterExpression`.
    pub filter_expression: Option<String>,
    /// `KeyConditionExpression`.
    pub key_condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
}

/// What RestoreTableFromBackup is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestoreTableFromBackupInput {
    /// `TargetTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub target_table_name: Option<String>,
    /// `BackupArn`, required: 37 to 1024 characters.
    pub backup_arn: Option<String>,
    /// `BillingModeOverride`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode_override: Option<String>,
    /// `GlobalSecondaryIndexOverride`.
    pub global_secondary_index_override: Option<Vec<GlobalSecondaryIndex>>,
    /// `LocalSecondaryIndexOverride`.
    pub local_secondary_index_override: Option<Vec<LocalSecondaryIndex>>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughput>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughput>,
    /// `SSESpecificationOverride`.
    pub sse_specification_override: Option<SSESpecification>,
    /// `VectorIndexOverride`.
    pub vector_index_override: Option<Vec<VectorIndex>>,
}

/// What RestoreTableToPointInTime is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestoreTableToPointInTimeInput {
    /// `SourceTableArn`: 1 to 1024 characters.
    pub source_table_arn: Option<String>,
    /// `SourceTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub source_table_name: Option<String>,
    /// `TargetTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub target_table_name: Option<String>,
    /// `UseLatestRestorableTime`.
    pub use_latest_restorable_time: Option<bool>,
    /// `RestoreDateTime`.
    pub restore_date_time: Option<Timestamp>,
    /// `BillingModeOverride`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode_override: Option<String>,
    /// `GlobalSecondaryIndexOverride`.
    pub global_secondary_index_override: Option<Vec<GlobalSecondaryIndex>>,
    /// `LocalSecondaryIndexOverride`.
    pub local_secondary_index_override: Option<Vec<LocalSecondaryIndex>>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughput>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughput>,
    /// `SSESpecificationOverride`.
    pub sse_specification_override: Option<SSESpecification>,
    /// `VectorIndexOverride`.
    pub vector_index_override: Option<Vec<VectorIndex>>,
}

/// What Scan is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `AttributesToGet`: at least 1 entries.
    pub attributes_to_get: Option<Vec<String>>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
    /// `Select`: `ALL_ATTRIBUTES`, `ALL_PROJECTED_ATTRIBUTES`, `SPECIFIC_ATTRIBUTES`, `COUNT`.
    pub select: Option<String>,
    /// `ScanFilter`.
    pub scan_filter: Option<BTreeMap<String, Condition>>,
    /// `ConditionalOperator`: `AND`, `OR`.
    pub conditional_operator: Option<String>,
    /// `ExclusiveStartKey`.
    pub exclusive_start_key: Option<RawJson>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `TotalSegments`: 1 to 1000000.
    pub total_segments: Option<i32>,
    /// `Segment`: 0 to 999999.
    pub segment: Option<i32>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `FilterExpression`.
    pub filter_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ConsistentRead`.
    pub consistent_read: Option<bool>,
}

/// What SearchVectors is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchVectorsInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `SearchVector`, required: 1 to 4096 entries.
    pub search_vector: Option<Vec<RawJson>>,
    /// `SearchConditionExpression`.
    pub search_condition_expression: Option<String>,
    /// `TopK`, required: at least 1.
    pub top_k: Option<i32>,
}

/// What StartBulkPutItems is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StartBulkPutItemsInput {
    /// `ClientToken`: `^[^\$]+$`.
    pub client_token: Option<String>,
    /// `InputS3Configuration`, required.
    pub input_s3_configuration: Option<InputS3Configuration>,
    /// `OutputS3Configuration`, required.
    pub output_s3_configuration: Option<OutputS3Configuration>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `MaxWriteRequestUnits`: at least 1024.
    pub max_write_request_units: Option<i64>,
    /// `PerformanceTier`: `STANDARD`, `ACCELERATED`.
    pub performance_tier: Option<String>,
}

/// What TagResource is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TagResourceInput {
    /// `ResourceArn`, required: 1 to 1283 characters.
    pub resource_arn: Option<String>,
    /// `Tags`, required.
    pub tags: Option<Vec<Tag>>,
}

/// What TransactGetItems is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactGetItemsInput {
    /// `TransactItems`, required: 1 to 100 entries.
    pub transact_items: Option<Vec<TransactGetItem>>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
}

/// What TransactWriteItems is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactWriteItemsInput {
    /// `TransactItems`, required: 1 to 100 entries.
    pub transact_items: Option<Vec<TransactWriteItem>>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ReturnItemCollectionMetrics`: `SIZE`, `NONE`.
    pub return_item_collection_metrics: Option<String>,
    /// `ClientRequestToken`: 1 to 36 characters.
    pub client_request_token: Option<String>,
}

/// What UntagResource is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UntagResourceInput {
    /// `ResourceArn`, required: 1 to 1283 characters.
    pub resource_arn: Option<String>,
    /// `TagKeys`, required.
    pub tag_keys: Option<Vec<String>>,
}

/// What UpdateContinuousBackups is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateContinuousBackupsInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `PointInTimeRecoverySpecification`, required.
    pub point_in_time_recovery_specification: Option<PointInTimeRecoverySpecification>,
}

/// What UpdateContributorInsights is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateContributorInsightsInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ContributorInsightsAction`, required: `ENABLE`, `DISABLE`.
    pub contributor_insights_action: Option<String>,
    /// `ContributorInsightsMode`: `ACCESSED_AND_THROTTLED_KEYS`, `THROTTLED_KEYS`.
    pub contributor_insights_mode: Option<String>,
}

/// What UpdateGlobalTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateGlobalTableInput {
    /// `GlobalTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
    /// `ReplicaUpdates`, required.
    pub replica_updates: Option<Vec<ReplicaUpdate>>,
}

/// What UpdateGlobalTableSettings is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateGlobalTableSettingsInput {
    /// `GlobalTableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
    /// `GlobalTableBillingMode`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub global_table_billing_mode: Option<String>,
    /// `GlobalTableProvisionedWriteCapacityUnits`: at least 1.
    pub global_table_provisioned_write_capacity_units: Option<i64>,
    /// `GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate`.
    pub global_table_provisioned_write_capacity_auto_scaling_settings_update:
        Option<AutoScalingSettingsUpdate>,
    /// `GlobalTableGlobalSecondaryIndexSettingsUpdate`: 1 to 20 entries.
    pub global_table_global_secondary_index_settings_update:
        Option<Vec<GlobalTableGlobalSecondaryIndexSettingsUpdate>>,
    /// `ReplicaSettingsUpdate`: 1 to 50 entries.
    pub replica_settings_update: Option<Vec<ReplicaSettingsUpdate>>,
}

/// What UpdateItem is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateItemInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `AttributeUpdates`.
    pub attribute_updates: Option<BTreeMap<String, AttributeValueUpdate>>,
    /// `Expected`.
    pub expected: Option<BTreeMap<String, ExpectedAttributeValue>>,
    /// `ConditionalOperator`: `AND`, `OR`.
    pub conditional_operator: Option<String>,
    /// `ReturnValues`: `NONE`, `ALL_OLD`, `UPDATED_OLD`, `ALL_NEW`, `UPDATED_NEW`.
    pub return_values: Option<String>,
    /// `ReturnConsumedCapacity`: `INDEXES`, `TOTAL`, `NONE`.
    pub return_consumed_capacity: Option<String>,
    /// `ReturnItemCollectionMetrics`: `SIZE`, `NONE`.
    pub return_item_collection_metrics: Option<String>,
    /// `UpdateExpression`.
    pub update_expression: Option<String>,
    /// `ConditionExpression`.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// What UpdateKinesisStreamingDestination is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateKinesisStreamingDestinationInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `StreamArn`, required: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `UpdateKinesisStreamingConfiguration`.
    pub update_kinesis_streaming_configuration: Option<UpdateKinesisStreamingConfiguration>,
}

/// What UpdateTable is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateTableInput {
    /// `AttributeDefinitions`.
    pub attribute_definitions: Option<Vec<AttributeDefinition>>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `BillingMode`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode: Option<String>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `GlobalSecondaryIndexUpdates`.
    pub global_secondary_index_updates: Option<Vec<GlobalSecondaryIndexUpdate>>,
    /// `StreamSpecification`.
    pub stream_specification: Option<StreamSpecification>,
    /// `SSESpecification`.
    pub sse_specification: Option<SSESpecification>,
    /// `ReplicaUpdates`: at least 1 entries.
    pub replica_updates: Option<Vec<ReplicationGroupUpdate>>,
    /// `TableClass`: `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
    pub table_class: Option<String>,
    /// `DeletionProtectionEnabled`.
    pub deletion_protection_enabled: Option<bool>,
    /// `MultiRegionConsistency`: `EVENTUAL`, `STRONG`.
    pub multi_region_consistency: Option<String>,
    /// `GlobalTableWitnessUpdates`: 1 to 1 entries.
    pub global_table_witness_updates: Option<Vec<GlobalTableWitnessGroupUpdate>>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<WarmThroughput>,
    /// `GlobalTableSettingsReplicationMode`: `ENABLED`, `DISABLED`, `ENABLED_WITH_OVERRIDES`.
    pub global_table_settings_replication_mode: Option<String>,
    /// `DisassociationProtectionEnabled`.
    pub disassociation_protection_enabled: Option<bool>,
    /// `VectorIndexUpdates`.
    pub vector_index_updates: Option<Vec<VectorIndexUpdate>>,
}

/// What UpdateTableReplicaAutoScaling is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateTableReplicaAutoScalingInput {
    /// `GlobalSecondaryIndexUpdates`: at least 1 entries.
    pub global_secondary_index_updates: Option<Vec<GlobalSecondaryIndexAutoScalingUpdate>>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `ProvisionedWriteCapacityAutoScalingUpdate`.
    pub provisioned_write_capacity_auto_scaling_update: Option<AutoScalingSettingsUpdate>,
    /// `ReplicaUpdates`: at least 1 entries.
    pub replica_updates: Option<Vec<ReplicaAutoScalingUpdate>>,
}

/// What UpdateTimeToLive is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateTimeToLiveInput {
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `TimeToLiveSpecification`, required.
    pub time_to_live_specification: Option<TimeToLiveSpecification>,
}

/// What DescribeStream is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeStreamInput {
    /// `StreamArn`, required: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
    /// `ExclusiveStartShardId`: 28 to 65 characters.
    pub exclusive_start_shard_id: Option<String>,
    /// `ShardFilter`.
    pub shard_filter: Option<ShardFilter>,
}

/// What GetRecords is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetRecordsInput {
    /// `ShardIterator`, required: 1 to 2048 characters.
    pub shard_iterator: Option<String>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
}

/// What GetShardIterator is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetShardIteratorInput {
    /// `StreamArn`, required: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `ShardId`, required: 28 to 65 characters.
    pub shard_id: Option<String>,
    /// `ShardIteratorType`, required: `TRIM_HORIZON`, `LATEST`, `AT_SEQUENCE_NUMBER`, `AFTER_SEQUENCE_NUMBER`, `AT_TIMESTAMP`.
    pub shard_iterator_type: Option<String>,
    /// `SequenceNumber`: 21 to 40 characters.
    pub sequence_number: Option<String>,
    /// `Timestamp`.
    pub timestamp: Option<Timestamp>,
}

/// What ListStreams is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListStreamsInput {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `Limit`: at least 1.
    pub limit: Option<i32>,
    /// `ExclusiveStartStreamArn`: 37 to 1024 characters.
    pub exclusive_start_stream_arn: Option<String>,
}
