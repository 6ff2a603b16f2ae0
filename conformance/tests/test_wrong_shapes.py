"""Every operation with a wrong value at every place of its request, and with random damage.

Each answer is a success or a 400 with a fault that clients know, and the data of others stays as
it is.
"""

import json
import random

import pytest

from conformance.tables import Schema, create_table, read_all

TABLE = "shapes"
KEY = {"pk": {"S": "mine"}}
OTHERS = {"pk": {"S": "others"}, "v": {"N": "1"}}
INDEX = {
    "IndexName": "by-g",
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
}
OVERRIDES = {
    "TargetTableName": "shapes-target",
    "BillingModeOverride": "PROVISIONED",
    "ProvisionedThroughputOverride": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    "GlobalSecondaryIndexOverride": [{**INDEX, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}],
    "LocalSecondaryIndexOverride": [],
    "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS"},
}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/shapes/backup/01489602797149-73d8d5bc"
LESS = {"ComparisonOperator": "LT", "AttributeValueList": [{"N": "1"}]}
REPORTS = {"ReturnConsumedCapacity": "INDEXES", "ReturnItemCollectionMetrics": "SIZE"}
# By operation; what follows a space tells several requests of one apart.
REQUESTS = {
    "PutItem": {
        "TableName": TABLE,
        "Item": {**KEY, "m": {"M": {"l": {"L": [{"N": "1"}, {"SS": ["a"]}]}}}, "b": {"B": "AAEC"}},
        "ConditionExpression": "#a <> :v OR size(m.l) > :v",
        "ExpressionAttributeNames": {"#a": "pk"},
        "ExpressionAttributeValues": {":v": {"N": "1"}},
        "ReturnValues": "ALL_OLD",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    },
    "GetItem": {"TableName": TABLE, "Key": KEY, "ProjectionExpression": "#m.l[0]", "ExpressionAttributeNames": {"#m": "m"}, "ConsistentRead": True},
    "UpdateItem": {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "SET #a = if_not_exists(b, :v) REMOVE m.l[0] ADD n :n",
        "ExpressionAttributeNames": {"#a": "a"},
        "ExpressionAttributeValues": {":v": {"B": "AAAA"}, ":n": {"NS": ["1", "2"]}},
        "ReturnValues": "UPDATED_NEW",
    },
    "DeleteItem": {"TableName": TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(nothing)", "ReturnValues": "ALL_OLD"},
    "Query": {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :p",
        "FilterExpression": "contains(#m, :p)",
        "ExpressionAttributeNames": {"#m": "m"},
        "ExpressionAttributeValues": {":p": {"S": "mine"}},
        "ExclusiveStartKey": KEY,
        "Limit": 3,
        "ScanIndexForward": False,
        "Select": "ALL_ATTRIBUTES",
    },
    "Scan": {"TableName": TABLE, "Segment": 0, "TotalSegments": 3, "Select": "COUNT", "ConsistentRead": True, "Limit": 9},
    "BatchGetItem": {"RequestItems": {TABLE: {"Keys": [KEY], "ProjectionExpression": "pk, m", "ConsistentRead": True}}},
    "BatchWriteItem": {"RequestItems": {TABLE: [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": {"pk": {"S": "his"}}}}]}},
    "TransactWriteItems": {
        "ClientRequestToken": "token",
        "TransactItems": [
            {"Put": {"TableName": TABLE, "Item": KEY, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
            {"ConditionCheck": {"TableName": TABLE, "Key": {"pk": {"S": "x"}}, "ConditionExpression": "attribute_not_exists(pk)"}},
            {"Update": {"TableName": TABLE, "Key": {"pk": {"S": "y"}}, "UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"BOOL": True}}}},
            {"Delete": {"TableName": TABLE, "Key": {"pk": {"S": "z"}}}},
        ],
    },
    "PutItem before expressions": {
        "TableName": TABLE,
        "Item": KEY,
        "Expected": {"a": {"Exists": False}, "b": LESS},
        "ConditionalOperator": "OR",
        **REPORTS,
    },
    "UpdateItem before expressions": {
        "TableName": TABLE,
        "Key": KEY,
        "AttributeUpdates": {"a": {"Action": "ADD", "Value": {"L": [{"N": "1"}]}}, "b": {"Action": "DELETE"}},
        "Expected": {"c": {"ComparisonOperator": "NULL"}, "d": {"ComparisonOperator": "NE", "Value": {"S": "x"}}},
        **REPORTS,
    },
    "Query before expressions": {
        "TableName": TABLE,
        "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "mine"}]}},
        "QueryFilter": {"a": LESS, "b": {"ComparisonOperator": "NOT_NULL", "AttributeValueList": []}},
        "ConditionalOperator": "AND",
        "AttributesToGet": ["pk", "a"],
        "ReturnConsumedCapacity": "TOTAL",
    },
    "BatchGetItem before expressions": {
        "RequestItems": {TABLE: {"Keys": [KEY], "AttributesToGet": ["pk", "a"]}},
        "ReturnConsumedCapacity": "INDEXES",
    },
    "TransactGetItems": {"TransactItems": [{"Get": {"TableName": TABLE, "Key": KEY, "ProjectionExpression": "pk"}}]},
    "CreateTable": {
        "TableName": TABLE,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "g")],
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [INDEX],
        "OnDemandThroughput": {"MaxReadRequestUnits": 5},
        "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
        "DeletionProtectionEnabled": True,
    },
    "UpdateTable": {"TableName": "shapes-none", "BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
    "DescribeTable": {"TableName": TABLE},
    "UpdateTimeToLive": {"TableName": "shapes-none", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}},
    "DescribeTimeToLive": {"TableName": TABLE},
    "ListTables": {"Limit": 3, "ExclusiveStartTableName": "abc"},
    "CreateBackup": {"TableName": "shapes-none", "BackupName": "Backup"},
    "DescribeBackup": {"BackupArn": ARN},
    "DeleteBackup": {"BackupArn": ARN},
    "ListBackups": {"TableName": TABLE, "Limit": 5, "TimeRangeLowerBound": 1700000000.5, "TimeRangeUpperBound": 1800000000, "BackupType": "ALL", "ExclusiveStartBackupArn": ARN},
    "DescribeContinuousBackups": {"TableName": TABLE},
    "UpdateContinuousBackups": {
        "TableName": "shapes-none",
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7},
    },
    "RestoreTableFromBackup": {"BackupArn": ARN, **OVERRIDES},
    "RestoreTableToPointInTime": {"SourceTableName": TABLE, "RestoreDateTime": 1700000000.123456, **OVERRIDES},
}  # fmt: skip
WRONG = [
    0, -1, 1.5, 10**30, True, "", "x", "\u0000", "x" * 3000, [], {}, [[]], [None], {"x": None}, {"S": "a"},
    [{"S": 1}], {"N": "1", "S": "a"}, None,
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def table(wire):
    create_table(wire, TABLE, Schema())
    wire.PutItem(TableName=TABLE, Item=OTHERS)
    yield
    assert OTHERS in read_all(wire, TABLE)


def check_answer(wire, name, body):
    operation = name.partition(" ")[0]
    status, _, reply = wire.post(operation, body)
    shown = f"{operation} {body[:500]!r}\nanswered {status} {reply[:500]!r}"
    assert status in (200, 400), shown
    answer = json.loads(reply)
    if status == 400:
        _, _, code = answer["__type"].partition("#")
        assert code and code not in ("InternalServerError", "InternalFailure", "UnknownOperationException"), shown


@pytest.mark.parametrize("operation", REQUESTS)
def test_a_wrong_value_at_every_place(wire, operation):
    for request in damaged_at_every_place(REQUESTS[operation]):
        check_answer(wire, operation, json.dumps(request).encode())


@pytest.mark.parametrize("operation", REQUESTS)
def test_random_damage(wire, operation, seed):
    rng = random.Random(f"{seed}{operation}")
    whole = json.dumps(REQUESTS[operation]).encode()
    for _ in range(200):
        request = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            start = rng.randrange(len(request) + 1)
            end = start + rng.choice((0, 1, 1, rng.randrange(20)))
            pieces = (b"", bytes([rng.randrange(256)]), b'"', b"}", b"[", b"9" * 50, whole[:start])
            request[start:end] = rng.choice(pieces)
        check_answer(wire, operation, bytes(request))


def damaged_at_every_place(value):
    """Copies of a JSON value, each with one of its parts taken out or replaced by something wrong."""
    yield from WRONG
    if isinstance(value, dict):
        for name, member in value.items():
            yield {other: value[other] for other in value if other != name}
            for damaged in damaged_at_every_place(member):
                yield {**value, name: damaged}
    elif isinstance(value, list):
        for place, element in enumerate(value):
            for damaged in damaged_at_every_place(element):
                yield [*value[:place], damaged, *value[place + 1 :]]
