//! How the structures of replies are written as JSON.

use serde::{Serialize, Serializer};

use super::nested::*;
use super::outputs::*;
use crate::write::Members;

impl Serialize for ArchivalSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ArchivalDateTime", self.archival_date_time.as_ref())?;
        members.write("ArchivalReason", self.archival_reason.as_ref())?;
        members.write("ArchivalBackupArn", self.archival_backup_arn.as_ref())?;
        members.end()
    }
}

impl Serialize for AttributeDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("AttributeName", self.attribute_name.as_ref())?;
        members.write("AttributeType", self.attribute_type.as_ref())?;
        members.end()
    }
}

impl Serialize for AutoScalingPolicyDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("PolicyName", self.policy_name.as_ref())?;
        members.write(
            "TargetTrackingScalingPolicyConfiguration",
            self.target_tracking_scaling_policy_configuration.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for AutoScalingSettingsDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("MinimumUnits", self.minimum_units.as_ref())?;
        members.write("MaximumUnits", self.maximum_units.as_ref())?;
        members.write("AutoScalingDisabled", self.auto_scaling_disabled.as_ref())?;
        members.write("AutoScalingRoleArn", self.auto_scaling_role_arn.as_ref())?;
        members.write("ScalingPolicies", self.scaling_policies.as_ref())?;
        members.end()
    }
}

impl Serialize for AutoScalingTargetTrackingScalingPolicyConfigurationDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("DisableScaleIn", self.disable_scale_in.as_ref())?;
        members.write("ScaleInCooldown", self.scale_in_cooldown.as_ref())?;
        members.write("ScaleOutCooldown", self.scale_out_cooldown.as_ref())?;
        members.write("TargetValue", self.target_value.as_ref())?;
        members.end()
    }
}

impl Serialize for BackupDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BackupDetails", self.backup_details.as_ref())?;
        members.write("SourceTableDetails", self.source_table_details.as_ref())?;
        members.write(
            "SourceTableFeatureDetails",
            self.source_table_feature_details.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for BackupDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BackupArn", self.backup_arn.as_ref())?;
        members.write("BackupName", self.backup_name.as_ref())?;
        members.write("BackupSizeBytes", self.backup_size_bytes.as_ref())?;
        members.write("BackupStatus", self.backup_status.as_ref())?;
        members.write("BackupType", self.backup_type.as_ref())?;
        members.write(
            "BackupCreationDateTime",
            self.backup_creation_date_time.as_ref(),
        )?;
        members.write(
            "BackupExpiryDateTime",
            self.backup_expiry_date_time.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for BackupSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("TableId", self.table_id.as_ref())?;
        members.write("TableArn", self.table_arn.as_ref())?;
        members.write("BackupArn", self.backup_arn.as_ref())?;
        members.write("BackupName", self.backup_name.as_ref())?;
        members.write(
            "BackupCreationDateTime",
            self.backup_creation_date_time.as_ref(),
        )?;
        members.write(
            "BackupExpiryDateTime",
            self.backup_expiry_date_time.as_ref(),
        )?;
        members.write("BackupStatus", self.backup_status.as_ref())?;
        members.write("BackupType", self.backup_type.as_ref())?;
        members.write("BackupSizeBytes", self.backup_size_bytes.as_ref())?;
        members.end()
    }
}

impl Serialize for BatchExecuteStatementOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Responses", self.responses.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for BatchGetItemOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Responses", self.responses.as_ref())?;
        members.write("UnprocessedKeys", self.unprocessed_keys.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for BatchStatementError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Code", self.code.as_ref())?;
        members.write("Message", self.message.as_ref())?;
        members.write("Item", self.item.as_ref())?;
        members.end()
    }
}

impl Serialize for BatchStatementResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Error", self.error.as_ref())?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("Item", self.item.as_ref())?;
        members.end()
    }
}

impl Serialize for BatchWriteItemOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("UnprocessedItems", self.unprocessed_items.as_ref())?;
        members.write(
            "ItemCollectionMetrics",
            self.item_collection_metrics.as_ref(),
        )?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for BillingModeSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BillingMode", self.billing_mode.as_ref())?;
        members.write(
            "LastUpdateToPayPerRequestDateTime",
            self.last_update_to_pay_per_request_date_time.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for BulkOperationBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BulkPutBytes", self.bulk_put_bytes.as_ref())?;
        members.end()
    }
}

impl Serialize for BulkOperationDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BulkOperationArn", self.bulk_operation_arn.as_ref())?;
        members.write("BulkOperationStatus", self.bulk_operation_status.as_ref())?;
        members.write("TableDetails", self.table_details.as_ref())?;
        members.write("ClientToken", self.client_token.as_ref())?;
        members.write("InputS3Configuration", self.input_s3_configuration.as_ref())?;
        members.write(
            "OutputS3Configuration",
            self.output_s3_configuration.as_ref(),
        )?;
        members.write("StartTime", self.start_time.as_ref())?;
        members.write("EndTime", self.end_time.as_ref())?;
        members.write("ProcessedItemCount", self.processed_item_count.as_ref())?;
        members.write("ProcessedInputBytes", self.processed_input_bytes.as_ref())?;
        members.write("TotalInputBytes", self.total_input_bytes.as_ref())?;
        members.write("BulkOperationUsage", self.bulk_operation_usage.as_ref())?;
        members.write("FailedItemCount", self.failed_item_count.as_ref())?;
        members.write("FailureCode", self.failure_code.as_ref())?;
        members.write("FailureMessage", self.failure_message.as_ref())?;
        members.write(
            "MaxWriteRequestUnits",
            self.max_write_request_units.as_ref(),
        )?;
        members.write("PerformanceTier", self.performance_tier.as_ref())?;
        members.end()
    }
}

impl Serialize for BulkOperationSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BulkOperationArn", self.bulk_operation_arn.as_ref())?;
        members.write("BulkOperationStatus", self.bulk_operation_status.as_ref())?;
        members.write("StartTime", self.start_time.as_ref())?;
        members.write("EndTime", self.end_time.as_ref())?;
        members.end()
    }
}

impl Serialize for BulkOperationTableDetail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("TableId", self.table_id.as_ref())?;
        members.end()
    }
}

impl Serialize for BulkOperationUsage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("BulkPutBytes", self.bulk_put_bytes.as_ref())?;
        members.write("Table", self.table.as_ref())?;
        members.write(
            "LocalSecondaryIndexes",
            self.local_secondary_indexes.as_ref(),
        )?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write("VectorIndexes", self.vector_indexes.as_ref())?;
        members.end()
    }
}

impl Serialize for BulkOperationVectorBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BulkPutVectorBytes", self.bulk_put_vector_bytes.as_ref())?;
        members.end()
    }
}

impl Serialize for CancelBulkOperationOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BulkOperationArn", self.bulk_operation_arn.as_ref())?;
        members.write("BulkOperationStatus", self.bulk_operation_status.as_ref())?;
        members.end()
    }
}

impl Serialize for CancellationReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Item", self.item.as_ref())?;
        members.write("Code", self.code.as_ref())?;
        members.write("Message", self.message.as_ref())?;
        members.end()
    }
}

impl Serialize for Capacity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReadCapacityUnits", self.read_capacity_units.as_ref())?;
        members.write("WriteCapacityUnits", self.write_capacity_units.as_ref())?;
        members.write("CapacityUnits", self.capacity_units.as_ref())?;
        members.end()
    }
}

impl Serialize for ConsumedCapacity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("CapacityUnits", self.capacity_units.as_ref())?;
        members.write("ReadCapacityUnits", self.read_capacity_units.as_ref())?;
        members.write("WriteCapacityUnits", self.write_capacity_units.as_ref())?;
        members.write("Table", self.table.as_ref())?;
        members.write(
            "LocalSecondaryIndexes",
            self.local_secondary_indexes.as_ref(),
        )?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write("VectorIndexes", self.vector_indexes.as_ref())?;
        members.end()
    }
}

impl Serialize for ContinuousBackupsDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ContinuousBackupsStatus",
            self.continuous_backups_status.as_ref(),
        )?;
        members.write(
            "PointInTimeRecoveryDescription",
            self.point_in_time_recovery_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ContributorInsightsSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write(
            "ContributorInsightsStatus",
            self.contributor_insights_status.as_ref(),
        )?;
        members.write(
            "ContributorInsightsMode",
            self.contributor_insights_mode.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for CreateBackupOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BackupDetails", self.backup_details.as_ref())?;
        members.end()
    }
}

impl Serialize for CreateGlobalTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "GlobalTableDescription",
            self.global_table_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for CreateTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableDescription", self.table_description.as_ref())?;
        members.end()
    }
}

impl Serialize for CsvOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Delimiter", self.delimiter.as_ref())?;
        members.write("HeaderList", self.header_list.as_ref())?;
        members.end()
    }
}

impl Serialize for DeleteBackupOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BackupDescription", self.backup_description.as_ref())?;
        members.end()
    }
}

impl Serialize for DeleteItemOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Attributes", self.attributes.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write(
            "ItemCollectionMetrics",
            self.item_collection_metrics.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DeleteRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Key", self.key.as_ref())?;
        members.end()
    }
}

impl Serialize for DeleteResourcePolicyOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RevisionId", self.revision_id.as_ref())?;
        members.end()
    }
}

impl Serialize for DeleteTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableDescription", self.table_description.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeBackupOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BackupDescription", self.backup_description.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeBulkOperationOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "BulkOperationDescription",
            self.bulk_operation_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeContinuousBackupsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ContinuousBackupsDescription",
            self.continuous_backups_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeContributorInsightsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write(
            "ContributorInsightsRuleList",
            self.contributor_insights_rule_list.as_ref(),
        )?;
        members.write(
            "ContributorInsightsStatus",
            self.contributor_insights_status.as_ref(),
        )?;
        members.write("LastUpdateDateTime", self.last_update_date_time.as_ref())?;
        members.write("FailureException", self.failure_exception.as_ref())?;
        members.write(
            "ContributorInsightsMode",
            self.contributor_insights_mode.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeEndpointsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Endpoints", self.endpoints.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeExportOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExportDescription", self.export_description.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeGlobalTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "GlobalTableDescription",
            self.global_table_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeGlobalTableSettingsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("GlobalTableName", self.global_table_name.as_ref())?;
        members.write("ReplicaSettings", self.replica_settings.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeImportOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ImportTableDescription",
            self.import_table_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeKinesisStreamingDestinationOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write(
            "KinesisDataStreamDestinations",
            self.kinesis_data_stream_destinations.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeLimitsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "AccountMaxReadCapacityUnits",
            self.account_max_read_capacity_units.as_ref(),
        )?;
        members.write(
            "AccountMaxWriteCapacityUnits",
            self.account_max_write_capacity_units.as_ref(),
        )?;
        members.write(
            "TableMaxReadCapacityUnits",
            self.table_max_read_capacity_units.as_ref(),
        )?;
        members.write(
            "TableMaxWriteCapacityUnits",
            self.table_max_write_capacity_units.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Table", self.table.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeTableReplicaAutoScalingOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "TableAutoScalingDescription",
            self.table_auto_scaling_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for DescribeTimeToLiveOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "TimeToLiveDescription",
            self.time_to_live_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for EnableKinesisStreamingConfiguration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ApproximateCreationDateTimePrecision",
            self.approximate_creation_date_time_precision.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Address", self.address.as_ref())?;
        members.write(
            "CachePeriodInMinutes",
            self.cache_period_in_minutes.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ExecuteStatementOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Items", self.items.as_ref())?;
        members.write("NextToken", self.next_token.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write("LastEvaluatedKey", self.last_evaluated_key.as_ref())?;
        members.end()
    }
}

impl Serialize for ExecuteTransactionOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Responses", self.responses.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for ExportDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExportArn", self.export_arn.as_ref())?;
        members.write("ExportStatus", self.export_status.as_ref())?;
        members.write("StartTime", self.start_time.as_ref())?;
        members.write("EndTime", self.end_time.as_ref())?;
        members.write("ExportManifest", self.export_manifest.as_ref())?;
        members.write("TableArn", self.table_arn.as_ref())?;
        members.write("TableId", self.table_id.as_ref())?;
        members.write("ExportTime", self.export_time.as_ref())?;
        members.write("ClientToken", self.client_token.as_ref())?;
        members.write("S3Bucket", self.s3_bucket.as_ref())?;
        members.write("S3BucketOwner", self.s3_bucket_owner.as_ref())?;
        members.write("S3Prefix", self.s3_prefix.as_ref())?;
        members.write("S3SseAlgorithm", self.s3_sse_algorithm.as_ref())?;
        members.write("S3SseKmsKeyId", self.s3_sse_kms_key_id.as_ref())?;
        members.write("FailureCode", self.failure_code.as_ref())?;
        members.write("FailureMessage", self.failure_message.as_ref())?;
        members.write("ExportFormat", self.export_format.as_ref())?;
        members.write("BilledSizeBytes", self.billed_size_bytes.as_ref())?;
        members.write("ItemCount", self.item_count.as_ref())?;
        members.write("ExportType", self.export_type.as_ref())?;
        members.write(
            "IncrementalExportSpecification",
            self.incremental_export_specification.as_ref(),
        )?;
        members.write("FilterSpecification", self.filter_specification.as_ref())?;
        members.end()
    }
}

impl Serialize for ExportSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExportArn", self.export_arn.as_ref())?;
        members.write("ExportStatus", self.export_status.as_ref())?;
        members.write("ExportType", self.export_type.as_ref())?;
        members.end()
    }
}

impl Serialize for ExportTableToPointInTimeOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExportDescription", self.export_description.as_ref())?;
        members.end()
    }
}

impl Serialize for FailureException {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExceptionName", self.exception_name.as_ref())?;
        members.write("ExceptionDescription", self.exception_description.as_ref())?;
        members.end()
    }
}

impl Serialize for FilterSpecification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("FilterExpression", self.filter_expression.as_ref())?;
        members.write("ProjectionExpression", self.projection_expression.as_ref())?;
        members.write(
            "KeyConditionExpression",
            self.key_condition_expression.as_ref(),
        )?;
        members.write(
            "ExpressionAttributeNames",
            self.expression_attribute_names.as_ref(),
        )?;
        members.write(
            "ExpressionAttributeValues",
            self.expression_attribute_values.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for GetItemOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Item", self.item.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for GetResourcePolicyOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Policy", self.policy.as_ref())?;
        members.write("RevisionId", self.revision_id.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalSecondaryIndex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write(
            "ProvisionedThroughput",
            self.provisioned_throughput.as_ref(),
        )?;
        members.write("OnDemandThroughput", self.on_demand_throughput.as_ref())?;
        members.write("WarmThroughput", self.warm_throughput.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalSecondaryIndexDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write("IndexStatus", self.index_status.as_ref())?;
        members.write("Backfilling", self.backfilling.as_ref())?;
        members.write(
            "ProvisionedThroughput",
            self.provisioned_throughput.as_ref(),
        )?;
        members.write("IndexSizeBytes", self.index_size_bytes.as_ref())?;
        members.write("ItemCount", self.item_count.as_ref())?;
        members.write("IndexArn", self.index_arn.as_ref())?;
        members.write("OnDemandThroughput", self.on_demand_throughput.as_ref())?;
        members.write("WarmThroughput", self.warm_throughput.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalSecondaryIndexInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write(
            "ProvisionedThroughput",
            self.provisioned_throughput.as_ref(),
        )?;
        members.write("OnDemandThroughput", self.on_demand_throughput.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalSecondaryIndexWarmThroughputDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReadUnitsPerSecond", self.read_units_per_second.as_ref())?;
        members.write("WriteUnitsPerSecond", self.write_units_per_second.as_ref())?;
        members.write("Status", self.status.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("GlobalTableName", self.global_table_name.as_ref())?;
        members.write("ReplicationGroup", self.replication_group.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalTableDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReplicationGroup", self.replication_group.as_ref())?;
        members.write("GlobalTableArn", self.global_table_arn.as_ref())?;
        members.write("CreationDateTime", self.creation_date_time.as_ref())?;
        members.write("GlobalTableStatus", self.global_table_status.as_ref())?;
        members.write("GlobalTableName", self.global_table_name.as_ref())?;
        members.end()
    }
}

impl Serialize for GlobalTableWitnessDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RegionName", self.region_name.as_ref())?;
        members.write("WitnessStatus", self.witness_status.as_ref())?;
        members.end()
    }
}

impl Serialize for ImportSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ImportArn", self.import_arn.as_ref())?;
        members.write("ImportStatus", self.import_status.as_ref())?;
        members.write("TableArn", self.table_arn.as_ref())?;
        members.write("S3BucketSource", self.s3_bucket_source.as_ref())?;
        members.write(
            "CloudWatchLogGroupArn",
            self.cloud_watch_log_group_arn.as_ref(),
        )?;
        members.write("InputFormat", self.input_format.as_ref())?;
        members.write("StartTime", self.start_time.as_ref())?;
        members.write("EndTime", self.end_time.as_ref())?;
        members.end()
    }
}

impl Serialize for ImportTableDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ImportArn", self.import_arn.as_ref())?;
        members.write("ImportStatus", self.import_status.as_ref())?;
        members.write("TableArn", self.table_arn.as_ref())?;
        members.write("TableId", self.table_id.as_ref())?;
        members.write("ClientToken", self.client_token.as_ref())?;
        members.write("S3BucketSource", self.s3_bucket_source.as_ref())?;
        members.write("ErrorCount", self.error_count.as_ref())?;
        members.write(
            "CloudWatchLogGroupArn",
            self.cloud_watch_log_group_arn.as_ref(),
        )?;
        members.write("InputFormat", self.input_format.as_ref())?;
        members.write("InputFormatOptions", self.input_format_options.as_ref())?;
        members.write("InputCompressionType", self.input_compression_type.as_ref())?;
        members.write(
            "TableCreationParameters",
            self.table_creation_parameters.as_ref(),
        )?;
        members.write("StartTime", self.start_time.as_ref())?;
        members.write("EndTime", self.end_time.as_ref())?;
        members.write("ProcessedSizeBytes", self.processed_size_bytes.as_ref())?;
        members.write("ProcessedItemCount", self.processed_item_count.as_ref())?;
        members.write("ImportedItemCount", self.imported_item_count.as_ref())?;
        members.write("FailureCode", self.failure_code.as_ref())?;
        members.write("FailureMessage", self.failure_message.as_ref())?;
        members.end()
    }
}

impl Serialize for ImportTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ImportTableDescription",
            self.import_table_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for IncrementalExportSpecification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExportFromTime", self.export_from_time.as_ref())?;
        members.write("ExportToTime", self.export_to_time.as_ref())?;
        members.write("ExportViewType", self.export_view_type.as_ref())?;
        members.end()
    }
}

impl Serialize for InputFormatOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Csv", self.csv.as_ref())?;
        members.end()
    }
}

impl Serialize for InputS3Configuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("S3BucketOwner", self.s3_bucket_owner.as_ref())?;
        members.write("S3Bucket", self.s3_bucket.as_ref())?;
        members.write("S3KeyPrefix", self.s3_key_prefix.as_ref())?;
        members.write("InputFormat", self.input_format.as_ref())?;
        members.write("InputCompressionType", self.input_compression_type.as_ref())?;
        members.end()
    }
}

impl Serialize for ItemCollectionMetrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ItemCollectionKey", self.item_collection_key.as_ref())?;
        members.write("SizeEstimateRangeGB", self.size_estimate_range_gb.as_ref())?;
        members.end()
    }
}

impl Serialize for ItemResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Item", self.item.as_ref())?;
        members.end()
    }
}

impl Serialize for KeySchemaElement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("AttributeName", self.attribute_name.as_ref())?;
        members.write("KeyType", self.key_type.as_ref())?;
        members.end()
    }
}

impl Serialize for KeysAndAttributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Keys", self.keys.as_ref())?;
        members.write("AttributesToGet", self.attributes_to_get.as_ref())?;
        members.write("ConsistentRead", self.consistent_read.as_ref())?;
        members.write("ProjectionExpression", self.projection_expression.as_ref())?;
        members.write(
            "ExpressionAttributeNames",
            self.expression_attribute_names.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for KinesisDataStreamDestination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("StreamArn", self.stream_arn.as_ref())?;
        members.write("DestinationStatus", self.destination_status.as_ref())?;
        members.write(
            "DestinationStatusDescription",
            self.destination_status_description.as_ref(),
        )?;
        members.write(
            "ApproximateCreationDateTimePrecision",
            self.approximate_creation_date_time_precision.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for KinesisStreamingDestinationOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("StreamArn", self.stream_arn.as_ref())?;
        members.write("DestinationStatus", self.destination_status.as_ref())?;
        members.write(
            "EnableKinesisStreamingConfiguration",
            self.enable_kinesis_streaming_configuration.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ListBackupsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("BackupSummaries", self.backup_summaries.as_ref())?;
        members.write(
            "LastEvaluatedBackupArn",
            self.last_evaluated_backup_arn.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ListBulkOperationsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "BulkOperationsSummaryList",
            self.bulk_operations_summary_list.as_ref(),
        )?;
        members.write("NextToken", self.next_token.as_ref())?;
        members.end()
    }
}

impl Serialize for ListContributorInsightsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ContributorInsightsSummaries",
            self.contributor_insights_summaries.as_ref(),
        )?;
        members.write("NextToken", self.next_token.as_ref())?;
        members.end()
    }
}

impl Serialize for ListExportsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ExportSummaries", self.export_summaries.as_ref())?;
        members.write("NextToken", self.next_token.as_ref())?;
        members.end()
    }
}

impl Serialize for ListGlobalTablesOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("GlobalTables", self.global_tables.as_ref())?;
        members.write(
            "LastEvaluatedGlobalTableName",
            self.last_evaluated_global_table_name.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ListImportsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ImportSummaryList", self.import_summary_list.as_ref())?;
        members.write("NextToken", self.next_token.as_ref())?;
        members.end()
    }
}

impl Serialize for ListTablesOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableNames", self.table_names.as_ref())?;
        members.write(
            "LastEvaluatedTableName",
            self.last_evaluated_table_name.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ListTagsOfResourceOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Tags", self.tags.as_ref())?;
        members.write("NextToken", self.next_token.as_ref())?;
        members.end()
    }
}

impl Serialize for LocalSecondaryIndexDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write("IndexSizeBytes", self.index_size_bytes.as_ref())?;
        members.write("ItemCount", self.item_count.as_ref())?;
        members.write("IndexArn", self.index_arn.as_ref())?;
        members.end()
    }
}

impl Serialize for LocalSecondaryIndexInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.end()
    }
}

impl Serialize for OnDemandThroughput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("MaxReadRequestUnits", self.max_read_request_units.as_ref())?;
        members.write(
            "MaxWriteRequestUnits",
            self.max_write_request_units.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for OnDemandThroughputOverride {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("MaxReadRequestUnits", self.max_read_request_units.as_ref())?;
        members.end()
    }
}

impl Serialize for OutputS3Configuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("S3BucketOwner", self.s3_bucket_owner.as_ref())?;
        members.write("S3Bucket", self.s3_bucket.as_ref())?;
        members.write("S3KeyPrefix", self.s3_key_prefix.as_ref())?;
        members.write("S3SseAlgorithm", self.s3_sse_algorithm.as_ref())?;
        members.write("S3SseKmsKeyId", self.s3_sse_kms_key_id.as_ref())?;
        members.write("OutputType", self.output_type.as_ref())?;
        members.end()
    }
}

impl Serialize for PointInTimeRecoveryDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "PointInTimeRecoveryStatus",
            self.point_in_time_recovery_status.as_ref(),
        )?;
        members.write(
            "RecoveryPeriodInDays",
            self.recovery_period_in_days.as_ref(),
        )?;
        members.write(
            "EarliestRestorableDateTime",
            self.earliest_restorable_date_time.as_ref(),
        )?;
        members.write(
            "LatestRestorableDateTime",
            self.latest_restorable_date_time.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for Projection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ProjectionType", self.projection_type.as_ref())?;
        members.write("NonKeyAttributes", self.non_key_attributes.as_ref())?;
        members.end()
    }
}

impl Serialize for ProvisionedThroughput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReadCapacityUnits", self.read_capacity_units.as_ref())?;
        members.write("WriteCapacityUnits", self.write_capacity_units.as_ref())?;
        members.end()
    }
}

impl Serialize for ProvisionedThroughputDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "LastIncreaseDateTime",
            self.last_increase_date_time.as_ref(),
        )?;
        members.write(
            "LastDecreaseDateTime",
            self.last_decrease_date_time.as_ref(),
        )?;
        members.write(
            "NumberOfDecreasesToday",
            self.number_of_decreases_today.as_ref(),
        )?;
        members.write("ReadCapacityUnits", self.read_capacity_units.as_ref())?;
        members.write("WriteCapacityUnits", self.write_capacity_units.as_ref())?;
        members.end()
    }
}

impl Serialize for ProvisionedThroughputOverride {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReadCapacityUnits", self.read_capacity_units.as_ref())?;
        members.end()
    }
}

impl Serialize for PutItemOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Attributes", self.attributes.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write(
            "ItemCollectionMetrics",
            self.item_collection_metrics.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for PutRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Item", self.item.as_ref())?;
        members.end()
    }
}

impl Serialize for PutResourcePolicyOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RevisionId", self.revision_id.as_ref())?;
        members.end()
    }
}

impl Serialize for QueryOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Items", self.items.as_ref())?;
        members.write("Count", self.count.as_ref())?;
        members.write("ScannedCount", self.scanned_count.as_ref())?;
        members.write("LastEvaluatedKey", self.last_evaluated_key.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for Replica {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RegionName", self.region_name.as_ref())?;
        members.end()
    }
}

impl Serialize for ReplicaAutoScalingDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RegionName", self.region_name.as_ref())?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write(
            "ReplicaProvisionedReadCapacityAutoScalingSettings",
            self.replica_provisioned_read_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.write(
            "ReplicaProvisionedWriteCapacityAutoScalingSettings",
            self.replica_provisioned_write_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.write("ReplicaStatus", self.replica_status.as_ref())?;
        members.end()
    }
}

impl Serialize for ReplicaDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RegionName", self.region_name.as_ref())?;
        members.write("ReplicaStatus", self.replica_status.as_ref())?;
        members.write("ReplicaArn", self.replica_arn.as_ref())?;
        members.write(
            "ReplicaStatusDescription",
            self.replica_status_description.as_ref(),
        )?;
        members.write(
            "ReplicaStatusPercentProgress",
            self.replica_status_percent_progress.as_ref(),
        )?;
        members.write("KMSMasterKeyId", self.kms_master_key_id.as_ref())?;
        members.write(
            "ProvisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
        )?;
        members.write(
            "OnDemandThroughputOverride",
            self.on_demand_throughput_override.as_ref(),
        )?;
        members.write("WarmThroughput", self.warm_throughput.as_ref())?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write(
            "ReplicaInaccessibleDateTime",
            self.replica_inaccessible_date_time.as_ref(),
        )?;
        members.write(
            "ReplicaTableClassSummary",
            self.replica_table_class_summary.as_ref(),
        )?;
        members.write(
            "GlobalTableSettingsReplicationMode",
            self.global_table_settings_replication_mode.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ReplicaGlobalSecondaryIndexAutoScalingDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("IndexStatus", self.index_status.as_ref())?;
        members.write(
            "ProvisionedReadCapacityAutoScalingSettings",
            self.provisioned_read_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.write(
            "ProvisionedWriteCapacityAutoScalingSettings",
            self.provisioned_write_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ReplicaGlobalSecondaryIndexDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write(
            "ProvisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
        )?;
        members.write(
            "OnDemandThroughputOverride",
            self.on_demand_throughput_override.as_ref(),
        )?;
        members.write("WarmThroughput", self.warm_throughput.as_ref())?;
        members.end()
    }
}

impl Serialize for ReplicaGlobalSecondaryIndexSettingsDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("IndexStatus", self.index_status.as_ref())?;
        members.write(
            "ProvisionedReadCapacityUnits",
            self.provisioned_read_capacity_units.as_ref(),
        )?;
        members.write(
            "ProvisionedReadCapacityAutoScalingSettings",
            self.provisioned_read_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.write(
            "ProvisionedWriteCapacityUnits",
            self.provisioned_write_capacity_units.as_ref(),
        )?;
        members.write(
            "ProvisionedWriteCapacityAutoScalingSettings",
            self.provisioned_write_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for ReplicaSettingsDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("RegionName", self.region_name.as_ref())?;
        members.write("ReplicaStatus", self.replica_status.as_ref())?;
        members.write(
            "ReplicaBillingModeSummary",
            self.replica_billing_mode_summary.as_ref(),
        )?;
        members.write(
            "ReplicaProvisionedReadCapacityUnits",
            self.replica_provisioned_read_capacity_units.as_ref(),
        )?;
        members.write(
            "ReplicaProvisionedReadCapacityAutoScalingSettings",
            self.replica_provisioned_read_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.write(
            "ReplicaProvisionedWriteCapacityUnits",
            self.replica_provisioned_write_capacity_units.as_ref(),
        )?;
        members.write(
            "ReplicaProvisionedWriteCapacityAutoScalingSettings",
            self.replica_provisioned_write_capacity_auto_scaling_settings
                .as_ref(),
        )?;
        members.write(
            "ReplicaGlobalSecondaryIndexSettings",
            self.replica_global_secondary_index_settings.as_ref(),
        )?;
        members.write(
            "ReplicaTableClassSummary",
            self.replica_table_class_summary.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for RestoreSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("SourceBackupArn", self.source_backup_arn.as_ref())?;
        members.write("SourceTableArn", self.source_table_arn.as_ref())?;
        members.write("RestoreDateTime", self.restore_date_time.as_ref())?;
        members.write("RestoreInProgress", self.restore_in_progress.as_ref())?;
        members.end()
    }
}

impl Serialize for RestoreTableFromBackupOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableDescription", self.table_description.as_ref())?;
        members.end()
    }
}

impl Serialize for RestoreTableToPointInTimeOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableDescription", self.table_description.as_ref())?;
        members.end()
    }
}

impl Serialize for S3BucketSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("S3BucketOwner", self.s3_bucket_owner.as_ref())?;
        members.write("S3Bucket", self.s3_bucket.as_ref())?;
        members.write("S3KeyPrefix", self.s3_key_prefix.as_ref())?;
        members.end()
    }
}

impl Serialize for SSEDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Status", self.status.as_ref())?;
        members.write("SSEType", self.sse_type.as_ref())?;
        members.write("KMSMasterKeyArn", self.kms_master_key_arn.as_ref())?;
        members.write(
            "InaccessibleEncryptionDateTime",
            self.inaccessible_encryption_date_time.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for SSESpecification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Enabled", self.enabled.as_ref())?;
        members.write("SSEType", self.sse_type.as_ref())?;
        members.write("KMSMasterKeyId", self.kms_master_key_id.as_ref())?;
        members.end()
    }
}

impl Serialize for ScanOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Items", self.items.as_ref())?;
        members.write("Count", self.count.as_ref())?;
        members.write("ScannedCount", self.scanned_count.as_ref())?;
        members.write("LastEvaluatedKey", self.last_evaluated_key.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.end()
    }
}

impl Serialize for SearchResultItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Item", self.item.as_ref())?;
        members.write("Score", self.score.as_ref())?;
        members.end()
    }
}

impl Serialize for SearchSchemaElement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("AttributeName", self.attribute_name.as_ref())?;
        members.write(
            "SearchSchemaElementType",
            self.search_schema_element_type.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for SearchVectorsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write("SearchResults", self.search_results.as_ref())?;
        members.end()
    }
}

impl Serialize for SourceTableDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("TableId", self.table_id.as_ref())?;
        members.write("TableArn", self.table_arn.as_ref())?;
        members.write("TableSizeBytes", self.table_size_bytes.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write(
            "TableCreationDateTime",
            self.table_creation_date_time.as_ref(),
        )?;
        members.write(
            "ProvisionedThroughput",
            self.provisioned_throughput.as_ref(),
        )?;
        members.write("OnDemandThroughput", self.on_demand_throughput.as_ref())?;
        members.write("ItemCount", self.item_count.as_ref())?;
        members.write("BillingMode", self.billing_mode.as_ref())?;
        members.end()
    }
}

impl Serialize for SourceTableFeatureDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "LocalSecondaryIndexes",
            self.local_secondary_indexes.as_ref(),
        )?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write("StreamDescription", self.stream_description.as_ref())?;
        members.write(
            "TimeToLiveDescription",
            self.time_to_live_description.as_ref(),
        )?;
        members.write("SSEDescription", self.sse_description.as_ref())?;
        members.write("VectorIndexes", self.vector_indexes.as_ref())?;
        members.end()
    }
}

impl Serialize for StartBulkPutItemsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "BulkOperationDescription",
            self.bulk_operation_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for StreamSpecification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("StreamEnabled", self.stream_enabled.as_ref())?;
        members.write("StreamViewType", self.stream_view_type.as_ref())?;
        members.end()
    }
}

impl Serialize for TableAutoScalingDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("TableStatus", self.table_status.as_ref())?;
        members.write("Replicas", self.replicas.as_ref())?;
        members.end()
    }
}

impl Serialize for TableClassSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableClass", self.table_class.as_ref())?;
        members.write("LastUpdateDateTime", self.last_update_date_time.as_ref())?;
        members.end()
    }
}

impl Serialize for TableCreationParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("AttributeDefinitions", self.attribute_definitions.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("BillingMode", self.billing_mode.as_ref())?;
        members.write(
            "ProvisionedThroughput",
            self.provisioned_throughput.as_ref(),
        )?;
        members.write("OnDemandThroughput", self.on_demand_throughput.as_ref())?;
        members.write("SSESpecification", self.sse_specification.as_ref())?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write("VectorIndexes", self.vector_indexes.as_ref())?;
        members.end()
    }
}

impl Serialize for TableDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("AttributeDefinitions", self.attribute_definitions.as_ref())?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("TableStatus", self.table_status.as_ref())?;
        members.write("CreationDateTime", self.creation_date_time.as_ref())?;
        members.write(
            "ProvisionedThroughput",
            self.provisioned_throughput.as_ref(),
        )?;
        members.write("TableSizeBytes", self.table_size_bytes.as_ref())?;
        members.write("ItemCount", self.item_count.as_ref())?;
        members.write("TableArn", self.table_arn.as_ref())?;
        members.write("TableId", self.table_id.as_ref())?;
        members.write("BillingModeSummary", self.billing_mode_summary.as_ref())?;
        members.write(
            "LocalSecondaryIndexes",
            self.local_secondary_indexes.as_ref(),
        )?;
        members.write(
            "GlobalSecondaryIndexes",
            self.global_secondary_indexes.as_ref(),
        )?;
        members.write("StreamSpecification", self.stream_specification.as_ref())?;
        members.write("LatestStreamLabel", self.latest_stream_label.as_ref())?;
        members.write("LatestStreamArn", self.latest_stream_arn.as_ref())?;
        members.write("GlobalTableVersion", self.global_table_version.as_ref())?;
        members.write("Replicas", self.replicas.as_ref())?;
        members.write("GlobalTableWitnesses", self.global_table_witnesses.as_ref())?;
        members.write(
            "GlobalTableSettingsReplicationMode",
            self.global_table_settings_replication_mode.as_ref(),
        )?;
        members.write("RestoreSummary", self.restore_summary.as_ref())?;
        members.write("SSEDescription", self.sse_description.as_ref())?;
        members.write("ArchivalSummary", self.archival_summary.as_ref())?;
        members.write("TableClassSummary", self.table_class_summary.as_ref())?;
        members.write(
            "DeletionProtectionEnabled",
            self.deletion_protection_enabled.as_ref(),
        )?;
        members.write(
            "DisassociationProtectionEnabled",
            self.disassociation_protection_enabled.as_ref(),
        )?;
        members.write("OnDemandThroughput", self.on_demand_throughput.as_ref())?;
        members.write("WarmThroughput", self.warm_throughput.as_ref())?;
        members.write(
            "MultiRegionConsistency",
            self.multi_region_consistency.as_ref(),
        )?;
        members.write("VectorIndexes", self.vector_indexes.as_ref())?;
        members.end()
    }
}

impl Serialize for TableWarmThroughputDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReadUnitsPerSecond", self.read_units_per_second.as_ref())?;
        members.write("WriteUnitsPerSecond", self.write_units_per_second.as_ref())?;
        members.write("Status", self.status.as_ref())?;
        members.end()
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Key", self.key.as_ref())?;
        members.write("Value", self.value.as_ref())?;
        members.end()
    }
}

impl Serialize for ThrottlingReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("reason", self.reason.as_ref())?;
        members.write("resource", self.resource.as_ref())?;
        members.end()
    }
}

impl Serialize for TimeToLiveDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TimeToLiveStatus", self.time_to_live_status.as_ref())?;
        members.write("AttributeName", self.attribute_name.as_ref())?;
        members.end()
    }
}

impl Serialize for TimeToLiveSpecification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Enabled", self.enabled.as_ref())?;
        members.write("AttributeName", self.attribute_name.as_ref())?;
        members.end()
    }
}

impl Serialize for TransactGetItemsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write("Responses", self.responses.as_ref())?;
        members.end()
    }
}

impl Serialize for TransactWriteItemsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write(
            "ItemCollectionMetrics",
            self.item_collection_metrics.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateContinuousBackupsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ContinuousBackupsDescription",
            self.continuous_backups_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateContributorInsightsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write(
            "ContributorInsightsStatus",
            self.contributor_insights_status.as_ref(),
        )?;
        members.write(
            "ContributorInsightsMode",
            self.contributor_insights_mode.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateGlobalTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "GlobalTableDescription",
            self.global_table_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateGlobalTableSettingsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("GlobalTableName", self.global_table_name.as_ref())?;
        members.write("ReplicaSettings", self.replica_settings.as_ref())?;
        members.end()
    }
}

impl Serialize for UpdateItemOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Attributes", self.attributes.as_ref())?;
        members.write("ConsumedCapacity", self.consumed_capacity.as_ref())?;
        members.write(
            "ItemCollectionMetrics",
            self.item_collection_metrics.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateKinesisStreamingConfiguration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ApproximateCreationDateTimePrecision",
            self.approximate_creation_date_time_precision.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateKinesisStreamingDestinationOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("StreamArn", self.stream_arn.as_ref())?;
        members.write("DestinationStatus", self.destination_status.as_ref())?;
        members.write(
            "UpdateKinesisStreamingConfiguration",
            self.update_kinesis_streaming_configuration.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateTableOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("TableDescription", self.table_description.as_ref())?;
        members.end()
    }
}

impl Serialize for UpdateTableReplicaAutoScalingOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "TableAutoScalingDescription",
            self.table_auto_scaling_description.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for UpdateTimeToLiveOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "TimeToLiveSpecification",
            self.time_to_live_specification.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for VectorAttributeDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("AttributeName", self.attribute_name.as_ref())?;
        members.end()
    }
}

impl Serialize for VectorCapacity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "VectorSearchRequestBytes",
            self.vector_search_request_bytes.as_ref(),
        )?;
        members.write(
            "VectorWriteRequestBytes",
            self.vector_write_request_bytes.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for VectorIndex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("VectorAttribute", self.vector_attribute.as_ref())?;
        members.write("SearchSchema", self.search_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write("Dimensions", self.dimensions.as_ref())?;
        members.write("DistanceFunction", self.distance_function.as_ref())?;
        members.end()
    }
}

impl Serialize for VectorIndexDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("SearchSchema", self.search_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write("VectorAttribute", self.vector_attribute.as_ref())?;
        members.write("Dimensions", self.dimensions.as_ref())?;
        members.write("DistanceFunction", self.distance_function.as_ref())?;
        members.write("IndexStatus", self.index_status.as_ref())?;
        members.write("Backfilling", self.backfilling.as_ref())?;
        members.write("IndexSizeBytes", self.index_size_bytes.as_ref())?;
        members.write("ItemCount", self.item_count.as_ref())?;
        members.write("IndexArn", self.index_arn.as_ref())?;
        members.end()
    }
}

impl Serialize for VectorIndexInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("IndexName", self.index_name.as_ref())?;
        members.write("VectorAttribute", self.vector_attribute.as_ref())?;
        members.write("SearchSchema", self.search_schema.as_ref())?;
        members.write("Projection", self.projection.as_ref())?;
        members.write("Dimensions", self.dimensions.as_ref())?;
        members.write("DistanceFunction", self.distance_function.as_ref())?;
        members.end()
    }
}

impl Serialize for WarmThroughput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ReadUnitsPerSecond", self.read_units_per_second.as_ref())?;
        members.write("WriteUnitsPerSecond", self.write_units_per_second.as_ref())?;
        members.end()
    }
}

impl Serialize for WriteRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("PutRequest", self.put_request.as_ref())?;
        members.write("DeleteRequest", self.delete_request.as_ref())?;
        members.end()
    }
}

impl Serialize for DescribeStreamOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("StreamDescription", self.stream_description.as_ref())?;
        members.end()
    }
}

impl Serialize for GetRecordsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Records", self.records.as_ref())?;
        members.write("NextShardIterator", self.next_shard_iterator.as_ref())?;
        members.end()
    }
}

impl Serialize for GetShardIteratorOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ShardIterator", self.shard_iterator.as_ref())?;
        members.end()
    }
}

impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("PrincipalId", self.principal_id.as_ref())?;
        members.write("Type", self.r#type.as_ref())?;
        members.end()
    }
}

impl Serialize for ListStreamsOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("Streams", self.streams.as_ref())?;
        members.write(
            "LastEvaluatedStreamArn",
            self.last_evaluated_stream_arn.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("eventID", self.event_id.as_ref())?;
        members.write("eventName", self.event_name.as_ref())?;
        members.write("eventVersion", self.event_version.as_ref())?;
        members.write("eventSource", self.event_source.as_ref())?;
        members.write("awsRegion", self.aws_region.as_ref())?;
        members.write("dynamodb", self.dynamodb.as_ref())?;
        members.write("userIdentity", self.user_identity.as_ref())?;
        members.end()
    }
}

impl Serialize for SequenceNumberRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "StartingSequenceNumber",
            self.starting_sequence_number.as_ref(),
        )?;
        members.write("EndingSequenceNumber", self.ending_sequence_number.as_ref())?;
        members.end()
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("ShardId", self.shard_id.as_ref())?;
        members.write("SequenceNumberRange", self.sequence_number_range.as_ref())?;
        members.write("ParentShardId", self.parent_shard_id.as_ref())?;
        members.end()
    }
}

impl Serialize for Stream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("StreamArn", self.stream_arn.as_ref())?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("StreamLabel", self.stream_label.as_ref())?;
        members.end()
    }
}

impl Serialize for StreamDescription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write("StreamArn", self.stream_arn.as_ref())?;
        members.write("StreamLabel", self.stream_label.as_ref())?;
        members.write("StreamStatus", self.stream_status.as_ref())?;
        members.write("StreamViewType", self.stream_view_type.as_ref())?;
        members.write(
            "CreationRequestDateTime",
            self.creation_request_date_time.as_ref(),
        )?;
        members.write("TableName", self.table_name.as_ref())?;
        members.write("KeySchema", self.key_schema.as_ref())?;
        members.write("Shards", self.shards.as_ref())?;
        members.write(
            "LastEvaluatedShardId",
            self.last_evaluated_shard_id.as_ref(),
        )?;
        members.end()
    }
}

impl Serialize for StreamRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Members::begin(serializer)?;
        members.write(
            "ApproximateCreationDateTime",
            self.approximate_creation_date_time.as_ref(),
        )?;
        members.write("Keys", self.keys.as_ref())?;
        members.write("NewImage", self.new_image.as_ref())?;
        members.write("OldImage", self.old_image.as_ref())?;
        members.write("SequenceNumber", self.sequence_number.as_ref())?;
        members.write("SizeBytes", self.size_bytes.as_ref())?;
        members.write("StreamViewType", self.stream_view_type.as_ref())?;
        members.end()
    }
}
