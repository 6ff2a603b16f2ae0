"""What a restore must not change: every kind of key and value, order, large items, many items.

Each table is restored from a backup and from its history, on a server that was killed between,
and compared with the source, item for item, query for query in both directions.
"""

import base64
import random
from decimal import Decimal

import pytest

from conformance.clients import Wire
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
from conformance.walkthrough import backup_status

NUMBERS = [
    "0", "1", "-1", "10", "-10", "9", "0.1", "-0.1", "0.09", "1" + "0" * 125, "-1" + "0" * 125,
    "0." + "0" * 129 + "1", "-0." + "0" * 129 + "1", "9" * 38, "-" + "9" * 38, "1.5", "1.49",
    "12345678901234567890.123456789012345678", "255", "256", "65535", "65536", "-255", "-256",
]  # fmt: skip
BYTES = [b"\x00", b"\x00\x00", b"\x00\x01", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\x00", b"\xff\xff", b"a", b"ab"]
STRINGS = ["\x00", "\x01", "a", "a\x00", "a\x00b", "ab", "B", "ä", "z", "\uffff", "\U0001f3b5", "~" * 1000]
VALUES = [
    {"S": ""},
    {"B": ""},
    {"BOOL": False},
    {"NULL": True},
    {"L": []},
    {"M": {}},
    {"SS": ["", "a", "ä"]},
    {"NS": ["-1", "0", "1.5"]},
    {"BS": ["AA==", "/w=="]},
    {"M": {"a.b": {"L": [{"M": {"[0]": {"N": "1"}}}, {"BOOL": True}]}}},
]


def binary(value):
    return base64.b64encode(value).decode()


SORT_KEYS = {
    "S": [{"S": text} for text in STRINGS],
    "N": [{"N": number} for number in NUMBERS],
    "B": [{"B": binary(value)} for value in BYTES],
}
IN_ORDER = {
    "S": sorted(STRINGS, key=lambda text: text.encode()),
    "N": sorted(NUMBERS, key=Decimal),
    "B": [binary(value) for value in sorted(BYTES)],
}
ON = {"PointInTimeRecoveryEnabled": True}


def restore_both_ways(wire, table, arn):
    """Restores the table from the backup and from its latest history; the names of the targets."""
    targets = [f"{table}-backup", f"{table}-history"]
    wire.RestoreTableFromBackup(TargetTableName=targets[0], BackupArn=arn)
    wire.RestoreTableToPointInTime(
        SourceTableName=table, TargetTableName=targets[1], UseLatestRestorableTime=True
    )
    for target in targets:
        wait_active(wire, target)
    return targets


def backed_up(wire, table):
    arn = wire.CreateBackup(TableName=table, BackupName="Data")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "backup AVAILABLE")
    return arn


@pytest.mark.parametrize("partition_type, sort_type", [("S", "N"), ("N", "B"), ("B", "S")])
def test_every_kind_of_key_and_value(make_server, partition_type, sort_type):
    server = make_server().start()
    wire = Wire(server.endpoint)
    schema = Schema(
        "pk",
        "sk",
        (
            Index("global", "gpk", "gsk"),
            Index("swapped", "sk", "pk", "KEYS_ONLY"),
            Index("local", "pk", "gsk", ("v",), local=True),
        ),
        {"pk": partition_type, "sk": sort_type, "gpk": partition_type, "gsk": sort_type},
    )
    create_table(wire, "Kinds", schema)
    wire.UpdateContinuousBackups(TableName="Kinds", PointInTimeRecoverySpecification=ON)
    partitions, sorts = SORT_KEYS[partition_type], SORT_KEYS[sort_type]
    items = [
        {
            "pk": partition,
            "sk": sort,
            "gpk": partitions[(number + 3) % len(partitions)],
            "gsk": sorts[number * 7 % len(sorts)],
            "v": VALUES[(number + place) % len(VALUES)],
        }
        for place, partition in enumerate(partitions)
        for number, sort in enumerate(sorts)
    ]
    put_all(wire, "Kinds", items)
    arn = backed_up(wire, "Kinds")
    server.kill()
    wire = Wire(server.start().endpoint)
    for table in ("Kinds", *restore_both_ways(wire, "Kinds", arn)):
        check_table(wire, table, schema, items, table)
        for partition in partitions[:4]:
            for forward in (True, False):
                found = read_all(
                    wire, table, None, "Query",
                    KeyConditionExpression="pk = :p",
                    ExpressionAttributeValues={":p": partition},
                    ScanIndexForward=forward,
                    Limit=5,
                )  # fmt: skip
                order = [item["sk"][sort_type] for item in found]
                assert order == IN_ORDER[sort_type][:: 1 if forward else -1], (table, partition)
    server.stop()


def test_large_items(wire, table, seed):
    rng = random.Random(seed)
    schema = Schema("pk", "sk", (Index("global", "owner"), Index("keys", "owner", projection="KEYS_ONLY")))
    create_table(wire, table, schema)
    wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=ON)
    items = []
    for number in range(24):
        size = rng.choice((1, 1000, 100_000, 399_000))
        items.append(
            {
                "pk": {"S": f"p{number % 3}"},
                "sk": {"S": f"{number:02}"},
                "owner": {"S": f"o{number % 2}"},
                "v": {"B": binary(rng.randbytes(size))},
            }
        )
        wire.PutItem(TableName=table, Item=items[-1])
    arn = backed_up(wire, table)
    for target in (table, *restore_both_ways(wire, table, arn)):
        check_table(wire, target, schema, items, target)
        drop_table(wire, target)


def test_many_items_overwritten_and_deleted(wire, table, seed):
    """Eight thousand versions of four thousand keys: many ranges, many pages."""
    rng = random.Random(seed)
    schema = Schema("pk", "sk", (Index("global", "owner", "sk"),))
    create_table(wire, table, schema)
    wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=ON)
    state = {}
    for round_ in range(5):
        keys = rng.sample(range(4000), 1600)
        requests = []
        for number in keys:
            key = {"pk": {"S": f"p{number % 50}"}, "sk": {"S": f"{number:05}"}}
            if rng.random() < 0.25 and number in state:
                del state[number]
                requests.append({"DeleteRequest": {"Key": key}})
            else:
                state[number] = {
                    **key,
                    "owner": {"S": f"o{rng.randrange(20)}"},
                    "round": {"N": str(round_)},
                    "pad": {"S": "x" * 200},
                }
                requests.append({"PutRequest": {"Item": state[number]}})
        for start in range(0, len(requests), 25):
            reply = wire.BatchWriteItem(RequestItems={table: requests[start : start + 25]})
            assert reply["UnprocessedItems"] == {}
        if round_ == 3:
            arn, then = backed_up(wire, table), dict(state)
    first, second = restore_both_ways(wire, table, arn)
    check_table(wire, first, schema, list(then.values()), first)
    check_table(wire, second, schema, list(state.values()), second)
    check_table(wire, table, schema, list(state.values()), table)


def test_an_empty_table_and_one_that_was_emptied(wire, table):
    schema = Schema("pk", "sk", (Index("global", "owner"),))
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, "owner": {"S": "c"}}
    for name, items in ((f"{table}-empty", []), (f"{table}-emptied", [item])):
        create_table(wire, name, schema)
        wire.UpdateContinuousBackups(TableName=name, PointInTimeRecoverySpecification=ON)
        put_all(wire, name, items)
        for item in items:
            wire.DeleteItem(TableName=name, Key=schema.key_of(item))
        for target in restore_both_ways(wire, name, backed_up(wire, name)):
            check_table(wire, target, schema, [], target)


def test_a_restored_table_is_a_table_like_any_other(wire, table):
    """It takes writes, keeps its indexes, is backed up and restored in turn, three times over."""
    schema = Schema("pk", "sk", (Index("global", "owner"), Index("local", "pk", "at", local=True)))
    create_table(wire, table, schema)
    items = []
    name = table
    for generation in range(3):
        item = {
            "pk": {"S": "a"},
            "sk": {"S": f"{generation}"},
            "owner": {"S": "o"},
            "at": {"S": f"{9 - generation}"},
        }
        items.append(item)
        wire.PutItem(TableName=name, Item=item)
        wire.UpdateItem(
            TableName=name,
            Key=schema.key_of(items[0]),
            UpdateExpression="SET #o = :o",
            ExpressionAttributeNames={"#o": "owner"},
            ExpressionAttributeValues={":o": {"S": f"owner-{generation}"}},
        )
        items[0] = {**items[0], "owner": {"S": f"owner-{generation}"}}
        wire.UpdateContinuousBackups(TableName=name, PointInTimeRecoverySpecification=ON)
        target = f"{table}-{generation}"
        if generation % 2:
            wire.RestoreTableToPointInTime(
                SourceTableName=name, TargetTableName=target, UseLatestRestorableTime=True
            )
        else:
            wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=backed_up(wire, name))
        wait_active(wire, target)
        check_table(wire, target, schema, items, target)
        if generation:
            drop_table(wire, name)
        name = target
