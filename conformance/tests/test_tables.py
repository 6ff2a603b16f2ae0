"""Tables: CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable."""

import re
import time

import pytest

from conformance.clients import Wire
from conformance.faults import VALIDATION, refused
from conformance.music import MUSIC, songs
from conformance.tables import Index, Schema, create_table, describe_index, drop_table, put_all, read_all, wait_active
from conformance.waiting import until

OPV = "One or more parameter values were invalid: "
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 4}


def test_the_description_of_a_table(wire, table):
    created = wire.call("CreateTable", MUSIC.create_request(table, ProvisionedThroughput=UNITS))["TableDescription"]
    assert created["TableStatus"] == "CREATING"
    described = wait_active(wire, table)
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", described["TableId"])
    assert described["TableId"] == created["TableId"]
    arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    assert described["TableArn"] == arn and described["TableName"] == table
    assert abs(float(described["CreationDateTime"]) - time.time()) < 60
    request = MUSIC.create_request(table)
    assert described["KeySchema"] == request["KeySchema"]
    assert sorted(described["AttributeDefinitions"], key=str) == sorted(request["AttributeDefinitions"], key=str)
    assert described["ProvisionedThroughput"] == {**UNITS, "NumberOfDecreasesToday": 0}
    assert (described["ItemCount"], described["TableSizeBytes"]) == (0, 0)
    assert described["DeletionProtectionEnabled"] is False
    for index in described["GlobalSecondaryIndexes"] + described["LocalSecondaryIndexes"]:
        shape = next(i for i in MUSIC.indexes if i.name == index["IndexName"])
        assert {name: index[name] for name in describe_index(shape)} == describe_index(shape)
        assert index["IndexArn"] == f"{arn}/index/{shape.name}"
        assert (index["ItemCount"], index["IndexSizeBytes"]) == (0, 0)
    assert "BillingModeSummary" not in described or described["BillingModeSummary"]["BillingMode"] == "PROVISIONED"


def test_an_on_demand_table(wire, table):
    described = create_table(wire, table, Schema())
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    units = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0}
    assert described["ProvisionedThroughput"] == units
    assert "GlobalSecondaryIndexes" not in described and "LocalSecondaryIndexes" not in described


def request(**changes):
    """A good CreateTable request with these members changed; None takes one out."""
    members = {
        "TableName": "Never",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        "BillingMode": "PAY_PER_REQUEST",
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def key_schema(*names):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"))]


def definitions(*names):
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def gsi(name="by-g", keys=("sk",), projection=None, **members):
    return {"IndexName": name, "KeySchema": key_schema(*keys), "Projection": {"ProjectionType": "ALL"} if projection is None else projection, **members}


def at(place, value, constraint):
    return f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: Member must {constraint}"


@pytest.mark.parametrize("changes, text", [
    ({"TableName": "ab"}, re.compile("Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3")),
    ({"TableName": "a b c"}, re.compile(re.escape("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"))),
    ({"TableName": "a" * 256}, re.compile("length less than or equal to 255")),
    ({"BillingMode": "FREE"}, re.compile("at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set")),
    ({"KeySchema": [{"AttributeName": "pk", "KeyType": "HUSH"}]}, re.compile("at 'keySchema.1.member.keyType' failed to satisfy constraint")),
    ({"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "X"}]},
     re.compile("at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint")),
    ({"BillingMode": None}, OPV + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"),
    ({"ProvisionedThroughput": UNITS}, OPV + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"),
    ({"AttributeDefinitions": definitions("pk")}, re.compile("Invalid KeySchema: Some index key attribute have no definition|Some index key attributes are not defined in AttributeDefinitions")),
    ({"AttributeDefinitions": definitions("pk", "sk", "x")}, re.compile("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions|Some AttributeDefinitions are not used")),
    ({"KeySchema": key_schema("pk", "pk")}, re.compile("Both the Hash Key and the Range Key element in the KeySchema have the same name")),
    ({"KeySchema": key_schema("pk", "sk")[::-1]}, re.compile("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")),
    ({"KeySchema": [{"AttributeName": name, "KeyType": "HASH"} for name in ("pk", "sk")]}, re.compile("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")),
    ({"GlobalSecondaryIndexes": []}, re.compile("List of GlobalSecondaryIndexes is empty")),
    ({"LocalSecondaryIndexes": []}, re.compile("List of LocalSecondaryIndexes is empty")),
    ({"GlobalSecondaryIndexes": [gsi(), gsi()]}, re.compile("Duplicate index name: by-g")),
    ({"GlobalSecondaryIndexes": [gsi(keys=("x",))]}, re.compile("no definition|not defined in AttributeDefinitions")),
    ({"GlobalSecondaryIndexes": [gsi(f"index-{n}") for n in range(21)]}, re.compile("GlobalSecondaryIndex count exceeds the per-table limit of 20")),
    ({"GlobalSecondaryIndexes": [gsi(projection={"ProjectionType": "ALL", "NonKeyAttributes": ["a"]})]}, re.compile("ProjectionType is ALL, but NonKeyAttributes is specified")),
    ({"GlobalSecondaryIndexes": [gsi(projection={})]}, re.compile("Unknown ProjectionType: null")),
    ({"GlobalSecondaryIndexes": [gsi(ProvisionedThroughput=UNITS)]}, re.compile("should not be specified for index: by-g when BillingMode is PAY_PER_REQUEST")),
    ({"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS, "GlobalSecondaryIndexes": [gsi()]}, re.compile("ProvisionedThroughput is not specified for index: by-g")),
    ({"LocalSecondaryIndexes": [gsi("local", ("sk", "pk"))]}, re.compile("same leading hash key|does not have the same")),
    ({"LocalSecondaryIndexes": [gsi("local", ("pk",))]}, re.compile("Index KeySchema does not have a range key for index: local")),
    ({"LocalSecondaryIndexes": [gsi(f"local-{n}", ("pk", "sk")) for n in range(6)]}, re.compile("Number of LocalSecondaryIndexes exceeds per-table limit of 5")),
    ({"KeySchema": None}, re.compile("Value null at 'keySchema' failed to satisfy constraint: Member must not be null")),
    ({"AttributeDefinitions": None}, re.compile("Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null")),
    ({"AttributeDefinitions": definitions("pk", "pk", "sk")}, re.compile("Attribute Name is duplicated: pk")),
    ({"KeySchema": key_schema("other"), "AttributeDefinitions": definitions("pk")},
     OPV + "Some index key attributes are not defined in AttributeDefinitions. Keys: [other], AttributeDefinitions: [pk]"),
    ({"BillingMode": "PROVISIONED", "ProvisionedThroughput": {**UNITS, "WriteCapacityUnits": 0}},
     at("provisionedThroughput.writeCapacityUnits", 0, "have value greater than or equal to 1")),
    ({"AttributeDefinitions": definitions("pk", "sk", "x"), "GlobalSecondaryIndexes": [gsi()]},
     re.compile(r"Some AttributeDefinitions are not used\. AttributeDefinitions: \[.*\], keys used: \[.*\]")),
    ({"GlobalSecondaryIndexes": [gsi(keys=("sk", "sk"))]}, "Both the Hash Key and the Range Key element in the KeySchema have the same name"),
    ({"GlobalSecondaryIndexes": [gsi(projection={"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["a"]})]},
     OPV + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"),
    ({"GlobalSecondaryIndexes": [gsi(projection={"ProjectionType": "INCLUDE"})]},
     OPV + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    ({"GlobalSecondaryIndexes": [gsi(projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "a"]})]},
     OPV + "Duplicate element in NonKeyAttributes: a"),
    ({"GlobalSecondaryIndexes": [gsi("same")], "LocalSecondaryIndexes": [gsi("same", ("pk", "sk"))]}, OPV + "Duplicate index name: same"),
    ({"BillingMode": "FREE", "KeySchema": [], "AttributeDefinitions": [{"AttributeName": "", "AttributeType": "X"}]},
     re.compile("^[45] validation errors detected: Value .*; Value .*; Value .*; Value ")),
    ({"KeySchema": key_schema("pk"), "LocalSecondaryIndexes": [gsi("local", ("pk", "sk"))]},
     re.compile("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")),
], ids=lambda value: str(value)[:80])  # fmt: skip
def test_bad_tables(wire, changes, text):
    with refused(VALIDATION, text):
        wire.CreateTable(**request(**changes))
    assert "Never" not in wire.ListTables()["TableNames"]


def test_a_name_is_taken(wire, table):
    create_table(wire, table, Schema())
    with refused("ResourceInUseException", f"Table already exists: {table}"):
        wire.call("CreateTable", Schema().create_request(table))


@pytest.mark.parametrize("operation, members", [
    ("DescribeTable", {}), ("DeleteTable", {}), ("UpdateTable", {"DeletionProtectionEnabled": True}),
])  # fmt: skip
def test_a_missing_table(wire, operation, members):
    with refused("ResourceNotFoundException", "Requested resource not found: Table: NoSuchTable not found"):
        wire.call(operation, {"TableName": "NoSuchTable", **members})


def test_a_table_by_its_arn(wire, table):
    arn = create_table(wire, table, Schema())["TableArn"]
    assert wire.DescribeTable(TableName=arn)["Table"]["TableName"] == table
    wire.UpdateTable(TableName=arn, DeletionProtectionEnabled=False)
    wire.DeleteTable(TableName=arn)


def test_lists(endpoint):
    wire = Wire(endpoint, region="ap-southeast-2")
    names = sorted(["List-b", "List-a", "List.c", "Lista", "ListB", "list", "List_d"])
    for name in reversed(names):
        create_table(wire, name, Schema())
    assert wire.ListTables()["TableNames"] == names
    found, request = [], {"Limit": 3}
    while True:
        page = wire.ListTables(**request)
        found.append(page["TableNames"])
        if "LastEvaluatedTableName" not in page:
            break
        assert page["LastEvaluatedTableName"] == page["TableNames"][-1]
        request["ExclusiveStartTableName"] = page["LastEvaluatedTableName"]
    assert found == [names[:3], names[3:6], names[6:]]
    assert wire.ListTables(ExclusiveStartTableName="List-aa")["TableNames"] == [n for n in names if n > "List-aa"]
    for limit in (0, 101):
        with refused(VALIDATION, re.compile(f"Value '{limit}' at 'limit'")):
            wire.ListTables(Limit=limit)


def test_update_table(wire, table):
    create_table(wire, table, MUSIC, ProvisionedThroughput=UNITS)
    wire.UpdateTable(
        TableName=table,
        ProvisionedThroughput={"ReadCapacityUnits": 9, "WriteCapacityUnits": 8},
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "singers-index", "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}}}
        ],
    )
    described = wait_active(wire, table)
    units = {i["IndexName"]: i["ProvisionedThroughput"]["ReadCapacityUnits"] for i in described["GlobalSecondaryIndexes"]}
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    assert units == {"singers-index": 2, "genre-year-index": 5}
    wire.UpdateTable(TableName=table, BillingMode="PAY_PER_REQUEST")
    described = wait_active(wire, table)
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    with refused(VALIDATION, re.compile("^At least one of ProvisionedThroughput, BillingMode, ")):
        wire.UpdateTable(TableName=table)


def test_deletion_protection(wire, table):
    create_table(wire, table, Schema(), DeletionProtectionEnabled=True)
    text = "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    with refused(VALIDATION, text):
        wire.DeleteTable(TableName=table)
    wire.UpdateTable(TableName=table, DeletionProtectionEnabled=False)
    wait_active(wire, table)
    drop_table(wire, table)


def test_a_deleted_table_is_gone_and_its_successor_empty(wire, table):
    create_table(wire, table, MUSIC)
    put_all(wire, table, songs()[:50])
    deleted = wire.DeleteTable(TableName=table)["TableDescription"]
    assert deleted["TableStatus"] == "DELETING" and deleted["TableName"] == table

    def gone():
        try:
            return wire.DescribeTable(TableName=table)["Table"]["TableStatus"] != "DELETING"
        except Exception as fault:
            return fault.code == "ResourceNotFoundException"

    until(gone, "the table gone")
    create_table(wire, table, MUSIC)
    for index in (None, *(index.name for index in MUSIC.indexes)):
        assert read_all(wire, table, index) == []


def test_many_tables_and_indexes(wire, table):
    names = [f"{table}-{n}" for n in range(5)]
    schema = Schema("pk", "sk", indexes=tuple(Index(f"index-{n}", "sk", "pk") for n in range(20)))
    for name in names:
        create_table(wire, name, schema)
        wire.PutItem(TableName=name, Item={"pk": {"S": name}, "sk": {"S": "a"}})
    for name in names:
        assert read_all(wire, name, "index-19") == [{"pk": {"S": name}, "sk": {"S": "a"}}]
        wire.DeleteTable(TableName=name)
