//! The models' generic constraints on requests.

use std::collections::BTreeMap;

use super::inputs::*;
use super::nested::*;
use crate::pattern::Pattern;
use crate::raw_json::RawJson;
use crate::validation::Constraint::{
    self, LengthMax, LengthMin, Matches, OneOf, ValueMax, ValueMin,
};
use crate::validation::{Validate, Violations, name_or_arn, number, text};

const APPROXIMATE_CREATION_DATE_TIME_PRECISION: &[Constraint] =
    &[OneOf(&["MILLISECOND", "MICROSECOND"])];

const ATTRIBUTE_ACTION: &[Constraint] = &[OneOf(&["ADD", "PUT", "DELETE"])];

impl Validate for AttributeDefinition {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "attributeName",
            self.attribute_name.as_deref(),
            text(KEY_SCHEMA_ATTRIBUTE_NAME),
        );
        violations.required(
            "attributeType",
            self.attribute_type.as_deref(),
            text(SCALAR_ATTRIBUTE_TYPE),
        );
    }
}

fn attribute_definitions(list: &[AttributeDefinition], violations: &mut Violations) {
    violations.each(list, AttributeDefinition::validate);
}

const ATTRIBUTE_NAME: &[Constraint] = &[LengthMax(65_535)];

const ATTRIBUTE_NAME_LIST: &[Constraint] = &[LengthMin(1)];

fn attribute_name_list(list: &[String], violations: &mut Violations) {
    violations.bounds(list, ATTRIBUTE_NAME_LIST);
    violations.elements(list, ATTRIBUTE_NAME);
}

fn attribute_updates(map: &BTreeMap<String, AttributeValueUpdate>, violations: &mut Violations) {
    violations.keys(map, ATTRIBUTE_NAME);
    violations.each_value(map, AttributeValueUpdate::validate);
}

impl Validate for AttributeValueUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("action", self.action.as_deref(), text(ATTRIBUTE_ACTION));
    }
}

const AUTO_SCALING_POLICY_NAME: &[Constraint] =
    &[Matches(Pattern::Printable), LengthMin(1), LengthMax(256)];

impl Validate for AutoScalingPolicyUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "policyName",
            self.policy_name.as_deref(),
            text(AUTO_SCALING_POLICY_NAME),
        );
        violations.required(
            "targetTrackingScalingPolicyConfiguration",
            self.target_tracking_scaling_policy_configuration.as_ref(),
            AutoScalingTargetTrackingScalingPolicyConfigurationUpdate::validate,
        );
    }
}

const AUTO_SCALING_ROLE_ARN: &[Constraint] =
    &[Matches(Pattern::XmlText), LengthMin(1), LengthMax(1600)];

impl Validate for AutoScalingSettingsUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "minimumUnits",
            self.minimum_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.optional(
            "maximumUnits",
            self.maximum_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.optional(
            "autoScalingRoleArn",
            self.auto_scaling_role_arn.as_deref(),
            text(AUTO_SCALING_ROLE_ARN),
        );
        violations.optional(
            "scalingPolicyUpdate",
            self.scaling_policy_update.as_ref(),
            AutoScalingPolicyUpdate::validate,
        );
    }
}

impl Validate for AutoScalingTargetTrackingScalingPolicyConfigurationUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.present("targetValue", self.target_value.is_some());
    }
}

const BACKUP_ARN: &[Constraint] = &[LengthMin(37), LengthMax(1024)];

const BACKUP_NAME: &[Constraint] = &[Matches(Pattern::Name), LengthMin(3), LengthMax(255)];

const BACKUP_TYPE_FILTER: &[Constraint] = &[OneOf(&["USER", "SYSTEM", "AWS_BACKUP", "ALL"])];

const BACKUPS_INPUT_LIMIT: &[Constraint] = &[ValueMin(1), ValueMax(100)];

impl Validate for BatchExecuteStatementInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "statements",
            self.statements.as_deref(),
            parti_ql_batch_request,
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
    }
}

impl Validate for BatchGetItemInput {
    fn validate(&self, violations: &mut Violations) {
        if self.request_items.is_none() {
            return violations.only("The requestItems parameter is required for BatchGetItem");
        }
        violations.required(
            "requestItems",
            self.request_items.as_ref(),
            batch_get_request_map,
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
    }
}

const BATCH_GET_REQUEST_MAP: &[Constraint] = &[LengthMin(1), LengthMax(100)];

fn batch_get_request_map(map: &BTreeMap<String, KeysAndAttributes>, violations: &mut Violations) {
    violations.bounds(map, BATCH_GET_REQUEST_MAP);
    violations.keys(map, TABLE_ARN);
    violations.each_value(map, KeysAndAttributes::validate);
}

impl Validate for BatchStatementRequest {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "statement",
            self.statement.as_deref(),
            text(PARTI_QL_STATEMENT),
        );
        violations.optional(
            "parameters",
            self.parameters.as_deref(),
            prepared_statement_parameters,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for BatchWriteItemInput {
    fn validate(&self, violations: &mut Violations) {
        if self.request_items.is_none() {
            return violations.only("The requestItems parameter is required for BatchWriteItem");
        }
        violations.required(
            "requestItems",
            self.request_items.as_ref(),
            batch_write_item_request_map,
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "returnItemCollectionMetrics",
            self.return_item_collection_metrics.as_deref(),
            text(RETURN_ITEM_COLLECTION_METRICS),
        );
    }
}

const BATCH_WRITE_ITEM_REQUEST_MAP: &[Constraint] = &[LengthMin(1), LengthMax(25)];

fn batch_write_item_request_map(
    map: &BTreeMap<String, Vec<WriteRequest>>,
    violations: &mut Violations,
) {
    violations.bounds(map, BATCH_WRITE_ITEM_REQUEST_MAP);
    violations.keys(map, TABLE_ARN);
    violations.values(map, WRITE_REQUESTS);
    violations.each_value(map, |list, violations| {
        violations.each(list, WriteRequest::validate);
    });
}

const BILLING_MODE: &[Constraint] = &[OneOf(&["PROVISIONED", "PAY_PER_REQUEST"])];

const BULK_OPERATION_ARN: &[Constraint] = &[LengthMin(37), LengthMax(1024)];

const BULK_OPERATION_INPUT_FORMAT: &[Constraint] = &[OneOf(&["DYNAMODB_JSON", "ION"])];

const BULK_OPERATION_MAX_WRITE_REQUEST_UNITS: &[Constraint] = &[ValueMin(1024)];

const BULK_OPERATION_NEXT_TOKEN: &[Constraint] =
    &[Matches(Pattern::HexToken), LengthMin(1), LengthMax(1024)];

const BULK_OPERATION_PERFORMANCE_TIER: &[Constraint] = &[OneOf(&["STANDARD", "ACCELERATED"])];

impl Validate for CancelBulkOperationInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "bulkOperationArn",
            self.bulk_operation_arn.as_deref(),
            text(BULK_OPERATION_ARN),
        );
    }
}

const CLIENT_REQUEST_TOKEN: &[Constraint] = &[LengthMin(1), LengthMax(36)];

const CLIENT_TOKEN: &[Constraint] = &[Matches(Pattern::WithoutDollar)];

const COMPARISON_OPERATOR: &[Constraint] = &[OneOf(&[
    "IN",
    "NULL",
    "BETWEEN",
    "LT",
    "NOT_CONTAINS",
    "EQ",
    "GT",
    "NOT_NULL",
    "NE",
    "LE",
    "BEGINS_WITH",
    "GE",
    "CONTAINS",
])];

impl Validate for Condition {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "comparisonOperator",
            self.comparison_operator.as_deref(),
            text(COMPARISON_OPERATOR),
        );
    }
}

impl Validate for ConditionCheck {
    fn validate(&self, violations: &mut Violations) {
        violations.present("key", self.key.is_some());
        violations.required("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        violations.present("conditionExpression", self.condition_expression.is_some());
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

const CONDITIONAL_OPERATOR: &[Constraint] = &[OneOf(&["OR", "AND"])];

const CONTRIBUTOR_INSIGHTS_ACTION: &[Constraint] = &[OneOf(&["ENABLE", "DISABLE"])];

const CONTRIBUTOR_INSIGHTS_MODE: &[Constraint] =
    &[OneOf(&["ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"])];

impl Validate for CreateBackupInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.required("backupName", self.backup_name.as_deref(), text(BACKUP_NAME));
    }
}

impl Validate for CreateGlobalSecondaryIndexAction {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.required("keySchema", self.key_schema.as_deref(), key_schema);
        violations.required("projection", self.projection.as_ref(), Projection::validate);
        violations.optional(
            "provisionedThroughput",
            self.provisioned_throughput.as_ref(),
            ProvisionedThroughput::validate,
        );
    }
}

impl Validate for CreateGlobalTableInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "globalTableName",
            self.global_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.present("replicationGroup", self.replication_group.is_some());
    }
}

impl Validate for CreateGlobalTableWitnessGroupMemberAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
    }
}

impl Validate for CreateReplicaAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
    }
}

impl Validate for CreateReplicationGroupMemberAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
        violations.optional(
            "provisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
            ProvisionedThroughputOverride::validate,
        );
        violations.optional(
            "globalSecondaryIndexes",
            self.global_secondary_indexes.as_deref(),
            replica_global_secondary_index_list,
        );
    }
}

impl Validate for CreateTableInput {
    fn validate(&self, violations: &mut Violations) {
        if self.table_name.is_none() {
            return violations
                .only("The parameter 'TableName' is required but was not present in the request");
        }
        violations.optional(
            "tableName",
            self.table_name.as_deref(),
            name_or_arn(TABLE_NAME, TABLE_ARN),
        );
        if violations.any() {
            return;
        }
        violations.required(
            "attributeDefinitions",
            self.attribute_definitions.as_deref(),
            attribute_definitions,
        );
        violations.required("keySchema", self.key_schema.as_deref(), key_schema);
        violations.optional(
            "localSecondaryIndexes",
            self.local_secondary_indexes.as_deref(),
            local_secondary_index_list,
        );
        violations.optional(
            "globalSecondaryIndexes",
            self.global_secondary_indexes.as_deref(),
            global_secondary_index_list,
        );
        violations.optional(
            "billingMode",
            self.billing_mode.as_deref(),
            text(BILLING_MODE),
        );
        violations.optional(
            "provisionedThroughput",
            self.provisioned_throughput.as_ref(),
            ProvisionedThroughput::validate,
        );
        violations.optional(
            "streamSpecification",
            self.stream_specification.as_ref(),
            StreamSpecification::validate,
        );
        violations.optional(
            "sSESpecification",
            self.sse_specification.as_ref(),
            SSESpecification::validate,
        );
        violations.optional(
            "globalTableSourceArn",
            self.global_table_source_arn.as_deref(),
            text(TABLE_ARN),
        );
        violations.optional(
            "globalTableSettingsReplicationMode",
            self.global_table_settings_replication_mode.as_deref(),
            text(GLOBAL_TABLE_SETTINGS_REPLICATION_MODE),
        );
        violations.optional(
            "vectorIndexes",
            self.vector_indexes.as_deref(),
            vector_index_list,
        );
    }
}

impl Validate for CreateVectorIndexAction {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.required(
            "vectorAttribute",
            self.vector_attribute.as_ref(),
            VectorAttributeDefinition::validate,
        );
        violations.optional("searchSchema", self.search_schema.as_deref(), search_schema);
        violations.required("projection", self.projection.as_ref(), Projection::validate);
        violations.required("dimensions", self.dimensions, number(POSITIVE_LONG_OBJECT));
        violations.required(
            "distanceFunction",
            self.distance_function.as_deref(),
            text(VECTOR_DISTANCE_FUNCTION),
        );
    }
}

const CSV_DELIMITER: &[Constraint] = &[Matches(Pattern::CsvDelimiter), LengthMin(1), LengthMax(1)];

const CSV_HEADER: &[Constraint] = &[Matches(Pattern::CsvHeader), LengthMin(1), LengthMax(65_536)];

const CSV_HEADER_LIST: &[Constraint] = &[LengthMin(1), LengthMax(255)];

fn csv_header_list(list: &[String], violations: &mut Violations) {
    violations.bounds(list, CSV_HEADER_LIST);
    violations.elements(list, CSV_HEADER);
}

impl Validate for CsvOptions {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("delimiter", self.delimiter.as_deref(), text(CSV_DELIMITER));
        violations.optional("headerList", self.header_list.as_deref(), csv_header_list);
    }
}

impl Validate for Delete {
    fn validate(&self, violations: &mut Violations) {
        violations.present("key", self.key.is_some());
        violations.required("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for DeleteBackupInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("backupArn", self.backup_arn.as_deref(), text(BACKUP_ARN));
    }
}

impl Validate for DeleteGlobalSecondaryIndexAction {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
    }
}

impl Validate for DeleteGlobalTableWitnessGroupMemberAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
    }
}

impl Validate for DeleteItemInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.present("key", self.key.is_some());
        violations.optional("expected", self.expected.as_ref(), expected_attribute_map);
        violations.optional(
            "conditionalOperator",
            self.conditional_operator.as_deref(),
            text(CONDITIONAL_OPERATOR),
        );
        violations.optional(
            "returnValues",
            self.return_values.as_deref(),
            text(RETURN_VALUE),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "returnItemCollectionMetrics",
            self.return_item_collection_metrics.as_deref(),
            text(RETURN_ITEM_COLLECTION_METRICS),
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for DeleteReplicaAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
    }
}

impl Validate for DeleteReplicationGroupMemberAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
    }
}

impl Validate for DeleteRequest {
    fn validate(&self, violations: &mut Violations) {
        violations.present("key", self.key.is_some());
    }
}

impl Validate for DeleteResourcePolicyInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "resourceArn",
            self.resource_arn.as_deref(),
            text(RESOURCE_ARN_STRING),
        );
        violations.optional(
            "expectedRevisionId",
            self.expected_revision_id.as_deref(),
            text(POLICY_REVISION_ID),
        );
    }
}

impl Validate for DeleteTableInput {
    fn validate(&self, violations: &mut Violations) {
        if self.table_name.is_none() {
            return violations
                .only("The parameter 'TableName' is required but was not present in the request");
        }
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
    }
}

impl Validate for DeleteVectorIndexAction {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
    }
}

impl Validate for DescribeBackupInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("backupArn", self.backup_arn.as_deref(), text(BACKUP_ARN));
    }
}

impl Validate for DescribeBulkOperationInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "bulkOperationArn",
            self.bulk_operation_arn.as_deref(),
            text(BULK_OPERATION_ARN),
        );
    }
}

impl Validate for DescribeContinuousBackupsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
    }
}

impl Validate for DescribeContributorInsightsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.optional("indexName", self.index_name.as_deref(), text(INDEX_NAME));
    }
}

impl Validate for DescribeEndpointsRequest {
    fn validate(&self, _violations: &mut Violations) {}
}

impl Validate for DescribeExportInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("exportArn", self.export_arn.as_deref(), text(EXPORT_ARN));
    }
}

impl Validate for DescribeGlobalTableInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "globalTableName",
            self.global_table_name.as_deref(),
            text(TABLE_NAME),
        );
    }
}

impl Validate for DescribeGlobalTableSettingsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "globalTableName",
            self.global_table_name.as_deref(),
            text(TABLE_NAME),
        );
    }
}

impl Validate for DescribeImportInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("importArn", self.import_arn.as_deref(), text(IMPORT_ARN));
    }
}

impl Validate for DescribeKinesisStreamingDestinationInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
    }
}

impl Validate for DescribeLimitsInput {
    fn validate(&self, _violations: &mut Violations) {}
}

impl Validate for DescribeTableInput {
    fn validate(&self, violations: &mut Violations) {
        if self.table_name.is_none() {
            return violations
                .only("The parameter 'TableName' is required but was not present in the request");
        }
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
    }
}

impl Validate for DescribeTableReplicaAutoScalingInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
    }
}

impl Validate for DescribeTimeToLiveInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
    }
}

impl Validate for DisassociateReplicationGroupMemberAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
        violations.required(
            "disassociationMode",
            self.disassociation_mode.as_deref(),
            text(DISASSOCIATION_MODE),
        );
    }
}

const DISASSOCIATION_MODE: &[Constraint] = &[OneOf(&["WAIT_FOR_REPLICATION"])];

impl Validate for EnableKinesisStreamingConfiguration {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "approximateCreationDateTimePrecision",
            self.approximate_creation_date_time_precision.as_deref(),
            text(APPROXIMATE_CREATION_DATE_TIME_PRECISION),
        );
    }
}

impl Validate for ExecuteStatementInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "statement",
            self.statement.as_deref(),
            text(PARTI_QL_STATEMENT),
        );
        violations.optional(
            "parameters",
            self.parameters.as_deref(),
            prepared_statement_parameters,
        );
        violations.optional(
            "nextToken",
            self.next_token.as_deref(),
            text(PARTI_QL_NEXT_TOKEN),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional("limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for ExecuteTransactionInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "transactStatements",
            self.transact_statements.as_deref(),
            parameterized_statements,
        );
        violations.optional(
            "clientRequestToken",
            self.client_request_token.as_deref(),
            text(CLIENT_REQUEST_TOKEN),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
    }
}

fn expected_attribute_map(
    map: &BTreeMap<String, ExpectedAttributeValue>,
    violations: &mut Violations,
) {
    violations.keys(map, ATTRIBUTE_NAME);
    violations.each_value(map, ExpectedAttributeValue::validate);
}

impl Validate for ExpectedAttributeValue {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "comparisonOperator",
            self.comparison_operator.as_deref(),
            text(COMPARISON_OPERATOR),
        );
    }
}

const EXPORT_ARN: &[Constraint] = &[LengthMin(37), LengthMax(1024)];

const EXPORT_FORMAT: &[Constraint] = &[OneOf(&["DYNAMODB_JSON", "ION"])];

impl Validate for ExportTableToPointInTimeInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("tableArn", self.table_arn.as_deref(), text(TABLE_ARN));
        violations.optional(
            "clientToken",
            self.client_token.as_deref(),
            text(CLIENT_TOKEN),
        );
        violations.required("s3Bucket", self.s3_bucket.as_deref(), text(S3_BUCKET));
        violations.optional(
            "s3BucketOwner",
            self.s3_bucket_owner.as_deref(),
            text(S3_BUCKET_OWNER),
        );
        violations.optional("s3Prefix", self.s3_prefix.as_deref(), text(S3_PREFIX));
        violations.optional(
            "s3SseAlgorithm",
            self.s3_sse_algorithm.as_deref(),
            text(S3_SSE_ALGORITHM),
        );
        violations.optional(
            "s3SseKmsKeyId",
            self.s3_sse_kms_key_id.as_deref(),
            text(S3_SSE_KMS_KEY_ID),
        );
        violations.optional(
            "exportFormat",
            self.export_format.as_deref(),
            text(EXPORT_FORMAT),
        );
        violations.optional("exportType", self.export_type.as_deref(), text(EXPORT_TYPE));
        violations.optional(
            "incrementalExportSpecification",
            self.incremental_export_specification.as_ref(),
            IncrementalExportSpecification::validate,
        );
        violations.optional(
            "filterSpecification",
            self.filter_specification.as_ref(),
            FilterSpecification::validate,
        );
    }
}

const EXPORT_TYPE: &[Constraint] = &[OneOf(&["FULL_EXPORT", "INCREMENTAL_EXPORT"])];

const EXPORT_VIEW_TYPE: &[Constraint] = &[OneOf(&["NEW_IMAGE", "NEW_AND_OLD_IMAGES"])];

fn expression_attribute_name_map(map: &BTreeMap<String, String>, violations: &mut Violations) {
    violations.values(map, ATTRIBUTE_NAME);
}

fn filter_condition_map(map: &BTreeMap<String, Condition>, violations: &mut Violations) {
    violations.keys(map, ATTRIBUTE_NAME);
    violations.each_value(map, Condition::validate);
}

impl Validate for FilterSpecification {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
    }
}

impl Validate for Get {
    fn validate(&self, violations: &mut Violations) {
        violations.present("key", self.key.is_some());
        violations.required("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
    }
}

impl Validate for GetItemInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.present("key", self.key.is_some());
        violations.optional(
            "attributesToGet",
            self.attributes_to_get.as_deref(),
            attribute_name_list,
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
    }
}

impl Validate for GetResourcePolicyInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "resourceArn",
            self.resource_arn.as_deref(),
            text(RESOURCE_ARN_STRING),
        );
    }
}

impl Validate for GlobalSecondaryIndex {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.required("keySchema", self.key_schema.as_deref(), key_schema);
        violations.required("projection", self.projection.as_ref(), Projection::validate);
        violations.optional(
            "provisionedThroughput",
            self.provisioned_throughput.as_ref(),
            ProvisionedThroughput::validate,
        );
    }
}

impl Validate for GlobalSecondaryIndexAutoScalingUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "provisionedWriteCapacityAutoScalingUpdate",
            self.provisioned_write_capacity_auto_scaling_update.as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
    }
}

const GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE_LIST: &[Constraint] = &[LengthMin(1)];

fn global_secondary_index_auto_scaling_update_list(
    list: &[GlobalSecondaryIndexAutoScalingUpdate],
    violations: &mut Violations,
) {
    violations.bounds(list, GLOBAL_SECONDARY_INDEX_AUTO_SCALING_UPDATE_LIST);
    violations.each(list, GlobalSecondaryIndexAutoScalingUpdate::validate);
}

fn global_secondary_index_list(list: &[GlobalSecondaryIndex], violations: &mut Violations) {
    violations.each(list, GlobalSecondaryIndex::validate);
}

impl Validate for GlobalSecondaryIndexUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "update",
            self.update.as_ref(),
            UpdateGlobalSecondaryIndexAction::validate,
        );
        violations.optional(
            "create",
            self.create.as_ref(),
            CreateGlobalSecondaryIndexAction::validate,
        );
        violations.optional(
            "delete",
            self.delete.as_ref(),
            DeleteGlobalSecondaryIndexAction::validate,
        );
    }
}

fn global_secondary_index_update_list(
    list: &[GlobalSecondaryIndexUpdate],
    violations: &mut Violations,
) {
    violations.each(list, GlobalSecondaryIndexUpdate::validate);
}

impl Validate for GlobalTableGlobalSecondaryIndexSettingsUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "provisionedWriteCapacityUnits",
            self.provisioned_write_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.optional(
            "provisionedWriteCapacityAutoScalingSettingsUpdate",
            self.provisioned_write_capacity_auto_scaling_settings_update
                .as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
    }
}

const GLOBAL_TABLE_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST: &[Constraint] =
    &[LengthMin(1), LengthMax(20)];

fn global_table_global_secondary_index_settings_update_list(
    list: &[GlobalTableGlobalSecondaryIndexSettingsUpdate],
    violations: &mut Violations,
) {
    violations.bounds(
        list,
        GLOBAL_TABLE_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST,
    );
    violations.each(
        list,
        GlobalTableGlobalSecondaryIndexSettingsUpdate::validate,
    );
}

const GLOBAL_TABLE_SETTINGS_REPLICATION_MODE: &[Constraint] =
    &[OneOf(&["ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES"])];

impl Validate for GlobalTableWitnessGroupUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "create",
            self.create.as_ref(),
            CreateGlobalTableWitnessGroupMemberAction::validate,
        );
        violations.optional(
            "delete",
            self.delete.as_ref(),
            DeleteGlobalTableWitnessGroupMemberAction::validate,
        );
    }
}

const GLOBAL_TABLE_WITNESS_GROUP_UPDATE_LIST: &[Constraint] = &[LengthMin(1), LengthMax(1)];

fn global_table_witness_group_update_list(
    list: &[GlobalTableWitnessGroupUpdate],
    violations: &mut Violations,
) {
    violations.bounds(list, GLOBAL_TABLE_WITNESS_GROUP_UPDATE_LIST);
    violations.each(list, GlobalTableWitnessGroupUpdate::validate);
}

const IMPORT_ARN: &[Constraint] = &[LengthMin(37), LengthMax(1024)];

const IMPORT_NEXT_TOKEN: &[Constraint] =
    &[Matches(Pattern::HexToken), LengthMin(112), LengthMax(1024)];

impl Validate for ImportTableInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "clientToken",
            self.client_token.as_deref(),
            text(CLIENT_TOKEN),
        );
        violations.required(
            "s3BucketSource",
            self.s3_bucket_source.as_ref(),
            S3BucketSource::validate,
        );
        violations.required(
            "inputFormat",
            self.input_format.as_deref(),
            text(INPUT_FORMAT),
        );
        violations.optional(
            "inputFormatOptions",
            self.input_format_options.as_ref(),
            InputFormatOptions::validate,
        );
        violations.optional(
            "inputCompressionType",
            self.input_compression_type.as_deref(),
            text(INPUT_COMPRESSION_TYPE),
        );
        violations.required(
            "tableCreationParameters",
            self.table_creation_parameters.as_ref(),
            TableCreationParameters::validate,
        );
    }
}

impl Validate for IncrementalExportSpecification {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "exportViewType",
            self.export_view_type.as_deref(),
            text(EXPORT_VIEW_TYPE),
        );
    }
}

const INDEX_NAME: &[Constraint] = &[Matches(Pattern::Name), LengthMin(3), LengthMax(255)];

const INPUT_COMPRESSION_TYPE: &[Constraint] = &[OneOf(&["ZSTD", "NONE", "GZIP"])];

const INPUT_FORMAT: &[Constraint] = &[OneOf(&["DYNAMODB_JSON", "ION", "CSV"])];

impl Validate for InputFormatOptions {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("csv", self.csv.as_ref(), CsvOptions::validate);
    }
}

impl Validate for InputS3Configuration {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "s3BucketOwner",
            self.s3_bucket_owner.as_deref(),
            text(S3_BUCKET_OWNER),
        );
        violations.required("s3Bucket", self.s3_bucket.as_deref(), text(S3_BUCKET));
        violations.optional(
            "s3KeyPrefix",
            self.s3_key_prefix.as_deref(),
            text(S3_PREFIX),
        );
        violations.required(
            "inputFormat",
            self.input_format.as_deref(),
            text(BULK_OPERATION_INPUT_FORMAT),
        );
        violations.optional(
            "inputCompressionType",
            self.input_compression_type.as_deref(),
            text(INPUT_COMPRESSION_TYPE),
        );
    }
}

fn key_conditions(map: &BTreeMap<String, Condition>, violations: &mut Violations) {
    violations.keys(map, ATTRIBUTE_NAME);
    violations.each_value(map, Condition::validate);
}

const KEY_LIST: &[Constraint] = &[LengthMin(1), LengthMax(100)];

fn key_list(list: &[RawJson], violations: &mut Violations) {
    violations.bounds(list, KEY_LIST);
}

const KEY_SCHEMA: &[Constraint] = &[LengthMin(1)];

fn key_schema(list: &[KeySchemaElement], violations: &mut Violations) {
    violations.bounds(list, KEY_SCHEMA);
    violations.each(list, KeySchemaElement::validate);
}

const KEY_SCHEMA_ATTRIBUTE_NAME: &[Constraint] = &[LengthMin(1), LengthMax(255)];

impl Validate for KeySchemaElement {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "attributeName",
            self.attribute_name.as_deref(),
            text(KEY_SCHEMA_ATTRIBUTE_NAME),
        );
        violations.required("keyType", self.key_type.as_deref(), text(KEY_TYPE));
    }
}

const KEY_TYPE: &[Constraint] = &[OneOf(&["HASH", "RANGE"])];

impl Validate for KeysAndAttributes {
    fn validate(&self, violations: &mut Violations) {
        violations.required("keys", self.keys.as_deref(), key_list);
        violations.optional(
            "attributesToGet",
            self.attributes_to_get.as_deref(),
            attribute_name_list,
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
    }
}

impl Validate for KinesisStreamingDestinationInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.required("streamArn", self.stream_arn.as_deref(), text(STREAM_ARN));
        violations.optional(
            "enableKinesisStreamingConfiguration",
            self.enable_kinesis_streaming_configuration.as_ref(),
            EnableKinesisStreamingConfiguration::validate,
        );
    }
}

impl Validate for ListBackupsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.optional("limit", self.limit, number(BACKUPS_INPUT_LIMIT));
        violations.optional(
            "exclusiveStartBackupArn",
            self.exclusive_start_backup_arn.as_deref(),
            text(BACKUP_ARN),
        );
        violations.optional(
            "backupType",
            self.backup_type.as_deref(),
            text(BACKUP_TYPE_FILTER),
        );
    }
}

impl Validate for ListBulkOperationsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "maxResults",
            self.max_results,
            number(LIST_BULK_OPERATIONS_MAX_LIMIT),
        );
        violations.optional(
            "nextToken",
            self.next_token.as_deref(),
            text(BULK_OPERATION_NEXT_TOKEN),
        );
    }
}

const LIST_BULK_OPERATIONS_MAX_LIMIT: &[Constraint] = &[ValueMin(1), ValueMax(25)];

impl Validate for ListContributorInsightsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.optional(
            "maxResults",
            self.max_results,
            number(LIST_CONTRIBUTOR_INSIGHTS_LIMIT),
        );
    }
}

const LIST_CONTRIBUTOR_INSIGHTS_LIMIT: &[Constraint] = &[ValueMax(100)];

impl Validate for ListExportsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableArn", self.table_arn.as_deref(), text(TABLE_ARN));
        violations.optional(
            "maxResults",
            self.max_results,
            number(LIST_EXPORTS_MAX_LIMIT),
        );
    }
}

const LIST_EXPORTS_MAX_LIMIT: &[Constraint] = &[ValueMin(1), ValueMax(25)];

impl Validate for ListGlobalTablesInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "exclusiveStartGlobalTableName",
            self.exclusive_start_global_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.optional("limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
    }
}

impl Validate for ListImportsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableArn", self.table_arn.as_deref(), text(TABLE_ARN));
        violations.optional("pageSize", self.page_size, number(LIST_IMPORTS_MAX_LIMIT));
        violations.optional(
            "nextToken",
            self.next_token.as_deref(),
            text(IMPORT_NEXT_TOKEN),
        );
    }
}

const LIST_IMPORTS_MAX_LIMIT: &[Constraint] = &[ValueMin(1), ValueMax(25)];

impl Validate for ListTablesInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "exclusiveStartTableName",
            self.exclusive_start_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.optional("limit", self.limit, number(LIST_TABLES_INPUT_LIMIT));
    }
}

const LIST_TABLES_INPUT_LIMIT: &[Constraint] = &[ValueMin(1), ValueMax(100)];

impl Validate for ListTagsOfResourceInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "resourceArn",
            self.resource_arn.as_deref(),
            text(RESOURCE_ARN_STRING),
        );
    }
}

impl Validate for LocalSecondaryIndex {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.required("keySchema", self.key_schema.as_deref(), key_schema);
        violations.required("projection", self.projection.as_ref(), Projection::validate);
    }
}

fn local_secondary_index_list(list: &[LocalSecondaryIndex], violations: &mut Violations) {
    violations.each(list, LocalSecondaryIndex::validate);
}

const MULTI_REGION_CONSISTENCY: &[Constraint] = &[OneOf(&["EVENTUAL", "STRONG"])];

const NON_KEY_ATTRIBUTE_NAME: &[Constraint] = &[LengthMin(1), LengthMax(255)];

const NON_KEY_ATTRIBUTE_NAME_LIST: &[Constraint] = &[LengthMin(1), LengthMax(20)];

fn non_key_attribute_name_list(list: &[String], violations: &mut Violations) {
    violations.bounds(list, NON_KEY_ATTRIBUTE_NAME_LIST);
    violations.elements(list, NON_KEY_ATTRIBUTE_NAME);
}

impl Validate for OutputS3Configuration {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "s3BucketOwner",
            self.s3_bucket_owner.as_deref(),
            text(S3_BUCKET_OWNER),
        );
        violations.optional("s3Bucket", self.s3_bucket.as_deref(), text(S3_BUCKET));
        violations.optional(
            "s3KeyPrefix",
            self.s3_key_prefix.as_deref(),
            text(S3_PREFIX),
        );
        violations.optional(
            "s3SseAlgorithm",
            self.s3_sse_algorithm.as_deref(),
            text(S3_SSE_ALGORITHM),
        );
        violations.optional(
            "s3SseKmsKeyId",
            self.s3_sse_kms_key_id.as_deref(),
            text(S3_SSE_KMS_KEY_ID),
        );
        violations.required("outputType", self.output_type.as_deref(), output_type_list);
    }
}

const OUTPUT_TYPE_ENUM: &[Constraint] = &[OneOf(&["ERROR", "CONDITION_CHECK_FAILURE"])];

fn output_type_list(list: &[String], violations: &mut Violations) {
    violations.elements(list, OUTPUT_TYPE_ENUM);
}

impl Validate for ParameterizedStatement {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "statement",
            self.statement.as_deref(),
            text(PARTI_QL_STATEMENT),
        );
        violations.optional(
            "parameters",
            self.parameters.as_deref(),
            prepared_statement_parameters,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

const PARAMETERIZED_STATEMENTS: &[Constraint] = &[LengthMin(1), LengthMax(100)];

fn parameterized_statements(list: &[ParameterizedStatement], violations: &mut Violations) {
    violations.bounds(list, PARAMETERIZED_STATEMENTS);
    violations.each(list, ParameterizedStatement::validate);
}

const PARTI_QL_BATCH_REQUEST: &[Constraint] = &[LengthMin(1), LengthMax(25)];

fn parti_ql_batch_request(list: &[BatchStatementRequest], violations: &mut Violations) {
    violations.bounds(list, PARTI_QL_BATCH_REQUEST);
    violations.each(list, BatchStatementRequest::validate);
}

const PARTI_QL_NEXT_TOKEN: &[Constraint] = &[LengthMin(1), LengthMax(32_768)];

const PARTI_QL_STATEMENT: &[Constraint] = &[LengthMin(1), LengthMax(8192)];

impl Validate for PointInTimeRecoverySpecification {
    fn validate(&self, violations: &mut Violations) {
        violations.present(
            "pointInTimeRecoveryEnabled",
            self.point_in_time_recovery_enabled.is_some(),
        );
        violations.optional(
            "recoveryPeriodInDays",
            self.recovery_period_in_days,
            number(RECOVERY_PERIOD_IN_DAYS),
        );
    }
}

const POLICY_REVISION_ID: &[Constraint] = &[LengthMin(1), LengthMax(255)];

const POSITIVE_INTEGER_OBJECT: &[Constraint] = &[ValueMin(1)];

const POSITIVE_LONG_OBJECT: &[Constraint] = &[ValueMin(1)];

const PREPARED_STATEMENT_PARAMETERS: &[Constraint] = &[LengthMin(1)];

fn prepared_statement_parameters(list: &[RawJson], violations: &mut Violations) {
    violations.bounds(list, PREPARED_STATEMENT_PARAMETERS);
}

impl Validate for Projection {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "projectionType",
            self.projection_type.as_deref(),
            text(PROJECTION_TYPE),
        );
        violations.optional(
            "nonKeyAttributes",
            self.non_key_attributes.as_deref(),
            non_key_attribute_name_list,
        );
    }
}

const PROJECTION_TYPE: &[Constraint] = &[OneOf(&["ALL", "INCLUDE", "KEYS_ONLY"])];

impl Validate for ProvisionedThroughput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "writeCapacityUnits",
            self.write_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.required(
            "readCapacityUnits",
            self.read_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
    }
}

impl Validate for ProvisionedThroughputOverride {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "readCapacityUnits",
            self.read_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
    }
}

impl Validate for Put {
    fn validate(&self, violations: &mut Violations) {
        violations.present("item", self.item.is_some());
        violations.required("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for PutItemInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.present("item", self.item.is_some());
        violations.optional("expected", self.expected.as_ref(), expected_attribute_map);
        violations.optional(
            "returnValues",
            self.return_values.as_deref(),
            text(RETURN_VALUE),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "returnItemCollectionMetrics",
            self.return_item_collection_metrics.as_deref(),
            text(RETURN_ITEM_COLLECTION_METRICS),
        );
        violations.optional(
            "conditionalOperator",
            self.conditional_operator.as_deref(),
            text(CONDITIONAL_OPERATOR),
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for PutRequest {
    fn validate(&self, violations: &mut Violations) {
        violations.present("item", self.item.is_some());
    }
}

impl Validate for PutResourcePolicyInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "resourceArn",
            self.resource_arn.as_deref(),
            text(RESOURCE_ARN_STRING),
        );
        violations.present("policy", self.policy.is_some());
        violations.optional(
            "expectedRevisionId",
            self.expected_revision_id.as_deref(),
            text(POLICY_REVISION_ID),
        );
    }
}

impl Validate for QueryInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.optional("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional("select", self.select.as_deref(), text(SELECT));
        violations.optional(
            "attributesToGet",
            self.attributes_to_get.as_deref(),
            attribute_name_list,
        );
        violations.hidden("Limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
        violations.optional(
            "keyConditions",
            self.key_conditions.as_ref(),
            key_conditions,
        );
        violations.optional(
            "queryFilter",
            self.query_filter.as_ref(),
            filter_condition_map,
        );
        violations.optional(
            "conditionalOperator",
            self.conditional_operator.as_deref(),
            text(CONDITIONAL_OPERATOR),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
    }
}

const RECOVERY_PERIOD_IN_DAYS: &[Constraint] = &[ValueMin(1), ValueMax(35)];

impl Validate for ReplicaAutoScalingUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
        violations.optional(
            "replicaGlobalSecondaryIndexUpdates",
            self.replica_global_secondary_index_updates.as_deref(),
            replica_global_secondary_index_auto_scaling_update_list,
        );
        violations.optional(
            "replicaProvisionedReadCapacityAutoScalingUpdate",
            self.replica_provisioned_read_capacity_auto_scaling_update
                .as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
    }
}

const REPLICA_AUTO_SCALING_UPDATE_LIST: &[Constraint] = &[LengthMin(1)];

fn replica_auto_scaling_update_list(
    list: &[ReplicaAutoScalingUpdate],
    violations: &mut Violations,
) {
    violations.bounds(list, REPLICA_AUTO_SCALING_UPDATE_LIST);
    violations.each(list, ReplicaAutoScalingUpdate::validate);
}

impl Validate for ReplicaGlobalSecondaryIndex {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "provisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
            ProvisionedThroughputOverride::validate,
        );
    }
}

impl Validate for ReplicaGlobalSecondaryIndexAutoScalingUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "provisionedReadCapacityAutoScalingUpdate",
            self.provisioned_read_capacity_auto_scaling_update.as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
    }
}

fn replica_global_secondary_index_auto_scaling_update_list(
    list: &[ReplicaGlobalSecondaryIndexAutoScalingUpdate],
    violations: &mut Violations,
) {
    violations.each(list, ReplicaGlobalSecondaryIndexAutoScalingUpdate::validate);
}

const REPLICA_GLOBAL_SECONDARY_INDEX_LIST: &[Constraint] = &[LengthMin(1)];

fn replica_global_secondary_index_list(
    list: &[ReplicaGlobalSecondaryIndex],
    violations: &mut Violations,
) {
    violations.bounds(list, REPLICA_GLOBAL_SECONDARY_INDEX_LIST);
    violations.each(list, ReplicaGlobalSecondaryIndex::validate);
}

impl Validate for ReplicaGlobalSecondaryIndexSettingsUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "provisionedReadCapacityUnits",
            self.provisioned_read_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.optional(
            "provisionedReadCapacityAutoScalingSettingsUpdate",
            self.provisioned_read_capacity_auto_scaling_settings_update
                .as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
    }
}

const REPLICA_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST: &[Constraint] =
    &[LengthMin(1), LengthMax(20)];

fn replica_global_secondary_index_settings_update_list(
    list: &[ReplicaGlobalSecondaryIndexSettingsUpdate],
    violations: &mut Violations,
) {
    violations.bounds(list, REPLICA_GLOBAL_SECONDARY_INDEX_SETTINGS_UPDATE_LIST);
    violations.each(list, ReplicaGlobalSecondaryIndexSettingsUpdate::validate);
}

impl Validate for ReplicaSettingsUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
        violations.optional(
            "replicaProvisionedReadCapacityUnits",
            self.replica_provisioned_read_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.optional(
            "replicaProvisionedReadCapacityAutoScalingSettingsUpdate",
            self.replica_provisioned_read_capacity_auto_scaling_settings_update
                .as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
        violations.optional(
            "replicaGlobalSecondaryIndexSettingsUpdate",
            self.replica_global_secondary_index_settings_update
                .as_deref(),
            replica_global_secondary_index_settings_update_list,
        );
    }
}

const REPLICA_SETTINGS_UPDATE_LIST: &[Constraint] = &[LengthMin(1), LengthMax(50)];

fn replica_settings_update_list(list: &[ReplicaSettingsUpdate], violations: &mut Violations) {
    violations.bounds(list, REPLICA_SETTINGS_UPDATE_LIST);
    violations.each(list, ReplicaSettingsUpdate::validate);
}

impl Validate for ReplicaUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "create",
            self.create.as_ref(),
            CreateReplicaAction::validate,
        );
        violations.optional(
            "delete",
            self.delete.as_ref(),
            DeleteReplicaAction::validate,
        );
    }
}

fn replica_update_list(list: &[ReplicaUpdate], violations: &mut Violations) {
    violations.each(list, ReplicaUpdate::validate);
}

impl Validate for ReplicationGroupUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "create",
            self.create.as_ref(),
            CreateReplicationGroupMemberAction::validate,
        );
        violations.optional(
            "update",
            self.update.as_ref(),
            UpdateReplicationGroupMemberAction::validate,
        );
        violations.optional(
            "delete",
            self.delete.as_ref(),
            DeleteReplicationGroupMemberAction::validate,
        );
        violations.optional(
            "disassociate",
            self.disassociate.as_ref(),
            DisassociateReplicationGroupMemberAction::validate,
        );
    }
}

const REPLICATION_GROUP_UPDATE_LIST: &[Constraint] = &[LengthMin(1)];

fn replication_group_update_list(list: &[ReplicationGroupUpdate], violations: &mut Violations) {
    violations.bounds(list, REPLICATION_GROUP_UPDATE_LIST);
    violations.each(list, ReplicationGroupUpdate::validate);
}

const RESOURCE_ARN_STRING: &[Constraint] = &[LengthMin(1), LengthMax(1283)];

impl Validate for RestoreTableFromBackupInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "targetTableName",
            self.target_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.required("backupArn", self.backup_arn.as_deref(), text(BACKUP_ARN));
        violations.optional(
            "billingModeOverride",
            self.billing_mode_override.as_deref(),
            text(BILLING_MODE),
        );
        violations.optional(
            "globalSecondaryIndexOverride",
            self.global_secondary_index_override.as_deref(),
            global_secondary_index_list,
        );
        violations.optional(
            "localSecondaryIndexOverride",
            self.local_secondary_index_override.as_deref(),
            local_secondary_index_list,
        );
        violations.optional(
            "provisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
            ProvisionedThroughput::validate,
        );
        violations.optional(
            "sSESpecificationOverride",
            self.sse_specification_override.as_ref(),
            SSESpecification::validate,
        );
        violations.optional(
            "vectorIndexOverride",
            self.vector_index_override.as_deref(),
            vector_index_list,
        );
    }
}

impl Validate for RestoreTableToPointInTimeInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "sourceTableArn",
            self.source_table_arn.as_deref(),
            text(TABLE_ARN),
        );
        violations.optional(
            "sourceTableName",
            self.source_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.required(
            "targetTableName",
            self.target_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.optional(
            "billingModeOverride",
            self.billing_mode_override.as_deref(),
            text(BILLING_MODE),
        );
        violations.optional(
            "globalSecondaryIndexOverride",
            self.global_secondary_index_override.as_deref(),
            global_secondary_index_list,
        );
        violations.optional(
            "localSecondaryIndexOverride",
            self.local_secondary_index_override.as_deref(),
            local_secondary_index_list,
        );
        violations.optional(
            "provisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
            ProvisionedThroughput::validate,
        );
        violations.optional(
            "sSESpecificationOverride",
            self.sse_specification_override.as_ref(),
            SSESpecification::validate,
        );
        violations.optional(
            "vectorIndexOverride",
            self.vector_index_override.as_deref(),
            vector_index_list,
        );
    }
}

const RETURN_CONSUMED_CAPACITY: &[Constraint] = &[OneOf(&["INDEXES", "TOTAL", "NONE"])];

const RETURN_ITEM_COLLECTION_METRICS: &[Constraint] = &[OneOf(&["SIZE", "NONE"])];

const RETURN_VALUE: &[Constraint] = &[OneOf(&[
    "ALL_NEW",
    "UPDATED_OLD",
    "ALL_OLD",
    "NONE",
    "UPDATED_NEW",
])];

const RETURN_VALUES_ON_CONDITION_CHECK_FAILURE: &[Constraint] = &[OneOf(&["ALL_OLD", "NONE"])];

const S3_BUCKET: &[Constraint] = &[Matches(Pattern::S3Bucket), LengthMax(255)];

const S3_BUCKET_OWNER: &[Constraint] = &[Matches(Pattern::AccountId)];

impl Validate for S3BucketSource {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "s3BucketOwner",
            self.s3_bucket_owner.as_deref(),
            text(S3_BUCKET_OWNER),
        );
        violations.required("s3Bucket", self.s3_bucket.as_deref(), text(S3_BUCKET));
        violations.optional(
            "s3KeyPrefix",
            self.s3_key_prefix.as_deref(),
            text(S3_PREFIX),
        );
    }
}

const S3_PREFIX: &[Constraint] = &[LengthMax(1024)];

const S3_SSE_ALGORITHM: &[Constraint] = &[OneOf(&["AES256", "KMS"])];

const S3_SSE_KMS_KEY_ID: &[Constraint] = &[LengthMin(1), LengthMax(2048)];

impl Validate for SSESpecification {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("sSEType", self.sse_type.as_deref(), text(SSE_TYPE));
    }
}

const SSE_TYPE: &[Constraint] = &[OneOf(&["AES256", "KMS"])];

const SCALAR_ATTRIBUTE_TYPE: &[Constraint] = &[OneOf(&["B", "N", "S"])];

impl Validate for ScanInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.optional("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "attributesToGet",
            self.attributes_to_get.as_deref(),
            attribute_name_list,
        );
        violations.optional("limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
        violations.optional("select", self.select.as_deref(), text(SELECT));
        violations.optional(
            "scanFilter",
            self.scan_filter.as_ref(),
            filter_condition_map,
        );
        violations.optional(
            "conditionalOperator",
            self.conditional_operator.as_deref(),
            text(CONDITIONAL_OPERATOR),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "totalSegments",
            self.total_segments,
            number(SCAN_TOTAL_SEGMENTS),
        );
        violations.optional("segment", self.segment, number(SCAN_SEGMENT));
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
    }
}

const SCAN_SEGMENT: &[Constraint] = &[ValueMin(0), ValueMax(999_999)];

const SCAN_TOTAL_SEGMENTS: &[Constraint] = &[ValueMin(1), ValueMax(1_000_000)];

const SEARCH_SCHEMA: &[Constraint] = &[LengthMin(1)];

fn search_schema(list: &[SearchSchemaElement], violations: &mut Violations) {
    violations.bounds(list, SEARCH_SCHEMA);
    violations.each(list, SearchSchemaElement::validate);
}

impl Validate for SearchSchemaElement {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "attributeName",
            self.attribute_name.as_deref(),
            text(ATTRIBUTE_NAME),
        );
        violations.required(
            "searchSchemaElementType",
            self.search_schema_element_type.as_deref(),
            text(SEARCH_SCHEMA_ELEMENT_TYPE),
        );
    }
}

const SEARCH_SCHEMA_ELEMENT_TYPE: &[Constraint] = &[OneOf(&["HASH", "INLINE_FILTER"])];

const SEARCH_VECTOR_LIST: &[Constraint] = &[LengthMin(1), LengthMax(4096)];

fn search_vector_list(list: &[RawJson], violations: &mut Violations) {
    violations.bounds(list, SEARCH_VECTOR_LIST);
}

impl Validate for SearchVectorsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.required(
            "searchVector",
            self.search_vector.as_deref(),
            search_vector_list,
        );
        violations.required("topK", self.top_k, number(TOP_K_INTEGER));
    }
}

const SELECT: &[Constraint] = &[OneOf(&[
    "SPECIFIC_ATTRIBUTES",
    "COUNT",
    "ALL_ATTRIBUTES",
    "ALL_PROJECTED_ATTRIBUTES",
])];

impl Validate for StartBulkPutItemsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.optional(
            "clientToken",
            self.client_token.as_deref(),
            text(CLIENT_TOKEN),
        );
        violations.required(
            "inputS3Configuration",
            self.input_s3_configuration.as_ref(),
            InputS3Configuration::validate,
        );
        violations.required(
            "outputS3Configuration",
            self.output_s3_configuration.as_ref(),
            OutputS3Configuration::validate,
        );
        violations.present("tableName", self.table_name.is_some());
        violations.optional(
            "maxWriteRequestUnits",
            self.max_write_request_units,
            number(BULK_OPERATION_MAX_WRITE_REQUEST_UNITS),
        );
        violations.optional(
            "performanceTier",
            self.performance_tier.as_deref(),
            text(BULK_OPERATION_PERFORMANCE_TIER),
        );
    }
}

const STREAM_ARN: &[Constraint] = &[LengthMin(37), LengthMax(1024)];

impl Validate for StreamSpecification {
    fn validate(&self, violations: &mut Violations) {
        violations.present("streamEnabled", self.stream_enabled.is_some());
        violations.optional(
            "streamViewType",
            self.stream_view_type.as_deref(),
            text(STREAM_VIEW_TYPE),
        );
    }
}

const STREAM_VIEW_TYPE: &[Constraint] = &[OneOf(&[
    "NEW_IMAGE",
    "OLD_IMAGE",
    "NEW_AND_OLD_IMAGES",
    "KEYS_ONLY",
])];

const TABLE_ARN: &[Constraint] = &[LengthMin(1), LengthMax(1024)];

impl Validate for TableCreationParameters {
    fn validate(&self, violations: &mut Violations) {
        violations.required("tableName", self.table_name.as_deref(), text(TABLE_NAME));
        violations.required(
            "attributeDefinitions",
            self.attribute_definitions.as_deref(),
            attribute_definitions,
        );
        violations.required("keySchema", self.key_schema.as_deref(), key_schema);
        violations.optional(
            "billingMode",
            self.billing_mode.as_deref(),
            text(BILLING_MODE),
        );
        violations.optional(
            "provisionedThroughput",
            self.provisioned_throughput.as_ref(),
            ProvisionedThroughput::validate,
        );
        violations.optional(
            "sSESpecification",
            self.sse_specification.as_ref(),
            SSESpecification::validate,
        );
        violations.optional(
            "globalSecondaryIndexes",
            self.global_secondary_indexes.as_deref(),
            global_secondary_index_list,
        );
        violations.optional(
            "vectorIndexes",
            self.vector_indexes.as_deref(),
            vector_index_list,
        );
    }
}

const TABLE_NAME: &[Constraint] = &[Matches(Pattern::Name), LengthMin(3), LengthMax(255)];

fn tag_key_list(list: &[String], violations: &mut Violations) {
    violations.elements(list, TAG_KEY_STRING);
}

const TAG_KEY_STRING: &[Constraint] = &[LengthMin(1), LengthMax(128)];

impl Validate for TagResourceInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "resourceArn",
            self.resource_arn.as_deref(),
            text(RESOURCE_ARN_STRING),
        );
        violations.present("tags", self.tags.is_some());
    }
}

const TIME_TO_LIVE_ATTRIBUTE_NAME: &[Constraint] = &[LengthMin(1), LengthMax(255)];

impl Validate for TimeToLiveSpecification {
    fn validate(&self, violations: &mut Violations) {
        violations.present("enabled", self.enabled.is_some());
        violations.required(
            "attributeName",
            self.attribute_name.as_deref(),
            text(TIME_TO_LIVE_ATTRIBUTE_NAME),
        );
    }
}

const TOP_K_INTEGER: &[Constraint] = &[ValueMin(1)];

impl Validate for TransactGetItem {
    fn validate(&self, violations: &mut Violations) {
        violations.required("get", self.get.as_ref(), Get::validate);
    }
}

const TRANSACT_GET_ITEM_LIST: &[Constraint] = &[LengthMin(1), LengthMax(100)];

fn transact_get_item_list(list: &[TransactGetItem], violations: &mut Violations) {
    violations.bounds(list, TRANSACT_GET_ITEM_LIST);
    violations.each(list, TransactGetItem::validate);
}

impl Validate for TransactGetItemsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "transactItems",
            self.transact_items.as_deref(),
            transact_get_item_list,
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
    }
}

impl Validate for TransactWriteItem {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "conditionCheck",
            self.condition_check.as_ref(),
            ConditionCheck::validate,
        );
        violations.optional("put", self.put.as_ref(), Put::validate);
        violations.optional("delete", self.delete.as_ref(), Delete::validate);
        violations.optional("update", self.update.as_ref(), Update::validate);
    }
}

const TRANSACT_WRITE_ITEM_LIST: &[Constraint] = &[LengthMin(1), LengthMax(100)];

fn transact_write_item_list(list: &[TransactWriteItem], violations: &mut Violations) {
    violations.bounds(list, TRANSACT_WRITE_ITEM_LIST);
    violations.each(list, TransactWriteItem::validate);
}

impl Validate for TransactWriteItemsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "transactItems",
            self.transact_items.as_deref(),
            transact_write_item_list,
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "returnItemCollectionMetrics",
            self.return_item_collection_metrics.as_deref(),
            text(RETURN_ITEM_COLLECTION_METRICS),
        );
        violations.optional(
            "clientRequestToken",
            self.client_request_token.as_deref(),
            text(CLIENT_REQUEST_TOKEN),
        );
    }
}

impl Validate for UntagResourceInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "resourceArn",
            self.resource_arn.as_deref(),
            text(RESOURCE_ARN_STRING),
        );
        violations.required("tagKeys", self.tag_keys.as_deref(), tag_key_list);
    }
}

impl Validate for Update {
    fn validate(&self, violations: &mut Violations) {
        violations.present("key", self.key.is_some());
        violations.present("updateExpression", self.update_expression.is_some());
        violations.required("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for UpdateContinuousBackupsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.required(
            "pointInTimeRecoverySpecification",
            self.point_in_time_recovery_specification.as_ref(),
            PointInTimeRecoverySpecification::validate,
        );
    }
}

impl Validate for UpdateContributorInsightsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.optional("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.required(
            "contributorInsightsAction",
            self.contributor_insights_action.as_deref(),
            text(CONTRIBUTOR_INSIGHTS_ACTION),
        );
        violations.optional(
            "contributorInsightsMode",
            self.contributor_insights_mode.as_deref(),
            text(CONTRIBUTOR_INSIGHTS_MODE),
        );
    }
}

impl Validate for UpdateGlobalSecondaryIndexAction {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.optional(
            "provisionedThroughput",
            self.provisioned_throughput.as_ref(),
            ProvisionedThroughput::validate,
        );
    }
}

impl Validate for UpdateGlobalTableInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "globalTableName",
            self.global_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.required(
            "replicaUpdates",
            self.replica_updates.as_deref(),
            replica_update_list,
        );
    }
}

impl Validate for UpdateGlobalTableSettingsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "globalTableName",
            self.global_table_name.as_deref(),
            text(TABLE_NAME),
        );
        violations.optional(
            "globalTableBillingMode",
            self.global_table_billing_mode.as_deref(),
            text(BILLING_MODE),
        );
        violations.optional(
            "globalTableProvisionedWriteCapacityUnits",
            self.global_table_provisioned_write_capacity_units,
            number(POSITIVE_LONG_OBJECT),
        );
        violations.optional(
            "globalTableProvisionedWriteCapacityAutoScalingSettingsUpdate",
            self.global_table_provisioned_write_capacity_auto_scaling_settings_update
                .as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
        violations.optional(
            "globalTableGlobalSecondaryIndexSettingsUpdate",
            self.global_table_global_secondary_index_settings_update
                .as_deref(),
            global_table_global_secondary_index_settings_update_list,
        );
        violations.optional(
            "replicaSettingsUpdate",
            self.replica_settings_update.as_deref(),
            replica_settings_update_list,
        );
    }
}

impl Validate for UpdateItemInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.present("key", self.key.is_some());
        violations.optional(
            "attributeUpdates",
            self.attribute_updates.as_ref(),
            attribute_updates,
        );
        violations.optional("expected", self.expected.as_ref(), expected_attribute_map);
        violations.optional(
            "conditionalOperator",
            self.conditional_operator.as_deref(),
            text(CONDITIONAL_OPERATOR),
        );
        violations.optional(
            "returnValues",
            self.return_values.as_deref(),
            text(RETURN_VALUE),
        );
        violations.optional(
            "returnConsumedCapacity",
            self.return_consumed_capacity.as_deref(),
            text(RETURN_CONSUMED_CAPACITY),
        );
        violations.optional(
            "returnItemCollectionMetrics",
            self.return_item_collection_metrics.as_deref(),
            text(RETURN_ITEM_COLLECTION_METRICS),
        );
        violations.optional(
            "expressionAttributeNames",
            self.expression_attribute_names.as_ref(),
            expression_attribute_name_map,
        );
        violations.optional(
            "returnValuesOnConditionCheckFailure",
            self.return_values_on_condition_check_failure.as_deref(),
            text(RETURN_VALUES_ON_CONDITION_CHECK_FAILURE),
        );
    }
}

impl Validate for UpdateKinesisStreamingConfiguration {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "approximateCreationDateTimePrecision",
            self.approximate_creation_date_time_precision.as_deref(),
            text(APPROXIMATE_CREATION_DATE_TIME_PRECISION),
        );
    }
}

impl Validate for UpdateKinesisStreamingDestinationInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.required("streamArn", self.stream_arn.as_deref(), text(STREAM_ARN));
        violations.optional(
            "updateKinesisStreamingConfiguration",
            self.update_kinesis_streaming_configuration.as_ref(),
            UpdateKinesisStreamingConfiguration::validate,
        );
    }
}

impl Validate for UpdateReplicationGroupMemberAction {
    fn validate(&self, violations: &mut Violations) {
        violations.present("regionName", self.region_name.is_some());
        violations.optional(
            "provisionedThroughputOverride",
            self.provisioned_throughput_override.as_ref(),
            ProvisionedThroughputOverride::validate,
        );
        violations.optional(
            "globalSecondaryIndexes",
            self.global_secondary_indexes.as_deref(),
            replica_global_secondary_index_list,
        );
    }
}

impl Validate for UpdateTableInput {
    fn validate(&self, violations: &mut Violations) {
        if self.table_name.is_none() {
            return violations
                .only("The parameter 'TableName' is required but was not present in the request");
        }
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.optional(
            "attributeDefinitions",
            self.attribute_definitions.as_deref(),
            attribute_definitions,
        );
        violations.optional(
            "billingMode",
            self.billing_mode.as_deref(),
            text(BILLING_MODE),
        );
        violations.optional(
            "provisionedThroughput",
            self.provisioned_throughput.as_ref(),
            ProvisionedThroughput::validate,
        );
        violations.optional(
            "globalSecondaryIndexUpdates",
            self.global_secondary_index_updates.as_deref(),
            global_secondary_index_update_list,
        );
        violations.optional(
            "streamSpecification",
            self.stream_specification.as_ref(),
            StreamSpecification::validate,
        );
        violations.optional(
            "sSESpecification",
            self.sse_specification.as_ref(),
            SSESpecification::validate,
        );
        violations.optional(
            "replicaUpdates",
            self.replica_updates.as_deref(),
            replication_group_update_list,
        );
        violations.optional(
            "multiRegionConsistency",
            self.multi_region_consistency.as_deref(),
            text(MULTI_REGION_CONSISTENCY),
        );
        violations.optional(
            "globalTableWitnessUpdates",
            self.global_table_witness_updates.as_deref(),
            global_table_witness_group_update_list,
        );
        violations.optional(
            "globalTableSettingsReplicationMode",
            self.global_table_settings_replication_mode.as_deref(),
            text(GLOBAL_TABLE_SETTINGS_REPLICATION_MODE),
        );
        violations.optional(
            "vectorIndexUpdates",
            self.vector_index_updates.as_deref(),
            vector_index_update_list,
        );
    }
}

impl Validate for UpdateTableReplicaAutoScalingInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.optional(
            "globalSecondaryIndexUpdates",
            self.global_secondary_index_updates.as_deref(),
            global_secondary_index_auto_scaling_update_list,
        );
        violations.present("tableName", self.table_name.is_some());
        violations.optional(
            "provisionedWriteCapacityAutoScalingUpdate",
            self.provisioned_write_capacity_auto_scaling_update.as_ref(),
            AutoScalingSettingsUpdate::validate,
        );
        violations.optional(
            "replicaUpdates",
            self.replica_updates.as_deref(),
            replica_auto_scaling_update_list,
        );
    }
}

impl Validate for UpdateTimeToLiveInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_ARN));
        if violations.any() {
            return;
        }
        violations.present("tableName", self.table_name.is_some());
        violations.required(
            "timeToLiveSpecification",
            self.time_to_live_specification.as_ref(),
            TimeToLiveSpecification::validate,
        );
    }
}

impl Validate for VectorAttributeDefinition {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "attributeName",
            self.attribute_name.as_deref(),
            text(VECTOR_ATTRIBUTE_NAME),
        );
    }
}

const VECTOR_ATTRIBUTE_NAME: &[Constraint] = &[LengthMin(1), LengthMax(255)];

const VECTOR_DISTANCE_FUNCTION: &[Constraint] = &[OneOf(&["COSINE", "DOT_PRODUCT", "EUCLIDEAN"])];

impl Validate for VectorIndex {
    fn validate(&self, violations: &mut Violations) {
        violations.required("indexName", self.index_name.as_deref(), text(INDEX_NAME));
        violations.required(
            "vectorAttribute",
            self.vector_attribute.as_ref(),
            VectorAttributeDefinition::validate,
        );
        violations.optional("searchSchema", self.search_schema.as_deref(), search_schema);
        violations.required("projection", self.projection.as_ref(), Projection::validate);
        violations.required("dimensions", self.dimensions, number(POSITIVE_LONG_OBJECT));
        violations.required(
            "distanceFunction",
            self.distance_function.as_deref(),
            text(VECTOR_DISTANCE_FUNCTION),
        );
    }
}

fn vector_index_list(list: &[VectorIndex], violations: &mut Violations) {
    violations.each(list, VectorIndex::validate);
}

impl Validate for VectorIndexUpdate {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "create",
            self.create.as_ref(),
            CreateVectorIndexAction::validate,
        );
        violations.optional(
            "delete",
            self.delete.as_ref(),
            DeleteVectorIndexAction::validate,
        );
    }
}

fn vector_index_update_list(list: &[VectorIndexUpdate], violations: &mut Violations) {
    violations.each(list, VectorIndexUpdate::validate);
}

impl Validate for WriteRequest {
    fn validate(&self, violations: &mut Violations) {
        violations.optional(
            "putRequest",
            self.put_request.as_ref(),
            PutRequest::validate,
        );
        violations.optional(
            "deleteRequest",
            self.delete_request.as_ref(),
            DeleteRequest::validate,
        );
    }
}

const WRITE_REQUESTS: &[Constraint] = &[LengthMin(1), LengthMax(25)];

impl Validate for DescribeStreamInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("streamArn", self.stream_arn.as_deref(), text(STREAM_ARN));
        violations.optional("limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
        violations.optional(
            "exclusiveStartShardId",
            self.exclusive_start_shard_id.as_deref(),
            text(SHARD_ID),
        );
        violations.optional(
            "shardFilter",
            self.shard_filter.as_ref(),
            ShardFilter::validate,
        );
    }
}

impl Validate for GetRecordsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required(
            "shardIterator",
            self.shard_iterator.as_deref(),
            text(SHARD_ITERATOR),
        );
        violations.optional("limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
    }
}

impl Validate for GetShardIteratorInput {
    fn validate(&self, violations: &mut Violations) {
        violations.required("streamArn", self.stream_arn.as_deref(), text(STREAM_ARN));
        violations.required("shardId", self.shard_id.as_deref(), text(SHARD_ID));
        violations.required(
            "shardIteratorType",
            self.shard_iterator_type.as_deref(),
            text(SHARD_ITERATOR_TYPE),
        );
        violations.optional(
            "sequenceNumber",
            self.sequence_number.as_deref(),
            text(SEQUENCE_NUMBER),
        );
    }
}

impl Validate for ListStreamsInput {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("tableName", self.table_name.as_deref(), text(TABLE_NAME));
        if violations.any() {
            return;
        }
        violations.optional("limit", self.limit, number(POSITIVE_INTEGER_OBJECT));
        violations.optional(
            "exclusiveStartStreamArn",
            self.exclusive_start_stream_arn.as_deref(),
            text(STREAM_ARN),
        );
    }
}

const SEQUENCE_NUMBER: &[Constraint] = &[LengthMin(21), LengthMax(40)];

impl Validate for ShardFilter {
    fn validate(&self, violations: &mut Violations) {
        violations.optional("type", self.r#type.as_deref(), text(SHARD_FILTER_TYPE));
        violations.optional("shardId", self.shard_id.as_deref(), text(SHARD_ID));
    }
}

const SHARD_FILTER_TYPE: &[Constraint] = &[OneOf(&["CHILD_SHARDS"])];

const SHARD_ID: &[Constraint] = &[LengthMin(28), LengthMax(65)];

const SHARD_ITERATOR: &[Constraint] = &[LengthMin(1), LengthMax(2048)];

const SHARD_ITERATOR_TYPE: &[Constraint] = &[OneOf(&[
    "TRIM_HORIZON",
    "LATEST",
    "AT_SEQUENCE_NUMBER",
    "AFTER_SEQUENCE_NUMBER",
    "AT_TIMESTAMP",
])];
