"""CreateBackup, DescribeBackup, ListBackups and DeleteBackup: members, states, order and errors."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.clients import Wire
from conformance.faults import check_refused
from conformance.tables import (
    Index,
    Schema,
    canonical,
    create_table,
    drop_table,
    put_all,
    read_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status

ARN = re.compile(r"arn:aws:dynamodb:us-east-1:123456789012:table/([^/]+)/backup/(\d{14})-([0-9a-f]{8})")
DETAILS = {
    "BackupArn",
    "BackupName",
    "BackupSizeBytes",
    "BackupStatus",
    "BackupType",
    "BackupCreationDateTime",
}
PLAIN = Schema("pk")
INDEXED = Schema(
    "pk",
    "sk",
    (
        Index("by-owner", "owner", "at", projection=("note",)),
        Index("keys", "owner", projection="KEYS_ONLY"),
        Index("local", "pk", "at", local=True),
    ),
    {"at": "N"},
)


def create(wire, table, name="Backup"):
    """Makes a backup and waits until it is AVAILABLE; returns CreateBackup's BackupDetails."""
    details = wire.CreateBackup(TableName=table, BackupName=name)["BackupDetails"]
    until(lambda: backup_status(wire, details["BackupArn"]) == "AVAILABLE", "backup AVAILABLE")
    return details


def describe(wire, arn):
    return wire.DescribeBackup(BackupArn=arn)["BackupDescription"]


def test_a_backup_is_described_alike_everywhere(wire, table):
    create_table(wire, table, PLAIN)
    source = wire.DescribeTable(TableName=table)["Table"]
    reply = wire.CreateBackup(TableName=table, BackupName="My.first-backup_1")
    assert set(reply) == {"BackupDetails"}
    details = reply["BackupDetails"]
    assert set(details) == DETAILS
    name, millis, _ = ARN.fullmatch(details["BackupArn"]).groups()
    assert name == table
    assert details["BackupCreationDateTime"] * 1000 == int(millis), "the ARN has the same instant"
    assert details["BackupStatus"] in ("CREATING", "AVAILABLE")
    assert (details["BackupType"], details["BackupName"]) == ("USER", "My.first-backup_1")
    arn = details["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "backup AVAILABLE")

    described = describe(wire, arn)
    assert set(described) == {"BackupDetails", "SourceTableDetails", "SourceTableFeatureDetails"}
    assert described["BackupDetails"] == {**details, "BackupStatus": "AVAILABLE"}
    assert described["SourceTableFeatureDetails"] == {}
    assert described["SourceTableDetails"] == {
        "TableName": table,
        "TableId": source["TableId"],
        "TableArn": source["TableArn"],
        "TableSizeBytes": 0,
        "KeySchema": source["KeySchema"],
        "TableCreationDateTime": source["CreationDateTime"],
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "ItemCount": 0,
        "BillingMode": "PAY_PER_REQUEST",
    }
    (listed,) = wire.ListBackups(TableName=table)["BackupSummaries"]
    assert listed == {
        **described["BackupDetails"],
        "TableName": table,
        "TableId": source["TableId"],
        "TableArn": source["TableArn"],
    }
    deleted = wire.DeleteBackup(BackupArn=arn)["BackupDescription"]
    assert deleted["BackupDetails"] == {**details, "BackupStatus": "DELETED"}
    assert deleted["SourceTableDetails"] == described["SourceTableDetails"]


def test_features_of_the_table_are_frozen_with_the_backup(wire, table):
    throughput = {"ReadCapacityUnits": 4, "WriteCapacityUnits": 3}
    create_table(
        wire,
        table,
        INDEXED,
        ProvisionedThroughput=throughput,
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    arn = create(wire, table)["BackupArn"]
    more = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 9}
    wire.UpdateTable(TableName=table, ProvisionedThroughput=more)
    described = describe(wire, arn)
    assert described["SourceTableDetails"]["BillingMode"] == "PROVISIONED"
    assert described["SourceTableDetails"]["ProvisionedThroughput"] == throughput
    features = described["SourceTableFeatureDetails"]
    assert set(features) == {"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "SSEDescription"}
    assert {i["IndexName"] for i in features["GlobalSecondaryIndexes"]} == {"by-owner", "keys"}
    for index in features["GlobalSecondaryIndexes"]:
        assert set(index) == {"IndexName", "KeySchema", "Projection", "ProvisionedThroughput"}
        assert index["ProvisionedThroughput"] == throughput
    (local,) = features["LocalSecondaryIndexes"]
    assert set(local) == {"IndexName", "KeySchema", "Projection"}
    assert features["SSEDescription"]["SSEType"] == "KMS"
    assert features["SSEDescription"]["Status"] == "ENABLED"
    assert features["SSEDescription"]["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:123456789012:key/")


@pytest.mark.parametrize(
    "members, code, message",
    [
        (
            {"TableName": "no-such-table", "BackupName": "abc"},
            "TableNotFoundException",
            "Table not found: no-such-table",
        ),
        (
            {"TableName": "no-such-table", "BackupName": "a b"},
            "ValidationException",
            "1 validation error detected: Value 'a b' at 'backupName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {"TableName": "no-such-table", "BackupName": "ab"},
            "ValidationException",
            "1 validation error detected: Value 'ab' at 'backupName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 3",
        ),
        (
            {"TableName": "no-such-table"},
            "ValidationException",
            re.compile("1 validation error detected: Value null at 'backupName' .* must not be null"),
        ),
    ],
)
def test_create_backup_refusals(wire, members, code, message):
    check_refused(wire, "CreateBackup", members, code, message)


def test_names_need_not_be_unique_and_a_table_may_be_named_by_arn(wire, table):
    create_table(wire, table, PLAIN)
    arn = wire.DescribeTable(TableName=table)["Table"]["TableArn"]
    made = [create(wire, name, "Same")["BackupArn"] for name in (table, arn, table)]
    listed = wire.ListBackups(TableName=arn)["BackupSummaries"]
    assert [summary["BackupArn"] for summary in listed] == made, "by time of creation"


def test_many_backups_of_one_table_at_once(wire, table):
    create_table(wire, table, PLAIN)
    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(
                lambda number: wire.CreateBackup(TableName=table, BackupName=f"b-{number}"),
                range(24),
            )
        )
    arns = {reply["BackupDetails"]["BackupArn"] for reply in made}
    assert len(arns) == 24

    def available():
        listed = wire.ListBackups(TableName=table)["BackupSummaries"]
        assert {summary["BackupArn"] for summary in listed} == arns
        return all(summary["BackupStatus"] == "AVAILABLE" for summary in listed)

    until(available, "all AVAILABLE")


# What Describe and Delete answer to variants of an ARN: replacements, code, message.
ARN_VARIANTS = {
    "unknown table": (("table/", "table/x"), "BackupNotFoundException", "Backup not found: {arn}"),
    "unknown region": (("us-east-1", "xx-east-1"), "ValidationException", "Invalid Request: BackupArn is not valid"),
    "partition": (("arn:aws:", "arn:aws-x:"), "ValidationException", "Invalid Request: BackupArn is not valid"),
    "service": ((":dynamodb:", ":s3:"), "ValidationException", "Invalid Request: BackupArn is not valid"),
    "account": (("123456789012", "210987654321"), "AccessDeniedException", "Access is denied"),
    "empty region": ((":us-east-1:", "::"), "AccessDeniedException", "Access is denied"),
}


@pytest.mark.parametrize("operation", ["DescribeBackup", "DeleteBackup"])
def test_variants_of_an_arn(wire, endpoint, table, operation):
    create_table(wire, table, PLAIN)
    arn = create(wire, table)["BackupArn"]
    for name, ((old, new), code, message) in ARN_VARIANTS.items():
        variant = arn.replace(old, new)
        check_refused(wire, operation, {"BackupArn": variant}, code, message.format(arn=variant))
    other_id = arn[:-8] + ("00000001" if arn[-8:] != "00000001" else "00000002")
    not_found = ("BackupNotFoundException", f"Backup not found: {other_id}")
    check_refused(wire, operation, {"BackupArn": other_id}, *not_found)
    table_arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    for junk in (table_arn, "x" * 40):
        check_refused(wire, operation, {"BackupArn": junk}, "ValidationException", "Invalid Backup ARN")
    short = re.compile("1 validation error detected: Value 'x' at 'backupArn' .* greater than or equal to 37")
    check_refused(wire, operation, {"BackupArn": "x"}, "ValidationException", short)
    elsewhere = Wire(endpoint, "us-west-2")
    not_found = ("BackupNotFoundException", f"Backup not found: {arn}")
    check_refused(elsewhere, operation, {"BackupArn": arn}, *not_found)
    # The Region in the ARN does not matter at the backup's own endpoint: echoed, and it works.
    moved = arn.replace("us-east-1", "eu-west-1")
    described = wire.call(operation, {"BackupArn": moved})["BackupDescription"]
    assert described["BackupDetails"]["BackupArn"] == moved


def test_a_deleted_backup_is_gone_at_once(wire, table):
    create_table(wire, table, PLAIN)
    arn = create(wire, table)["BackupArn"]
    wire.DeleteBackup(BackupArn=arn)
    for operation in ("DescribeBackup", "DeleteBackup"):
        not_found = ("BackupNotFoundException", f"Backup not found: {arn}")
        check_refused(wire, operation, {"BackupArn": arn}, *not_found)
    target = {"TargetTableName": f"{table}-2", "BackupArn": arn}
    check_refused(wire, "RestoreTableFromBackup", target, *not_found)
    assert wire.ListBackups(TableName=table)["BackupSummaries"] == []


def test_backups_outlive_their_table_and_its_successor(wire, table):
    create_table(wire, table, PLAIN)
    item = {"pk": {"S": "a"}, "n": {"N": "1"}}
    put_all(wire, table, [item])
    first_id = wire.DescribeTable(TableName=table)["Table"]["TableId"]
    arn = create(wire, table)["BackupArn"]
    drop_table(wire, table)
    create_table(wire, table, PLAIN)
    second_id = wire.DescribeTable(TableName=table)["Table"]["TableId"]
    second = create(wire, table)["BackupArn"]
    listed = wire.ListBackups(TableName=table)["BackupSummaries"]
    assert [(b["BackupArn"], b["TableId"]) for b in listed] == [(arn, first_id), (second, second_id)]
    target = f"{table}-2"
    wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=arn)
    wait_active(wire, target)
    assert list(map(canonical, read_all(wire, target))) == [canonical(item)]


@pytest.fixture(scope="module")
def three(wire):
    """A table with backups b-0, b-1 and b-2: its name, and their BackupDetails."""
    name = "listed-three"
    create_table(wire, name, PLAIN)
    return name, [create(wire, name, f"b-{number}") for number in range(3)]


class TestListBackups:
    """Filters, bounds and pages, over the three backups of one table."""

    def names(self, wire, table, **members):
        reply = wire.ListBackups(TableName=table, **members)
        return [summary["BackupName"] for summary in reply["BackupSummaries"]]

    def test_pages(self, wire, three):
        table, made = three
        first = wire.ListBackups(TableName=table, Limit=2)
        assert [b["BackupName"] for b in first["BackupSummaries"]] == ["b-0", "b-1"]
        assert first["LastEvaluatedBackupArn"] == made[1]["BackupArn"]
        rest = wire.ListBackups(
            TableName=table, Limit=2, ExclusiveStartBackupArn=first["LastEvaluatedBackupArn"]
        )
        assert [b["BackupName"] for b in rest["BackupSummaries"]] == ["b-2"]
        assert "LastEvaluatedBackupArn" not in rest
        assert "LastEvaluatedBackupArn" not in wire.ListBackups(TableName=table, Limit=3)

    def test_a_start_that_never_was_is_a_position(self, wire, three):
        table, made = three
        ghost = made[0]["BackupArn"][:-8] + "ffffffff"
        assert self.names(wire, table, ExclusiveStartBackupArn=ghost) == ["b-1", "b-2"]

    def test_times_are_inclusive_below_and_exclusive_above(self, wire, three):
        table, made = three
        zero, one, two = (float(details["BackupCreationDateTime"]) for details in made)
        assert self.names(wire, table, TimeRangeLowerBound=one) == ["b-1", "b-2"]
        assert self.names(wire, table, TimeRangeUpperBound=one) == ["b-0"]
        assert self.names(wire, table, TimeRangeLowerBound=zero, TimeRangeUpperBound=two) == ["b-0", "b-1"]
        assert self.names(wire, table, TimeRangeLowerBound=one, TimeRangeUpperBound=one) == []

    def test_types(self, wire, three):
        table, _ = three
        for kind, expected in {"USER": 3, "ALL": 3, "SYSTEM": 0, "AWS_BACKUP": 0}.items():
            assert len(self.names(wire, table, BackupType=kind)) == expected, kind

    def test_a_table_that_never_was_has_none(self, wire):
        assert wire.ListBackups(TableName="never-was") == {"BackupSummaries": []}

    @pytest.mark.parametrize(
        "members, message",
        [
            ({"Limit": 101}, re.compile("1 validation error .* at 'limit' .* less than or equal to 100")),
            ({"Limit": 0}, re.compile("1 validation error .* at 'limit' .* greater than or equal to 1")),
            ({"BackupType": "MINE"}, re.compile("1 validation error .*'MINE' at 'backupType' .* enum value set: .*")),
            (
                {"TimeRangeLowerBound": 2000, "TimeRangeUpperBound": 1000},
                "One or more parameter values were invalid: Time range lower bound must be less "
                "than or equal to upper bound",
            ),
            (
                {
                    "ExclusiveStartBackupArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/abc"
                    "/backup/01489173575360-b308cd7d"
                },
                "Invalid Request: The supplied ExclusiveStartBackupArn does not match the region",
            ),
        ],
    )
    def test_refusals(self, wire, members, message):
        check_refused(wire, "ListBackups", members, "ValidationException", message)


@pytest.mark.parametrize("continuous", [True, False])
def test_a_backup_being_made_cannot_be_used_or_deleted(make_server, table, continuous):
    server = make_server().start(ANYWHEN_FAILPOINTS="backup::before_available=pause")
    wire = Wire(server.endpoint)
    create_table(wire, table, PLAIN)
    item = {"pk": {"S": "a"}}
    if continuous:
        enable = {"PointInTimeRecoveryEnabled": True}
        wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=enable)
    put_all(wire, table, [item])
    details = wire.CreateBackup(TableName=table, BackupName="Held")["BackupDetails"]
    arn = details["BackupArn"]
    assert details["BackupStatus"] == "CREATING"
    assert describe(wire, arn)["BackupDetails"]["BackupStatus"] == "CREATING"
    (listed,) = wire.ListBackups(TableName=table)["BackupSummaries"]
    assert listed["BackupStatus"] == "CREATING"
    in_use = ("BackupInUseException", "Backup is being created")
    check_refused(wire, "DeleteBackup", {"BackupArn": arn}, *in_use)
    target = {"TargetTableName": f"{table}-2", "BackupArn": arn}
    check_refused(wire, "RestoreTableFromBackup", target, *in_use)
    put_all(wire, table, [{"pk": {"S": "after the backup"}}])
    server.kill()

    # History that is kept lets the next server finish the backup; without it, it goes. Either
    # way it does not stay CREATING, and never holds another instant than its own.
    wire = Wire(server.start().endpoint)
    if continuous:
        until(lambda: backup_status(wire, arn) == "AVAILABLE", "the backup AVAILABLE")
        wire.RestoreTableFromBackup(**target)
        wait_active(wire, target["TargetTableName"])
        assert read_all(wire, target["TargetTableName"]) == [item]
    else:
        until(lambda: not wire.ListBackups(TableName=table)["BackupSummaries"], "the backup gone")
        create(wire, table)
    server.stop()
