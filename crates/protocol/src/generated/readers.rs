//! How the structures of requests are read from JSON.

use serde::de::MapAccess;

use super::inputs::*;
use super::nested::*;
use crate::read::{AttributeMap, AttributeValue, List, Map, Structure, read, skip};
use crate::timestamp::Timestamp;

impl Structure for AttributeDefinition {
    const NAME: &'static str = "AttributeDefinition";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeName" => read::<String, M>(members, &mut self.attribute_name),
            "AttributeType" => read::<String, M>(members, &mut self.attribute_type),
            _ => skip(members),
        }
    }
}

impl Structure for AttributeValueUpdate {
    const NAME: &'static str = "AttributeValueUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Value" => read::<AttributeValue, M>(members, &mut self.value),
            "Action" => read::<String, M>(members, &mut self.action),
            _ => skip(members),
        }
    }
}

impl Structure for AutoScalingPolicyUpdate {
    const NAME: &'static str = "AutoScalingPolicyUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "PolicyName" => read::<String, M>(members, &mut self.policy_name),
            "TargetTrackingScalingPolicyConfiguration" => {
                read::<AutoScalingTargetTrackingScalingPolicyConfigurationUpdate, M>(
                    members,
                    &mut self.target_tracking_scaling_policy_configuration,
                )
            }
            _ => skip(members),
        }
    }
}

impl Structure for AutoScalingSettingsUpdate {
    const NAME: &'static str = "AutoScalingSettingsUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "MinimumUnits" => read::<i64, M>(members, &mut self.minimum_units),
            "MaximumUnits" => read::<i64, M>(members, &mut self.maximum_units),
            "AutoScalingDisabled" => read::<bool, M>(members, &mut self.auto_scaling_disabled),
            "AutoScalingRoleArn" => read::<String, M>(members, &mut self.auto_scaling_role_arn),
            "ScalingPolicyUpdate" => {
                read::<AutoScalingPolicyUpdate, M>(members, &mut self.scaling_policy_update)
            }
            _ => skip(members),
        }
    }
}

impl Structure for AutoScalingTargetTrackingScalingPolicyConfigurationUpdate {
    const NAME: &'static str = "AutoScalingTargetTrackingScalingPolicyConfigurationUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "DisableScaleIn" => read::<bool, M>(members, &mut self.disable_scale_in),
            "ScaleInCooldown" => read::<i32, M>(members, &mut self.scale_in_cooldown),
            "ScaleOutCooldown" => read::<i32, M>(members, &mut self.scale_out_cooldown),
            "TargetValue" => read::<f64, M>(members, &mut self.target_value),
            _ => skip(members),
        }
    }
}

impl Structure for BatchExecuteStatementInput {
    const NAME: &'static str = "BatchExecuteStatementInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Statements" => read::<List<BatchStatementRequest>, M>(members, &mut self.statements),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            _ => skip(members),
        }
    }
}

impl Structure for BatchGetItemInput {
    const NAME: &'static str = "BatchGetItemInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RequestItems" => read::<Map<KeysAndAttributes>, M>(members, &mut self.request_items),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            _ => skip(members),
        }
    }
}

impl Structure for BatchStatementRequest {
    const NAME: &'static str = "BatchStatementRequest";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Statement" => read::<String, M>(members, &mut self.statement),
            "Parameters" => read::<List<AttributeValue>, M>(members, &mut self.parameters),
            "ConsistentRead" => read::<bool, M>(members, &mut self.consistent_read),
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for BatchWriteItemInput {
    const NAME: &'static str = "BatchWriteItemInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RequestItems" => read::<Map<List<WriteRequest>>, M>(members, &mut self.request_items),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ReturnItemCollectionMetrics" => {
                read::<String, M>(members, &mut self.return_item_collection_metrics)
            }
            _ => skip(members),
        }
    }
}

impl Structure for CancelBulkOperationInput {
    const NAME: &'static str = "CancelBulkOperationInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "BulkOperationArn" => read::<String, M>(members, &mut self.bulk_operation_arn),
            _ => skip(members),
        }
    }
}

impl Structure for Condition {
    const NAME: &'static str = "Condition";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeValueList" => {
                read::<List<AttributeValue>, M>(members, &mut self.attribute_value_list)
            }
            "ComparisonOperator" => read::<String, M>(members, &mut self.comparison_operator),
            _ => skip(members),
        }
    }
}

impl Structure for ConditionCheck {
    const NAME: &'static str = "ConditionCheck";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for CreateBackupInput {
    const NAME: &'static str = "CreateBackupInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "BackupName" => read::<String, M>(members, &mut self.backup_name),
            _ => skip(members),
        }
    }
}

impl Structure for CreateGlobalSecondaryIndexAction {
    const NAME: &'static str = "CreateGlobalSecondaryIndexAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "KeySchema" => read::<List<KeySchemaElement>, M>(members, &mut self.key_schema),
            "Projection" => read::<Projection, M>(members, &mut self.projection),
            "ProvisionedThroughput" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput)
            }
            "OnDemandThroughput" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput)
            }
            "WarmThroughput" => read::<WarmThroughput, M>(members, &mut self.warm_throughput),
            _ => skip(members),
        }
    }
}

impl Structure for CreateGlobalTableInput {
    const NAME: &'static str = "CreateGlobalTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "GlobalTableName" => read::<String, M>(members, &mut self.global_table_name),
            "ReplicationGroup" => read::<List<Replica>, M>(members, &mut self.replication_group),
            _ => skip(members),
        }
    }
}

impl Structure for CreateGlobalTableWitnessGroupMemberAction {
    const NAME: &'static str = "CreateGlobalTableWitnessGroupMemberAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for CreateReplicaAction {
    const NAME: &'static str = "CreateReplicaAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for CreateReplicationGroupMemberAction {
    const NAME: &'static str = "CreateReplicationGroupMemberAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            "KMSMasterKeyId" => read::<String, M>(members, &mut self.kms_master_key_id),
            "ProvisionedThroughputOverride" => read::<ProvisionedThroughputOverride, M>(
                members,
                &mut self.provisioned_throughput_override,
            ),
            "OnDemandThroughputOverride" => read::<OnDemandThroughputOverride, M>(
                members,
                &mut self.on_demand_throughput_override,
            ),
            "GlobalSecondaryIndexes" => read::<List<ReplicaGlobalSecondaryIndex>, M>(
                members,
                &mut self.global_secondary_indexes,
            ),
            "TableClassOverride" => read::<String, M>(members, &mut self.table_class_override),
            _ => skip(members),
        }
    }
}

impl Structure for CreateTableInput {
    const NAME: &'static str = "CreateTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeDefinitions" => {
                read::<List<AttributeDefinition>, M>(members, &mut self.attribute_definitions)
            }
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "KeySchema" => read::<List<KeySchemaElement>, M>(members, &mut self.key_schema),
            "LocalSecondaryIndexes" => {
                read::<List<LocalSecondaryIndex>, M>(members, &mut self.local_secondary_indexes)
            }
            "GlobalSecondaryIndexes" => {
                read::<List<GlobalSecondaryIndex>, M>(members, &mut self.global_secondary_indexes)
            }
            "BillingMode" => read::<String, M>(members, &mut self.billing_mode),
            "ProvisionedThroughput" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput)
            }
            "StreamSpecification" => {
                read::<StreamSpecification, M>(members, &mut self.stream_specification)
            }
            "SSESpecification" => read::<SSESpecification, M>(members, &mut self.sse_specification),
            "Tags" => read::<List<Tag>, M>(members, &mut self.tags),
            "TableClass" => read::<String, M>(members, &mut self.table_class),
            "DeletionProtectionEnabled" => {
                read::<bool, M>(members, &mut self.deletion_protection_enabled)
            }
            "WarmThroughput" => read::<WarmThroughput, M>(members, &mut self.warm_throughput),
            "ResourcePolicy" => read::<String, M>(members, &mut self.resource_policy),
            "OnDemandThroughput" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput)
            }
            "GlobalTableSourceArn" => read::<String, M>(members, &mut self.global_table_source_arn),
            "GlobalTableSettingsReplicationMode" => {
                read::<String, M>(members, &mut self.global_table_settings_replication_mode)
            }
            "VectorIndexes" => read::<List<VectorIndex>, M>(members, &mut self.vector_indexes),
            _ => skip(members),
        }
    }
}

impl Structure for CreateVectorIndexAction {
    const NAME: &'static str = "CreateVectorIndexAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "VectorAttribute" => {
                read::<VectorAttributeDefinition, M>(members, &mut self.vector_attribute)
            }
            "SearchSchema" => {
                read::<List<SearchSchemaElement>, M>(members, &mut self.search_schema)
            }
            "Projection" => read::<Projection, M>(members, &mut self.projection),
            "Dimensions" => read::<i64, M>(members, &mut self.dimensions),
            "DistanceFunction" => read::<String, M>(members, &mut self.distance_function),
            _ => skip(members),
        }
    }
}

impl Structure for CsvOptions {
    const NAME: &'static str = "CsvOptions";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Delimiter" => read::<String, M>(members, &mut self.delimiter),
            "HeaderList" => read::<List<String>, M>(members, &mut self.header_list),
            _ => skip(members),
        }
    }
}

impl Structure for Delete {
    const NAME: &'static str = "Delete";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for DeleteBackupInput {
    const NAME: &'static str = "DeleteBackupInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "BackupArn" => read::<String, M>(members, &mut self.backup_arn),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteGlobalSecondaryIndexAction {
    const NAME: &'static str = "DeleteGlobalSecondaryIndexAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteGlobalTableWitnessGroupMemberAction {
    const NAME: &'static str = "DeleteGlobalTableWitnessGroupMemberAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteItemInput {
    const NAME: &'static str = "DeleteItemInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "Expected" => read::<Map<ExpectedAttributeValue>, M>(members, &mut self.expected),
            "ConditionalOperator" => read::<String, M>(members, &mut self.conditional_operator),
            "ReturnValues" => read::<String, M>(members, &mut self.return_values),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ReturnItemCollectionMetrics" => {
                read::<String, M>(members, &mut self.return_item_collection_metrics)
            }
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for DeleteReplicaAction {
    const NAME: &'static str = "DeleteReplicaAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteReplicationGroupMemberAction {
    const NAME: &'static str = "DeleteReplicationGroupMemberAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteRequest {
    const NAME: &'static str = "DeleteRequest";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteResourcePolicyInput {
    const NAME: &'static str = "DeleteResourcePolicyInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ResourceArn" => read::<String, M>(members, &mut self.resource_arn),
            "ExpectedRevisionId" => read::<String, M>(members, &mut self.expected_revision_id),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteTableInput {
    const NAME: &'static str = "DeleteTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DeleteVectorIndexAction {
    const NAME: &'static str = "DeleteVectorIndexAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeBackupInput {
    const NAME: &'static str = "DescribeBackupInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "BackupArn" => read::<String, M>(members, &mut self.backup_arn),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeBulkOperationInput {
    const NAME: &'static str = "DescribeBulkOperationInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "BulkOperationArn" => read::<String, M>(members, &mut self.bulk_operation_arn),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeContinuousBackupsInput {
    const NAME: &'static str = "DescribeContinuousBackupsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeContributorInsightsInput {
    const NAME: &'static str = "DescribeContributorInsightsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeEndpointsRequest {
    const NAME: &'static str = "DescribeEndpointsRequest";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        _name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        skip(members)
    }
}

impl Structure for DescribeExportInput {
    const NAME: &'static str = "DescribeExportInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ExportArn" => read::<String, M>(members, &mut self.export_arn),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeGlobalTableInput {
    const NAME: &'static str = "DescribeGlobalTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "GlobalTableName" => read::<String, M>(members, &mut self.global_table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeGlobalTableSettingsInput {
    const NAME: &'static str = "DescribeGlobalTableSettingsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "GlobalTableName" => read::<String, M>(members, &mut self.global_table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeImportInput {
    const NAME: &'static str = "DescribeImportInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ImportArn" => read::<String, M>(members, &mut self.import_arn),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeKinesisStreamingDestinationInput {
    const NAME: &'static str = "DescribeKinesisStreamingDestinationInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeLimitsInput {
    const NAME: &'static str = "DescribeLimitsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        _name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        skip(members)
    }
}

impl Structure for DescribeTableInput {
    const NAME: &'static str = "DescribeTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeTableReplicaAutoScalingInput {
    const NAME: &'static str = "DescribeTableReplicaAutoScalingInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeTimeToLiveInput {
    const NAME: &'static str = "DescribeTimeToLiveInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            _ => skip(members),
        }
    }
}

impl Structure for DisassociateReplicationGroupMemberAction {
    const NAME: &'static str = "DisassociateReplicationGroupMemberAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            "DisassociationMode" => read::<String, M>(members, &mut self.disassociation_mode),
            _ => skip(members),
        }
    }
}

impl Structure for EnableKinesisStreamingConfiguration {
    const NAME: &'static str = "EnableKinesisStreamingConfiguration";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ApproximateCreationDateTimePrecision" => {
                read::<String, M>(members, &mut self.approximate_creation_date_time_precision)
            }
            _ => skip(members),
        }
    }
}

impl Structure for ExecuteStatementInput {
    const NAME: &'static str = "ExecuteStatementInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Statement" => read::<String, M>(members, &mut self.statement),
            "Parameters" => read::<List<AttributeValue>, M>(members, &mut self.parameters),
            "ConsistentRead" => read::<bool, M>(members, &mut self.consistent_read),
            "NextToken" => read::<String, M>(members, &mut self.next_token),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for ExecuteTransactionInput {
    const NAME: &'static str = "ExecuteTransactionInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TransactStatements" => {
                read::<List<ParameterizedStatement>, M>(members, &mut self.transact_statements)
            }
            "ClientRequestToken" => read::<String, M>(members, &mut self.client_request_token),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            _ => skip(members),
        }
    }
}

impl Structure for ExpectedAttributeValue {
    const NAME: &'static str = "ExpectedAttributeValue";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Value" => read::<AttributeValue, M>(members, &mut self.value),
            "Exists" => read::<bool, M>(members, &mut self.exists),
            "ComparisonOperator" => read::<String, M>(members, &mut self.comparison_operator),
            "AttributeValueList" => {
                read::<List<AttributeValue>, M>(members, &mut self.attribute_value_list)
            }
            _ => skip(members),
        }
    }
}

impl Structure for ExportTableToPointInTimeInput {
    const NAME: &'static str = "ExportTableToPointInTimeInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableArn" => read::<String, M>(members, &mut self.table_arn),
            "ExportTime" => read::<Timestamp, M>(members, &mut self.export_time),
            "ClientToken" => read::<String, M>(members, &mut self.client_token),
            "S3Bucket" => read::<String, M>(members, &mut self.s3_bucket),
            "S3BucketOwner" => read::<String, M>(members, &mut self.s3_bucket_owner),
            "S3Prefix" => read::<String, M>(members, &mut self.s3_prefix),
            "S3SseAlgorithm" => read::<String, M>(members, &mut self.s3_sse_algorithm),
            "S3SseKmsKeyId" => read::<String, M>(members, &mut self.s3_sse_kms_key_id),
            "ExportFormat" => read::<String, M>(members, &mut self.export_format),
            "ExportType" => read::<String, M>(members, &mut self.export_type),
            "IncrementalExportSpecification" => read::<IncrementalExportSpecification, M>(
                members,
                &mut self.incremental_export_specification,
            ),
            "FilterSpecification" => {
                read::<FilterSpecification, M>(members, &mut self.filter_specification)
            }
            _ => skip(members),
        }
    }
}

impl Structure for FilterSpecification {
    const NAME: &'static str = "FilterSpecification";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "FilterExpression" => read::<String, M>(members, &mut self.filter_expression),
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "KeyConditionExpression" => {
                read::<String, M>(members, &mut self.key_condition_expression)
            }
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            _ => skip(members),
        }
    }
}

impl Structure for Get {
    const NAME: &'static str = "Get";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            _ => skip(members),
        }
    }
}

impl Structure for GetItemInput {
    const NAME: &'static str = "GetItemInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "AttributesToGet" => read::<List<String>, M>(members, &mut self.attributes_to_get),
            "ConsistentRead" => read::<bool, M>(members, &mut self.consistent_read),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            _ => skip(members),
        }
    }
}

impl Structure for GetResourcePolicyInput {
    const NAME: &'static str = "GetResourcePolicyInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ResourceArn" => read::<String, M>(members, &mut self.resource_arn),
            _ => skip(members),
        }
    }
}

impl Structure for GlobalSecondaryIndex {
    const NAME: &'static str = "GlobalSecondaryIndex";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "KeySchema" => read::<List<KeySchemaElement>, M>(members, &mut self.key_schema),
            "Projection" => read::<Projection, M>(members, &mut self.projection),
            "ProvisionedThroughput" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput)
            }
            "OnDemandThroughput" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput)
            }
            "WarmThroughput" => read::<WarmThroughput, M>(members, &mut self.warm_throughput),
            _ => skip(members),
        }
    }
}

impl Structure for GlobalSecondaryIndexAutoScalingUpdate {
    const NAME: &'static str = "GlobalSecondaryIndexAutoScalingUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ProvisionedWriteCapacityAutoScalingUpdate" => read::<AutoScalingSettingsUpdate, M>(
                members,
                &mut self.provisioned_write_capacity_auto_scaling_update,
            ),
            _ => skip(members),
        }
    }
}

impl Structure for GlobalSecondaryIndexUpdate {
    const NAME: &'static str = "GlobalSecondaryIndexUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Update" => read::<UpdateGlobalSecondaryIndexAction, M>(members, &mut self.update),
            "Create" => read::<CreateGlobalSecondaryIndexAction, M>(members, &mut self.create),
            "Delete" => read::<DeleteGlobalSecondaryIndexAction, M>(members, &mut self.delete),
            _ => skip(members),
        }
    }
}

impl Structure for GlobalTableGlobalSecondaryIndexSettingsUpdate {
    const NAME: &'static str = "GlobalTableGlobalSecondaryIndexSettingsUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ProvisionedWriteCapacityUnits" => {
                read::<i64, M>(members, &mut self.provisioned_write_capacity_units)
            }
            "ProvisionedWriteCapacityAutoScalingSettingsUpdate" => {
                read::<AutoScalingSettingsUpdate, M>(
                    members,
                    &mut self.provisioned_write_capacity_auto_scaling_settings_update,
                )
            }
            _ => skip(members),
        }
    }
}

impl Structure for GlobalTableWitnessGroupUpdate {
    const NAME: &'static str = "GlobalTableWitnessGroupUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Create" => {
                read::<CreateGlobalTableWitnessGroupMemberAction, M>(members, &mut self.create)
            }
            "Delete" => {
                read::<DeleteGlobalTableWitnessGroupMemberAction, M>(members, &mut self.delete)
            }
            _ => skip(members),
        }
    }
}

impl Structure for ImportTableInput {
    const NAME: &'static str = "ImportTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ClientToken" => read::<String, M>(members, &mut self.client_token),
            "S3BucketSource" => read::<S3BucketSource, M>(members, &mut self.s3_bucket_source),
            "InputFormat" => read::<String, M>(members, &mut self.input_format),
            "InputFormatOptions" => {
                read::<InputFormatOptions, M>(members, &mut self.input_format_options)
            }
            "InputCompressionType" => read::<String, M>(members, &mut self.input_compression_type),
            "TableCreationParameters" => {
                read::<TableCreationParameters, M>(members, &mut self.table_creation_parameters)
            }
            _ => skip(members),
        }
    }
}

impl Structure for IncrementalExportSpecification {
    const NAME: &'static str = "IncrementalExportSpecification";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ExportFromTime" => read::<Timestamp, M>(members, &mut self.export_from_time),
            "ExportToTime" => read::<Timestamp, M>(members, &mut self.export_to_time),
            "ExportViewType" => read::<String, M>(members, &mut self.export_view_type),
            _ => skip(members),
        }
    }
}

impl Structure for InputFormatOptions {
    const NAME: &'static str = "InputFormatOptions";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Csv" => read::<CsvOptions, M>(members, &mut self.csv),
            _ => skip(members),
        }
    }
}

impl Structure for InputS3Configuration {
    const NAME: &'static str = "InputS3Configuration";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "S3BucketOwner" => read::<String, M>(members, &mut self.s3_bucket_owner),
            "S3Bucket" => read::<String, M>(members, &mut self.s3_bucket),
            "S3KeyPrefix" => read::<String, M>(members, &mut self.s3_key_prefix),
            "InputFormat" => read::<String, M>(members, &mut self.input_format),
            "InputCompressionType" => read::<String, M>(members, &mut self.input_compression_type),
            _ => skip(members),
        }
    }
}

impl Structure for KeySchemaElement {
    const NAME: &'static str = "KeySchemaElement";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeName" => read::<String, M>(members, &mut self.attribute_name),
            "KeyType" => read::<String, M>(members, &mut self.key_type),
            _ => skip(members),
        }
    }
}

impl Structure for KeysAndAttributes {
    const NAME: &'static str = "KeysAndAttributes";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Keys" => read::<List<AttributeMap>, M>(members, &mut self.keys),
            "AttributesToGet" => read::<List<String>, M>(members, &mut self.attributes_to_get),
            "ConsistentRead" => read::<bool, M>(members, &mut self.consistent_read),
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            _ => skip(members),
        }
    }
}

impl Structure for KinesisStreamingDestinationInput {
    const NAME: &'static str = "KinesisStreamingDestinationInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "StreamArn" => read::<String, M>(members, &mut self.stream_arn),
            "EnableKinesisStreamingConfiguration" => {
                read::<EnableKinesisStreamingConfiguration, M>(
                    members,
                    &mut self.enable_kinesis_streaming_configuration,
                )
            }
            _ => skip(members),
        }
    }
}

impl Structure for ListBackupsInput {
    const NAME: &'static str = "ListBackupsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "TimeRangeLowerBound" => {
                read::<Timestamp, M>(members, &mut self.time_range_lower_bound)
            }
            "TimeRangeUpperBound" => {
                read::<Timestamp, M>(members, &mut self.time_range_upper_bound)
            }
            "ExclusiveStartBackupArn" => {
                read::<String, M>(members, &mut self.exclusive_start_backup_arn)
            }
            "BackupType" => read::<String, M>(members, &mut self.backup_type),
            _ => skip(members),
        }
    }
}

impl Structure for ListBulkOperationsInput {
    const NAME: &'static str = "ListBulkOperationsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "MaxResults" => read::<i32, M>(members, &mut self.max_results),
            "NextToken" => read::<String, M>(members, &mut self.next_token),
            _ => skip(members),
        }
    }
}

impl Structure for ListContributorInsightsInput {
    const NAME: &'static str = "ListContributorInsightsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "NextToken" => read::<String, M>(members, &mut self.next_token),
            "MaxResults" => read::<i32, M>(members, &mut self.max_results),
            _ => skip(members),
        }
    }
}

impl Structure for ListExportsInput {
    const NAME: &'static str = "ListExportsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableArn" => read::<String, M>(members, &mut self.table_arn),
            "MaxResults" => read::<i32, M>(members, &mut self.max_results),
            "NextToken" => read::<String, M>(members, &mut self.next_token),
            _ => skip(members),
        }
    }
}

impl Structure for ListGlobalTablesInput {
    const NAME: &'static str = "ListGlobalTablesInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ExclusiveStartGlobalTableName" => {
                read::<String, M>(members, &mut self.exclusive_start_global_table_name)
            }
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for ListImportsInput {
    const NAME: &'static str = "ListImportsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableArn" => read::<String, M>(members, &mut self.table_arn),
            "PageSize" => read::<i32, M>(members, &mut self.page_size),
            "NextToken" => read::<String, M>(members, &mut self.next_token),
            _ => skip(members),
        }
    }
}

impl Structure for ListTablesInput {
    const NAME: &'static str = "ListTablesInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ExclusiveStartTableName" => {
                read::<String, M>(members, &mut self.exclusive_start_table_name)
            }
            "Limit" => read::<i32, M>(members, &mut self.limit),
            _ => skip(members),
        }
    }
}

impl Structure for ListTagsOfResourceInput {
    const NAME: &'static str = "ListTagsOfResourceInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ResourceArn" => read::<String, M>(members, &mut self.resource_arn),
            "NextToken" => read::<String, M>(members, &mut self.next_token),
            _ => skip(members),
        }
    }
}

impl Structure for LocalSecondaryIndex {
    const NAME: &'static str = "LocalSecondaryIndex";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "KeySchema" => read::<List<KeySchemaElement>, M>(members, &mut self.key_schema),
            "Projection" => read::<Projection, M>(members, &mut self.projection),
            _ => skip(members),
        }
    }
}

impl Structure for OnDemandThroughput {
    const NAME: &'static str = "OnDemandThroughput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "MaxReadRequestUnits" => read::<i64, M>(members, &mut self.max_read_request_units),
            "MaxWriteRequestUnits" => read::<i64, M>(members, &mut self.max_write_request_units),
            _ => skip(members),
        }
    }
}

impl Structure for OnDemandThroughputOverride {
    const NAME: &'static str = "OnDemandThroughputOverride";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "MaxReadRequestUnits" => read::<i64, M>(members, &mut self.max_read_request_units),
            _ => skip(members),
        }
    }
}

impl Structure for OutputS3Configuration {
    const NAME: &'static str = "OutputS3Configuration";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "S3BucketOwner" => read::<String, M>(members, &mut self.s3_bucket_owner),
            "S3Bucket" => read::<String, M>(members, &mut self.s3_bucket),
            "S3KeyPrefix" => read::<String, M>(members, &mut self.s3_key_prefix),
            "S3SseAlgorithm" => read::<String, M>(members, &mut self.s3_sse_algorithm),
            "S3SseKmsKeyId" => read::<String, M>(members, &mut self.s3_sse_kms_key_id),
            "OutputType" => read::<List<String>, M>(members, &mut self.output_type),
            _ => skip(members),
        }
    }
}

impl Structure for ParameterizedStatement {
    const NAME: &'static str = "ParameterizedStatement";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Statement" => read::<String, M>(members, &mut self.statement),
            "Parameters" => read::<List<AttributeValue>, M>(members, &mut self.parameters),
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for PointInTimeRecoverySpecification {
    const NAME: &'static str = "PointInTimeRecoverySpecification";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "PointInTimeRecoveryEnabled" => {
                read::<bool, M>(members, &mut self.point_in_time_recovery_enabled)
            }
            "RecoveryPeriodInDays" => read::<i32, M>(members, &mut self.recovery_period_in_days),
            _ => skip(members),
        }
    }
}

impl Structure for Projection {
    const NAME: &'static str = "Projection";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ProjectionType" => read::<String, M>(members, &mut self.projection_type),
            "NonKeyAttributes" => read::<List<String>, M>(members, &mut self.non_key_attributes),
            _ => skip(members),
        }
    }
}

impl Structure for ProvisionedThroughput {
    const NAME: &'static str = "ProvisionedThroughput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ReadCapacityUnits" => read::<i64, M>(members, &mut self.read_capacity_units),
            "WriteCapacityUnits" => read::<i64, M>(members, &mut self.write_capacity_units),
            _ => skip(members),
        }
    }
}

impl Structure for ProvisionedThroughputOverride {
    const NAME: &'static str = "ProvisionedThroughputOverride";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ReadCapacityUnits" => read::<i64, M>(members, &mut self.read_capacity_units),
            _ => skip(members),
        }
    }
}

impl Structure for Put {
    const NAME: &'static str = "Put";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Item" => read::<AttributeMap, M>(members, &mut self.item),
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for PutItemInput {
    const NAME: &'static str = "PutItemInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "Item" => read::<AttributeMap, M>(members, &mut self.item),
            "Expected" => read::<Map<ExpectedAttributeValue>, M>(members, &mut self.expected),
            "ReturnValues" => read::<String, M>(members, &mut self.return_values),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ReturnItemCollectionMetrics" => {
                read::<String, M>(members, &mut self.return_item_collection_metrics)
            }
            "ConditionalOperator" => read::<String, M>(members, &mut self.conditional_operator),
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for PutRequest {
    const NAME: &'static str = "PutRequest";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Item" => read::<AttributeMap, M>(members, &mut self.item),
            _ => skip(members),
        }
    }
}

impl Structure for PutResourcePolicyInput {
    const NAME: &'static str = "PutResourcePolicyInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ResourceArn" => read::<String, M>(members, &mut self.resource_arn),
            "Policy" => read::<String, M>(members, &mut self.policy),
            "ExpectedRevisionId" => read::<String, M>(members, &mut self.expected_revision_id),
            "ConfirmRemoveSelfResourceAccess" => {
                read::<bool, M>(members, &mut self.confirm_remove_self_resource_access)
            }
            _ => skip(members),
        }
    }
}

impl Structure for QueryInput {
    const NAME: &'static str = "QueryInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "Select" => read::<String, M>(members, &mut self.select),
            "AttributesToGet" => read::<List<String>, M>(members, &mut self.attributes_to_get),
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "ConsistentRead" => read::<bool, M>(members, &mut self.consistent_read),
            "KeyConditions" => read::<Map<Condition>, M>(members, &mut self.key_conditions),
            "QueryFilter" => read::<Map<Condition>, M>(members, &mut self.query_filter),
            "ConditionalOperator" => read::<String, M>(members, &mut self.conditional_operator),
            "ScanIndexForward" => read::<bool, M>(members, &mut self.scan_index_forward),
            "ExclusiveStartKey" => read::<AttributeMap, M>(members, &mut self.exclusive_start_key),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "FilterExpression" => read::<String, M>(members, &mut self.filter_expression),
            "KeyConditionExpression" => {
                read::<String, M>(members, &mut self.key_condition_expression)
            }
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            _ => skip(members),
        }
    }
}

impl Structure for Replica {
    const NAME: &'static str = "Replica";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            _ => skip(members),
        }
    }
}

impl Structure for ReplicaAutoScalingUpdate {
    const NAME: &'static str = "ReplicaAutoScalingUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            "ReplicaGlobalSecondaryIndexUpdates" => {
                read::<List<ReplicaGlobalSecondaryIndexAutoScalingUpdate>, M>(
                    members,
                    &mut self.replica_global_secondary_index_updates,
                )
            }
            "ReplicaProvisionedReadCapacityAutoScalingUpdate" => {
                read::<AutoScalingSettingsUpdate, M>(
                    members,
                    &mut self.replica_provisioned_read_capacity_auto_scaling_update,
                )
            }
            _ => skip(members),
        }
    }
}

impl Structure for ReplicaGlobalSecondaryIndex {
    const NAME: &'static str = "ReplicaGlobalSecondaryIndex";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ProvisionedThroughputOverride" => read::<ProvisionedThroughputOverride, M>(
                members,
                &mut self.provisioned_throughput_override,
            ),
            "OnDemandThroughputOverride" => read::<OnDemandThroughputOverride, M>(
                members,
                &mut self.on_demand_throughput_override,
            ),
            _ => skip(members),
        }
    }
}

impl Structure for ReplicaGlobalSecondaryIndexAutoScalingUpdate {
    const NAME: &'static str = "ReplicaGlobalSecondaryIndexAutoScalingUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ProvisionedReadCapacityAutoScalingUpdate" => read::<AutoScalingSettingsUpdate, M>(
                members,
                &mut self.provisioned_read_capacity_auto_scaling_update,
            ),
            _ => skip(members),
        }
    }
}

impl Structure for ReplicaGlobalSecondaryIndexSettingsUpdate {
    const NAME: &'static str = "ReplicaGlobalSecondaryIndexSettingsUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ProvisionedReadCapacityUnits" => {
                read::<i64, M>(members, &mut self.provisioned_read_capacity_units)
            }
            "ProvisionedReadCapacityAutoScalingSettingsUpdate" => {
                read::<AutoScalingSettingsUpdate, M>(
                    members,
                    &mut self.provisioned_read_capacity_auto_scaling_settings_update,
                )
            }
            _ => skip(members),
        }
    }
}

impl Structure for ReplicaSettingsUpdate {
    const NAME: &'static str = "ReplicaSettingsUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            "ReplicaProvisionedReadCapacityUnits" => {
                read::<i64, M>(members, &mut self.replica_provisioned_read_capacity_units)
            }
            "ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate" => {
                read::<AutoScalingSettingsUpdate, M>(
                    members,
                    &mut self.replica_provisioned_read_capacity_auto_scaling_settings_update,
                )
            }
            "ReplicaGlobalSecondaryIndexSettingsUpdate" => {
                read::<List<ReplicaGlobalSecondaryIndexSettingsUpdate>, M>(
                    members,
                    &mut self.replica_global_secondary_index_settings_update,
                )
            }
            "ReplicaTableClass" => read::<String, M>(members, &mut self.replica_table_class),
            _ => skip(members),
        }
    }
}

impl Structure for ReplicaUpdate {
    const NAME: &'static str = "ReplicaUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Create" => read::<CreateReplicaAction, M>(members, &mut self.create),
            "Delete" => read::<DeleteReplicaAction, M>(members, &mut self.delete),
            _ => skip(members),
        }
    }
}

impl Structure for ReplicationGroupUpdate {
    const NAME: &'static str = "ReplicationGroupUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Create" => read::<CreateReplicationGroupMemberAction, M>(members, &mut self.create),
            "Update" => read::<UpdateReplicationGroupMemberAction, M>(members, &mut self.update),
            "Delete" => read::<DeleteReplicationGroupMemberAction, M>(members, &mut self.delete),
            "Disassociate" => {
                read::<DisassociateReplicationGroupMemberAction, M>(members, &mut self.disassociate)
            }
            _ => skip(members),
        }
    }
}

impl Structure for RestoreTableFromBackupInput {
    const NAME: &'static str = "RestoreTableFromBackupInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TargetTableName" => read::<String, M>(members, &mut self.target_table_name),
            "BackupArn" => read::<String, M>(members, &mut self.backup_arn),
            "BillingModeOverride" => read::<String, M>(members, &mut self.billing_mode_override),
            "GlobalSecondaryIndexOverride" => read::<List<GlobalSecondaryIndex>, M>(
                members,
                &mut self.global_secondary_index_override,
            ),
            "LocalSecondaryIndexOverride" => read::<List<LocalSecondaryIndex>, M>(
                members,
                &mut self.local_secondary_index_override,
            ),
            "ProvisionedThroughputOverride" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput_override)
            }
            "OnDemandThroughputOverride" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput_override)
            }
            "SSESpecificationOverride" => {
                read::<SSESpecification, M>(members, &mut self.sse_specification_override)
            }
            "VectorIndexOverride" => {
                read::<List<VectorIndex>, M>(members, &mut self.vector_index_override)
            }
            _ => skip(members),
        }
    }
}

impl Structure for RestoreTableToPointInTimeInput {
    const NAME: &'static str = "RestoreTableToPointInTimeInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "SourceTableArn" => read::<String, M>(members, &mut self.source_table_arn),
            "SourceTableName" => read::<String, M>(members, &mut self.source_table_name),
            "TargetTableName" => read::<String, M>(members, &mut self.target_table_name),
            "UseLatestRestorableTime" => {
                read::<bool, M>(members, &mut self.use_latest_restorable_time)
            }
            "RestoreDateTime" => read::<Timestamp, M>(members, &mut self.restore_date_time),
            "BillingModeOverride" => read::<String, M>(members, &mut self.billing_mode_override),
            "GlobalSecondaryIndexOverride" => read::<List<GlobalSecondaryIndex>, M>(
                members,
                &mut self.global_secondary_index_override,
            ),
            "LocalSecondaryIndexOverride" => read::<List<LocalSecondaryIndex>, M>(
                members,
                &mut self.local_secondary_index_override,
            ),
            "ProvisionedThroughputOverride" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput_override)
            }
            "OnDemandThroughputOverride" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput_override)
            }
            "SSESpecificationOverride" => {
                read::<SSESpecification, M>(members, &mut self.sse_specification_override)
            }
            "VectorIndexOverride" => {
                read::<List<VectorIndex>, M>(members, &mut self.vector_index_override)
            }
            _ => skip(members),
        }
    }
}

impl Structure for S3BucketSource {
    const NAME: &'static str = "S3BucketSource";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "S3BucketOwner" => read::<String, M>(members, &mut self.s3_bucket_owner),
            "S3Bucket" => read::<String, M>(members, &mut self.s3_bucket),
            "S3KeyPrefix" => read::<String, M>(members, &mut self.s3_key_prefix),
            _ => skip(members),
        }
    }
}

impl Structure for SSESpecification {
    const NAME: &'static str = "SSESpecification";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Enabled" => read::<bool, M>(members, &mut self.enabled),
            "SSEType" => read::<String, M>(members, &mut self.sse_type),
            "KMSMasterKeyId" => read::<String, M>(members, &mut self.kms_master_key_id),
            _ => skip(members),
        }
    }
}

impl Structure for ScanInput {
    const NAME: &'static str = "ScanInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "AttributesToGet" => read::<List<String>, M>(members, &mut self.attributes_to_get),
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "Select" => read::<String, M>(members, &mut self.select),
            "ScanFilter" => read::<Map<Condition>, M>(members, &mut self.scan_filter),
            "ConditionalOperator" => read::<String, M>(members, &mut self.conditional_operator),
            "ExclusiveStartKey" => read::<AttributeMap, M>(members, &mut self.exclusive_start_key),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "TotalSegments" => read::<i32, M>(members, &mut self.total_segments),
            "Segment" => read::<i32, M>(members, &mut self.segment),
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "FilterExpression" => read::<String, M>(members, &mut self.filter_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ConsistentRead" => read::<bool, M>(members, &mut self.consistent_read),
            _ => skip(members),
        }
    }
}

impl Structure for SearchSchemaElement {
    const NAME: &'static str = "SearchSchemaElement";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeName" => read::<String, M>(members, &mut self.attribute_name),
            "SearchSchemaElementType" => {
                read::<String, M>(members, &mut self.search_schema_element_type)
            }
            _ => skip(members),
        }
    }
}

impl Structure for SearchVectorsInput {
    const NAME: &'static str = "SearchVectorsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ProjectionExpression" => read::<String, M>(members, &mut self.projection_expression),
            "SearchVector" => read::<List<AttributeValue>, M>(members, &mut self.search_vector),
            "SearchConditionExpression" => {
                read::<String, M>(members, &mut self.search_condition_expression)
            }
            "TopK" => read::<i32, M>(members, &mut self.top_k),
            _ => skip(members),
        }
    }
}

impl Structure for StartBulkPutItemsInput {
    const NAME: &'static str = "StartBulkPutItemsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ClientToken" => read::<String, M>(members, &mut self.client_token),
            "InputS3Configuration" => {
                read::<InputS3Configuration, M>(members, &mut self.input_s3_configuration)
            }
            "OutputS3Configuration" => {
                read::<OutputS3Configuration, M>(members, &mut self.output_s3_configuration)
            }
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "MaxWriteRequestUnits" => read::<i64, M>(members, &mut self.max_write_request_units),
            "PerformanceTier" => read::<String, M>(members, &mut self.performance_tier),
            _ => skip(members),
        }
    }
}

impl Structure for StreamSpecification {
    const NAME: &'static str = "StreamSpecification";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "StreamEnabled" => read::<bool, M>(members, &mut self.stream_enabled),
            "StreamViewType" => read::<String, M>(members, &mut self.stream_view_type),
            _ => skip(members),
        }
    }
}

impl Structure for TableCreationParameters {
    const NAME: &'static str = "TableCreationParameters";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "AttributeDefinitions" => {
                read::<List<AttributeDefinition>, M>(members, &mut self.attribute_definitions)
            }
            "KeySchema" => read::<List<KeySchemaElement>, M>(members, &mut self.key_schema),
            "BillingMode" => read::<String, M>(members, &mut self.billing_mode),
            "ProvisionedThroughput" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput)
            }
            "OnDemandThroughput" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput)
            }
            "SSESpecification" => read::<SSESpecification, M>(members, &mut self.sse_specification),
            "GlobalSecondaryIndexes" => {
                read::<List<GlobalSecondaryIndex>, M>(members, &mut self.global_secondary_indexes)
            }
            "VectorIndexes" => read::<List<VectorIndex>, M>(members, &mut self.vector_indexes),
            _ => skip(members),
        }
    }
}

impl Structure for Tag {
    const NAME: &'static str = "Tag";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Key" => read::<String, M>(members, &mut self.key),
            "Value" => read::<String, M>(members, &mut self.value),
            _ => skip(members),
        }
    }
}

impl Structure for TagResourceInput {
    const NAME: &'static str = "TagResourceInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ResourceArn" => read::<String, M>(members, &mut self.resource_arn),
            "Tags" => read::<List<Tag>, M>(members, &mut self.tags),
            _ => skip(members),
        }
    }
}

impl Structure for TimeToLiveSpecification {
    const NAME: &'static str = "TimeToLiveSpecification";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Enabled" => read::<bool, M>(members, &mut self.enabled),
            "AttributeName" => read::<String, M>(members, &mut self.attribute_name),
            _ => skip(members),
        }
    }
}

impl Structure for TransactGetItem {
    const NAME: &'static str = "TransactGetItem";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Get" => read::<Get, M>(members, &mut self.get),
            _ => skip(members),
        }
    }
}

impl Structure for TransactGetItemsInput {
    const NAME: &'static str = "TransactGetItemsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TransactItems" => read::<List<TransactGetItem>, M>(members, &mut self.transact_items),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            _ => skip(members),
        }
    }
}

impl Structure for TransactWriteItem {
    const NAME: &'static str = "TransactWriteItem";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ConditionCheck" => read::<ConditionCheck, M>(members, &mut self.condition_check),
            "Put" => read::<Put, M>(members, &mut self.put),
            "Delete" => read::<Delete, M>(members, &mut self.delete),
            "Update" => read::<Update, M>(members, &mut self.update),
            _ => skip(members),
        }
    }
}

impl Structure for TransactWriteItemsInput {
    const NAME: &'static str = "TransactWriteItemsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TransactItems" => {
                read::<List<TransactWriteItem>, M>(members, &mut self.transact_items)
            }
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ReturnItemCollectionMetrics" => {
                read::<String, M>(members, &mut self.return_item_collection_metrics)
            }
            "ClientRequestToken" => read::<String, M>(members, &mut self.client_request_token),
            _ => skip(members),
        }
    }
}

impl Structure for UntagResourceInput {
    const NAME: &'static str = "UntagResourceInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ResourceArn" => read::<String, M>(members, &mut self.resource_arn),
            "TagKeys" => read::<List<String>, M>(members, &mut self.tag_keys),
            _ => skip(members),
        }
    }
}

impl Structure for Update {
    const NAME: &'static str = "Update";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "UpdateExpression" => read::<String, M>(members, &mut self.update_expression),
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateContinuousBackupsInput {
    const NAME: &'static str = "UpdateContinuousBackupsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "PointInTimeRecoverySpecification" => read::<PointInTimeRecoverySpecification, M>(
                members,
                &mut self.point_in_time_recovery_specification,
            ),
            _ => skip(members),
        }
    }
}

impl Structure for UpdateContributorInsightsInput {
    const NAME: &'static str = "UpdateContributorInsightsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ContributorInsightsAction" => {
                read::<String, M>(members, &mut self.contributor_insights_action)
            }
            "ContributorInsightsMode" => {
                read::<String, M>(members, &mut self.contributor_insights_mode)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateGlobalSecondaryIndexAction {
    const NAME: &'static str = "UpdateGlobalSecondaryIndexAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "ProvisionedThroughput" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput)
            }
            "OnDemandThroughput" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput)
            }
            "WarmThroughput" => read::<WarmThroughput, M>(members, &mut self.warm_throughput),
            _ => skip(members),
        }
    }
}

impl Structure for UpdateGlobalTableInput {
    const NAME: &'static str = "UpdateGlobalTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "GlobalTableName" => read::<String, M>(members, &mut self.global_table_name),
            "ReplicaUpdates" => read::<List<ReplicaUpdate>, M>(members, &mut self.replica_updates),
            _ => skip(members),
        }
    }
}

impl Structure for UpdateGlobalTableSettingsInput {
    const NAME: &'static str = "UpdateGlobalTableSettingsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "GlobalTableName" => read::<String, M>(members, &mut self.global_table_name),
            "GlobalTableBillingMode" => {
                read::<String, M>(members, &mut self.global_table_billing_mode)
            }
            "GlobalTableProvisionedWriteCapacityUnits" => read::<i64, M>(
                members,
                &mut self.global_table_provisioned_write_capacity_units,
            ),
            "GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate" => {
                read::<AutoScalingSettingsUpdate, M>(
                    members,
                    &mut self.global_table_provisioned_write_capacity_auto_scaling_settings_update,
                )
            }
            "GlobalTableGlobalSecondaryIndexSettingsUpdate" => {
                read::<List<GlobalTableGlobalSecondaryIndexSettingsUpdate>, M>(
                    members,
                    &mut self.global_table_global_secondary_index_settings_update,
                )
            }
            "ReplicaSettingsUpdate" => {
                read::<List<ReplicaSettingsUpdate>, M>(members, &mut self.replica_settings_update)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateItemInput {
    const NAME: &'static str = "UpdateItemInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "Key" => read::<AttributeMap, M>(members, &mut self.key),
            "AttributeUpdates" => {
                read::<Map<AttributeValueUpdate>, M>(members, &mut self.attribute_updates)
            }
            "Expected" => read::<Map<ExpectedAttributeValue>, M>(members, &mut self.expected),
            "ConditionalOperator" => read::<String, M>(members, &mut self.conditional_operator),
            "ReturnValues" => read::<String, M>(members, &mut self.return_values),
            "ReturnConsumedCapacity" => {
                read::<String, M>(members, &mut self.return_consumed_capacity)
            }
            "ReturnItemCollectionMetrics" => {
                read::<String, M>(members, &mut self.return_item_collection_metrics)
            }
            "UpdateExpression" => read::<String, M>(members, &mut self.update_expression),
            "ConditionExpression" => read::<String, M>(members, &mut self.condition_expression),
            "ExpressionAttributeNames" => {
                read::<Map<String>, M>(members, &mut self.expression_attribute_names)
            }
            "ExpressionAttributeValues" => {
                read::<AttributeMap, M>(members, &mut self.expression_attribute_values)
            }
            "ReturnValuesOnConditionCheckFailure" => {
                read::<String, M>(members, &mut self.return_values_on_condition_check_failure)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateKinesisStreamingConfiguration {
    const NAME: &'static str = "UpdateKinesisStreamingConfiguration";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ApproximateCreationDateTimePrecision" => {
                read::<String, M>(members, &mut self.approximate_creation_date_time_precision)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateKinesisStreamingDestinationInput {
    const NAME: &'static str = "UpdateKinesisStreamingDestinationInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "StreamArn" => read::<String, M>(members, &mut self.stream_arn),
            "UpdateKinesisStreamingConfiguration" => {
                read::<UpdateKinesisStreamingConfiguration, M>(
                    members,
                    &mut self.update_kinesis_streaming_configuration,
                )
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateReplicationGroupMemberAction {
    const NAME: &'static str = "UpdateReplicationGroupMemberAction";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "RegionName" => read::<String, M>(members, &mut self.region_name),
            "KMSMasterKeyId" => read::<String, M>(members, &mut self.kms_master_key_id),
            "ProvisionedThroughputOverride" => read::<ProvisionedThroughputOverride, M>(
                members,
                &mut self.provisioned_throughput_override,
            ),
            "OnDemandThroughputOverride" => read::<OnDemandThroughputOverride, M>(
                members,
                &mut self.on_demand_throughput_override,
            ),
            "GlobalSecondaryIndexes" => read::<List<ReplicaGlobalSecondaryIndex>, M>(
                members,
                &mut self.global_secondary_indexes,
            ),
            "TableClassOverride" => read::<String, M>(members, &mut self.table_class_override),
            _ => skip(members),
        }
    }
}

impl Structure for UpdateTableInput {
    const NAME: &'static str = "UpdateTableInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeDefinitions" => {
                read::<List<AttributeDefinition>, M>(members, &mut self.attribute_definitions)
            }
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "BillingMode" => read::<String, M>(members, &mut self.billing_mode),
            "ProvisionedThroughput" => {
                read::<ProvisionedThroughput, M>(members, &mut self.provisioned_throughput)
            }
            "GlobalSecondaryIndexUpdates" => read::<List<GlobalSecondaryIndexUpdate>, M>(
                members,
                &mut self.global_secondary_index_updates,
            ),
            "StreamSpecification" => {
                read::<StreamSpecification, M>(members, &mut self.stream_specification)
            }
            "SSESpecification" => read::<SSESpecification, M>(members, &mut self.sse_specification),
            "ReplicaUpdates" => {
                read::<List<ReplicationGroupUpdate>, M>(members, &mut self.replica_updates)
            }
            "TableClass" => read::<String, M>(members, &mut self.table_class),
            "DeletionProtectionEnabled" => {
                read::<bool, M>(members, &mut self.deletion_protection_enabled)
            }
            "MultiRegionConsistency" => {
                read::<String, M>(members, &mut self.multi_region_consistency)
            }
            "GlobalTableWitnessUpdates" => read::<List<GlobalTableWitnessGroupUpdate>, M>(
                members,
                &mut self.global_table_witness_updates,
            ),
            "OnDemandThroughput" => {
                read::<OnDemandThroughput, M>(members, &mut self.on_demand_throughput)
            }
            "WarmThroughput" => read::<WarmThroughput, M>(members, &mut self.warm_throughput),
            "GlobalTableSettingsReplicationMode" => {
                read::<String, M>(members, &mut self.global_table_settings_replication_mode)
            }
            "DisassociationProtectionEnabled" => {
                read::<bool, M>(members, &mut self.disassociation_protection_enabled)
            }
            "VectorIndexUpdates" => {
                read::<List<VectorIndexUpdate>, M>(members, &mut self.vector_index_updates)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateTableReplicaAutoScalingInput {
    const NAME: &'static str = "UpdateTableReplicaAutoScalingInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "GlobalSecondaryIndexUpdates" => {
                read::<List<GlobalSecondaryIndexAutoScalingUpdate>, M>(
                    members,
                    &mut self.global_secondary_index_updates,
                )
            }
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "ProvisionedWriteCapacityAutoScalingUpdate" => read::<AutoScalingSettingsUpdate, M>(
                members,
                &mut self.provisioned_write_capacity_auto_scaling_update,
            ),
            "ReplicaUpdates" => {
                read::<List<ReplicaAutoScalingUpdate>, M>(members, &mut self.replica_updates)
            }
            _ => skip(members),
        }
    }
}

impl Structure for UpdateTimeToLiveInput {
    const NAME: &'static str = "UpdateTimeToLiveInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "TimeToLiveSpecification" => {
                read::<TimeToLiveSpecification, M>(members, &mut self.time_to_live_specification)
            }
            _ => skip(members),
        }
    }
}

impl Structure for VectorAttributeDefinition {
    const NAME: &'static str = "VectorAttributeDefinition";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "AttributeName" => read::<String, M>(members, &mut self.attribute_name),
            _ => skip(members),
        }
    }
}

impl Structure for VectorIndex {
    const NAME: &'static str = "VectorIndex";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "IndexName" => read::<String, M>(members, &mut self.index_name),
            "VectorAttribute" => {
                read::<VectorAttributeDefinition, M>(members, &mut self.vector_attribute)
            }
            "SearchSchema" => {
                read::<List<SearchSchemaElement>, M>(members, &mut self.search_schema)
            }
            "Projection" => read::<Projection, M>(members, &mut self.projection),
            "Dimensions" => read::<i64, M>(members, &mut self.dimensions),
            "DistanceFunction" => read::<String, M>(members, &mut self.distance_function),
            _ => skip(members),
        }
    }
}

impl Structure for VectorIndexUpdate {
    const NAME: &'static str = "VectorIndexUpdate";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Create" => read::<CreateVectorIndexAction, M>(members, &mut self.create),
            "Delete" => read::<DeleteVectorIndexAction, M>(members, &mut self.delete),
            _ => skip(members),
        }
    }
}

impl Structure for WarmThroughput {
    const NAME: &'static str = "WarmThroughput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ReadUnitsPerSecond" => read::<i64, M>(members, &mut self.read_units_per_second),
            "WriteUnitsPerSecond" => read::<i64, M>(members, &mut self.write_units_per_second),
            _ => skip(members),
        }
    }
}

impl Structure for WriteRequest {
    const NAME: &'static str = "WriteRequest";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "PutRequest" => read::<PutRequest, M>(members, &mut self.put_request),
            "DeleteRequest" => read::<DeleteRequest, M>(members, &mut self.delete_request),
            _ => skip(members),
        }
    }
}

impl Structure for DescribeStreamInput {
    const NAME: &'static str = "DescribeStreamInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "StreamArn" => read::<String, M>(members, &mut self.stream_arn),
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "ExclusiveStartShardId" => {
                read::<String, M>(members, &mut self.exclusive_start_shard_id)
            }
            "ShardFilter" => read::<ShardFilter, M>(members, &mut self.shard_filter),
            _ => skip(members),
        }
    }
}

impl Structure for GetRecordsInput {
    const NAME: &'static str = "GetRecordsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "ShardIterator" => read::<String, M>(members, &mut self.shard_iterator),
            "Limit" => read::<i32, M>(members, &mut self.limit),
            _ => skip(members),
        }
    }
}

impl Structure for GetShardIteratorInput {
    const NAME: &'static str = "GetShardIteratorInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "StreamArn" => read::<String, M>(members, &mut self.stream_arn),
            "ShardId" => read::<String, M>(members, &mut self.shard_id),
            "ShardIteratorType" => read::<String, M>(members, &mut self.shard_iterator_type),
            "SequenceNumber" => read::<String, M>(members, &mut self.sequence_number),
            "Timestamp" => read::<Timestamp, M>(members, &mut self.timestamp),
            _ => skip(members),
        }
    }
}

impl Structure for ListStreamsInput {
    const NAME: &'static str = "ListStreamsInput";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "TableName" => read::<String, M>(members, &mut self.table_name),
            "Limit" => read::<i32, M>(members, &mut self.limit),
            "ExclusiveStartStreamArn" => {
                read::<String, M>(members, &mut self.exclusive_start_stream_arn)
            }
            _ => skip(members),
        }
    }
}

impl Structure for ShardFilter {
    const NAME: &'static str = "ShardFilter";

    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error> {
        match name {
            "Type" => read::<String, M>(members, &mut self.r#type),
            "ShardId" => read::<String, M>(members, &mut self.shard_id),
            _ => skip(members),
        }
    }
}
