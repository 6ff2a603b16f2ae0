"""What the measurements do with tables over the wire, and what they read off a server."""

import re
import time

from conformance.waiting import until


def create(wire, table):
    wire.CreateTable(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def keep_history(wire, table):
    wire.UpdateContinuousBackups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def restore(wire, source, target):
    """Seconds from the call to ACTIVE, and the table as described then."""
    started = time.monotonic()
    wire.RestoreTableToPointInTime(
        SourceTableName=source, TargetTableName=target, UseLatestRestorableTime=True
    )

    def active():
        table = wire.DescribeTable(TableName=target)["Table"]
        return table if table["TableStatus"] == "ACTIVE" else None

    table = until(active, f"{target} is ACTIVE", seconds=900)
    return time.monotonic() - started, table


def delete(wire, table):
    wire.DeleteTable(TableName=table)


def metric(wire, name, **labels):
    """The sum of a counter or gauge over all its label values that match; 0 before the first."""
    text = wire.request("GET", "/metrics")[2].decode()
    total = 0.0
    for found in re.finditer(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.M):
        has = dict(re.findall(r'(\w+)="([^"]*)"', found[1] or ""))
        if all(has.get(label) == value for label, value in labels.items()):
            total += float(found[2])
    return total


def archived_through(wire):
    """The instant up to which everything is in the archive, in seconds."""
    return metric(wire, "anywhen_archive_archived_through_seconds")


def settle(wire, seconds):
    """Waits until the archive has been left alone for so many seconds."""
    last, since = None, time.monotonic()
    while time.monotonic() - since < seconds:
        now = metric(wire, "anywhen_archive_requests_total")
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.5)
