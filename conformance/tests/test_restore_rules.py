"""Restores of both kinds: defaults, every override rule, conflicts of names, calls while CREATING."""

import re

import pytest

from conformance.clients import Wire
from conformance.faults import check_refused
from conformance.tables import (
    Index,
    Schema,
    check_table,
    create_table,
    drop_table,
    exists,
    put_all,
    read_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status, index_names, throughput

SCHEMA = Schema(
    "pk",
    "sk",
    (
        Index("by-owner", "owner", "at", projection=("note", "more")),
        Index("keys", "owner", projection="KEYS_ONLY"),
        Index("local", "pk", "at", local=True),
    ),
    {"at": "N"},
)
ITEMS = [
    {
        "pk": {"S": f"p{number % 4}"},
        "sk": {"S": f"{number:03}"},
        "owner": {"S": f"o{number % 3}"},
        "at": {"N": str(number)},
        "note": {"S": "x" * number},
        "other": {"BOOL": True},
    }
    for number in range(40)
]
UNITS = {"ReadCapacityUnits": 6, "WriteCapacityUnits": 5}
OTHER_UNITS = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}
KEYS = {
    "IndexName": "keys",
    "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
BY_OWNER = {
    "IndexName": "by-owner",
    "KeySchema": [
        {"AttributeName": "owner", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["more", "note"]},
}
LOCAL = {
    "IndexName": "local",
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}
ON = {"PointInTimeRecoveryEnabled": True}


def backup_of(wire, table):
    """Makes a backup, waits until it is AVAILABLE, and returns its ARN."""
    arn = wire.CreateBackup(TableName=table, BackupName="Rules")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "backup AVAILABLE")
    return arn


@pytest.fixture(scope="module")
def sources(wire):
    """{billing mode: {operation: the members that name a source}} of two equal tables."""
    made = {}
    for mode, members in {
        "PROVISIONED": {"ProvisionedThroughput": UNITS, "DeletionProtectionEnabled": True},
        "PAY_PER_REQUEST": {},
    }.items():
        table = f"rules-{mode}"
        create_table(wire, table, SCHEMA, **members)
        put_all(wire, table, ITEMS)
        wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=ON)
        made[mode] = {
            "RestoreTableFromBackup": {"BackupArn": backup_of(wire, table)},
            "RestoreTableToPointInTime": {
                "SourceTableName": table,
                "UseLatestRestorableTime": True,
            },
        }
    return made


@pytest.fixture(params=["RestoreTableFromBackup", "RestoreTableToPointInTime"])
def operation(request):
    return request.param


@pytest.fixture
def restore(wire, sources, operation, table):
    """restore(mode, **overrides): restores and returns the description at ACTIVE."""

    def run(mode, **overrides):
        request = {"TargetTableName": table, **sources[mode][operation], **overrides}
        started = wire.call(operation, request)["TableDescription"]
        assert started["TableStatus"] == "CREATING"
        assert (started["ItemCount"], started["TableSizeBytes"]) == (0, 0)
        assert started["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
        summary = started["RestoreSummary"]
        assert summary["RestoreInProgress"] is True
        assert summary["SourceTableArn"].endswith(f"table/rules-{mode}")
        assert ("SourceBackupArn" in summary) == ("BackupArn" in request)
        if "BackupArn" in request:
            assert summary["SourceBackupArn"] == request["BackupArn"]
            details = wire.DescribeBackup(BackupArn=request["BackupArn"])["BackupDescription"]
            created = details["BackupDetails"]["BackupCreationDateTime"]
            assert summary["RestoreDateTime"] == created
        description = wait_active(wire, table)
        assert description["TableId"] == started["TableId"]
        assert "RestoreSummary" not in description
        return description

    return run


def only(*names, **renamed):
    """SCHEMA with only these indexes, some under other names: `new_name="old name"`."""
    kept = [index for index in SCHEMA.indexes if index.name in names]
    old = {index.name: index for index in SCHEMA.indexes}
    kept += [
        Index(new, old[name].hash, old[name].range, old[name].projection, old[name].local)
        for new, name in renamed.items()
    ]
    return Schema(SCHEMA.hash, SCHEMA.range, tuple(kept), SCHEMA.types)


def test_defaults_of_a_provisioned_source(wire, restore, table):
    description = restore("PROVISIONED")
    units = (6, 5)
    assert throughput(description) == {table: units, "by-owner": units, "keys": units}
    assert description.get("BillingModeSummary", {}).get("BillingMode") in (None, "PROVISIONED")
    assert "TableClassSummary" not in description
    assert description["DeletionProtectionEnabled"] is False
    assert "SSEDescription" not in description
    source = wire.DescribeTable(TableName="rules-PROVISIONED")["Table"]
    assert description["TableId"] != source["TableId"]
    for member in ("KeySchema", "AttributeDefinitions"):
        assert sorted(map(str, description[member])) == sorted(map(str, source[member]))
    check_table(wire, table, SCHEMA, ITEMS, table)


def test_defaults_of_an_on_demand_source(wire, restore, table):
    description = restore("PAY_PER_REQUEST")
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert set(throughput(description).values()) == {(0, 0)}
    check_table(wire, table, SCHEMA, ITEMS, table)


# Overrides that work: source mode, members, throughput by index name ("" is the table), schema.
ACCEPTED = {
    "to on demand": (
        "PROVISIONED",
        {"BillingModeOverride": "PAY_PER_REQUEST"},
        {"": (0, 0), "by-owner": (0, 0), "keys": (0, 0)},
        SCHEMA,
    ),
    "base throughput alone": (
        "PROVISIONED",
        {"ProvisionedThroughputOverride": OTHER_UNITS},
        {"": (2, 1), "by-owner": (6, 5), "keys": (6, 5)},
        SCHEMA,
    ),
    "no global indexes": (
        "PROVISIONED",
        {"GlobalSecondaryIndexOverride": []},
        {"": (6, 5)},
        only("local"),
    ),
    "no local indexes": (
        "PROVISIONED",
        {"LocalSecondaryIndexOverride": []},
        {"": (6, 5), "by-owner": (6, 5), "keys": (6, 5)},
        only("by-owner", "keys"),
    ),
    "no indexes": (
        "PAY_PER_REQUEST",
        {"GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": []},
        {"": (0, 0)},
        only(),
    ),
    "one global index, its projection in another order": (
        "PROVISIONED",
        {"GlobalSecondaryIndexOverride": [{**BY_OWNER, "ProvisionedThroughput": OTHER_UNITS}]},
        {"": (6, 5), "by-owner": (2, 1)},
        only("by-owner", "local"),
    ),
    "one of each": (
        "PAY_PER_REQUEST",
        {"GlobalSecondaryIndexOverride": [KEYS], "LocalSecondaryIndexOverride": [LOCAL]},
        {"": (0, 0), "keys": (0, 0)},
        only("keys", "local"),
    ),
    "renamed": (
        "PAY_PER_REQUEST",
        {
            "GlobalSecondaryIndexOverride": [{**KEYS, "IndexName": "fresh"}],
            "LocalSecondaryIndexOverride": [{**LOCAL, "IndexName": "near"}],
        },
        {"": (0, 0), "fresh": (0, 0)},
        only(fresh="keys", near="local"),
    ),
    "to provisioned": (
        "PAY_PER_REQUEST",
        {
            "BillingModeOverride": "PROVISIONED",
            "ProvisionedThroughputOverride": UNITS,
            "GlobalSecondaryIndexOverride": [{**KEYS, "ProvisionedThroughput": OTHER_UNITS}],
        },
        {"": (6, 5), "keys": (2, 1)},
        only("keys", "local"),
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_overrides(wire, restore, table, name):
    mode, overrides, units, schema = ACCEPTED[name]
    description = restore(mode, **overrides)
    assert throughput(description) == {index or table: pair for index, pair in units.items()}
    assert index_names(description) == {index.name for index in schema.indexes}
    keys = {name for part in (schema, *schema.indexes) for name in part.key_names}
    assert {d["AttributeName"] for d in description["AttributeDefinitions"]} == keys
    check_table(wire, table, schema, ITEMS, name)


@pytest.mark.parametrize(
    "override, kind",
    [({}, None), ({"Enabled": False}, None), ({"Enabled": True, "SSEType": "KMS"}, "KMS"), ({"Enabled": True}, "KMS")],
)
def test_encryption_overrides(restore, override, kind):
    description = restore(
        "PAY_PER_REQUEST",
        SSESpecificationOverride=override,
        GlobalSecondaryIndexOverride=[],
    )
    assert description.get("SSEDescription", {}).get("SSEType") == kind


def test_an_empty_on_demand_override_counts_as_absent(restore):
    restore("PAY_PER_REQUEST", OnDemandThroughputOverride={}, GlobalSecondaryIndexOverride=[])


def test_encryption_is_inherited(wire, operation, table):
    create_table(wire, table, Schema("pk"), SSESpecification={"Enabled": True, "SSEType": "KMS"})
    source = {"SourceTableName": table, "UseLatestRestorableTime": True}
    wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=ON)
    if operation == "RestoreTableFromBackup":
        source = {"BackupArn": backup_of(wire, table)}
    wire.call(operation, {"TargetTableName": f"{table}-2", **source})
    description = wait_active(wire, f"{table}-2")
    assert description["SSEDescription"]["SSEType"] == "KMS"


NO_MATCH = (
    "Invalid Request: Index {} does not match a secondary index that existed in the source table "
    "and cannot be created during the restore operation"
)
# Overrides that are refused: source mode, members, text.
REFUSED = {
    "throughput of an on-demand table": (
        "PAY_PER_REQUEST",
        {"ProvisionedThroughputOverride": UNITS},
        "Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED",
    ),
    "throughput and to on demand": (
        "PROVISIONED",
        {"BillingModeOverride": "PAY_PER_REQUEST", "ProvisionedThroughputOverride": UNITS},
        "Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST",
    ),
    "an index's throughput and to on demand": (
        "PROVISIONED",
        {
            "BillingModeOverride": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexOverride": [{**KEYS, "ProvisionedThroughput": UNITS}],
        },
        "Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to "
        "PAY_PER_REQUEST for index keys",
    ),
    "to provisioned without throughput": (
        "PAY_PER_REQUEST",
        {"BillingModeOverride": "PROVISIONED"},
        "Invalid Request: Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED",
    ),
    "to provisioned, and an index without throughput": (
        "PAY_PER_REQUEST",
        {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": UNITS},
        re.compile(
            "Invalid Request: Must override ProvisionedThroughput if BillingMode is overridden to "
            "PROVISIONED for index (keys|by-owner)"
        ),
    ),
    "an index override without throughput": (
        "PROVISIONED",
        {"GlobalSecondaryIndexOverride": [KEYS]},
        "Invalid Request: Must specify provisioned throughput for index keys",
    ),
    "on-demand maxima of a provisioned table": (
        "PROVISIONED",
        {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 10}},
        "Invalid Request: Cannot override MaxReadRequestUnits for OnDemandThroughput unless "
        "BillingModeOverride is PAY_PER_REQUEST",
    ),
    "on-demand maximum out of range": (
        "PAY_PER_REQUEST",
        {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}},
        "Invalid Request: Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range",
    ),
    "global index with other keys": (
        "PAY_PER_REQUEST",
        {
            "GlobalSecondaryIndexOverride": [
                {**KEYS, "KeySchema": [{"AttributeName": "note", "KeyType": "HASH"}]}
            ]
        },
        NO_MATCH.format("keys"),
    ),
    "global index with another projection": (
        "PAY_PER_REQUEST",
        {"GlobalSecondaryIndexOverride": [{**KEYS, "Projection": {"ProjectionType": "ALL"}}]},
        NO_MATCH.format("keys"),
    ),
    "global index with fewer attributes": (
        "PAY_PER_REQUEST",
        {
            "GlobalSecondaryIndexOverride": [
                {
                    **BY_OWNER,
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
                }
            ]
        },
        NO_MATCH.format("by-owner"),
    ),
    "local index with another projection": (
        "PAY_PER_REQUEST",
        {"LocalSecondaryIndexOverride": [{**LOCAL, "Projection": {"ProjectionType": "KEYS_ONLY"}}]},
        NO_MATCH.format("local"),
    ),
    "mode": (
        "PAY_PER_REQUEST",
        {"BillingModeOverride": "FREE"},
        re.compile(
            "1 validation error detected: Value 'FREE' at 'billingModeOverride' failed to satisfy "
            r"constraint: Member must satisfy enum value set: \[(PROVISIONED, PAY_PER_REQUEST|"
            r"PAY_PER_REQUEST, PROVISIONED)\]"
        ),
    ),
    "zero throughput": (
        "PROVISIONED",
        {"ProvisionedThroughputOverride": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}},
        "1 validation error detected: Value '0' at 'provisionedThroughputOverride.readCapacityUnits' "
        "failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    "a customer's key": (
        "PAY_PER_REQUEST",
        {"SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/x"}},
        re.compile(".*KMSMasterKeyId.*"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_overrides(wire, sources, operation, table, name):
    mode, overrides, message = REFUSED[name]
    request = {"TargetTableName": table, **sources[mode][operation], **overrides}
    check_refused(wire, operation, request, "ValidationException", message)
    assert not exists(wire, table), "a refused restore leaves nothing"


def test_targets_that_exist_and_backups_that_do_not(wire, sources, table):
    source = sources["PROVISIONED"]["RestoreTableFromBackup"]
    request = {"TargetTableName": "rules-PROVISIONED", **source}
    taken = ("TableAlreadyExistsException", "Table already exists: rules-PROVISIONED")
    check_refused(wire, "RestoreTableFromBackup", request, *taken)
    ghost = source["BackupArn"][:-8] + "ffffffff"
    request = {"TargetTableName": table, "BackupArn": ghost}
    missing = ("BackupNotFoundException", f"Backup not found: {ghost}")
    check_refused(wire, "RestoreTableFromBackup", request, *missing)
    request = {"TargetTableName": "x", "BackupArn": ghost}
    short = re.compile("1 validation error detected: Value 'x' at 'targetTableName' .* or equal to 3")
    check_refused(wire, "RestoreTableFromBackup", request, "ValidationException", short)


def test_another_region(wire, endpoint, sources, table):
    elsewhere = Wire(endpoint, "eu-west-1")
    request = {"TargetTableName": table, **sources["PAY_PER_REQUEST"]["RestoreTableFromBackup"]}
    no_key = "Invalid Request: sseSpecificationOverride must be provided for cross-region restores"
    check_refused(elsewhere, "RestoreTableFromBackup", request, "ValidationException", no_key)
    request["SSESpecificationOverride"] = {"Enabled": True, "SSEType": "KMS"}
    not_built = re.compile("(?i).*region.*")
    check_refused(elsewhere, "RestoreTableFromBackup", request, "ValidationException", not_built)


@pytest.fixture(scope="module")
def held(request, tmp_path_factory):
    """A server whose restores stop before loading: (wire, backup ARN, its running target)."""
    if request.config.getoption("--endpoint-url"):
        pytest.skip("needs a server process of its own")
    from conformance.anywhen_server import Server

    server = Server(tmp_path_factory.mktemp("held")).start(
        ANYWHEN_FAILPOINTS="restore::before_load=pause"
    )
    wire = Wire(server.endpoint)
    create_table(wire, "source", SCHEMA)
    put_all(wire, "source", ITEMS)
    wire.UpdateContinuousBackups(TableName="source", PointInTimeRecoverySpecification=ON)
    arn = backup_of(wire, "source")
    wire.RestoreTableFromBackup(TargetTableName="target", BackupArn=arn)
    yield wire, arn, server
    server.kill()


NO_RESOURCE = "Requested resource not found"
NO_TABLE = "Requested resource not found: Table: target not found"
KEY = {"pk": {"S": "p0"}, "sk": {"S": "000"}}
# What a target that is CREATING answers: operation, members, code, text.
WHILE_CREATING = [
    ("CreateBackup", {"BackupName": "abc"}, "TableNotFoundException", "Table not found: target"),
    ("DescribeContinuousBackups", {}, "TableNotFoundException", "Table not found: target"),
    (
        "UpdateContinuousBackups",
        {"PointInTimeRecoverySpecification": ON},
        "TableNotFoundException",
        "Table not found: target",
    ),
    ("UpdateTable", {"BillingMode": "PAY_PER_REQUEST"}, "ResourceNotFoundException", NO_TABLE),
    ("PutItem", {"Item": KEY}, "ResourceNotFoundException", NO_RESOURCE),
    ("GetItem", {"Key": KEY}, "ResourceNotFoundException", NO_RESOURCE),
    ("DeleteItem", {"Key": KEY}, "ResourceNotFoundException", NO_RESOURCE),
    ("UpdateItem", {"Key": KEY}, "ResourceNotFoundException", NO_RESOURCE),
    ("Scan", {}, "ResourceNotFoundException", NO_RESOURCE),
    ("Scan", {"IndexName": "keys"}, "ResourceNotFoundException", NO_RESOURCE),
    (
        "Query",
        {
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "p0"}},
        },
        "ResourceNotFoundException",
        NO_RESOURCE,
    ),
    (
        "DeleteTable",
        {},
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being created: target",
    ),
    (
        "CreateTable",
        {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        },
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being used: target",
    ),
]


@pytest.mark.parametrize("operation, members, code, message", WHILE_CREATING)
def test_calls_on_a_target_that_is_creating(held, operation, members, code, message):
    wire, _, _ = held
    check_refused(wire, operation, {"TableName": "target", **members}, code, message)


def test_batches_and_transactions_on_a_target_that_is_creating(held):
    wire, _, _ = held
    put = {"Put": {"TableName": "target", "Item": KEY}}
    get = {"Get": {"TableName": "target", "Key": KEY}}
    missing = ("ResourceNotFoundException", NO_RESOURCE)
    for operation, members in (
        ("BatchGetItem", {"RequestItems": {"target": {"Keys": [KEY]}}}),
        ("BatchWriteItem", {"RequestItems": {"target": [{"PutRequest": {"Item": KEY}}]}}),
        ("TransactWriteItems", {"TransactItems": [put]}),
        ("TransactGetItems", {"TransactItems": [get]}),
    ):
        check_refused(wire, operation, members, *missing)


def test_conflicts_while_a_restore_runs(held):
    wire, arn, _ = held
    description = wire.DescribeTable(TableName="target")["Table"]
    assert description["TableStatus"] == "CREATING"
    assert description["RestoreSummary"]["RestoreInProgress"] is True
    for index in description["GlobalSecondaryIndexes"]:
        assert "IndexStatus" not in index
    assert "target" in wire.ListTables()["TableNames"]

    request = {"TargetTableName": "target", "BackupArn": backup_of(wire, "source")}
    being = ("TableInUseException", f"Table: target is already being restored from backup: {arn}")
    check_refused(wire, "RestoreTableFromBackup", request, *being)
    again = {"TargetTableName": "other", "BackupArn": arn}
    busy = ("BackupInUseException", f"Backup is being used to restore another table: {arn}")
    check_refused(wire, "RestoreTableFromBackup", again, *busy)
    busy = ("BackupInUseException", f"Backup is being used to restore table: {arn}")
    check_refused(wire, "DeleteBackup", {"BackupArn": arn}, *busy)
    to_target = {"SourceTableName": "source", "TargetTableName": "target", "UseLatestRestorableTime": True}
    being = ("TableInUseException", re.compile("Table: target is already being restored.*"))
    check_refused(wire, "RestoreTableToPointInTime", to_target, *being)
    assert not exists(wire, "other")


def test_a_restore_outlives_server_and_source(held):
    """Fifty may run and no more; the table they read is deleted; the server is killed. The next
    server finishes them all."""
    wire, arn, server = held
    targets = [f"target-{number}" for number in range(49)]
    for target in targets:
        wire.RestoreTableToPointInTime(
            SourceTableName="source", TargetTableName=target, UseLatestRestorableTime=True
        )
    one_more = {"SourceTableName": "source", "TargetTableName": "one-more", "UseLatestRestorableTime": True}
    limit = "Subscriber limit exceeded: Only 50 restore operations can be done simultaneously"
    check_refused(wire, "RestoreTableToPointInTime", one_more, "LimitExceededException", limit)
    drop_table(wire, "source")
    server.kill()
    server.start()
    wire = Wire(server.endpoint)
    for target in ("target", *targets):
        wait_active(wire, target)
    for target in ("target", targets[0], targets[-1]):
        check_table(wire, target, SCHEMA, ITEMS, target)
    assert all(len(read_all(wire, target)) == len(ITEMS) for target in targets)
    wire.DeleteBackup(BackupArn=arn)
