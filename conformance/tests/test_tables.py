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


WARM = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}


def update(wire, table, **members):
    """An UpdateTable's answer, and the description once nothing is on its way any more."""
    answered = wire.UpdateTable(TableName=table, **members)["TableDescription"]

    def settled():
        described = wire.DescribeTable(TableName=table)["Table"]
        parts = [described, *described.get("GlobalSecondaryIndexes", [])]
        busy = any(part.get("WarmThroughput", WARM)["Status"] != "ACTIVE" for part in parts)
        busy = busy or described.get("SSEDescription", {}).get("Status", "ENABLED") != "ENABLED"
        return None if busy or described["TableStatus"] != "ACTIVE" else described

    return answered, until(settled, "the table settled")


def test_warm_throughput(wire, table):
    schema = Schema("pk", "sk", indexes=(Index("by-sk", "sk", "pk"),))
    request = schema.create_request(table, WarmThroughput={"ReadUnitsPerSecond": 12001})
    created = wire.call("CreateTable", request)["TableDescription"]
    assert created["WarmThroughput"] == {**WARM, "ReadUnitsPerSecond": 12001, "Status": "UPDATING"}
    assert "WarmThroughput" not in created["GlobalSecondaryIndexes"][0]
    described = wait_active(wire, table)
    assert described["WarmThroughput"] | {"Status": "any"} == {**WARM, "ReadUnitsPerSecond": 12001, "Status": "any"}
    assert described["GlobalSecondaryIndexes"][0]["WarmThroughput"] == WARM

    index = {"Update": {"IndexName": "by-sk", "WarmThroughput": {"WriteUnitsPerSecond": 4001}}}
    answered, described = update(wire, table, WarmThroughput={"ReadUnitsPerSecond": 13000}, GlobalSecondaryIndexUpdates=[index])
    assert answered["TableStatus"] == "ACTIVE"
    assert answered["WarmThroughput"] == {**WARM, "ReadUnitsPerSecond": 12001, "Status": "UPDATING"}
    assert described["WarmThroughput"] == {**WARM, "ReadUnitsPerSecond": 13000}
    assert described["GlobalSecondaryIndexes"][0]["WarmThroughput"] == {**WARM, "WriteUnitsPerSecond": 4001}
    lower = "is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
    with refused(VALIDATION, OPV + f"Requested ReadUnitsPerSecond for WarmThroughput for table {lower}"):
        wire.UpdateTable(TableName=table, WarmThroughput={"ReadUnitsPerSecond": 12999})
    index = {"Update": {"IndexName": "by-sk", "WarmThroughput": {"WriteUnitsPerSecond": 1}}}
    with refused(VALIDATION, OPV + f"Requested WriteUnitsPerSecond for WarmThroughput for index by-sk {lower}"):
        wire.UpdateTable(TableName=table, GlobalSecondaryIndexUpdates=[index])
    index["Update"]["WarmThroughput"] = {}
    text = "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: by-sk"
    with refused(VALIDATION, OPV + text):
        wire.UpdateTable(TableName="NoSuchTable", GlobalSecondaryIndexUpdates=[index])
    with refused(VALIDATION, re.compile("for table is lower than initial throughput for OnDemand. See: https://docs.aws")):
        wire.call("CreateTable", schema.create_request("Never", WarmThroughput={"WriteUnitsPerSecond": 1}))
    assert wire.DescribeTable(TableName=table)["Table"] == described


def test_table_class(wire, table):
    described = create_table(wire, table, Schema())
    assert "TableClassSummary" not in described
    _, described = update(wire, table, TableClass="STANDARD")
    assert "TableClassSummary" not in described
    answered, described = update(wire, table, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert answered["TableStatus"] == "UPDATING" and "TableClassSummary" not in answered
    summary = described["TableClassSummary"]
    assert summary["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert abs(float(summary["LastUpdateDateTime"]) - time.time()) < 60
    text = "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS]."
    for operation, members in [("UpdateTable", {"TableName": table}), ("CreateTable", request())]:
        with refused(VALIDATION, text):
            wire.call(operation, {**members, "TableClass": "GLACIER"})


def test_a_table_created_with_a_class(wire, table):
    described = create_table(wire, table, Schema(), TableClass="STANDARD_INFREQUENT_ACCESS")
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_encryption_is_switched_with_the_items_in_place(wire, table):
    create_table(wire, table, MUSIC)
    items = songs()[:20]
    put_all(wire, table, items)
    with refused(VALIDATION, OPV + "Table is already encrypted by default"):
        wire.UpdateTable(TableName=table, SSESpecification={"Enabled": False})
    answered, described = update(wire, table, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    assert (answered["TableStatus"], answered["SSEDescription"]["Status"]) == ("ACTIVE", "UPDATING")
    assert described["SSEDescription"]["SSEType"] == "KMS"
    arn = described["SSEDescription"]["KMSMasterKeyArn"]
    same = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}
    text = "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key"
    with refused(VALIDATION, OPV + text):
        wire.UpdateTable(TableName=table, SSESpecification=same)
    put_all(wire, table, songs()[20:30])
    key = sorted(read_all(wire, table), key=str)
    assert len(key) == 30
    answered, described = update(wire, table, SSESpecification={"Enabled": False})
    assert answered["SSEDescription"]["Status"] == "UPDATING"
    assert "SSEDescription" not in described
    assert sorted(read_all(wire, table), key=str) == key


ALONE = "must be the only operation in the request"


@pytest.mark.parametrize("members, text", [
    ({"SSESpecification": {"Enabled": True}, "TableClass": "STANDARD"}, f"Server-Side Encryption modification {ALONE}"),
    ({"TableClass": "STANDARD", "DeletionProtectionEnabled": True}, f"TableClass modification {ALONE}"),
    ({"DeletionProtectionEnabled": True, "WarmThroughput": {"ReadUnitsPerSecond": 13000}}, f"DeletionProtection modification {ALONE}"),
    ({"WarmThroughput": {"ReadUnitsPerSecond": 13000}, "BillingMode": "PAY_PER_REQUEST"}, f"WarmThroughput {ALONE}"),
    ({"WarmThroughput": {"ReadUnitsPerSecond": 13000}, "OnDemandThroughput": {"MaxReadRequestUnits": 1}},
     "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"),
    ({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}, "BillingMode": "PROVISIONED"},
     "You cannot modify stream status while updating table IOPS"),
])  # fmt: skip
def test_changes_that_do_not_combine(wire, table, members, text):
    described = create_table(wire, table, Schema())
    with refused(VALIDATION, OPV + text):
        wire.UpdateTable(TableName=table, **members)
    assert wire.DescribeTable(TableName=table)["Table"] == described


def test_what_is_in_force_with_the_answer(wire, table):
    create_table(wire, table, Schema())
    answered = wire.UpdateTable(TableName=table, DeletionProtectionEnabled=True)["TableDescription"]
    assert (answered["TableStatus"], answered["DeletionProtectionEnabled"]) == ("ACTIVE", True)
    wire.UpdateTable(TableName=table, DeletionProtectionEnabled=False)
    answered = wire.UpdateTable(TableName=table, OnDemandThroughput={"MaxReadRequestUnits": 7})["TableDescription"]
    assert (answered["TableStatus"], answered["OnDemandThroughput"]) == ("ACTIVE", {"MaxReadRequestUnits": 7})
    for empty in ("OnDemandThroughput", "WarmThroughput"):
        with refused(VALIDATION, re.compile("^At least one of ProvisionedThroughput, BillingMode, ")):
            wire.UpdateTable(TableName=table, **{empty: {}})
