"""Backups: CreateBackup, DescribeBackup, ListBackups, DeleteBackup, and what deleting a table leaves.

Each row of the tables below is one rule of the API: a request, and the state or error it has to
bring about.
"""

import itertools
import re
import time

import pytest

from conformance.clients import Wire, seconds
from conformance.faults import VALIDATION, refused
from conformance.music import MUSIC, songs
from conformance.tables import (
    Index,
    Schema,
    check_table,
    create_table,
    describe_index,
    drop_table,
    put_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status

ACCOUNT = "123456789012"
ARN = re.compile(rf"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/([^/]+)/backup/(\d{{14}})-([0-9a-f]{{8}})")
ABSENT = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Music/backup/01489602797149-73d8d5bc"


def back_up(wire, table, name="Backup"):
    """An AVAILABLE backup; its ARN."""
    arn = wire.CreateBackup(TableName=table, BackupName=name)["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", f"backup {name} AVAILABLE")
    return arn


def describe(wire, arn):
    return wire.DescribeBackup(BackupArn=arn)["BackupDescription"]


def table_arn(table):
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"


# --- what a backup is ---


def test_the_life_of_a_backup(wire, table):
    create_table(wire, table, MUSIC)
    before = time.time()
    created = wire.CreateBackup(TableName=table, BackupName="First.Backup_1-a")
    assert list(created) == ["BackupDetails"]
    details = created["BackupDetails"]
    arn, creation = details["BackupArn"], details["BackupCreationDateTime"]
    name, millis, _ = ARN.fullmatch(arn).groups()
    assert name == table
    assert int(millis) == creation * 1000, "the ARN's milliseconds are the creation time"
    assert before - 2 < creation < time.time() + 2
    assert details == {
        "BackupArn": arn, "BackupName": "First.Backup_1-a", "BackupStatus": "CREATING", "BackupType": "USER",
        "BackupCreationDateTime": creation, "BackupSizeBytes": details["BackupSizeBytes"],
    }  # fmt: skip

    until(lambda: backup_status(wire, arn) == "AVAILABLE", "the backup AVAILABLE")
    described = describe(wire, arn)
    assert set(described) == {"BackupDetails", "SourceTableDetails", "SourceTableFeatureDetails"}
    assert described["BackupDetails"] == {**details, "BackupStatus": "AVAILABLE"}
    (summary,) = wire.ListBackups(TableName=table)["BackupSummaries"]
    source = described["SourceTableDetails"]
    assert summary == {
        **described["BackupDetails"],
        "TableName": table, "TableId": source["TableId"], "TableArn": table_arn(table),
    }  # fmt: skip

    deleted = wire.DeleteBackup(BackupArn=arn)["BackupDescription"]
    assert deleted == {**described, "BackupDetails": {**details, "BackupStatus": "DELETED"}}
    with refused("BackupNotFoundException", f"Backup not found: {arn}"):
        wire.DescribeBackup(BackupArn=arn)
    with refused("BackupNotFoundException", f"Backup not found: {arn}"):
        wire.DeleteBackup(BackupArn=arn)
    assert wire.ListBackups(TableName=table)["BackupSummaries"] == []


def test_source_details_of_a_provisioned_table(wire, table):
    throughput = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}
    made = create_table(wire, table, MUSIC, ProvisionedThroughput=throughput)
    put_all(wire, table, songs()[:10])
    details = describe(wire, back_up(wire, table))
    source = details["SourceTableDetails"]
    assert source == {
        "TableName": table, "TableId": made["TableId"], "TableArn": made["TableArn"],
        "KeySchema": made["KeySchema"], "TableCreationDateTime": made["CreationDateTime"],
        "ProvisionedThroughput": throughput, "BillingMode": "PROVISIONED",
        "ItemCount": source["ItemCount"], "TableSizeBytes": source["TableSizeBytes"],
    }  # fmt: skip
    features = details["SourceTableFeatureDetails"]
    assert features == {
        "GlobalSecondaryIndexes": [
            {**describe_index(index), "ProvisionedThroughput": throughput} for index in MUSIC.indexes[:2]
        ],
        "LocalSecondaryIndexes": [describe_index(MUSIC.indexes[2])],
    }


def test_source_details_of_an_on_demand_table(wire, table):
    create_table(wire, table, Schema())
    details = describe(wire, back_up(wire, table))
    source = details["SourceTableDetails"]
    assert source["BillingMode"] == "PAY_PER_REQUEST"
    assert source["ProvisionedThroughput"] == {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    assert "OnDemandThroughput" not in source
    assert details["SourceTableFeatureDetails"] == {}


def test_details_are_those_of_the_backups_time(wire, table):
    maxima = {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 40}
    create_table(wire, table, Schema(), OnDemandThroughput=maxima, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    arn = back_up(wire, table)
    changed = {"MaxReadRequestUnits": 500, "MaxWriteRequestUnits": 400}
    wire.UpdateTable(TableName=table, OnDemandThroughput=changed)
    wait_active(wire, table)
    details = describe(wire, arn)
    assert details["SourceTableDetails"]["OnDemandThroughput"] == maxima
    encryption = details["SourceTableFeatureDetails"]["SSEDescription"]
    assert (encryption["Status"], encryption["SSEType"]) == ("ENABLED", "KMS")
    assert encryption["KMSMasterKeyArn"].startswith(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/")


def test_names_are_not_unique_and_order_is_by_creation(wire, table):
    create_table(wire, table, Schema())
    arns = [back_up(wire, table, "Same") for _ in range(3)]
    assert len(set(arns)) == 3
    assert [b["BackupArn"] for b in wire.ListBackups(TableName=table)["BackupSummaries"]] == arns


def test_a_backup_holds_its_instant_whatever_comes_after(wire, table):
    create_table(wire, table, MUSIC)
    items = songs()
    put_all(wire, table, items[:60])
    first = back_up(wire, table, "First")
    put_all(wire, table, items[60:120])
    for item in items[:20]:
        wire.DeleteItem(TableName=table, Key=MUSIC.key_of(item))
    second = back_up(wire, table, "Second")
    drop_table(wire, table)
    # A new table of the same name has the same ARN and is another table.
    again = create_table(wire, table, Schema())
    assert again["TableArn"] == table_arn(table)
    assert again["TableId"] != describe(wire, first)["SourceTableDetails"]["TableId"]
    assert {b["BackupArn"] for b in wire.ListBackups(TableName=table)["BackupSummaries"]} == {first, second}
    for arn, expected in ((first, items[:60]), (second, items[20:120])):
        target = f"{table}-{arn[-8:]}"
        wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=arn)
        wait_active(wire, target)
        check_table(wire, target, MUSIC, expected, target)
        drop_table(wire, target)


def test_an_empty_table(wire, table):
    create_table(wire, table, MUSIC)
    arn = back_up(wire, table)
    drop_table(wire, table)
    wire.RestoreTableFromBackup(TargetTableName=table, BackupArn=arn)
    wait_active(wire, table)
    check_table(wire, table, MUSIC, [], table)


# --- names, ARNs, and what is refused ---


@pytest.mark.parametrize("operation, members", [
    ("CreateBackup", {"BackupName": "Backup"}),
    ("ListBackups", {}),
    ("DescribeContinuousBackups", {}),
    ("UpdateContinuousBackups", {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}}),
])  # fmt: skip
def test_a_table_may_be_named_by_its_arn(wire, table, operation, members):
    create_table(wire, table, Schema())
    assert wire.call(operation, {"TableName": table_arn(table), **members})


def at(place, value, constraint):
    """The text of one generic constraint error."""
    return f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: Member must {constraint}"


PATTERN = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"


@pytest.mark.parametrize("members, code, text", [
    ({"TableName": "NoSuchTable", "BackupName": "Backup"}, "TableNotFoundException", "Table not found: NoSuchTable"),
    ({"TableName": table_arn("NoSuchTable"), "BackupName": "Backup"}, "TableNotFoundException", re.compile("^Table not found: ")),
    ({"TableName": "abc", "BackupName": "a b"}, VALIDATION, at("backupName", "a b", PATTERN)),
    ({"TableName": "abc", "BackupName": "ab"}, VALIDATION, at("backupName", "ab", "have length greater than or equal to 3")),
    ({"TableName": "abc", "BackupName": "a" * 256}, VALIDATION, at("backupName", "a" * 256, "have length less than or equal to 255")),
    ({"TableName": "abc"}, VALIDATION, re.compile("'backupName' failed to satisfy constraint: Member must not be null")),
    ({"BackupName": "Backup"}, VALIDATION, re.compile("TableName|tableName")),
    ({"TableName": "", "BackupName": "Backup"}, VALIDATION, re.compile("'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1")),
], ids=repr)  # fmt: skip
def test_create_refusals(wire, members, code, text):
    with refused(code, text):
        wire.CreateBackup(**members)


@pytest.mark.parametrize("arn, code, text", [
    (ABSENT, "BackupNotFoundException", f"Backup not found: {ABSENT}"),
    (ABSENT.replace("us-east-1", "mars-north-1"), VALIDATION, "Invalid Request: BackupArn is not valid"),
    (ABSENT.replace("arn:aws:", "arn:aws-mars:"), VALIDATION, "Invalid Request: BackupArn is not valid"),
    (ABSENT.replace(":dynamodb:", ":s3:"), VALIDATION, "Invalid Request: BackupArn is not valid"),
    (ABSENT.replace(ACCOUNT, "999999999999"), "AccessDeniedException", "Access is denied"),
    (ABSENT.replace("us-east-1", ""), "AccessDeniedException", "Access is denied"),
    (table_arn("MusicCollectionOfAll"), VALIDATION, "Invalid Backup ARN"),
    ("x" * 60, VALIDATION, "Invalid Backup ARN"),
    ("x" * 36, VALIDATION, at("backupArn", "x" * 36, "have length greater than or equal to 37")),
    ("x" * 1025, VALIDATION, at("backupArn", "x" * 1025, "have length less than or equal to 1024")),
    (None, VALIDATION, re.compile("'backupArn' failed to satisfy constraint: Member must not be null")),
], ids=lambda value: str(value)[:70])  # fmt: skip
@pytest.mark.parametrize("operation", ["DescribeBackup", "DeleteBackup"])
def test_backup_arns(wire, operation, arn, code, text):
    with refused(code, text):
        wire.call(operation, {"BackupArn": arn} if arn else {})


def test_the_region_in_an_arn_is_not_looked_at(wire, endpoint, table):
    create_table(wire, table, Schema())
    arn = back_up(wire, table)
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    assert describe(wire, elsewhere)["BackupDetails"]["BackupArn"] == elsewhere
    for region in ("eu-west-1", "us-west-2"):
        with refused("BackupNotFoundException", f"Backup not found: {arn}"):
            Wire(endpoint, region=region).DescribeBackup(BackupArn=arn)
    assert wire.DeleteBackup(BackupArn=elsewhere)["BackupDescription"]["BackupDetails"]["BackupStatus"] == "DELETED"
    with refused("BackupNotFoundException"):
        wire.DescribeBackup(BackupArn=arn)


# --- lists ---


@pytest.fixture(scope="module")
def shelf(wire):
    """Two tables with five backups between them, in order of creation."""
    tables = ("Shelf-a", "Shelf-b")
    for table in tables:
        create_table(wire, table, Schema())
    return [
        (f"Shelf-{letter}", back_up(wire, f"Shelf-{letter}", f"Number-{n}"))
        for n, letter in enumerate("aabab")
    ]


def listed(wire, **members):
    """ARNs over all pages, and how many pages there were."""
    arns = []
    for pages in itertools.count(1):
        page = wire.ListBackups(**members)
        arns += [summary["BackupArn"] for summary in page["BackupSummaries"]]
        assert len(page["BackupSummaries"]) <= members.get("Limit", 100)
        if "LastEvaluatedBackupArn" not in page:
            return arns, pages
        assert page["LastEvaluatedBackupArn"] == arns[-1]
        members["ExclusiveStartBackupArn"] = page["LastEvaluatedBackupArn"]


def of_table(shelf, table):
    return [arn for name, arn in shelf if name == table]


def test_lists_by_table(wire, shelf):
    assert listed(wire, TableName="Shelf-a")[0] == of_table(shelf, "Shelf-a")
    assert listed(wire, TableName="Shelf-b")[0] == of_table(shelf, "Shelf-b")
    assert wire.ListBackups(TableName="NoSuchTable") == {"BackupSummaries": []}
    everything = listed(wire)[0]
    assert set(of_table(shelf, "Shelf-a") + of_table(shelf, "Shelf-b")) <= set(everything)
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("limit, pages", [(1, 3), (2, 2), (3, 1), (4, 1), (100, 1)])
def test_pages(wire, shelf, limit, pages):
    assert listed(wire, TableName="Shelf-a", Limit=limit) == (of_table(shelf, "Shelf-a"), pages)


def test_pages_over_all_tables(wire, shelf):
    everything = listed(wire)[0]
    assert listed(wire, Limit=2)[0] == everything


def test_a_cursor_is_a_position(wire, shelf):
    first, second, third = of_table(shelf, "Shelf-a")
    deleted = back_up(wire, "Shelf-a", "Soon-gone")
    wire.DeleteBackup(BackupArn=deleted)
    start = {"TableName": "Shelf-a", "ExclusiveStartBackupArn": first}
    assert listed(wire, **start)[0] == [second, third]
    assert listed(wire, **{**start, "ExclusiveStartBackupArn": deleted})[0] == []
    never = re.sub(r"\d{14}-[0-9a-f]{8}$", "00000000000001-00000001", first)
    assert listed(wire, **{**start, "ExclusiveStartBackupArn": never})[0] == [first, second, third]


def test_time_ranges(wire, shelf):
    by_time = {b["BackupArn"]: b["BackupCreationDateTime"] for b in wire.ListBackups(TableName="Shelf-a")["BackupSummaries"]}
    first, second, third = of_table(shelf, "Shelf-a")

    def between(lower, upper):
        members = {"TimeRangeLowerBound": lower, "TimeRangeUpperBound": upper}
        members = {k: seconds(int(v * 1_000_000)) for k, v in members.items() if v is not None}
        return listed(wire, TableName="Shelf-a", **members)[0]

    milli = type(by_time[first])("0.001")
    assert between(by_time[second], None) == [second, third], "the lower bound is in"
    assert between(None, by_time[second]) == [first], "the upper bound is out"
    assert between(by_time[second] + milli, None) == [third]
    assert between(by_time[first], by_time[third]) == [first, second]
    assert between(by_time[first], by_time[third] + milli) == [first, second, third]
    assert between(by_time[second], by_time[second]) == []
    text = "One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound"
    with refused(VALIDATION, text):
        between(by_time[second], by_time[first])


@pytest.mark.parametrize("type_, shown", [(None, True), ("USER", True), ("ALL", True), ("SYSTEM", False), ("AWS_BACKUP", False)])
def test_types(wire, shelf, type_, shown):
    members = {"BackupType": type_} if type_ else {}
    assert listed(wire, TableName="Shelf-b", **members)[0] == (of_table(shelf, "Shelf-b") if shown else [])


@pytest.mark.parametrize("members, text", [
    ({"Limit": 0}, at("limit", "0", "have value greater than or equal to 1")),
    ({"Limit": 101}, at("limit", "101", "have value less than or equal to 100")),
    ({"BackupType": "MINE"}, re.compile("Value 'MINE' at 'backupType' failed to satisfy constraint: Member must satisfy enum value set: ")),
    ({"ExclusiveStartBackupArn": "x" * 36}, at("exclusiveStartBackupArn", "x" * 36, "have length greater than or equal to 37")),
    ({"ExclusiveStartBackupArn": ABSENT.replace("us-east-1", "us-west-2")},
     "Invalid Request: The supplied ExclusiveStartBackupArn does not match the region"),
], ids=repr)  # fmt: skip
def test_list_refusals(wire, members, text):
    with refused(VALIDATION, text):
        wire.ListBackups(**members)


# --- deleting tables ---


def test_deleting_a_table_with_history_leaves_a_system_backup(wire, table):
    create_table(wire, table, MUSIC)
    enable = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 3}
    wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=enable)
    items = songs()[:80]
    put_all(wire, table, items)
    drop_table(wire, table)
    found = until(
        lambda: wire.ListBackups(TableName=table, BackupType="SYSTEM")["BackupSummaries"], "the SYSTEM backup"
    )
    arn = found[0]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "the SYSTEM backup AVAILABLE")
    assert ARN.fullmatch(arn)[3] == "00000000"
    described = describe(wire, arn)
    details = described["BackupDetails"]
    assert details["BackupName"] == f"{table}$DeletedTableBackup" and details["BackupType"] == "SYSTEM"
    assert details["BackupExpiryDateTime"] - details["BackupCreationDateTime"] == 35 * 86_400
    assert described["SourceTableFeatureDetails"] == {}
    assert wire.ListBackups(TableName=table)["BackupSummaries"] == [], "not shown unless asked for"
    assert len(wire.ListBackups(TableName=table, BackupType="ALL")["BackupSummaries"]) == 1

    text = f"Invalid Request: User is not allowed to delete the system backup with arn {arn}. It will automatically expire on "
    with refused(VALIDATION, re.compile("^" + re.escape(text))):
        wire.DeleteBackup(BackupArn=arn)
    with refused("TableNotFoundException"):
        wire.RestoreTableToPointInTime(SourceTableName=table, TargetTableName="Never", UseLatestRestorableTime=True)
    wire.RestoreTableFromBackup(TargetTableName=table, BackupArn=arn)
    wait_active(wire, table)
    check_table(wire, table, MUSIC, items, "restored with its indexes")
    status = wire.DescribeContinuousBackups(TableName=table)["ContinuousBackupsDescription"]
    assert status["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


@pytest.mark.parametrize("history", ["never", "switched off"])
def test_no_system_backup_without_history(wire, table, history):
    create_table(wire, table, Schema())
    for enabled in (True, False) if history == "switched off" else ():
        specification = {"PointInTimeRecoveryEnabled": enabled}
        wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=specification)
    drop_table(wire, table)
    assert wire.ListBackups(TableName=table, BackupType="ALL")["BackupSummaries"] == []


def test_two_system_backups_of_one_name(wire, table):
    enable = {"PointInTimeRecoveryEnabled": True}
    for n in range(2):
        create_table(wire, table, Schema())
        wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=enable)
        wire.PutItem(TableName=table, Item={"pk": {"S": str(n)}})
        drop_table(wire, table)
    both = lambda: wire.ListBackups(TableName=table, BackupType="SYSTEM")["BackupSummaries"]  # noqa: E731
    until(lambda: [b["BackupStatus"] for b in both()] == ["AVAILABLE"] * 2, "both SYSTEM backups")
    for n, backup in enumerate(both()):
        wire.RestoreTableFromBackup(TargetTableName=f"{table}-{n}", BackupArn=backup["BackupArn"])
        wait_active(wire, f"{table}-{n}")
        check_table(wire, f"{table}-{n}", Schema(), [{"pk": {"S": str(n)}}], backup["BackupArn"])


def test_the_sort_of_indexes_in_a_backup(wire, table):
    """A backup of a table without a sort key, and one with every kind of projection."""
    schema = Schema("pk", "sk", indexes=(
        Index("all", "g"), Index("keys", "g", "sk", projection="KEYS_ONLY"),
        Index("some", "sk", projection=("one", "two")), Index("local", "pk", "g", local=True),
    ))  # fmt: skip
    create_table(wire, table, schema)
    items = [
        {"pk": {"S": str(n % 3)}, "sk": {"S": str(n)}, "one": {"N": str(n)}, "three": {"S": "x"}}
        | ({"g": {"S": str(n % 4)}} if n % 2 else {})
        for n in range(40)
    ]
    put_all(wire, table, items)
    arn = back_up(wire, table)
    wire.RestoreTableFromBackup(TargetTableName=f"{table}-again", BackupArn=arn)
    wait_active(wire, f"{table}-again")
    check_table(wire, f"{table}-again", schema, items, "restored")
