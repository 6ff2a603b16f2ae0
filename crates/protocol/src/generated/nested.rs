//! The structures that inputs, outputs and errors are made of.

use std::collections::BTreeMap;

use crate::raw_json::RawJson;
use crate::timestamp::Timestamp;

/// The shape `ArchivalSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArchivalSummary {
    /// `ArchivalDateTime`.
    pub archival_date_time: Option<Timestamp>,
    /// `ArchivalReason`.
    pub archival_reason: Option<String>,
    /// `ArchivalBackupArn`: 37 to 1024 characters.
    pub archival_backup_arn: Option<String>,
}

/// The shape `AttributeDefinition` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttributeDefinition {
    /// `AttributeName`, required: 1 to 255 characters.
    pub attribute_name: Option<String>,
    /// `AttributeType`, required: `S`, `N`, `B`.
    pub attribute_type: Option<String>,
}

/// The shape `AttributeValueUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttributeValueUpdate {
    /// `Value`.
    pub value: Option<RawJson>,
    /// `Action`: `ADD`, `PUT`, `DELETE`.
    pub action: Option<String>,
}

/// The shape `AutoScalingPolicyDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoScalingPolicyDescription {
    /// `PolicyName`: 1 to 256 characters of `\p{Print}+`.
    pub policy_name: Option<String>,
    /// `TargetTrackingScalingPolicyConfiguration`.
    pub target_tracking_scaling_policy_configuration:
        Option<AutoScalingTargetTrackingScalingPolicyConfigurationDescription>,
}

/// The shape `AutoScalingPolicyUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoScalingPolicyUpdate {
    /// `PolicyName`: 1 to 256 characters of `\p{Print}+`.
    pub policy_name: Option<String>,
    /// `TargetTrackingScalingPolicyConfiguration`, required.
    pub target_tracking_scaling_policy_configuration:
        Option<AutoScalingTargetTrackingScalingPolicyConfigurationUpdate>,
}

/// The shape `AutoScalingSettingsDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoScalingSettingsDescription {
    /// `MinimumUnits`: at least 1.
    pub minimum_units: Option<i64>,
    /// `MaximumUnits`: at least 1.
    pub maximum_units: Option<i64>,
    /// `AutoScalingDisabled`.
    pub auto_scaling_disabled: Option<bool>,
    /// `AutoScalingRoleArn`.
    pub auto_scaling_role_arn: Option<String>,
    /// `ScalingPolicies`.
    pub scaling_policies: Option<Vec<AutoScalingPolicyDescription>>,
}

/// The shape `AutoScalingSettingsUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoScalingSettingsUpdate {
    /// `MinimumUnits`: at least 1.
    pub minimum_units: Option<i64>,
    /// `MaximumUnits`: at least 1.
    pub maximum_units: Option<i64>,
    /// `AutoScalingDisabled`.
    pub auto_scaling_disabled: Option<bool>,
    /// `AutoScalingRoleArn`: 1 to 1600 characters of `[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`.
    pub auto_scaling_role_arn: Option<String>,
    /// `ScalingPolicyUpdate`.
    pub scaling_policy_update: Option<AutoScalingPolicyUpdate>,
}

/// The shape `AutoScalingTargetTrackingScalingPolicyConfigurationDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoScalingTargetTrackingScalingPolicyConfigurationDescription {
    /// `DisableScaleIn`.
    pub disable_scale_in: Option<bool>,
    /// `ScaleInCooldown`.
    pub scale_in_cooldown: Option<i32>,
    /// `ScaleOutCooldown`.
    pub scale_out_cooldown: Option<i32>,
    /// `TargetValue`, required.
    pub target_value: Option<f64>,
}

/// The shape `AutoScalingTargetTrackingScalingPolicyConfigurationUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoScalingTargetTrackingScalingPolicyConfigurationUpdate {
    /// `DisableScaleIn`.
    pub disable_scale_in: Option<bool>,
    /// `ScaleInCooldown`.
    pub scale_in_cooldown: Option<i32>,
    /// `ScaleOutCooldown`.
    pub scale_out_cooldown: Option<i32>,
    /// `TargetValue`, required.
    pub target_value: Option<f64>,
}

/// The shape `BackupDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupDescription {
    /// `BackupDetails`.
    pub backup_details: Option<BackupDetails>,
    /// `SourceTableDetails`.
    pub source_table_details: Option<SourceTableDetails>,
    /// `SourceTableFeatureDetails`.
    pub source_table_feature_details: Option<SourceTableFeatureDetails>,
}

/// The shape `BackupDetails` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupDetails {
    /// `BackupArn`, required: 37 to 1024 characters.
    pub backup_arn: Option<String>,
    /// `BackupName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub backup_name: Option<String>,
    /// `BackupSizeBytes`: at least 0.
    pub backup_size_bytes: Option<i64>,
    /// `BackupStatus`, required: `CREATING`, `DELETED`, `AVAILABLE`.
    pub backup_status: Option<String>,
    /// `BackupType`, required: `USER`, `SYSTEM`, `AWS_BACKUP`.
    pub backup_type: Option<String>,
    /// `BackupCreationDateTime`, required.
    pub backup_creation_date_time: Option<Timestamp>,
    /// `BackupExpiryDateTime`.
    pub backup_expiry_date_time: Option<Timestamp>,
}

/// The shape `BackupSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupSummary {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `TableId`: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`.
    pub table_id: Option<String>,
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `BackupArn`: 37 to 1024 characters.
    pub backup_arn: Option<String>,
    /// `BackupName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub backup_name: Option<String>,
    /// `BackupCreationDateTime`.
    pub backup_creation_date_time: Option<Timestamp>,
    /// `BackupExpiryDateTime`.
    pub backup_expiry_date_time: Option<Timestamp>,
    /// `BackupStatus`: `CREATING`, `DELETED`, `AVAILABLE`.
    pub backup_status: Option<String>,
    /// `BackupType`: `USER`, `SYSTEM`, `AWS_BACKUP`.
    pub backup_type: Option<String>,
    /// `BackupSizeBytes`: at least 0.
    pub backup_size_bytes: Option<i64>,
}

/// The shape `BatchStatementError` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchStatementError {
    /// `Code`: `ConditionalCheckFailed`, `ItemCollectionSizeLimitExceeded`, `RequestLimitExceeded`, `ValidationError`, `ProvisionedThroughputExceeded`, `TransactionConflict`, `ThrottlingError`, `InternalServerError`, `ResourceNotFound`, `AccessDenied`, `DuplicateItem`.
    pub code: Option<String>,
    /// `Message`.
    pub message: Option<String>,
    /// `Item`.
    pub item: Option<RawJson>,
}

/// The shape `BatchStatementRequest` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchStatementRequest {
    /// `Statement`, required: 1 to 8192 characters.
    pub statement: Option<String>,
    /// `Parameters`: at least 1 entries.
    pub parameters: Option<Vec<RawJson>>,
    /// `ConsistentRead`.
    pub consistent_read: Option<bool>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// The shape `BatchStatementResponse` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchStatementResponse {
    /// `Error`.
    pub error: Option<BatchStatementError>,
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `Item`.
    pub item: Option<RawJson>,
}

/// The shape `BillingModeSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BillingModeSummary {
    /// `BillingMode`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode: Option<String>,
    /// `LastUpdateToPayPerRequestDateTime`.
    pub last_update_to_pay_per_request_date_time: Option<Timestamp>,
}

/// The shape `BulkOperationBytes` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkOperationBytes {
    /// `BulkPutBytes`: at least 0.
    pub bulk_put_bytes: Option<i64>,
}

/// The shape `BulkOperationDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkOperationDescription {
    /// `BulkOperationArn`: 37 to 1024 characters.
    pub bulk_operation_arn: Option<String>,
    /// `BulkOperationStatus`: `IN_PROGRESS`, `COMPLETED`, `COMPLETED_WITH_ERRORS`, `CANCELLING`, `CANCELLED`, `FAILED`.
    pub bulk_operation_status: Option<String>,
    /// `TableDetails`.
    pub table_details: Option<Vec<BulkOperationTableDetail>>,
    /// `ClientToken`: `^[^\$]+$`.
    pub client_token: Option<String>,
    /// `InputS3Configuration`.
    pub input_s3_configuration: Option<InputS3Configuration>,
    /// `OutputS3Configuration`.
    pub output_s3_configuration: Option<OutputS3Configuration>,
    /// `StartTime`.
    pub start_time: Option<Timestamp>,
    /// `EndTime`.
    pub end_time: Option<Timestamp>,
    /// `ProcessedItemCount`: at least 0.
    pub processed_item_count: Option<i64>,
    /// `ProcessedInputBytes`: at least 0.
    pub processed_input_bytes: Option<i64>,
    /// `TotalInputBytes`: at least 0.
    pub total_input_bytes: Option<i64>,
    /// `BulkOperationUsage`.
    pub bulk_operation_usage: Option<Vec<BulkOperationUsage>>,
    /// `FailedItemCount`: at least 0.
    pub failed_item_count: Option<i64>,
    /// `FailureCode`.
    pub failure_code: Option<String>,
    /// `FailureMessage`.
    pub failure_message: Option<String>,
    /// `MaxWriteRequestUnits`: at least 1024.
    pub max_write_request_units: Option<i64>,
    /// `PerformanceTier`: `STANDARD`, `ACCELERATED`.
    pub performance_tier: Option<String>,
}

/// The shape `BulkOperationSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkOperationSummary {
    /// `BulkOperationArn`, required: 37 to 1024 characters.
    pub bulk_operation_arn: Option<String>,
    /// `BulkOperationStatus`, required: `IN_PROGRESS`, `COMPLETED`, `COMPLETED_WITH_ERRORS`, `CANCELLING`, `CANCELLED`, `FAILED`.
    pub bulk_operation_status: Option<String>,
    /// `StartTime`, required.
    pub start_time: Option<Timestamp>,
    /// `EndTime`.
    pub end_time: Option<Timestamp>,
}

/// The shape `BulkOperationTableDetail` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkOperationTableDetail {
    /// `TableName`: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `TableId`: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`.
    pub table_id: Option<String>,
}

/// The shape `BulkOperationUsage` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkOperationUsage {
    /// `TableName`: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `BulkPutBytes`: at least 0.
    pub bulk_put_bytes: Option<i64>,
    /// `Table`.
    pub table: Option<BulkOperationBytes>,
    /// `LocalSecondaryIndexes`.
    pub local_secondary_indexes: Option<BTreeMap<String, BulkOperationBytes>>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<BTreeMap<String, BulkOperationBytes>>,
    /// `VectorIndexes`.
    pub vector_indexes: Option<BTreeMap<String, BulkOperationVectorBytes>>,
}

/// The shape `BulkOperationVectorBytes` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BulkOperationVectorBytes {
    /// `BulkPutVectorBytes`: at least 0.
    pub bulk_put_vector_bytes: Option<i64>,
}

/// The shape `CancellationReason` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CancellationReason {
    /// `Item`.
    pub item: Option<RawJson>,
    /// `Code`.
    pub code: Option<String>,
    /// `Message`.
    pub message: Option<String>,
}

/// The shape `Capacity` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Capacity {
    /// `ReadCapacityUnits`.
    pub read_capacity_units: Option<f64>,
    /// `WriteCapacityUnits`.
    pub write_capacity_units: Option<f64>,
    /// `CapacityUnits`.
    pub capacity_units: Option<f64>,
}

/// The shape `Condition` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition {
    /// `AttributeValueList`.
    pub attribute_value_list: Option<Vec<RawJson>>,
    /// `ComparisonOperator`, required: `EQ`, `NE`, `IN`, `LE`, `LT`, `GE`, `GT`, `BETWEEN`, `NOT_NULL`, `NULL`, `CONTAINS`, `NOT_CONTAINS`, `BEGINS_WITH`.
    pub comparison_operator: Option<String>,
}

/// The shape `ConditionCheck` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConditionCheck {
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `ConditionExpression`, required.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// The shape `ConsumedCapacity` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConsumedCapacity {
    /// `TableName`: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `CapacityUnits`.
    pub capacity_units: Option<f64>,
    /// `ReadCapacityUnits`.
    pub read_capacity_units: Option<f64>,
    /// `WriteCapacityUnits`.
    pub write_capacity_units: Option<f64>,
    /// `Table`.
    pub table: Option<Capacity>,
    /// `LocalSecondaryIndexes`.
    pub local_secondary_indexes: Option<BTreeMap<String, Capacity>>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<BTreeMap<String, Capacity>>,
    /// `VectorIndexes`.
    pub vector_indexes: Option<BTreeMap<String, VectorCapacity>>,
}

/// The shape `ContinuousBackupsDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContinuousBackupsDescription {
    /// `ContinuousBackupsStatus`, required: `ENABLED`, `DISABLED`.
    pub continuous_backups_status: Option<String>,
    /// `PointInTimeRecoveryDescription`.
    pub point_in_time_recovery_description: Option<PointInTimeRecoveryDescription>,
}

/// The shape `ContributorInsightsSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContributorInsightsSummary {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ContributorInsightsStatus`: `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`, `FAILED`.
    pub contributor_insights_status: Option<String>,
    /// `ContributorInsightsMode`: `ACCESSED_AND_THROTTLED_KEYS`, `THROTTLED_KEYS`.
    pub contributor_insights_mode: Option<String>,
}

/// The shape `CreateGlobalSecondaryIndexAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateGlobalSecondaryIndexAction {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`, required: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`, required.
    pub projection: Option<Projection>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<WarmThroughput>,
}

/// The shape `CreateGlobalTableWitnessGroupMemberAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateGlobalTableWitnessGroupMemberAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
}

/// The shape `CreateReplicaAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateReplicaAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
}

/// The shape `CreateReplicationGroupMemberAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateReplicationGroupMemberAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
    /// `KMSMasterKeyId`.
    pub kms_master_key_id: Option<String>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// `GlobalSecondaryIndexes`: at least 1 entries.
    pub global_secondary_indexes: Option<Vec<ReplicaGlobalSecondaryIndex>>,
    /// `TableClassOverride`: `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
    pub table_class_override: Option<String>,
}

/// The shape `CreateVectorIndexAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateVectorIndexAction {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `VectorAttribute`, required.
    pub vector_attribute: Option<VectorAttributeDefinition>,
    /// `SearchSchema`: at least 1 entries.
    pub search_schema: Option<Vec<SearchSchemaElement>>,
    /// `Projection`, required.
    pub projection: Option<Projection>,
    /// `Dimensions`, required: at least 1.
    pub dimensions: Option<i64>,
    /// `DistanceFunction`, required: `COSINE`, `DOT_PRODUCT`, `EUCLIDEAN`.
    pub distance_function: Option<String>,
}

/// The shape `CsvOptions` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CsvOptions {
    /// `Delimiter`: 1 to 1 characters of `[,;:|\t ]`.
    pub delimiter: Option<String>,
    /// `HeaderList`: 1 to 255 entries.
    pub header_list: Option<Vec<String>>,
}

/// The shape `Delete` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delete {
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `ConditionExpression`.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// The shape `DeleteGlobalSecondaryIndexAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteGlobalSecondaryIndexAction {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
}

/// The shape `DeleteGlobalTableWitnessGroupMemberAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteGlobalTableWitnessGroupMemberAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
}

/// The shape `DeleteReplicaAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteReplicaAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
}

/// The shape `DeleteReplicationGroupMemberAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteReplicationGroupMemberAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
}

/// The shape `DeleteRequest` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteRequest {
    /// `Key`, required.
    pub key: Option<RawJson>,
}

/// The shape `DeleteVectorIndexAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteVectorIndexAction {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
}

/// The shape `DisassociateReplicationGroupMemberAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DisassociateReplicationGroupMemberAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
    /// `DisassociationMode`, required: `WAIT_FOR_REPLICATION`.
    pub disassociation_mode: Option<String>,
}

/// The shape `EnableKinesisStreamingConfiguration` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnableKinesisStreamingConfiguration {
    /// `ApproximateCreationDateTimePrecision`: `MILLISECOND`, `MICROSECOND`.
    pub approximate_creation_date_time_precision: Option<String>,
}

/// The shape `Endpoint` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Endpoint {
    /// `Address`, required.
    pub address: Option<String>,
    /// `CachePeriodInMinutes`, required.
    pub cache_period_in_minutes: Option<i64>,
}

/// The shape `ExpectedAttributeValue` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExpectedAttributeValue {
    /// `Value`.
    pub value: Option<RawJson>,
    /// `Exists`.
    pub exists: Option<bool>,
    /// `ComparisonOperator`: `EQ`, `NE`, `IN`, `LE`, `LT`, `GE`, `GT`, `BETWEEN`, `NOT_NULL`, `NULL`, `CONTAINS`, `NOT_CONTAINS`, `BEGINS_WITH`.
    pub comparison_operator: Option<String>,
    /// `AttributeValueList`.
    pub attribute_value_list: Option<Vec<RawJson>>,
}

/// The shape `ExportDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportDescription {
    /// `ExportArn`: 37 to 1024 characters.
    pub export_arn: Option<String>,
    /// `ExportStatus`: `IN_PROGRESS`, `COMPLETED`, `FAILED`.
    pub export_status: Option<String>,
    /// `StartTime`.
    pub start_time: Option<Timestamp>,
    /// `EndTime`.
    pub end_time: Option<Timestamp>,
    /// `ExportManifest`.
    pub export_manifest: Option<String>,
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `TableId`: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`.
    pub table_id: Option<String>,
    /// `ExportTime`.
    pub export_time: Option<Timestamp>,
    /// `ClientToken`: `^[^\$]+$`.
    pub client_token: Option<String>,
    /// `S3Bucket`: at most 255 characters of `^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$`.
    pub s3_bucket: Option<String>,
    /// `S3BucketOwner`: `[0-9]{12}`.
    pub s3_bucket_owner: Option<String>,
    /// `S3Prefix`: at most 1024 characters.
    pub s3_prefix: Option<String>,
    /// `S3SseAlgorithm`: `AES256`, `KMS`.
    pub s3_sse_algorithm: Option<String>,
    /// `S3SseKmsKeyId`: 1 to 2048 characters.
    pub s3_sse_kms_key_id: Option<String>,
    /// `FailureCode`.
    pub failure_code: Option<String>,
    /// `FailureMessage`.
    pub failure_message: Option<String>,
    /// `ExportFormat`: `DYNAMODB_JSON`, `ION`.
    pub export_format: Option<String>,
    /// `BilledSizeBytes`: at least 0.
    pub billed_size_bytes: Option<i64>,
    /// `ItemCount`: at least 0.
    pub item_count: Option<i64>,
    /// `ExportType`: `FULL_EXPORT`, `INCREMENTAL_EXPORT`.
    pub export_type: Option<String>,
    /// `IncrementalExportSpecification`.
    pub incremental_export_specification: Option<IncrementalExportSpecification>,
    /// `FilterSpecification`.
    pub filter_specification: Option<FilterSpecification>,
}

/// The shape `ExportSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportSummary {
    /// `ExportArn`: 37 to 1024 characters.
    pub export_arn: Option<String>,
    /// `ExportStatus`: `IN_PROGRESS`, `COMPLETED`, `FAILED`.
    pub export_status: Option<String>,
    /// `ExportType`: `FULL_EXPORT`, `INCREMENTAL_EXPORT`.
    pub export_type: Option<String>,
}

/// The shape `FailureException` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FailureException {
    /// `ExceptionName`.
    pub exception_name: Option<String>,
    /// `ExceptionDescription`.
    pub exception_description: Option<String>,
}

/// The shape `FilterSpecification` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilterSpecification {
    /// `FilterExpression`.
    pub filter_expression: Option<String>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `KeyConditionExpression`.
    pub key_condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
}

/// The shape `Get` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Get {
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
}

/// The shape `GlobalSecondaryIndex` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalSecondaryIndex {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`, required: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`, required.
    pub projection: Option<Projection>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<WarmThroughput>,
}

/// The shape `GlobalSecondaryIndexAutoScalingUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalSecondaryIndexAutoScalingUpdate {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedWriteCapacityAutoScalingUpdate`.
    pub provisioned_write_capacity_auto_scaling_update: Option<AutoScalingSettingsUpdate>,
}

/// The shape `GlobalSecondaryIndexDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalSecondaryIndexDescription {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`.
    pub projection: Option<Projection>,
    /// `IndexStatus`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`.
    pub index_status: Option<String>,
    /// `Backfilling`.
    pub backfilling: Option<bool>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughputDescription>,
    /// `IndexSizeBytes`.
    pub index_size_bytes: Option<i64>,
    /// `ItemCount`.
    pub item_count: Option<i64>,
    /// `IndexArn`.
    pub index_arn: Option<String>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<GlobalSecondaryIndexWarmThroughputDescription>,
}

/// The shape `GlobalSecondaryIndexInfo` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalSecondaryIndexInfo {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`.
    pub projection: Option<Projection>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
}

/// The shape `GlobalSecondaryIndexUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalSecondaryIndexUpdate {
    /// `Update`.
    pub update: Option<UpdateGlobalSecondaryIndexAction>,
    /// `Create`.
    pub create: Option<CreateGlobalSecondaryIndexAction>,
    /// `Delete`.
    pub delete: Option<DeleteGlobalSecondaryIndexAction>,
}

/// The shape `GlobalSecondaryIndexWarmThroughputDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalSecondaryIndexWarmThroughputDescription {
    /// `ReadUnitsPerSecond`: at least 1.
    pub read_units_per_second: Option<i64>,
    /// `WriteUnitsPerSecond`: at least 1.
    pub write_units_per_second: Option<i64>,
    /// `Status`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`.
    pub status: Option<String>,
}

/// The shape `GlobalTable` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalTable {
    /// `GlobalTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
    /// `ReplicationGroup`.
    pub replication_group: Option<Vec<Replica>>,
}

/// The shape `GlobalTableDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalTableDescription {
    /// `ReplicationGroup`.
    pub replication_group: Option<Vec<ReplicaDescription>>,
    /// `GlobalTableArn`.
    pub global_table_arn: Option<String>,
    /// `CreationDateTime`.
    pub creation_date_time: Option<Timestamp>,
    /// `GlobalTableStatus`: `CREATING`, `ACTIVE`, `DELETING`, `UPDATING`.
    pub global_table_status: Option<String>,
    /// `GlobalTableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub global_table_name: Option<String>,
}

/// The shape `GlobalTableGlobalSecondaryIndexSettingsUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalTableGlobalSecondaryIndexSettingsUpdate {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedWriteCapacityUnits`: at least 1.
    pub provisioned_write_capacity_units: Option<i64>,
    /// `ProvisionedWriteCapacityAutoScalingSettingsUpdate`.
    pub provisioned_write_capacity_auto_scaling_settings_update: Option<AutoScalingSettingsUpdate>,
}

/// The shape `GlobalTableWitnessDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalTableWitnessDescription {
    /// `RegionName`.
    pub region_name: Option<String>,
    /// `WitnessStatus`: `CREATING`, `DELETING`, `ACTIVE`.
    pub witness_status: Option<String>,
}

/// The shape `GlobalTableWitnessGroupUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GlobalTableWitnessGroupUpdate {
    /// `Create`.
    pub create: Option<CreateGlobalTableWitnessGroupMemberAction>,
    /// `Delete`.
    pub delete: Option<DeleteGlobalTableWitnessGroupMemberAction>,
}

/// The shape `ImportSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportSummary {
    /// `ImportArn`: 37 to 1024 characters.
    pub import_arn: Option<String>,
    /// `ImportStatus`: `IN_PROGRESS`, `COMPLETED`, `CANCELLING`, `CANCELLED`, `FAILED`.
    pub import_status: Option<String>,
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `S3BucketSource`.
    pub s3_bucket_source: Option<S3BucketSource>,
    /// `CloudWatchLogGroupArn`: 1 to 1024 characters.
    pub cloud_watch_log_group_arn: Option<String>,
    /// `InputFormat`: `DYNAMODB_JSON`, `ION`, `CSV`.
    pub input_format: Option<String>,
    /// `StartTime`.
    pub start_time: Option<Timestamp>,
    /// `EndTime`.
    pub end_time: Option<Timestamp>,
}

/// The shape `ImportTableDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportTableDescription {
    /// `ImportArn`: 37 to 1024 characters.
    pub import_arn: Option<String>,
    /// `ImportStatus`: `IN_PROGRESS`, `COMPLETED`, `CANCELLING`, `CANCELLED`, `FAILED`.
    pub import_status: Option<String>,
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `TableId`: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`.
    pub table_id: Option<String>,
    /// `ClientToken`: `^[^\$]+$`.
    pub client_token: Option<String>,
    /// `S3BucketSource`.
    pub s3_bucket_source: Option<S3BucketSource>,
    /// `ErrorCount`: at least 0.
    pub error_count: Option<i64>,
    /// `CloudWatchLogGroupArn`: 1 to 1024 characters.
    pub cloud_watch_log_group_arn: Option<String>,
    /// `InputFormat`: `DYNAMODB_JSON`, `ION`, `CSV`.
    pub input_format: Option<String>,
    /// `InputFormatOptions`.
    pub input_format_options: Option<InputFormatOptions>,
    /// `InputCompressionType`: `GZIP`, `ZSTD`, `NONE`.
    pub input_compression_type: Option<String>,
    /// `TableCreationParameters`.
    pub table_creation_parameters: Option<TableCreationParameters>,
    /// `StartTime`.
    pub start_time: Option<Timestamp>,
    /// `EndTime`.
    pub end_time: Option<Timestamp>,
    /// `ProcessedSizeBytes`.
    pub processed_size_bytes: Option<i64>,
    /// `ProcessedItemCount`: at least 0.
    pub processed_item_count: Option<i64>,
    /// `ImportedItemCount`: at least 0.
    pub imported_item_count: Option<i64>,
    /// `FailureCode`.
    pub failure_code: Option<String>,
    /// `FailureMessage`.
    pub failure_message: Option<String>,
}

/// The shape `IncrementalExportSpecification` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IncrementalExportSpecification {
    /// `ExportFromTime`.
    pub export_from_time: Option<Timestamp>,
    /// `ExportToTime`.
    pub export_to_time: Option<Timestamp>,
    /// `ExportViewType`: `NEW_IMAGE`, `NEW_AND_OLD_IMAGES`.
    pub export_view_type: Option<String>,
}

/// The shape `InputFormatOptions` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InputFormatOptions {
    /// `Csv`.
    pub csv: Option<CsvOptions>,
}

/// The shape `InputS3Configuration` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InputS3Configuration {
    /// `S3BucketOwner`: `[0-9]{12}`.
    pub s3_bucket_owner: Option<String>,
    /// `S3Bucket`, required: at most 255 characters of `^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$`.
    pub s3_bucket: Option<String>,
    /// `S3KeyPrefix`: at most 1024 characters.
    pub s3_key_prefix: Option<String>,
    /// `InputFormat`, required: `DYNAMODB_JSON`, `ION`.
    pub input_format: Option<String>,
    /// `InputCompressionType`: `GZIP`, `ZSTD`, `NONE`.
    pub input_compression_type: Option<String>,
}

/// The shape `ItemCollectionMetrics` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemCollectionMetrics {
    /// `ItemCollectionKey`.
    pub item_collection_key: Option<RawJson>,
    /// `SizeEstimateRangeGB`.
    pub size_estimate_range_gb: Option<Vec<f64>>,
}

/// The shape `ItemResponse` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemResponse {
    /// `Item`.
    pub item: Option<RawJson>,
}

/// The shape `KeySchemaElement` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeySchemaElement {
    /// `AttributeName`, required: 1 to 255 characters.
    pub attribute_name: Option<String>,
    /// `KeyType`, required: `HASH`, `RANGE`.
    pub key_type: Option<String>,
}

/// The shape `KeysAndAttributes` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeysAndAttributes {
    /// `Keys`, required: 1 to 100 entries.
    pub keys: Option<Vec<RawJson>>,
    /// `AttributesToGet`: at least 1 entries.
    pub attributes_to_get: Option<Vec<String>>,
    /// `ConsistentRead`.
    pub consistent_read: Option<bool>,
    /// `ProjectionExpression`.
    pub projection_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
}

/// The shape `KinesisDataStreamDestination` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KinesisDataStreamDestination {
    /// `StreamArn`: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `DestinationStatus`: `ENABLING`, `ACTIVE`, `DISABLING`, `DISABLED`, `ENABLE_FAILED`, `UPDATING`.
    pub destination_status: Option<String>,
    /// `DestinationStatusDescription`.
    pub destination_status_description: Option<String>,
    /// `ApproximateCreationDateTimePrecision`: `MILLISECOND`, `MICROSECOND`.
    pub approximate_creation_date_time_precision: Option<String>,
}

/// The shape `LocalSecondaryIndex` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LocalSecondaryIndex {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`, required: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`, required.
    pub projection: Option<Projection>,
}

/// The shape `LocalSecondaryIndexDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LocalSecondaryIndexDescription {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`.
    pub projection: Option<Projection>,
    /// `IndexSizeBytes`.
    pub index_size_bytes: Option<i64>,
    /// `ItemCount`.
    pub item_count: Option<i64>,
    /// `IndexArn`.
    pub index_arn: Option<String>,
}

/// The shape `LocalSecondaryIndexInfo` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LocalSecondaryIndexInfo {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Projection`.
    pub projection: Option<Projection>,
}

/// The shape `OnDemandThroughput` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OnDemandThroughput {
    /// `MaxReadRequestUnits`.
    pub max_read_request_units: Option<i64>,
    /// `MaxWriteRequestUnits`.
    pub max_write_request_units: Option<i64>,
}

/// The shape `OnDemandThroughputOverride` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OnDemandThroughputOverride {
    /// `MaxReadRequestUnits`.
    pub max_read_request_units: Option<i64>,
}

/// The shape `OutputS3Configuration` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutputS3Configuration {
    /// `S3BucketOwner`: `[0-9]{12}`.
    pub s3_bucket_owner: Option<String>,
    /// `S3Bucket`: at most 255 characters of `^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$`.
    pub s3_bucket: Option<String>,
    /// `S3KeyPrefix`: at most 1024 characters.
    pub s3_key_prefix: Option<String>,
    /// `S3SseAlgorithm`: `AES256`, `KMS`.
    pub s3_sse_algorithm: Option<String>,
    /// `S3SseKmsKeyId`: 1 to 2048 characters.
    pub s3_sse_kms_key_id: Option<String>,
    /// `OutputType`, required.
    pub output_type: Option<Vec<String>>,
}

/// The shape `ParameterizedStatement` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParameterizedStatement {
    /// `Statement`, required: 1 to 8192 characters.
    pub statement: Option<String>,
    /// `Parameters`: at least 1 entries.
    pub parameters: Option<Vec<RawJson>>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// The shape `PointInTimeRecoveryDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PointInTimeRecoveryDescription {
    /// `PointInTimeRecoveryStatus`: `ENABLED`, `DISABLED`.
    pub point_in_time_recovery_status: Option<String>,
    /// `RecoveryPeriodInDays`: 1 to 35.
    pub recovery_period_in_days: Option<i32>,
    /// `EarliestRestorableDateTime`.
    pub earliest_restorable_date_time: Option<Timestamp>,
    /// `LatestRestorableDateTime`.
    pub latest_restorable_date_time: Option<Timestamp>,
}

/// The shape `PointInTimeRecoverySpecification` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PointInTimeRecoverySpecification {
    /// `PointInTimeRecoveryEnabled`, required.
    pub point_in_time_recovery_enabled: Option<bool>,
    /// `RecoveryPeriodInDays`: 1 to 35.
    pub recovery_period_in_days: Option<i32>,
}

/// The shape `Projection` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Projection {
    /// `ProjectionType`: `ALL`, `KEYS_ONLY`, `INCLUDE`.
    pub projection_type: Option<String>,
    /// `NonKeyAttributes`: 1 to 20 entries.
    pub non_key_attributes: Option<Vec<String>>,
}

/// The shape `ProvisionedThroughput` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProvisionedThroughput {
    /// `ReadCapacityUnits`, required: at least 1.
    pub read_capacity_units: Option<i64>,
    /// `WriteCapacityUnits`, required: at least 1.
    pub write_capacity_units: Option<i64>,
}

/// The shape `ProvisionedThroughputDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProvisionedThroughputDescription {
    /// `LastIncreaseDateTime`.
    pub last_increase_date_time: Option<Timestamp>,
    /// `LastDecreaseDateTime`.
    pub last_decrease_date_time: Option<Timestamp>,
    /// `NumberOfDecreasesToday`: at least 1.
    pub number_of_decreases_today: Option<i64>,
    /// `ReadCapacityUnits`: at least 0.
    pub read_capacity_units: Option<i64>,
    /// `WriteCapacityUnits`: at least 0.
    pub write_capacity_units: Option<i64>,
}

/// The shape `ProvisionedThroughputOverride` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProvisionedThroughputOverride {
    /// `ReadCapacityUnits`: at least 1.
    pub read_capacity_units: Option<i64>,
}

/// The shape `Put` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Put {
    /// `Item`, required.
    pub item: Option<RawJson>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `ConditionExpression`.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// The shape `PutRequest` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutRequest {
    /// `Item`, required.
    pub item: Option<RawJson>,
}

/// The shape `Replica` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replica {
    /// `RegionName`.
    pub region_name: Option<String>,
}

/// The shape `ReplicaAutoScalingDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaAutoScalingDescription {
    /// `RegionName`.
    pub region_name: Option<String>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<Vec<ReplicaGlobalSecondaryIndexAutoScalingDescription>>,
    /// `ReplicaProvisionedReadCapacityAutoScalingSettings`.
    pub replica_provisioned_read_capacity_auto_scaling_settings:
        Option<AutoScalingSettingsDescription>,
    /// `ReplicaProvisionedWriteCapacityAutoScalingSettings`.
    pub replica_provisioned_write_capacity_auto_scaling_settings:
        Option<AutoScalingSettingsDescription>,
    /// `ReplicaStatus`: `CREATING`, `CREATION_FAILED`, `UPDATING`, `DELETING`, `ACTIVE`, `REGION_DISABLED`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVING`, `ARCHIVED`, `REPLICATION_NOT_AUTHORIZED`.
    pub replica_status: Option<String>,
}

/// The shape `ReplicaAutoScalingUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaAutoScalingUpdate {
    /// `RegionName`, required.
    pub region_name: Option<String>,
    /// `ReplicaGlobalSecondaryIndexUpdates`.
    pub replica_global_secondary_index_updates:
        Option<Vec<ReplicaGlobalSecondaryIndexAutoScalingUpdate>>,
    /// `ReplicaProvisionedReadCapacityAutoScalingUpdate`.
    pub replica_provisioned_read_capacity_auto_scaling_update: Option<AutoScalingSettingsUpdate>,
}

/// The shape `ReplicaDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaDescription {
    /// `RegionName`.
    pub region_name: Option<String>,
    /// `ReplicaStatus`: `CREATING`, `CREATION_FAILED`, `UPDATING`, `DELETING`, `ACTIVE`, `REGION_DISABLED`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVING`, `ARCHIVED`, `REPLICATION_NOT_AUTHORIZED`.
    pub replica_status: Option<String>,
    /// `ReplicaArn`.
    pub replica_arn: Option<String>,
    /// `ReplicaStatusDescription`.
    pub replica_status_description: Option<String>,
    /// `ReplicaStatusPercentProgress`.
    pub replica_status_percent_progress: Option<String>,
    /// `KMSMasterKeyId`.
    pub kms_master_key_id: Option<String>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<TableWarmThroughputDescription>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<Vec<ReplicaGlobalSecondaryIndexDescription>>,
    /// `ReplicaInaccessibleDateTime`.
    pub replica_inaccessible_date_time: Option<Timestamp>,
    /// `ReplicaTableClassSummary`.
    pub replica_table_class_summary: Option<TableClassSummary>,
    /// `GlobalTableSettingsReplicationMode`: `ENABLED`, `DISABLED`, `ENABLED_WITH_OVERRIDES`.
    pub global_table_settings_replication_mode: Option<String>,
}

/// The shape `ReplicaGlobalSecondaryIndex` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaGlobalSecondaryIndex {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
}

/// The shape `ReplicaGlobalSecondaryIndexAutoScalingDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaGlobalSecondaryIndexAutoScalingDescription {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `IndexStatus`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`.
    pub index_status: Option<String>,
    /// `ProvisionedReadCapacityAutoScalingSettings`.
    pub provisioned_read_capacity_auto_scaling_settings: Option<AutoScalingSettingsDescription>,
    /// `ProvisionedWriteCapacityAutoScalingSettings`.
    pub provisioned_write_capacity_auto_scaling_settings: Option<AutoScalingSettingsDescription>,
}

/// The shape `ReplicaGlobalSecondaryIndexAutoScalingUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaGlobalSecondaryIndexAutoScalingUpdate {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedReadCapacityAutoScalingUpdate`.
    pub provisioned_read_capacity_auto_scaling_update: Option<AutoScalingSettingsUpdate>,
}

/// The shape `ReplicaGlobalSecondaryIndexDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaGlobalSecondaryIndexDescription {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<GlobalSecondaryIndexWarmThroughputDescription>,
}

/// The shape `ReplicaGlobalSecondaryIndexSettingsDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaGlobalSecondaryIndexSettingsDescription {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `IndexStatus`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`.
    pub index_status: Option<String>,
    /// `ProvisionedReadCapacityUnits`: at least 1.
    pub provisioned_read_capacity_units: Option<i64>,
    /// `ProvisionedReadCapacityAutoScalingSettings`.
    pub provisioned_read_capacity_auto_scaling_settings: Option<AutoScalingSettingsDescription>,
    /// `ProvisionedWriteCapacityUnits`: at least 1.
    pub provisioned_write_capacity_units: Option<i64>,
    /// `ProvisionedWriteCapacityAutoScalingSettings`.
    pub provisioned_write_capacity_auto_scaling_settings: Option<AutoScalingSettingsDescription>,
}

/// The shape `ReplicaGlobalSecondaryIndexSettingsUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaGlobalSecondaryIndexSettingsUpdate {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedReadCapacityUnits`: at least 1.
    pub provisioned_read_capacity_units: Option<i64>,
    /// `ProvisionedReadCapacityAutoScalingSettingsUpdate`.
    pub provisioned_read_capacity_auto_scaling_settings_update: Option<AutoScalingSettingsUpdate>,
}

/// The shape `ReplicaSettingsDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaSettingsDescription {
    /// `RegionName`, required.
    pub region_name: Option<String>,
    /// `ReplicaStatus`: `CREATING`, `CREATION_FAILED`, `UPDATING`, `DELETING`, `ACTIVE`, `REGION_DISABLED`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVING`, `ARCHIVED`, `REPLICATION_NOT_AUTHORIZED`.
    pub replica_status: Option<String>,
    /// `ReplicaBillingModeSummary`.
    pub replica_billing_mode_summary: Option<BillingModeSummary>,
    /// `ReplicaProvisionedReadCapacityUnits`: at least 0.
    pub replica_provisioned_read_capacity_units: Option<i64>,
    /// `ReplicaProvisionedReadCapacityAutoScalingSettings`.
    pub replica_provisioned_read_capacity_auto_scaling_settings:
        Option<AutoScalingSettingsDescription>,
    /// `ReplicaProvisionedWriteCapacityUnits`: at least 0.
    pub replica_provisioned_write_capacity_units: Option<i64>,
    /// `ReplicaProvisionedWriteCapacityAutoScalingSettings`.
    pub replica_provisioned_write_capacity_auto_scaling_settings:
        Option<AutoScalingSettingsDescription>,
    /// `ReplicaGlobalSecondaryIndexSettings`.
    pub replica_global_secondary_index_settings:
        Option<Vec<ReplicaGlobalSecondaryIndexSettingsDescription>>,
    /// `ReplicaTableClassSummary`.
    pub replica_table_class_summary: Option<TableClassSummary>,
}

/// The shape `ReplicaSettingsUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaSettingsUpdate {
    /// `RegionName`, required.
    pub region_name: Option<String>,
    /// `ReplicaProvisionedReadCapacityUnits`: at least 1.
    pub replica_provisioned_read_capacity_units: Option<i64>,
    /// `ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate`.
    pub replica_provisioned_read_capacity_auto_scaling_settings_update:
        Option<AutoScalingSettingsUpdate>,
    /// `ReplicaGlobalSecondaryIndexSettingsUpdate`: 1 to 20 entries.
    pub replica_global_secondary_index_settings_update:
        Option<Vec<ReplicaGlobalSecondaryIndexSettingsUpdate>>,
    /// `ReplicaTableClass`: `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
    pub replica_table_class: Option<String>,
}

/// The shape `ReplicaUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaUpdate {
    /// `Create`.
    pub create: Option<CreateReplicaAction>,
    /// `Delete`.
    pub delete: Option<DeleteReplicaAction>,
}

/// The shape `ReplicationGroupUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicationGroupUpdate {
    /// `Create`.
    pub create: Option<CreateReplicationGroupMemberAction>,
    /// `Update`.
    pub update: Option<UpdateReplicationGroupMemberAction>,
    /// `Delete`.
    pub delete: Option<DeleteReplicationGroupMemberAction>,
    /// `Disassociate`.
    pub disassociate: Option<DisassociateReplicationGroupMemberAction>,
}

/// The shape `RestoreSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestoreSummary {
    /// `SourceBackupArn`: 37 to 1024 characters.
    pub source_backup_arn: Option<String>,
    /// `SourceTableArn`: 1 to 1024 characters.
    pub source_table_arn: Option<String>,
    /// `RestoreDateTime`, required.
    pub restore_date_time: Option<Timestamp>,
    /// `RestoreInProgress`, required.
    pub restore_in_progress: Option<bool>,
}

/// The shape `S3BucketSource` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct S3BucketSource {
    /// `S3BucketOwner`: `[0-9]{12}`.
    pub s3_bucket_owner: Option<String>,
    /// `S3Bucket`, required: at most 255 characters of `^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$`.
    pub s3_bucket: Option<String>,
    /// `S3KeyPrefix`: at most 1024 characters.
    pub s3_key_prefix: Option<String>,
}

/// The shape `SSEDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SSEDescription {
    /// `Status`: `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`, `UPDATING`.
    pub status: Option<String>,
    /// `SSEType`: `AES256`, `KMS`.
    pub sse_type: Option<String>,
    /// `KMSMasterKeyArn`.
    pub kms_master_key_arn: Option<String>,
    /// `InaccessibleEncryptionDateTime`.
    pub inaccessible_encryption_date_time: Option<Timestamp>,
}

/// The shape `SSESpecification` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SSESpecification {
    /// `Enabled`.
    pub enabled: Option<bool>,
    /// `SSEType`: `AES256`, `KMS`.
    pub sse_type: Option<String>,
    /// `KMSMasterKeyId`.
    pub kms_master_key_id: Option<String>,
}

/// The shape `SearchResultItem` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchResultItem {
    /// `Item`.
    pub item: Option<RawJson>,
    /// `Score`.
    pub score: Option<f64>,
}

/// The shape `SearchSchemaElement` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchSchemaElement {
    /// `AttributeName`, required: at most 65535 characters.
    pub attribute_name: Option<String>,
    /// `SearchSchemaElementType`, required: `HASH`, `INLINE_FILTER`.
    pub search_schema_element_type: Option<String>,
}

/// The shape `SourceTableDetails` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceTableDetails {
    /// `TableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `TableId`, required: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`.
    pub table_id: Option<String>,
    /// `TableArn`: 1 to 1024 characters.
    pub table_arn: Option<String>,
    /// `TableSizeBytes`.
    pub table_size_bytes: Option<i64>,
    /// `KeySchema`, required: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `TableCreationDateTime`, required.
    pub table_creation_date_time: Option<Timestamp>,
    /// `ProvisionedThroughput`, required.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `ItemCount`: at least 0.
    pub item_count: Option<i64>,
    /// `BillingMode`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode: Option<String>,
}

/// The shape `SourceTableFeatureDetails` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceTableFeatureDetails {
    /// `LocalSecondaryIndexes`.
    pub local_secondary_indexes: Option<Vec<LocalSecondaryIndexInfo>>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<Vec<GlobalSecondaryIndexInfo>>,
    /// `StreamDescription`.
    pub stream_description: Option<StreamSpecification>,
    /// `TimeToLiveDescription`.
    pub time_to_live_description: Option<TimeToLiveDescription>,
    /// `SSEDescription`.
    pub sse_description: Option<SSEDescription>,
    /// `VectorIndexes`.
    pub vector_indexes: Option<Vec<VectorIndexInfo>>,
}

/// The shape `StreamSpecification` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamSpecification {
    /// `StreamEnabled`, required.
    pub stream_enabled: Option<bool>,
    /// `StreamViewType`: `NEW_IMAGE`, `OLD_IMAGE`, `NEW_AND_OLD_IMAGES`, `KEYS_ONLY`.
    pub stream_view_type: Option<String>,
}

/// The shape `TableAutoScalingDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableAutoScalingDescription {
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `TableStatus`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVING`, `ARCHIVED`, `REPLICATION_NOT_AUTHORIZED`.
    pub table_status: Option<String>,
    /// `Replicas`.
    pub replicas: Option<Vec<ReplicaAutoScalingDescription>>,
}

/// The shape `TableClassSummary` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableClassSummary {
    /// `TableClass`: `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
    pub table_class: Option<String>,
    /// `LastUpdateDateTime`.
    pub last_update_date_time: Option<Timestamp>,
}

/// The shape `TableCreationParameters` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableCreationParameters {
    /// `TableName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `AttributeDefinitions`, required.
    pub attribute_definitions: Option<Vec<AttributeDefinition>>,
    /// `KeySchema`, required: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `BillingMode`: `PROVISIONED`, `PAY_PER_REQUEST`.
    pub billing_mode: Option<String>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `SSESpecification`.
    pub sse_specification: Option<SSESpecification>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<Vec<GlobalSecondaryIndex>>,
    /// `VectorIndexes`.
    pub vector_indexes: Option<Vec<VectorIndex>>,
}

/// The shape `TableDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableDescription {
    /// `AttributeDefinitions`.
    pub attribute_definitions: Option<Vec<AttributeDefinition>>,
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `TableStatus`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVING`, `ARCHIVED`, `REPLICATION_NOT_AUTHORIZED`.
    pub table_status: Option<String>,
    /// `CreationDateTime`.
    pub creation_date_time: Option<Timestamp>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughputDescription>,
    /// `TableSizeBytes`.
    pub table_size_bytes: Option<i64>,
    /// `ItemCount`.
    pub item_count: Option<i64>,
    /// `TableArn`.
    pub table_arn: Option<String>,
    /// `TableId`: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`.
    pub table_id: Option<String>,
    /// `BillingModeSummary`.
    pub billing_mode_summary: Option<BillingModeSummary>,
    /// `LocalSecondaryIndexes`.
    pub local_secondary_indexes: Option<Vec<LocalSecondaryIndexDescription>>,
    /// `GlobalSecondaryIndexes`.
    pub global_secondary_indexes: Option<Vec<GlobalSecondaryIndexDescription>>,
    /// `StreamSpecification`.
    pub stream_specification: Option<StreamSpecification>,
    /// `LatestStreamLabel`.
    pub latest_stream_label: Option<String>,
    /// `LatestStreamArn`: 37 to 1024 characters.
    pub latest_stream_arn: Option<String>,
    /// `GlobalTableVersion`.
    pub global_table_version: Option<String>,
    /// `Replicas`.
    pub replicas: Option<Vec<ReplicaDescription>>,
    /// `GlobalTableWitnesses`.
    pub global_table_witnesses: Option<Vec<GlobalTableWitnessDescription>>,
    /// `GlobalTableSettingsReplicationMode`: `ENABLED`, `DISABLED`, `ENABLED_WITH_OVERRIDES`.
    pub global_table_settings_replication_mode: Option<String>,
    /// `RestoreSummary`.
    pub restore_summary: Option<RestoreSummary>,
    /// `SSEDescription`.
    pub sse_description: Option<SSEDescription>,
    /// `ArchivalSummary`.
    pub archival_summary: Option<ArchivalSummary>,
    /// `TableClassSummary`.
    pub table_class_summary: Option<TableClassSummary>,
    /// `DeletionProtectionEnabled`.
    pub deletion_protection_enabled: Option<bool>,
    /// `DisassociationProtectionEnabled`.
    pub disassociation_protection_enabled: Option<bool>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<TableWarmThroughputDescription>,
    /// `MultiRegionConsistency`: `EVENTUAL`, `STRONG`.
    pub multi_region_consistency: Option<String>,
    /// `VectorIndexes`.
    pub vector_indexes: Option<Vec<VectorIndexDescription>>,
}

/// The shape `TableWarmThroughputDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableWarmThroughputDescription {
    /// `ReadUnitsPerSecond`: at least 1.
    pub read_units_per_second: Option<i64>,
    /// `WriteUnitsPerSecond`: at least 1.
    pub write_units_per_second: Option<i64>,
    /// `Status`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`, `ARCHIVING`, `ARCHIVED`, `REPLICATION_NOT_AUTHORIZED`.
    pub status: Option<String>,
}

/// The shape `Tag` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tag {
    /// `Key`, required: 1 to 128 characters.
    pub key: Option<String>,
    /// `Value`, required: 0 to 256 characters.
    pub value: Option<String>,
}

/// The shape `ThrottlingReason` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThrottlingReason {
    /// `reason`.
    pub reason: Option<String>,
    /// `resource`.
    pub resource: Option<String>,
}

/// The shape `TimeToLiveDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimeToLiveDescription {
    /// `TimeToLiveStatus`: `ENABLING`, `DISABLING`, `ENABLED`, `DISABLED`.
    pub time_to_live_status: Option<String>,
    /// `AttributeName`: 1 to 255 characters.
    pub attribute_name: Option<String>,
}

/// The shape `TimeToLiveSpecification` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimeToLiveSpecification {
    /// `Enabled`, required.
    pub enabled: Option<bool>,
    /// `AttributeName`, required: 1 to 255 characters.
    pub attribute_name: Option<String>,
}

/// The shape `TransactGetItem` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactGetItem {
    /// `Get`, required.
    pub get: Option<Get>,
}

/// The shape `TransactWriteItem` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactWriteItem {
    /// `ConditionCheck`.
    pub condition_check: Option<ConditionCheck>,
    /// `Put`.
    pub put: Option<Put>,
    /// `Delete`.
    pub delete: Option<Delete>,
    /// `Update`.
    pub update: Option<Update>,
}

/// The shape `Update` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Update {
    /// `Key`, required.
    pub key: Option<RawJson>,
    /// `UpdateExpression`, required.
    pub update_expression: Option<String>,
    /// `TableName`, required: 1 to 1024 characters.
    pub table_name: Option<String>,
    /// `ConditionExpression`.
    pub condition_expression: Option<String>,
    /// `ExpressionAttributeNames`.
    pub expression_attribute_names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub expression_attribute_values: Option<RawJson>,
    /// `ReturnValuesOnConditionCheckFailure`: `ALL_OLD`, `NONE`.
    pub return_values_on_condition_check_failure: Option<String>,
}

/// The shape `UpdateGlobalSecondaryIndexAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateGlobalSecondaryIndexAction {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `ProvisionedThroughput`.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// `OnDemandThroughput`.
    pub on_demand_throughput: Option<OnDemandThroughput>,
    /// `WarmThroughput`.
    pub warm_throughput: Option<WarmThroughput>,
}

/// The shape `UpdateKinesisStreamingConfiguration` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateKinesisStreamingConfiguration {
    /// `ApproximateCreationDateTimePrecision`: `MILLISECOND`, `MICROSECOND`.
    pub approximate_creation_date_time_precision: Option<String>,
}

/// The shape `UpdateReplicationGroupMemberAction` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateReplicationGroupMemberAction {
    /// `RegionName`, required.
    pub region_name: Option<String>,
    /// `KMSMasterKeyId`.
    pub kms_master_key_id: Option<String>,
    /// `ProvisionedThroughputOverride`.
    pub provisioned_throughput_override: Option<ProvisionedThroughputOverride>,
    /// `OnDemandThroughputOverride`.
    pub on_demand_throughput_override: Option<OnDemandThroughputOverride>,
    /// `GlobalSecondaryIndexes`: at least 1 entries.
    pub global_secondary_indexes: Option<Vec<ReplicaGlobalSecondaryIndex>>,
    /// `TableClassOverride`: `STANDARD`, `STANDARD_INFREQUENT_ACCESS`.
    pub table_class_override: Option<String>,
}

/// The shape `VectorAttributeDefinition` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorAttributeDefinition {
    /// `AttributeName`, required: 1 to 255 characters.
    pub attribute_name: Option<String>,
}

/// The shape `VectorCapacity` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorCapacity {
    /// `VectorSearchRequestBytes`.
    pub vector_search_request_bytes: Option<f64>,
    /// `VectorWriteRequestBytes`.
    pub vector_write_request_bytes: Option<f64>,
}

/// The shape `VectorIndex` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorIndex {
    /// `IndexName`, required: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `VectorAttribute`, required.
    pub vector_attribute: Option<VectorAttributeDefinition>,
    /// `SearchSchema`: at least 1 entries.
    pub search_schema: Option<Vec<SearchSchemaElement>>,
    /// `Projection`, required.
    pub projection: Option<Projection>,
    /// `Dimensions`, required: at least 1.
    pub dimensions: Option<i64>,
    /// `DistanceFunction`, required: `COSINE`, `DOT_PRODUCT`, `EUCLIDEAN`.
    pub distance_function: Option<String>,
}

/// The shape `VectorIndexDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorIndexDescription {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `SearchSchema`: at least 1 entries.
    pub search_schema: Option<Vec<SearchSchemaElement>>,
    /// `Projection`.
    pub projection: Option<Projection>,
    /// `VectorAttribute`.
    pub vector_attribute: Option<VectorAttributeDefinition>,
    /// `Dimensions`: at least 1.
    pub dimensions: Option<i64>,
    /// `DistanceFunction`: `COSINE`, `DOT_PRODUCT`, `EUCLIDEAN`.
    pub distance_function: Option<String>,
    /// `IndexStatus`: `CREATING`, `UPDATING`, `DELETING`, `ACTIVE`.
    pub index_status: Option<String>,
    /// `Backfilling`.
    pub backfilling: Option<bool>,
    /// `IndexSizeBytes`.
    pub index_size_bytes: Option<i64>,
    /// `ItemCount`.
    pub item_count: Option<i64>,
    /// `IndexArn`.
    pub index_arn: Option<String>,
}

/// The shape `VectorIndexInfo` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorIndexInfo {
    /// `IndexName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub index_name: Option<String>,
    /// `VectorAttribute`.
    pub vector_attribute: Option<VectorAttributeDefinition>,
    /// `SearchSchema`: at least 1 entries.
    pub search_schema: Option<Vec<SearchSchemaElement>>,
    /// `Projection`.
    pub projection: Option<Projection>,
    /// `Dimensions`: at least 1.
    pub dimensions: Option<i64>,
    /// `DistanceFunction`: `COSINE`, `DOT_PRODUCT`, `EUCLIDEAN`.
    pub distance_function: Option<String>,
}

/// The shape `VectorIndexUpdate` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VectorIndexUpdate {
    /// `Create`.
    pub create: Option<CreateVectorIndexAction>,
    /// `Delete`.
    pub delete: Option<DeleteVectorIndexAction>,
}

/// The shape `WarmThroughput` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WarmThroughput {
    /// `ReadUnitsPerSecond`.
    pub read_units_per_second: Option<i64>,
    /// `WriteUnitsPerSecond`.
    pub write_units_per_second: Option<i64>,
}

/// The shape `WriteRequest` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WriteRequest {
    /// `PutRequest`.
    pub put_request: Option<PutRequest>,
    /// `DeleteRequest`.
    pub delete_request: Option<DeleteRequest>,
}

/// The shape `Identity` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    /// `PrincipalId`.
    pub principal_id: Option<String>,
    /// `Type`.
    pub r#type: Option<String>,
}

/// The shape `Record` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// `eventID`.
    pub event_id: Option<String>,
    /// `eventName`: `INSERT`, `MODIFY`, `REMOVE`.
    pub event_name: Option<String>,
    /// `eventVersion`.
    pub event_version: Option<String>,
    /// `eventSource`.
    pub event_source: Option<String>,
    /// `awsRegion`.
    pub aws_region: Option<String>,
    /// `dynamodb`.
    pub dynamodb: Option<StreamRecord>,
    /// `userIdentity`.
    pub user_identity: Option<Identity>,
}

/// The shape `SequenceNumberRange` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SequenceNumberRange {
    /// `StartingSequenceNumber`: 21 to 40 characters.
    pub starting_sequence_number: Option<String>,
    /// `EndingSequenceNumber`: 21 to 40 characters.
    pub ending_sequence_number: Option<String>,
}

/// The shape `Shard` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shard {
    /// `ShardId`: 28 to 65 characters.
    pub shard_id: Option<String>,
    /// `SequenceNumberRange`.
    pub sequence_number_range: Option<SequenceNumberRange>,
    /// `ParentShardId`: 28 to 65 characters.
    pub parent_shard_id: Option<String>,
}

/// The shape `ShardFilter` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShardFilter {
    /// `Type`: `CHILD_SHARDS`.
    pub r#type: Option<String>,
    /// `ShardId`: 28 to 65 characters.
    pub shard_id: Option<String>,
}

/// The shape `Stream` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stream {
    /// `StreamArn`: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `StreamLabel`.
    pub stream_label: Option<String>,
}

/// The shape `StreamDescription` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamDescription {
    /// `StreamArn`: 37 to 1024 characters.
    pub stream_arn: Option<String>,
    /// `StreamLabel`.
    pub stream_label: Option<String>,
    /// `StreamStatus`: `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`.
    pub stream_status: Option<String>,
    /// `StreamViewType`: `NEW_IMAGE`, `OLD_IMAGE`, `NEW_AND_OLD_IMAGES`, `KEYS_ONLY`.
    pub stream_view_type: Option<String>,
    /// `CreationRequestDateTime`.
    pub creation_request_date_time: Option<Timestamp>,
    /// `TableName`: 3 to 255 characters of `[a-zA-Z0-9_.-]+`.
    pub table_name: Option<String>,
    /// `KeySchema`: at least 1 entries.
    pub key_schema: Option<Vec<KeySchemaElement>>,
    /// `Shards`.
    pub shards: Option<Vec<Shard>>,
    /// `LastEvaluatedShardId`: 28 to 65 characters.
    pub last_evaluated_shard_id: Option<String>,
}

/// The shape `StreamRecord` of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamRecord {
    /// `ApproximateCreationDateTime`.
    pub approximate_creation_date_time: Option<Timestamp>,
    /// `Keys`.
    pub keys: Option<RawJson>,
    /// `NewImage`.
    pub new_image: Option<RawJson>,
    /// `OldImage`.
    pub old_image: Option<RawJson>,
    /// `SequenceNumber`: 21 to 40 characters.
    pub sequence_number: Option<String>,
    /// `SizeBytes`: at least 1.
    pub size_bytes: Option<i64>,
    /// `StreamViewType`: `NEW_IMAGE`, `OLD_IMAGE`, `NEW_AND_OLD_IMAGES`, `KEYS_ONLY`.
    pub stream_view_type: Option<String>,
}
