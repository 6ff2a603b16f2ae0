"""Point-in-time recovery: switching it, its window, and RestoreTableToPointInTime's own rules.

That every instant of the window is restored right is the business of `test_history_oracle`.
"""

import re
import time

import pytest

from conformance.clients import seconds
from conformance.faults import VALIDATION, refused
from conformance.tables import Schema, check_table, create_table, drop_table, put_all, wait_active
from conformance.waiting import until
from conformance.walkthrough import window

SCHEMA = Schema()
SECOND = 1_000_000


def switch(wire, table, enabled=True, **members):
    """UpdateContinuousBackups; its PointInTimeRecoveryDescription."""
    specification = {"PointInTimeRecoveryEnabled": enabled, **members}
    reply = wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=specification)
    return recovery_of(reply)


def recovery_of(reply):
    """The inner description; continuous backups themselves are always on."""
    description = reply["ContinuousBackupsDescription"]
    assert set(description) == {"ContinuousBackupsStatus", "PointInTimeRecoveryDescription"}
    assert description["ContinuousBackupsStatus"] == "ENABLED"
    return description["PointInTimeRecoveryDescription"]


def described(wire, table):
    return recovery_of(wire.DescribeContinuousBackups(TableName=table))


def put(wire, table, value):
    """One item; its commit."""
    return wire.PutItem(TableName=table, Item={"pk": {"S": value}}).commit


def open_window(wire, table):
    """Waits until the whole second at which the window opens has come; returns it."""
    earliest, _ = window(wire, table)
    until(lambda: window(wire, table)[1] > earliest, "the window opens")
    return earliest


OFF = {"PointInTimeRecoveryStatus": "DISABLED"}


# --- the switch ---


def test_it_is_off_at_first_and_goes_both_ways(wire, table):
    create_table(wire, table, SCHEMA)
    assert described(wire, table) == OFF
    before = time.time()
    on = switch(wire, table)
    assert on["PointInTimeRecoveryStatus"] == "ENABLED" and on["RecoveryPeriodInDays"] == 35
    earliest = on["EarliestRestorableDateTime"]
    assert earliest == int(earliest), "a whole second, since clients cut fractions"
    assert before - 1 < earliest < time.time() + 1.1
    assert described(wire, table)["EarliestRestorableDateTime"] == earliest
    assert switch(wire, table, enabled=False) == OFF
    assert switch(wire, table, enabled=False) == OFF, "again is no error"
    assert described(wire, table) == OFF


def test_again_keeps_earliest_and_period(wire, table):
    create_table(wire, table, SCHEMA)
    first = switch(wire, table, RecoveryPeriodInDays=7)
    assert first["RecoveryPeriodInDays"] == 7
    open_window(wire, table)
    again = switch(wire, table)
    assert again["EarliestRestorableDateTime"] == first["EarliestRestorableDateTime"]
    assert again["RecoveryPeriodInDays"] == 7
    for days in (1, 35, 7):
        changed = switch(wire, table, RecoveryPeriodInDays=days)
        assert changed["RecoveryPeriodInDays"] == days
        assert changed["EarliestRestorableDateTime"] == first["EarliestRestorableDateTime"]


def test_off_and_on_starts_anew(wire, table):
    create_table(wire, table, SCHEMA)
    first = switch(wire, table, RecoveryPeriodInDays=7)
    earliest = open_window(wire, table)
    put(wire, table, "a")
    switch(wire, table, enabled=False)
    second = switch(wire, table)
    assert second["RecoveryPeriodInDays"] == 35
    assert second["EarliestRestorableDateTime"] > first["EarliestRestorableDateTime"]
    with refused("InvalidRestoreTimeException"):
        wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName="Never", RestoreDateTime=seconds(earliest)
        )


def test_latest_follows_at_once(wire, table):
    create_table(wire, table, SCHEMA)
    switch(wire, table)
    open_window(wire, table)
    for n in range(5):
        commit = put(wire, table, str(n))
        now = time.time() * SECOND
        _, latest = window(wire, table)
        # Answers show whole seconds or more; what counts is that nothing lags by much.
        assert latest >= commit - 2 * SECOND and latest <= now + SECOND, (commit, latest, now)


def test_latest_holds_every_acknowledged_write(wire, table):
    """UseLatestRestorableTime, right after a write, again and again."""
    create_table(wire, table, SCHEMA)
    put(wire, table, "before")
    switch(wire, table)
    items = [{"pk": {"S": "before"}}]
    for n in range(5):
        put(wire, table, str(n))
        items.append({"pk": {"S": str(n)}})
        target = f"{table}-{n}"
        reply = wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName=target, UseLatestRestorableTime=True
        )
        assert reply["TableDescription"]["RestoreSummary"]["RestoreInProgress"] is True
        wait_active(wire, target)
        check_table(wire, target, SCHEMA, items, target)
        drop_table(wire, target)


def at(place, value, constraint):
    return f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: Member must {constraint}"


PERIOD = "pointInTimeRecoverySpecification.recoveryPeriodInDays"


@pytest.mark.parametrize("specification, text", [
    ({"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36}, at(PERIOD, 36, "have value less than or equal to 35")),
    ({"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 0}, at(PERIOD, 0, "have value greater than or equal to 1")),
    ({"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": -1}, at(PERIOD, -1, "have value greater than or equal to 1")),
    ({"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7},
     "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."),
    ({}, re.compile("'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled' failed to satisfy constraint: Member must not be null")),
    (None, re.compile("'pointInTimeRecoverySpecification' failed to satisfy constraint: Member must not be null")),
], ids=repr)  # fmt: skip
def test_switch_refusals(wire, table, specification, text):
    create_table(wire, table, SCHEMA)
    with refused(VALIDATION, text):
        wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=specification)
    assert described(wire, table) == OFF


def test_a_missing_table(wire):
    text = "Table not found: NoSuchTable"
    with refused("TableNotFoundException", text):
        wire.DescribeContinuousBackups(TableName="NoSuchTable")
    with refused("TableNotFoundException", text):
        switch(wire, "NoSuchTable")


def test_another_table_of_the_same_name_starts_without(wire, table):
    create_table(wire, table, SCHEMA)
    switch(wire, table)
    drop_table(wire, table)
    create_table(wire, table, SCHEMA)
    assert described(wire, table) == OFF


# --- restoring: what is asked, and in which order it is checked ---


@pytest.fixture(scope="module")
def sources(wire):
    """`On` has an open window, `Off` has none, `Taken` exists."""
    for name in ("PitrOn", "PitrOff", "PitrTaken"):
        create_table(wire, name, SCHEMA)
    put(wire, "PitrOn", "a")
    switch(wire, "PitrOn")
    return open_window(wire, "PitrOn")


def table_arn(name, region="us-east-1", account="123456789012"):
    return f"arn:aws:dynamodb:{region}:{account}:table/{name}"


def utc(instant):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instant // SECOND))


BASE = {"SourceTableName": "PitrOn", "TargetTableName": "PitrNever", "UseLatestRestorableTime": True}
INVALID = "Invalid Request: "
BOTH_TIMES = INVALID + "Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request. Please specify either RestoreDateTime time or UseLatestRestorableTime"
NO_TIME = INVALID + "Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both"


@pytest.mark.parametrize("changes, code, text", [
    ({"TargetTableName": "bad name!"}, VALIDATION, at("targetTableName", "bad name!", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")),
    ({"TargetTableName": "ab"}, VALIDATION, at("targetTableName", "ab", "have length greater than or equal to 3")),
    ({"TargetTableName": None}, VALIDATION, re.compile("'targetTableName' failed to satisfy constraint: Member must not be null")),
    ({"BillingModeOverride": "FREE"}, VALIDATION, re.compile("Value 'FREE' at 'billingModeOverride' failed to satisfy constraint: Member must satisfy enum value set: ")),
    ({"RestoreDateTime": 1_700_000_000}, VALIDATION, BOTH_TIMES),
    ({"UseLatestRestorableTime": None}, VALIDATION, NO_TIME),
    ({"UseLatestRestorableTime": False}, VALIDATION, NO_TIME),
    ({"SourceTableArn": table_arn("PitrOn")}, VALIDATION, re.compile("Must provide exactly one of: sourceTableArn, sourceTableName$")),
    ({"SourceTableName": None}, VALIDATION, re.compile("The parameter 'TableName' is required but was not present in the request$")),
    ({"SourceTableName": None, "SourceTableArn": "PitrOn"}, VALIDATION, "One or more parameter values were invalid: ARNs must start with 'arn:': PitrOn"),
    ({"SourceTableName": None, "SourceTableArn": "arn:aws:dynamodb:x"}, VALIDATION, re.compile("sourceTableArn is not a valid ARN$")),
    ({"SourceTableName": None, "SourceTableArn": table_arn("PitrOn", account="999999999999")}, None,
     re.compile("This action is only supported by accounts that match the resource owner.s account")),
    ({"SourceTableName": None, "SourceTableArn": table_arn("PitrOn", region="eu-west-1")}, VALIDATION,
     "Invalid Request: sseSpecificationOverride must be provided for cross-region restores"),
    ({"SourceTableName": None, "SourceTableArn": table_arn("PitrOn", region="eu-west-1"),
      "SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS"}}, VALIDATION, re.compile("(?i)region")),
    ({"SourceTableName": "NoSuchTable"}, "TableNotFoundException", "Table not found: NoSuchTable"),
    ({"SourceTableName": None, "SourceTableArn": table_arn("NoSuchTable")}, "TableNotFoundException", "Table not found"),
    ({"SourceTableName": "PitrOff"}, "PointInTimeRecoveryUnavailableException", "Point in time recovery is not enabled for table 'PitrOff'"),
    ({"TargetTableName": "PitrTaken"}, "TableAlreadyExistsException", "Table already exists: PitrTaken"),
    ({"TargetTableName": "PitrOn"}, "TableAlreadyExistsException", "Table already exists: PitrOn"),
    # The order: shape, times, source, window, overrides, target.
    ({"TargetTableName": "bad name!", "RestoreDateTime": 1}, VALIDATION, re.compile("targetTableName")),
    ({"RestoreDateTime": 1, "SourceTableName": "NoSuchTable"}, VALIDATION, BOTH_TIMES),
    ({"SourceTableName": "NoSuchTable", "TargetTableName": "PitrTaken"}, "TableNotFoundException", None),
    ({"SourceTableName": "PitrOff", "TargetTableName": "PitrTaken"}, "PointInTimeRecoveryUnavailableException", None),
    ({"UseLatestRestorableTime": None, "RestoreDateTime": 1, "TargetTableName": "PitrTaken"}, "InvalidRestoreTimeException", None),
], ids=repr)  # fmt: skip
def test_restore_refusals(wire, sources, changes, code, text):
    members = {name: value for name, value in {**BASE, **changes}.items() if value is not None}
    if code is None:
        with pytest.raises(Exception) as caught:
            wire.RestoreTableToPointInTime(**members)
        assert text.search(caught.value.message)
    else:
        with refused(code, text):
            wire.RestoreTableToPointInTime(**members)
    assert "PitrNever" not in wire.ListTables()["TableNames"]


@pytest.mark.parametrize("offset", [-10 * 86_400, -1, 3600])
def test_times_outside_the_window(wire, sources, offset):
    instant = sources + offset * SECOND
    members = {**BASE, "RestoreDateTime": seconds(instant)}
    del members["UseLatestRestorableTime"]
    text = f"RestoreDateTime '{utc(instant)}' must be within EarliestRestorableDateTime '{utc(sources)}' and LatestRestorableDateTime '"
    with refused("InvalidRestoreTimeException", re.compile("^" + re.escape(text))):
        wire.RestoreTableToPointInTime(**members)


@pytest.mark.parametrize("time_members", [
    {"UseLatestRestorableTime": True},
    {"UseLatestRestorableTime": False, "RestoreDateTime": "earliest"},
    {"RestoreDateTime": "earliest"},
    {"RestoreDateTime": "fraction"},
], ids=repr)  # fmt: skip
@pytest.mark.parametrize("source", ["SourceTableName", "SourceTableArn"])
def test_ways_to_ask(wire, sources, table, time_members, source):
    instant = {"earliest": sources, "fraction": sources + 1}
    members = {
        name: seconds(instant[value]) if name == "RestoreDateTime" else value
        for name, value in time_members.items()
    }
    members[source] = "PitrOn" if source == "SourceTableName" else table_arn("PitrOn")
    started = wire.RestoreTableToPointInTime(TargetTableName=table, **members)["TableDescription"]
    assert (started["TableStatus"], started["ItemCount"], started["TableSizeBytes"]) == ("CREATING", 0, 0)
    summary = started["RestoreSummary"]
    assert summary.pop("RestoreInProgress") is True
    resolved = summary.pop("RestoreDateTime")
    assert summary == {"SourceTableArn": table_arn("PitrOn")}
    if "RestoreDateTime" in members:
        assert abs(float(resolved) - float(members["RestoreDateTime"])) < 1
    done = wait_active(wire, table)
    assert "RestoreSummary" not in done
    assert described(wire, table) == OFF
    check_table(wire, table, SCHEMA, [{"pk": {"S": "a"}}], table)
    drop_table(wire, table)


def test_the_second_is_included_to_its_edge(wire, table):
    """The state at T is everything committed at or before T, to the microsecond."""
    create_table(wire, table, SCHEMA)
    switch(wire, table)
    open_window(wire, table)
    commits = [put(wire, table, str(n)) for n in range(3)]
    for offset, count in ((-1, 1), (0, 2), (1, 2)):
        target = f"{table}-{offset}"
        wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName=target, RestoreDateTime=seconds(commits[1] + offset)
        )
        wait_active(wire, target)
        check_table(wire, target, SCHEMA, [{"pk": {"S": str(n)}} for n in range(count)], target)
        drop_table(wire, target)


def test_rows_from_before_are_there_at_earliest(wire, table):
    create_table(wire, table, SCHEMA)
    items = [{"pk": {"S": str(n)}} for n in range(200)]
    put_all(wire, table, items)
    switch(wire, table)
    earliest = open_window(wire, table)
    for item in items:
        wire.DeleteItem(TableName=table, Key=item)
    wire.RestoreTableToPointInTime(
        SourceTableName=table, TargetTableName=f"{table}-then", RestoreDateTime=seconds(earliest)
    )
    wait_active(wire, f"{table}-then")
    check_table(wire, f"{table}-then", SCHEMA, items, "earliest")


def test_a_restored_table_has_a_history_of_its_own(wire, table):
    create_table(wire, table, SCHEMA)
    switch(wire, table)
    put(wire, table, "first")
    wire.RestoreTableToPointInTime(SourceTableName=table, TargetTableName=f"{table}-1", UseLatestRestorableTime=True)
    wait_active(wire, f"{table}-1")
    switch(wire, f"{table}-1")
    put(wire, f"{table}-1", "second")
    put(wire, table, "elsewhere")
    wire.RestoreTableToPointInTime(
        SourceTableName=f"{table}-1", TargetTableName=f"{table}-2", UseLatestRestorableTime=True
    )
    wait_active(wire, f"{table}-2")
    expected = [{"pk": {"S": value}} for value in ("first", "second")]
    check_table(wire, f"{table}-2", SCHEMA, expected, "restored from what was restored")
