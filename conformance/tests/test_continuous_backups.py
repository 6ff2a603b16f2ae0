"""Point-in-time recovery on and off, its window, and what deleting a table leaves behind."""

import re
from decimal import Decimal

import pytest

from conformance.clients import Wire, seconds
from conformance.faults import check_refused
from conformance.tables import (
    Index,
    Schema,
    check_table,
    create_table,
    drop_table,
    put_all,
    read_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import window

SCHEMA = Schema("pk", indexes=(Index("by-owner", "owner"),))
ON = {"PointInTimeRecoveryEnabled": True}
OFF = {"PointInTimeRecoveryEnabled": False}
OFF_DESCRIPTION = {
    "ContinuousBackupsStatus": "ENABLED",
    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
}


def update(wire, table, **specification):
    reply = wire.UpdateContinuousBackups(
        TableName=table, PointInTimeRecoverySpecification=specification
    )
    assert set(reply) == {"ContinuousBackupsDescription"}
    return reply["ContinuousBackupsDescription"]


def describe(wire, table):
    return wire.DescribeContinuousBackups(TableName=table)["ContinuousBackupsDescription"]


def test_on_changed_off_and_on_again(wire, table):
    create_table(wire, table, SCHEMA)
    assert describe(wire, table) == OFF_DESCRIPTION

    on = update(wire, table, **ON)
    assert on["ContinuousBackupsStatus"] == "ENABLED"
    description = on["PointInTimeRecoveryDescription"]
    assert set(description) == {
        "PointInTimeRecoveryStatus",
        "RecoveryPeriodInDays",
        "EarliestRestorableDateTime",
        "LatestRestorableDateTime",
    }
    assert description["PointInTimeRecoveryStatus"] == "ENABLED"
    assert description["RecoveryPeriodInDays"] == 35
    earliest = description["EarliestRestorableDateTime"]
    assert earliest == int(earliest), "clients cut fractions"
    assert description["LatestRestorableDateTime"] >= earliest

    def described():
        now = describe(wire, table)["PointInTimeRecoveryDescription"]
        assert now["LatestRestorableDateTime"] >= now["EarliestRestorableDateTime"]
        return now["EarliestRestorableDateTime"], now["RecoveryPeriodInDays"]

    update(wire, table, **ON)
    assert described() == (earliest, 35)
    update(wire, table, **ON, RecoveryPeriodInDays=7)
    assert described() == (earliest, 7)
    update(wire, table, **ON)
    assert described() == (earliest, 7), "the period is kept"
    update(wire, table, **ON, RecoveryPeriodInDays=20)
    assert described() == (earliest, 20)

    for _ in range(2):
        assert update(wire, table, **OFF) == OFF_DESCRIPTION
        assert describe(wire, table) == OFF_DESCRIPTION
    commit = wire.PutItem(TableName=table, Item={"pk": {"S": "a"}}).commit
    update(wire, table, **ON)
    again, period = described()
    assert period == 35
    assert again * 1_000_000 > commit, "the window starts anew"


def test_a_table_may_be_named_by_its_arn(wire, table):
    create_table(wire, table, SCHEMA)
    arn = wire.DescribeTable(TableName=table)["Table"]["TableArn"]
    update(wire, arn, **ON)
    assert describe(wire, arn)["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize(
    "specification, message",
    [
        (
            {**OFF, "RecoveryPeriodInDays": 5},
            "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.",
        ),
        (
            {**ON, "RecoveryPeriodInDays": 36},
            "1 validation error detected: Value '36' at "
            "'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: "
            "Member must have value less than or equal to 35",
        ),
        (
            {**ON, "RecoveryPeriodInDays": 0},
            "1 validation error detected: Value '0' at "
            "'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {},
            re.compile(
                "1 validation error detected: Value null at 'pointInTimeRecoverySpecification"
                r"\.pointInTimeRecoveryEnabled' .*Member must not be null"
            ),
        ),
    ],
)
def test_refused_settings(wire, table, specification, message):
    create_table(wire, table, SCHEMA)
    members = {"TableName": table, "PointInTimeRecoverySpecification": specification}
    check_refused(wire, "UpdateContinuousBackups", members, "ValidationException", message)
    assert describe(wire, table) == OFF_DESCRIPTION


def test_a_missing_table(wire):
    missing = ("TableNotFoundException", "Table not found: no-such-table")
    members = {"TableName": "no-such-table"}
    check_refused(wire, "DescribeContinuousBackups", members, *missing)
    members["PointInTimeRecoverySpecification"] = ON
    check_refused(wire, "UpdateContinuousBackups", members, *missing)


def test_latest_holds_every_write_acknowledged_before_the_call(wire, table):
    """Again and again: a write, then a restore to the latest time; the write is in it."""
    create_table(wire, table, SCHEMA)
    before = {"pk": {"S": "before"}, "owner": {"S": "x"}}
    put_all(wire, table, [before])
    update(wire, table, **ON)
    items = [before]
    for number in range(3):
        items.append({"pk": {"S": f"item-{number}"}, "owner": {"S": "x"}})
        wire.PutItem(TableName=table, Item=items[-1])
        target = f"{table}-{number}"
        started = wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName=target, UseLatestRestorableTime=True
        )
        summary = started["TableDescription"]["RestoreSummary"]
        assert set(summary) == {"SourceTableArn", "RestoreDateTime", "RestoreInProgress"}
        wait_active(wire, target)
        check_table(wire, target, SCHEMA, items, target)
    assert describe(wire, f"{table}-0") == OFF_DESCRIPTION, "a restored table starts without"


def test_fractions_of_a_second_separate_two_commits(wire, table):
    create_table(wire, table, SCHEMA)
    update(wire, table, **ON)
    earliest, _ = window(wire, table)
    key = {"pk": {"S": "a"}}

    def count():
        reply = wire.UpdateItem(
            TableName=table,
            Key=key,
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        return reply if reply.commit > earliest + 1_000_000 else None

    first = until(count, "commit timestamps advance")
    second = until(count, "another commit")
    until(lambda: window(wire, table)[1] >= second.commit, "the second commit restorable")
    for number, (instant, reply) in enumerate(
        [(first.commit, first), (second.commit - 1, first), (second.commit, second)]
    ):
        target = f"{table}-{number}"
        started = wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName=target, RestoreDateTime=seconds(instant)
        )
        at = started["TableDescription"]["RestoreSummary"]["RestoreDateTime"]
        assert abs(at * 1_000_000 - instant) < 1_000_000
        wait_active(wire, target)
        assert read_all(wire, target) == [reply["Attributes"]], (target, instant)


class TestWindowAndNames:
    """What RestoreTableToPointInTime refuses, in the order in which it looks."""

    @pytest.fixture(scope="class")
    @staticmethod
    def source(wire):
        create_table(wire, "pitr-source", SCHEMA)
        create_table(wire, "pitr-off", SCHEMA)
        update(wire, "pitr-source", **ON)
        return "pitr-source"

    BOTH_TIMES = (
        "Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for "
        "point-in-time restore request. Please specify either RestoreDateTime time or "
        "UseLatestRestorableTime"
    )
    NO_TIME = (
        "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be "
        "specified, but not both"
    )
    LATEST = {"UseLatestRestorableTime": True}
    ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"

    @pytest.mark.parametrize(
        "members, code, message",
        [
            # Every later fault is in the request as well: the first one is named.
            (
                {"TargetTableName": "bad name!", "SourceTableName": "no-such-table"},
                "ValidationException",
                "1 validation error detected: Value 'bad name!' at 'targetTableName' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
            ),
            (
                {"SourceTableName": "no-such-table", "RestoreDateTime": 1, **LATEST},
                "ValidationException",
                BOTH_TIMES,
            ),
            ({"SourceTableName": "no-such-table"}, "ValidationException", NO_TIME),
            (
                {"SourceTableName": "no-such-table", "UseLatestRestorableTime": False},
                "ValidationException",
                NO_TIME,
            ),
            (
                {"SourceTableName": "no-such-table", "SourceTableArn": ARN + "no-such-table", **LATEST},
                "ValidationException",
                re.compile(".*Must provide exactly one of: sourceTableArn, sourceTableName"),
            ),
            (
                LATEST,
                "ValidationException",
                re.compile(".*The parameter 'TableName' is required but was not present in the request"),
            ),
            (
                {"SourceTableArn": "pitr-source", **LATEST},
                "ValidationException",
                re.compile(".*(ARNs must start with 'arn:': pitr-source|sourceTableArn is not a valid ARN)"),
            ),
            (
                {"SourceTableName": "no-such-table", "TargetTableName": "pitr-off", **LATEST},
                "TableNotFoundException",
                "Table not found: no-such-table",
            ),
            ({"SourceTableArn": ARN + "no-such-table", **LATEST}, "TableNotFoundException", "Table not found"),
            (
                {"SourceTableName": "pitr-off", "TargetTableName": "pitr-source", "RestoreDateTime": 1},
                "PointInTimeRecoveryUnavailableException",
                "Point in time recovery is not enabled for table 'pitr-off'",
            ),
            (
                {"SourceTableName": "pitr-source", "TargetTableName": "pitr-off", "RestoreDateTime": 1},
                "InvalidRestoreTimeException",
                re.compile(
                    r"RestoreDateTime '1970-01-01T00:00:01Z' must be within EarliestRestorableDateTime "
                    r"'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ' and LatestRestorableDateTime "
                    r"'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'"
                ),
            ),
            (
                {"SourceTableName": "pitr-source", "RestoreDateTime": 4102444800},
                "InvalidRestoreTimeException",
                re.compile(r"RestoreDateTime '2100-01-01T00:00:00Z' must be within .*"),
            ),
            (
                {"SourceTableName": "pitr-source", "TargetTableName": "pitr-off", **LATEST},
                "TableAlreadyExistsException",
                "Table already exists: pitr-off",
            ),
            (
                {"SourceTableName": "pitr-source", "TargetTableName": "pitr-source", **LATEST},
                "TableAlreadyExistsException",
                "Table already exists: pitr-source",
            ),
        ],
    )
    def test_refusals(self, wire, source, members, code, message):
        request = {"TargetTableName": "pitr-target", **members}
        check_refused(wire, "RestoreTableToPointInTime", request, code, message)
        assert "pitr-target" not in wire.ListTables(ExclusiveStartTableName="pitr-s")["TableNames"]

    def test_another_region(self, wire, endpoint, source):
        elsewhere = Wire(endpoint, "us-west-2")
        by_name = {"SourceTableName": source, "TargetTableName": "pitr-target", **self.LATEST}
        missing = ("TableNotFoundException", f"Table not found: {source}")
        check_refused(elsewhere, "RestoreTableToPointInTime", by_name, *missing)
        by_arn = {"SourceTableArn": self.ARN + source, "TargetTableName": "pitr-target", **self.LATEST}
        no_key = "Invalid Request: sseSpecificationOverride must be provided for cross-region restores"
        check_refused(elsewhere, "RestoreTableToPointInTime", by_arn, "ValidationException", no_key)

    def test_by_arn_with_an_override(self, wire, source):
        wire.RestoreTableToPointInTime(
            SourceTableArn=self.ARN + source,
            TargetTableName="pitr-by-arn",
            GlobalSecondaryIndexOverride=[],
            UseLatestRestorableTime=True,
        )
        assert "GlobalSecondaryIndexes" not in wait_active(wire, "pitr-by-arn")


def test_history_that_was_switched_off_is_gone(wire, table):
    create_table(wire, table, SCHEMA)
    update(wire, table, **ON)
    first, _ = window(wire, table)
    update(wire, table, **OFF)
    commit = wire.PutItem(TableName=table, Item={"pk": {"S": "a"}}).commit
    update(wire, table, **ON)
    assert window(wire, table)[0] > commit > first - 1_000_000
    request = {
        "SourceTableName": table,
        "TargetTableName": f"{table}-2",
        "RestoreDateTime": commit // 1_000_000,
    }
    outside = re.compile("RestoreDateTime .* must be within .*")
    check_refused(wire, "RestoreTableToPointInTime", request, "InvalidRestoreTimeException", outside)


class TestSystemBackup:
    """Deleting a table whose history is kept leaves one backup, of its last state."""

    @staticmethod
    def backups(wire, table):
        return wire.ListBackups(TableName=table, BackupType="SYSTEM")["BackupSummaries"]

    def test_members_expiry_and_restore(self, wire, table):
        create_table(wire, table, SCHEMA)
        update(wire, table, **ON)
        items = [{"pk": {"S": f"{n}"}, "owner": {"S": "x"}} for n in range(30)]
        put_all(wire, table, items)
        last = wire.DeleteItem(TableName=table, Key={"pk": {"S": "7"}}).commit
        del items[7]
        drop_table(wire, table)
        (backup,) = until(lambda: self.backups(wire, table), "the SYSTEM backup")
        arn = backup["BackupArn"]
        assert arn.endswith("-00000000"), arn
        assert backup["BackupName"] == f"{table}$DeletedTableBackup"
        assert backup["BackupType"] == "SYSTEM"
        lifetime = backup["BackupExpiryDateTime"] - backup["BackupCreationDateTime"]
        assert lifetime == 35 * 86400
        assert backup["BackupCreationDateTime"] >= Decimal(last) / 1_000_000 - 1
        assert wire.ListBackups(TableName=table)["BackupSummaries"] == [], "USER is the default"
        assert len(wire.ListBackups(TableName=table, BackupType="ALL")["BackupSummaries"]) == 1
        described = wire.DescribeBackup(BackupArn=arn)["BackupDescription"]
        assert described["SourceTableFeatureDetails"] == {}
        refused = re.compile(
            re.escape(
                "Invalid Request: User is not allowed to delete the system backup with arn "
                f"{arn}. It will automatically expire on "
            )
            + r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"
        )
        check_refused(wire, "DeleteBackup", {"BackupArn": arn}, "ValidationException", refused)
        gone = {"SourceTableName": table, "TargetTableName": "pitr-gone", "UseLatestRestorableTime": True}
        missing = ("TableNotFoundException", f"Table not found: {table}")
        check_refused(wire, "RestoreTableToPointInTime", gone, *missing)
        until(lambda: self.backups(wire, table)[0]["BackupStatus"] == "AVAILABLE", "AVAILABLE")
        wire.RestoreTableFromBackup(TargetTableName=table, BackupArn=arn)
        wait_active(wire, table)
        check_table(wire, table, SCHEMA, items, "the deleted table")
        assert describe(wire, table) == OFF_DESCRIPTION

    def test_two_lives_of_one_name_leave_two(self, wire, table):
        for _ in range(2):
            create_table(wire, table, SCHEMA)
            update(wire, table, **ON)
            drop_table(wire, table)
        until(lambda: len(self.backups(wire, table)) == 2, "two SYSTEM backups")
        assert len({backup["TableId"] for backup in self.backups(wire, table)}) == 2

    def test_none_when_history_is_not_kept(self, wire, table):
        create_table(wire, table, SCHEMA)
        update(wire, table, **ON)
        update(wire, table, **OFF)
        drop_table(wire, table)
        assert self.backups(wire, table) == []
