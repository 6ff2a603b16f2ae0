"""What a restored table is: defaults, overrides, and the states on the way.

Most rules hold for both kinds of restore, and are tried on both.
"""

import re

import pytest

from conformance.clients import Wire
from conformance.faults import VALIDATION, refused
from conformance.music import MUSIC, songs
from conformance.tables import Schema, check_table, create_table, describe_index, drop_table, exists, put_all, read_all, wait_active
from conformance.tests.test_backups import ABSENT, at, back_up, table_arn
from conformance.waiting import until
from conformance.walkthrough import backup_status, index_names, only_indexes, throughput

INVALID = "Invalid Request: "
SINGERS, GENRES, ALBUMS = MUSIC.indexes
UNITS = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}
OTHER = {"ReadCapacityUnits": 50, "WriteCapacityUnits": 40}
ITEMS = songs()[:50]


@pytest.fixture(scope="module")
def restorers(wire):
    """{(kind, billing): a function that restores such a table}, for both kinds of restore."""
    restorers = {}
    for billing, members in (("provisioned", {"ProvisionedThroughput": UNITS}), ("on-demand", {})):
        source = f"Restore-{billing}"
        create_table(wire, source, MUSIC, **members)
        put_all(wire, source, ITEMS)
        wire.UpdateContinuousBackups(
            TableName=source, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        arn = back_up(wire, source)
        restorers["backup", billing] = lambda target, arn=arn, **members: wire.RestoreTableFromBackup(
            TargetTableName=target, BackupArn=arn, **members
        )
        restorers["point in time", billing] = lambda target, source=source, **members: (
            wire.RestoreTableToPointInTime(
                TargetTableName=target, SourceTableName=source, UseLatestRestorableTime=True, **members
            )
        )
    return restorers


@pytest.fixture(params=["backup", "point in time"])
def kind(request):
    return request.param


def finish(wire, reply, schema=MUSIC):
    """Follows a restore to its end, compares the data, drops it; the description when ACTIVE."""
    started = reply["TableDescription"]
    assert started["TableStatus"] == "CREATING"
    description = wait_active(wire, started["TableName"])
    assert description["TableId"] == started["TableId"]
    check_table(wire, started["TableName"], schema, ITEMS, started["TableName"])
    drop_table(wire, started["TableName"])
    return description


# --- without overrides ---


@pytest.mark.parametrize("billing", ["provisioned", "on-demand"])
def test_defaults(wire, restorers, table, kind, billing):
    reply = restorers[kind, billing](table)
    started = reply["TableDescription"]
    assert started["RestoreSummary"]["SourceTableArn"] == table_arn(f"Restore-{billing}")
    assert started["RestoreSummary"]["RestoreInProgress"] is True
    assert (started["ItemCount"], started["TableSizeBytes"]) == (0, 0)
    assert started["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    if kind == "backup":
        arn = started["RestoreSummary"]["SourceBackupArn"]
        creation = wire.DescribeBackup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupCreationDateTime"]
        assert started["RestoreSummary"]["RestoreDateTime"] == creation
    source = wire.DescribeTable(TableName=f"Restore-{billing}")["Table"]
    done = finish(wire, reply)
    assert done["TableId"] != source["TableId"] and done["TableArn"] == table_arn(table)
    for member in ("KeySchema", "AttributeDefinitions"):
        assert sorted(done[member], key=str) == sorted(source[member], key=str)
    assert index_names(done) == {index.name for index in MUSIC.indexes}
    units = (7, 3) if billing == "provisioned" else (0, 0)
    assert set(throughput(done).values()) == {units}
    mode = done.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    assert mode == ("PROVISIONED" if billing == "provisioned" else "PAY_PER_REQUEST")
    assert done["DeletionProtectionEnabled"] is False
    assert not {"SSEDescription", "TableClassSummary", "RestoreSummary"} & set(done)


def test_settings_that_do_not_come_along_and_those_that_do(wire, table):
    create_table(
        wire, table, Schema(), DeletionProtectionEnabled=True,
        OnDemandThroughput={"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 40},
        SSESpecification={"Enabled": True, "SSEType": "KMS"}, TableClass="STANDARD_INFREQUENT_ACCESS",
        WarmThroughput={"ReadUnitsPerSecond": 15000, "WriteUnitsPerSecond": 5000},
    )  # fmt: skip
    arn = back_up(wire, table)
    wire.RestoreTableFromBackup(TargetTableName=f"{table}-again", BackupArn=arn)
    done = wait_active(wire, f"{table}-again")
    assert done["DeletionProtectionEnabled"] is False
    assert done["OnDemandThroughput"] == {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 40}
    assert done["SSEDescription"]["SSEType"] == "KMS"
    assert "TableClassSummary" not in done
    assert (done["WarmThroughput"]["ReadUnitsPerSecond"], done["WarmThroughput"]["WriteUnitsPerSecond"]) == (12000, 4000)
    wire.RestoreTableFromBackup(
        TargetTableName=f"{table}-plain", BackupArn=arn, SSESpecificationOverride={"Enabled": False}
    )
    assert "SSEDescription" not in wait_active(wire, f"{table}-plain")


def test_backups_and_history_from_both_sides_of_a_change_of_key(wire, table):
    create_table(wire, table, Schema())
    wire.UpdateContinuousBackups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    wire.PutItem(TableName=table, Item={"pk": {"S": "before"}})
    old = back_up(wire, table)
    wire.UpdateTable(TableName=table, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    wire.PutItem(TableName=table, Item={"pk": {"S": "after"}})
    wire.RestoreTableFromBackup(TargetTableName=f"{table}-old", BackupArn=old)
    wire.RestoreTableToPointInTime(SourceTableName=table, TargetTableName=f"{table}-new", UseLatestRestorableTime=True)
    assert "SSEDescription" not in wait_active(wire, f"{table}-old")
    assert read_all(wire, f"{table}-old") == [{"pk": {"S": "before"}}]
    assert wait_active(wire, f"{table}-new")["SSEDescription"]["SSEType"] == "KMS"
    items = sorted(item["pk"]["S"] for item in read_all(wire, f"{table}-new"))
    assert items == ["after", "before"]


# --- overrides that are accepted ---


def gsi(index, **members):
    return {**describe_index(index), **members}


def with_units(index, units=OTHER):
    return gsi(index, ProvisionedThroughput=units)


@pytest.mark.parametrize("billing, overrides, units", [
    ("provisioned", {"ProvisionedThroughputOverride": OTHER}, {"": (50, 40), "singers-index": (7, 3), "genre-year-index": (7, 3)}),
    ("provisioned", {"BillingModeOverride": "PAY_PER_REQUEST"}, {"": (0, 0), "singers-index": (0, 0), "genre-year-index": (0, 0)}),
    ("provisioned", {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": OTHER},
     {"": (50, 40), "singers-index": (7, 3), "genre-year-index": (7, 3)}),
    ("provisioned", {"GlobalSecondaryIndexOverride": [with_units(SINGERS)]}, {"": (7, 3), "singers-index": (50, 40)}),
    ("provisioned", {"GlobalSecondaryIndexOverride": [with_units(GENRES), with_units(SINGERS, UNITS)]},
     {"": (7, 3), "singers-index": (7, 3), "genre-year-index": (50, 40)}),
    ("on-demand", {"GlobalSecondaryIndexOverride": [gsi(GENRES)]}, {"": (0, 0), "genre-year-index": (0, 0)}),
    ("on-demand", {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": OTHER,
                   "GlobalSecondaryIndexOverride": [with_units(SINGERS, UNITS)]}, {"": (50, 40), "singers-index": (7, 3)}),
    ("on-demand", {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": OTHER,
                   "GlobalSecondaryIndexOverride": []}, {"": (50, 40)}),
    ("provisioned", {"OnDemandThroughputOverride": {}}, {"": (7, 3), "singers-index": (7, 3), "genre-year-index": (7, 3)}),
], ids=repr)  # fmt: skip
def test_throughput_overrides(wire, restorers, table, kind, billing, overrides, units):
    schema = only_indexes(*(set(units) - {""}), "album-index")
    done = finish(wire, restorers[kind, billing](table, **overrides), schema)
    assert throughput(done) == {name or table: pair for name, pair in units.items()}


@pytest.mark.parametrize("overrides, left", [
    ({"GlobalSecondaryIndexOverride": []}, ["album-index"]),
    ({"LocalSecondaryIndexOverride": []}, ["singers-index", "genre-year-index"]),
    ({"GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": []}, []),
    ({"LocalSecondaryIndexOverride": [describe_index(ALBUMS)]}, ["singers-index", "genre-year-index", "album-index"]),
    ({"GlobalSecondaryIndexOverride": [gsi(GENRES)]}, ["genre-year-index", "album-index"]),
], ids=repr)  # fmt: skip
def test_index_overrides(wire, restorers, table, kind, overrides, left):
    done = finish(wire, restorers[kind, "on-demand"](table, **overrides), only_indexes(*left))
    assert index_names(done) == set(left)
    used = {name for index in MUSIC.indexes if index.name in left for name in index.key_names}
    assert {a["AttributeName"] for a in done["AttributeDefinitions"]} == used | {"Artist", "SongTitle"}


def test_an_index_may_be_renamed_and_its_projection_listed_in_any_order(wire, restorers, table, kind):
    renamed = gsi(GENRES, IndexName="by-genre")
    renamed["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Awards", "AlbumTitle"]}
    done = restorers[kind, "on-demand"](table, GlobalSecondaryIndexOverride=[renamed])
    wait_active(wire, table)
    schema = Schema(MUSIC.hash, MUSIC.range, (type(GENRES)("by-genre", *GENRES.key_names, GENRES.projection), ALBUMS), MUSIC.types)
    check_table(wire, table, schema, ITEMS, table)
    assert done
    drop_table(wire, table)


@pytest.mark.parametrize("override, kms", [
    ({"Enabled": True, "SSEType": "KMS"}, True), ({"Enabled": True}, True), ({}, False), ({"Enabled": False}, False),
], ids=repr)  # fmt: skip
def test_encryption_overrides(wire, restorers, table, kind, override, kms):
    done = finish(wire, restorers[kind, "on-demand"](table, SSESpecificationOverride=override))
    assert done.get("SSEDescription", {}).get("SSEType") == ("KMS" if kms else None)


def test_on_demand_maxima(wire, restorers, table, kind):
    maxima = {"MaxReadRequestUnits": 60, "MaxWriteRequestUnits": 70}
    done = finish(
        wire,
        restorers[kind, "provisioned"](
            table, BillingModeOverride="PAY_PER_REQUEST", OnDemandThroughputOverride=maxima
        ),
    )
    assert done["OnDemandThroughput"] == maxima


# --- overrides that are refused ---


def no_match(name):
    return (
        INVALID + f"Index {name} does not match a secondary index that existed in the source table"
        " and cannot be created during the restore operation"
    )


MUST = INVALID + "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED"
BY_MODE = INVALID + "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED"
TO_DEMAND = INVALID + "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST"
KEYS = [{"AttributeName": "Genre", "KeyType": "HASH"}]


@pytest.mark.parametrize("billing, overrides, text", [
    ("on-demand", {"ProvisionedThroughputOverride": OTHER}, BY_MODE),
    ("provisioned", {"BillingModeOverride": "PAY_PER_REQUEST", "ProvisionedThroughputOverride": OTHER}, TO_DEMAND),
    ("provisioned", {"BillingModeOverride": "PAY_PER_REQUEST", "GlobalSecondaryIndexOverride": [with_units(SINGERS)]},
     f"{TO_DEMAND} for index singers-index"),
    ("on-demand", {"BillingModeOverride": "PROVISIONED"}, MUST),
    ("provisioned", {"BillingModeOverride": "PROVISIONED"}, MUST),
    ("on-demand", {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": OTHER}, re.compile(re.escape(MUST) + " for index ")),
    ("provisioned", {"GlobalSecondaryIndexOverride": [gsi(SINGERS)]}, INVALID + "Must specify provisioned throughput for index singers-index"),
    ("provisioned", {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 5}},
     INVALID + "Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST"),
    ("on-demand", {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}},
     INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range"),
    ("on-demand", {"GlobalSecondaryIndexOverride": [gsi(SINGERS, KeySchema=KEYS)]}, no_match("singers-index")),
    ("on-demand", {"GlobalSecondaryIndexOverride": [gsi(SINGERS, Projection={"ProjectionType": "ALL"})]}, no_match("singers-index")),
    ("on-demand", {"GlobalSecondaryIndexOverride": [gsi(GENRES, Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Awards"]})]},
     no_match("genre-year-index")),
    ("on-demand", {"GlobalSecondaryIndexOverride": [describe_index(ALBUMS)]}, no_match("album-index")),
    ("on-demand", {"LocalSecondaryIndexOverride": [describe_index(SINGERS)]}, no_match("singers-index")),
    ("on-demand", {"LocalSecondaryIndexOverride": [{**describe_index(ALBUMS), "Projection": {"ProjectionType": "KEYS_ONLY"}}]},
     no_match("album-index")),
    ("on-demand", {"SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "abcd1234-abcd-1234-a123-ab1234a1b234"}},
     re.compile("KMSMasterKeyId")),
    ("on-demand", {"BillingModeOverride": "FREE"}, re.compile("Value 'FREE' at 'billingModeOverride' failed to satisfy constraint: Member must satisfy enum value set: ")),
    ("provisioned", {"ProvisionedThroughputOverride": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}},
     re.compile("'provisionedThroughputOverride.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1")),
    ("provisioned", {"ProvisionedThroughputOverride": {"ReadCapacityUnits": 1}},
     re.compile("'provisionedThroughputOverride.writeCapacityUnits' failed to satisfy constraint: Member must not be null")),
    ("on-demand", {"GlobalSecondaryIndexOverride": [{"IndexName": "singers-index"}]},
     re.compile("'globalSecondaryIndexOverride.1.member.keySchema' failed to satisfy constraint: Member must not be null")),
], ids=repr)  # fmt: skip
def test_refused_overrides(wire, restorers, table, kind, billing, overrides, text):
    with refused(VALIDATION, text):
        restorers[kind, billing](table, **overrides)
    assert not exists(wire, table)


# --- RestoreTableFromBackup's own refusals ---


@pytest.mark.parametrize("members, code, text", [
    ({"TargetTableName": "bad name!"}, VALIDATION, at("targetTableName", "bad name!", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")),
    ({"TargetTableName": "ab"}, VALIDATION, at("targetTableName", "ab", "have length greater than or equal to 3")),
    ({"TargetTableName": None}, VALIDATION, re.compile("'targetTableName' failed to satisfy constraint: Member must not be null")),
    ({"BackupArn": None}, VALIDATION, re.compile("'backupArn' failed to satisfy constraint: Member must not be null")),
    ({"BackupArn": ABSENT}, "BackupNotFoundException", f"Backup not found: {ABSENT}"),
    ({"BackupArn": "x" * 50}, VALIDATION, "Invalid Backup ARN"),
    ({"BackupArn": ABSENT.replace("123456789012", "999999999999")}, "AccessDeniedException", "Access is denied"),
    ({"BackupArn": ABSENT.replace("us-east-1", "eu-west-1")}, VALIDATION,
     INVALID + "sseSpecificationOverride must be provided for cross-region restores"),
    ({"BackupArn": ABSENT.replace("us-east-1", "eu-west-1"), "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS"}},
     VALIDATION, re.compile("(?i)region")),
    ({"TargetTableName": "Restore-on-demand"}, "TableAlreadyExistsException", "Table already exists: Restore-on-demand"),
], ids=repr)  # fmt: skip
def test_restore_from_backup_refusals(wire, restorers, members, code, text):
    arn = wire.ListBackups(TableName="Restore-on-demand")["BackupSummaries"][0]["BackupArn"]
    request = {"TargetTableName": "Never", "BackupArn": arn, **members}
    with refused(code, text):
        wire.RestoreTableFromBackup(**{name: value for name, value in request.items() if value is not None})
    assert not exists(wire, "Never")


# --- while a restore is held ---

RESOURCE = "Requested resource not found"
BUSY = "Attempt to change a resource which is still in use: Table is being "


@pytest.fixture
def held(make_server):
    """A server whose restores stop before they are published: (server, wire, backup ARN)."""
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Source", MUSIC)
    put_all(wire, "Source", ITEMS)
    wire.UpdateContinuousBackups(
        TableName="Source", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    arn = back_up(wire, "Source")
    server.restart(ANYWHEN_FAILPOINTS="restore::before_publish=pause")
    return server, Wire(server.endpoint), arn


def test_a_restoring_table(held):
    server, wire, arn = held
    wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    described = wire.DescribeTable(TableName="Target")["Table"]
    assert described["TableStatus"] == "CREATING"
    assert described["RestoreSummary"]["RestoreInProgress"] is True
    assert described["RestoreSummary"]["SourceBackupArn"] == arn
    assert len(described["GlobalSecondaryIndexes"]) == 2
    assert all("IndexStatus" not in index for index in described["GlobalSecondaryIndexes"])
    assert "Target" in wire.ListTables()["TableNames"]

    key = {"Artist": {"S": "a"}, "SongTitle": {"S": "b"}}
    not_there = ("ResourceNotFoundException", RESOURCE)
    table_not_found = ("TableNotFoundException", "Table not found: Target")
    enable = {"PointInTimeRecoveryEnabled": True}
    again = f"Table: Target is already being restored from backup: {arn}"
    # fmt: off
    refusals = [
        ("GetItem", {"TableName": "Target", "Key": key}, *not_there),
        ("PutItem", {"TableName": "Target", "Item": key}, *not_there),
        ("UpdateItem", {"TableName": "Target", "Key": key}, *not_there),
        ("DeleteItem", {"TableName": "Target", "Key": key}, *not_there),
        ("Scan", {"TableName": "Target"}, *not_there),
        ("Query", {"TableName": "Target", "KeyConditionExpression": "Artist = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}, *not_there),
        ("BatchGetItem", {"RequestItems": {"Target": {"Keys": [key]}}}, *not_there),
        ("BatchWriteItem", {"RequestItems": {"Target": [{"PutRequest": {"Item": key}}]}}, *not_there),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "Target", "Key": key}}]}, *not_there),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "Target", "Item": key}}]}, *not_there),
        ("UpdateTable", {"TableName": "Target", "DeletionProtectionEnabled": True}, "ResourceNotFoundException", f"{RESOURCE}: Table: Target not found"),
        ("DescribeContinuousBackups", {"TableName": "Target"}, *table_not_found),
        ("UpdateContinuousBackups", {"TableName": "Target", "PointInTimeRecoverySpecification": enable}, *table_not_found),
        ("CreateBackup", {"TableName": "Target", "BackupName": "Backup"}, *table_not_found),
        ("RestoreTableToPointInTime", {"SourceTableName": "Target", "TargetTableName": "Third", "UseLatestRestorableTime": True}, *table_not_found),
        ("CreateTable", MUSIC.create_request("Target"), "ResourceInUseException", BUSY + "used: Target"),
        ("DeleteTable", {"TableName": "Target"}, "ResourceInUseException", BUSY + "created: Target"),
        ("RestoreTableToPointInTime", {"SourceTableName": "Source", "TargetTableName": "Target", "UseLatestRestorableTime": True},
         "TableInUseException", re.compile("^Table: Target is already being restored from ")),
        ("RestoreTableFromBackup", {"TargetTableName": "Target", "BackupArn": arn}, None, (again, "Backup is being used to restore another table: " + arn)),
        ("RestoreTableFromBackup", {"TargetTableName": "Other", "BackupArn": arn}, "BackupInUseException", f"Backup is being used to restore another table: {arn}"),
        ("DeleteBackup", {"BackupArn": arn}, "BackupInUseException", f"Backup is being used to restore table: {arn}"),
    ]
    # fmt: on
    for operation, members, code, text in refusals:
        if code is None:
            with pytest.raises(Exception) as caught:
                wire.call(operation, members)
            assert caught.value.message in text, caught.value
            continue
        with refused(code, text):
            wire.call(operation, members)

    # A server that dies here goes on where it was, and nothing stays locked.
    server.kill()
    server.start()
    wire = Wire(server.endpoint)
    assert "RestoreSummary" not in wait_active(wire, "Target")
    check_table(wire, "Target", MUSIC, ITEMS, "resumed")
    assert not exists(wire, "Other")
    wire.DeleteBackup(BackupArn=arn)
    server.stop()


def test_no_more_than_fifty_restores_at_once(held):
    server, wire, _ = held
    for n in range(50):
        wire.RestoreTableToPointInTime(
            SourceTableName="Source", TargetTableName=f"Target-{n}", UseLatestRestorableTime=True
        )
    with refused(
        "LimitExceededException",
        "Subscriber limit exceeded: Only 50 restore operations can be done simultaneously",
    ):
        wire.RestoreTableToPointInTime(
            SourceTableName="Source", TargetTableName="Target-50", UseLatestRestorableTime=True
        )
    # An ordered stop does not wait for them, and does not lose them either; nor does the end of
    # the table whose history they read.
    drop_table(wire, "Source")
    server.restart()
    wire = Wire(server.endpoint)
    for n in range(50):
        wait_active(wire, f"Target-{n}")
    for n in (0, 49):
        check_table(wire, f"Target-{n}", MUSIC, ITEMS, f"Target-{n}")
    assert not exists(wire, "Target-50")


def test_a_restore_that_fails_leaves_nothing(make_server):
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Source", MUSIC)
    put_all(wire, "Source", ITEMS)
    arn = back_up(wire, "Source")
    server.restart(ANYWHEN_FAILPOINTS="restore::before_publish=return(broken by a test)")
    wire = Wire(server.endpoint)
    wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    until(lambda: not exists(wire, "Target"), "the failed target goes")
    assert "broken by a test" in server.log_file.read_text(), "the log says why"
    assert wire.ListTables()["TableNames"] == ["Source"]
    server.restart()
    wire = Wire(server.endpoint)
    wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    wait_active(wire, "Target")
    check_table(wire, "Target", MUSIC, ITEMS, "the second try")


def test_a_backup_that_is_being_made(make_server):
    server = make_server().start(ANYWHEN_FAILPOINTS="backup::before_available=pause")
    wire = Wire(server.endpoint)
    create_table(wire, "Source", MUSIC)
    put_all(wire, "Source", ITEMS)
    arn = wire.CreateBackup(TableName="Source", BackupName="Held")["BackupDetails"]["BackupArn"]
    assert backup_status(wire, arn) == "CREATING"
    assert [b["BackupStatus"] for b in wire.ListBackups()["BackupSummaries"]] == ["CREATING"]
    with refused("BackupInUseException", "Backup is being created"):
        wire.DeleteBackup(BackupArn=arn)
    with refused("BackupInUseException", "Backup is being created"):
        wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    server.kill()
    server.start()
    # It is finished, or it is removed; either way nothing stays CREATING.
    wire = Wire(server.endpoint)

    def statuses():
        return {b["BackupStatus"] for b in wire.ListBackups()["BackupSummaries"]}

    until(lambda: "CREATING" not in statuses(), "no backup stays CREATING")
    for backup in wire.ListBackups()["BackupSummaries"]:
        wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=backup["BackupArn"])
        wait_active(wire, "Target")
        check_table(wire, "Target", MUSIC, ITEMS, "after the crash")
