"""Streams: a table is followed through boto3's client, also through kill -9, and rebuilt from what
its stream tells, item by item."""

import datetime
import os
import random
import re
import threading

import boto3
import botocore.config
import pytest
from botocore.exceptions import ConnectionError as EndpointGone, HTTPClientError

from conformance.clients import REGION, Wire
from conformance.faults import VALIDATION, refused
from conformance.tables import Schema, create_table, drop_table, read_all, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status
from conformance.workload import DISCONNECTED

OMP = "One or more parameter values were invalid: "
NOT_FOUND = "ResourceNotFoundException"
TABLE = "Followed"
KILLS = int(os.environ.get("ANYWHEN_KILLS", 3))
VIEWS = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]


def streams_client(endpoint):
    """boto3's client for streams, with its own checks of what it is given."""
    return boto3.client(
        "dynamodbstreams",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="anywhen",
        aws_secret_access_key="anywhen",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def client(endpoint):
    return streams_client(endpoint)


def enabled(view):
    return {"StreamEnabled": True, "StreamViewType": view}


DISABLED = {"StreamEnabled": False}


def streaming(wire, table, view="NEW_AND_OLD_IMAGES", schema=Schema()):
    """Makes a table with a stream; the stream's ARN."""
    create_table(wire, table, schema, StreamSpecification=enabled(view))
    return described(wire, table)["LatestStreamArn"]


def described(wire, table):
    return wire.DescribeTable(TableName=table)["Table"]


def shard_of(client, arn):
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return shard


def iterator(client, arn, kind="TRIM_HORIZON", **members):
    shard = shard_of(client, arn)["ShardId"]
    return client.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **members
    )["ShardIterator"]


def read(client, position, **members):
    """Everything from an iterator on: the records, and the iterator to go on with, if any."""
    records = []
    while True:
        page = client.get_records(ShardIterator=position, **members)
        records += page["Records"]
        following = page.get("NextShardIterator")
        if following is None or not page["Records"]:
            return records, following
        position = following


def changes(records):
    """What the records tell, without what differs from run to run."""
    found = []
    for record in records:
        told = record["dynamodb"]
        found.append((record["eventName"], told["Keys"], told.get("OldImage"), told.get("NewImage")))
    return found


def put(wire, table, pk, **attributes):
    wire.PutItem(TableName=table, Item={"pk": {"S": pk}, **attributes})


def test_each_view_type_tells_what_it_must(wire, client, table):
    key, one, two = {"pk": {"S": "k"}}, {"N": "1"}, {"N": "2"}
    first, second = {**key, "n": one}, {**key, "n": two}
    for view in VIEWS:
        arn = streaming(wire, table, view)
        put(wire, table, "k", n=one)
        put(wire, table, "k", n={"N": "1.0"})
        wire.UpdateItem(TableName=table, Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": two})
        wire.UpdateItem(TableName=table, Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": two})
        with refused("ConditionalCheckFailedException"):
            wire.DeleteItem(TableName=table, Key=key, ConditionExpression="attribute_not_exists(pk)")
        wire.DeleteItem(TableName=table, Key={"pk": {"S": "absent"}})
        wire.BatchWriteItem(RequestItems={table: [{"PutRequest": {"Item": second}}]})
        wire.TransactWriteItems(TransactItems=[
            {"Delete": {"TableName": table, "Key": key}},
            {"Put": {"TableName": table, "Item": {"pk": {"S": "other"}}}},
        ])
        records, position = read(client, iterator(client, arn))
        new, old = view.startswith("NEW"), view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")
        other = {"pk": {"S": "other"}}
        assert changes(records) == [
            ("INSERT", key, None, first if new else None),
            ("MODIFY", key, first if old else None, second if new else None),
            ("REMOVE", key, second if old else None, None),
            ("INSERT", other, None, other if new else None),
        ]
        assert position is not None
        check_form(records, view)
        drop_table(wire, table)


def check_form(records, view):
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    assert all(re.fullmatch(r"[1-9]\d{20,39}", number) for number in numbers)
    assert [int(number) for number in numbers] == sorted({int(number) for number in numbers})
    assert len({record["eventID"] for record in records}) == len(records)
    now = datetime.datetime.now(datetime.UTC)
    for record in records:
        told = record["dynamodb"]
        assert re.fullmatch("[0-9a-f]{32}", record["eventID"])
        assert (record["eventVersion"], record["eventSource"]) == ("1.1", "aws:dynamodb")
        assert record["awsRegion"] == REGION and "userIdentity" not in record
        assert told["StreamViewType"] == view
        at = told["ApproximateCreationDateTime"]
        assert at.microsecond == 0 and abs(now - at) < datetime.timedelta(minutes=5)
        assert told["SizeBytes"] == sum(
            size(told[part]) for part in ("Keys", "NewImage", "OldImage") if part in told
        )


def size(item):
    """Of strings and of numbers of one digit."""
    return sum(len(name) + (2 if "N" in value else len(value["S"])) for name, value in item.items())


def test_a_stream_is_described_and_listed(wire, client, table):
    schema = Schema(range="sk")
    created = wire.CreateTable(
        **schema.create_request(table, StreamSpecification=enabled("NEW_IMAGE"))
    )["TableDescription"]
    arn, label = created["LatestStreamArn"], created["LatestStreamLabel"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", label)
    assert arn == f"{created['TableArn']}/stream/{label}"
    assert created["StreamSpecification"] == enabled("NEW_IMAGE")
    shown = described(wire, table)
    assert shown["StreamSpecification"] == enabled("NEW_IMAGE")
    assert (shown["LatestStreamArn"], shown["LatestStreamLabel"]) == (arn, label)

    stream = client.describe_stream(StreamArn=arn)["StreamDescription"]
    created_at = stream.pop("CreationRequestDateTime").astimezone(datetime.UTC)
    assert created_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] == label
    (shard,) = stream.pop("Shards")
    assert re.fullmatch(r"shardId-\d{20}-[0-9a-f]{8}", shard["ShardId"])
    assert list(shard["SequenceNumberRange"]) == ["StartingSequenceNumber"]
    assert "ParentShardId" not in shard
    assert stream == {
        "StreamArn": arn,
        "StreamLabel": label,
        "StreamStatus": "ENABLED",
        "StreamViewType": "NEW_IMAGE",
        "TableName": table,
        "KeySchema": shown["KeySchema"],
    }
    behind = client.describe_stream(StreamArn=arn, ExclusiveStartShardId=shard["ShardId"])
    assert behind["StreamDescription"]["Shards"] == []
    assert "LastEvaluatedShardId" not in behind["StreamDescription"]
    assert client.list_streams(TableName=table)["Streams"] == [
        {"StreamArn": arn, "TableName": table, "StreamLabel": label}
    ]
    assert client.list_streams(TableName="No-such-table")["Streams"] == []


def test_disabled_streams_stay_and_are_listed_page_by_page(wire, client, table):
    arns = [streaming(wire, table)]
    put(wire, table, "first")
    for view in ("KEYS_ONLY", "OLD_IMAGE"):
        shown = wire.UpdateTable(TableName=table, StreamSpecification=DISABLED)["TableDescription"]
        assert shown["TableStatus"] == "UPDATING" and shown["StreamSpecification"] == DISABLED
        shown = described(wire, table)
        assert "StreamSpecification" not in shown and shown["LatestStreamArn"] == arns[-1]
        shown = wire.UpdateTable(TableName=table, StreamSpecification=enabled(view))
        shown = shown["TableDescription"]
        assert shown["StreamSpecification"] == enabled(view)
        assert shown["LatestStreamArn"] not in arns
        arns.append(shown["LatestStreamArn"])
    put(wire, table, "last")

    listed, members = [], {}
    while True:
        page = client.list_streams(TableName=table, Limit=2, **members)
        listed += [stream["StreamArn"] for stream in page["Streams"]]
        if "LastEvaluatedStreamArn" not in page:
            break
        members = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert listed == arns[::-1]

    drop_table(wire, table)
    keys = [["first"], [], ["last"]]
    for arn, expected in zip(arns, keys, strict=True):
        stream = client.describe_stream(StreamArn=arn)["StreamDescription"]
        assert stream["StreamStatus"] == "DISABLED"
        numbers = stream["Shards"][0]["SequenceNumberRange"]
        assert int(numbers["StartingSequenceNumber"]) < int(numbers["EndingSequenceNumber"])
        records, position = read(client, iterator(client, arn))
        assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == expected
        assert position is None
        assert read(client, iterator(client, arn, "LATEST")) == ([], None)


def test_iterators_begin_where_they_are_told_to(wire, client, table):
    arn = streaming(wire, table, "KEYS_ONLY")
    latest = iterator(client, arn, "LATEST")
    for number in range(5):
        put(wire, table, str(number))
    records, _ = read(client, iterator(client, arn), Limit=2)
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == list("01234")
    assert read(client, latest)[0] == records
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    for index, number in enumerate(numbers):
        at = iterator(client, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=number)
        assert read(client, at)[0] == records[index:]
        after = iterator(client, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
        assert read(client, after)[0] == records[index + 1 :]
    start = shard_of(client, arn)["SequenceNumberRange"]["StartingSequenceNumber"]
    at = iterator(client, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=start)
    assert read(client, at)[0] == records
    streams = "DynamoDBStreams_20120810."
    members = {"StreamArn": arn, "ShardId": shard_of(client, arn)["ShardId"]}
    since = float(records[0]["dynamodb"]["ApproximateCreationDateTime"].timestamp())
    at = wire.call(streams + "GetShardIterator", {
        **members, "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": since,
    })["ShardIterator"]
    assert read(client, at)[0] == records
    page = client.get_records(ShardIterator=at, Limit=3)
    assert len(page["Records"]) == 3


def test_texts_of_refusals(wire, client, table):
    schema = Schema().create_request(table)
    for specification, text in [
        ({"StreamEnabled": True}, OMP + "Table is being created with a stream enabled, UpdateViewType is required"),
        ({"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"},
            OMP + "Table is being created with a stream disabled, UpdateViewType should not be specified"),
        ({"StreamEnabled": True, "StreamViewType": "ALL"}, re.compile("enum value set")),
    ]:
        with refused(VALIDATION, text):
            wire.CreateTable(**schema, StreamSpecification=specification)
    arn = streaming(wire, table)
    for specification, text in [
        (enabled("KEYS_ONLY"), f"Table already has an enabled stream: TableName: {table}"),
        ({"StreamEnabled": True}, OMP + "If stream is being enabled then UpdateViewType is required"),
        ({"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"},
            OMP + "If stream is being disabled, then UpdateViewType must not be specified"),
    ]:
        with refused(VALIDATION, text):
            wire.UpdateTable(TableName=table, StreamSpecification=specification)
    capacity = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    with refused(VALIDATION, OMP + "You cannot modify stream status while updating table IOPS"):
        wire.UpdateTable(TableName=table, StreamSpecification=DISABLED, ProvisionedThroughput=capacity)

    gone = arn[:-3] + ("001" if arn[-3:] == "000" else "000")
    missing = f"Requested resource not found: Stream: {gone} not found"
    with refused(NOT_FOUND, missing):
        client.describe_stream(StreamArn=gone)
    shard = shard_of(client, arn)["ShardId"]
    members = {"StreamArn": arn, "ShardId": shard}
    with refused(NOT_FOUND, missing):
        client.get_shard_iterator(**{**members, "StreamArn": gone}, ShardIteratorType="LATEST")
    with refused(NOT_FOUND, "Requested resource not found: Shard does not exist"):
        other = shard[:-8] + "00000000"
        client.get_shard_iterator(**{**members, "ShardId": other}, ShardIteratorType="LATEST")
    for number in ("1" + "9" * 30, "0" * 21, "9" * 40):
        with refused(VALIDATION, "Invalid SequenceNumber"):
            client.get_shard_iterator(
                **members, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=number
            )
    with refused(VALIDATION, re.compile("SequenceNumber")):
        client.get_shard_iterator(**members, ShardIteratorType="AFTER_SEQUENCE_NUMBER")
    with refused(VALIDATION, re.compile("enum value set")):
        client.get_shard_iterator(**members, ShardIteratorType="NEWEST")
    with refused(VALIDATION, re.compile("Timestamp")):
        wire.call("DynamoDBStreams_20120810.GetShardIterator", {
            **members, "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": 10**10,
        })
    position = iterator(client, arn)
    for wrong in ("x", f"{arn}|1|", f"{arn}|1|AAAA", position[:-8] + "AAAAAAA=", position.replace("|1|", "|2|")):
        with refused(VALIDATION, "Invalid ShardIterator"):
            client.get_records(ShardIterator=wrong)
    for limit, most, call in [
        (1001, 1000, lambda n: client.get_records(ShardIterator=position, Limit=n)),
        (101, 100, lambda n: client.describe_stream(StreamArn=arn, Limit=n)),
        (101, 100, lambda n: client.list_streams(Limit=n)),
    ]:
        with refused(VALIDATION, re.compile(f"less than or equal to {most}")):
            call(limit)


def test_backups_know_of_streams_and_restores_begin_without(wire, client, table):
    arn = streaming(wire, table, "OLD_IMAGE")
    put(wire, table, "kept")
    made = wire.CreateBackup(TableName=table, BackupName="with-a-stream")["BackupDetails"]
    backup = made["BackupArn"]
    until(lambda: backup_status(wire, backup) == "AVAILABLE", "the backup AVAILABLE")
    features = wire.DescribeBackup(BackupArn=backup)["BackupDescription"]["SourceTableFeatureDetails"]
    assert features["StreamDescription"] == enabled("OLD_IMAGE")
    target = f"{table}-restored"
    wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=backup)
    wait_active(wire, target)
    shown = described(wire, target)
    assert not {"StreamSpecification", "LatestStreamArn", "LatestStreamLabel"} & set(shown)
    assert client.list_streams(TableName=target)["Streams"] == []
    assert [item["pk"]["S"] for item in read_all(wire, target)] == ["kept"]
    assert len(read(client, iterator(client, arn))[0]) == 1
    drop_table(wire, target)
    wire.DeleteBackup(BackupArn=backup)


class Follower:
    """Tails a stream as a client would, from server to server, and applies what it is told."""

    def __init__(self, arn):
        self.arn, self.items, self.last, self.count = arn, {}, 0, 0

    def follow(self, client):
        """Goes on behind the last record it knows; all there is now."""
        kind = {"kind": "TRIM_HORIZON"}
        if self.last:
            kind = {"kind": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": str(self.last)}
        position = iterator(client, self.arn, **kind)
        while True:
            page = client.get_records(ShardIterator=position, Limit=100)
            for record in page["Records"]:
                self.apply(record)
            if not page["Records"]:
                return
            position = page["NextShardIterator"]

    def apply(self, record):
        told = record["dynamodb"]
        number = int(told["SequenceNumber"])
        assert number > self.last, "each record once, in order"
        self.last = number
        self.count += 1
        key = told["Keys"]["pk"]["S"]
        before, after = told.get("OldImage"), told.get("NewImage")
        event = {(False, True): "INSERT", (True, True): "MODIFY", (True, False): "REMOVE"}
        assert record["eventName"] == event[before is not None, after is not None]
        assert self.items.get(key) == before, "nothing is missing between two records of an item"
        assert before != after
        if after is None:
            del self.items[key]
        else:
            self.items[key] = after


def test_a_table_is_rebuilt_from_its_stream(server, seed):
    """Writers and a follower through kills of the server: what the stream told is the table."""
    rng = random.Random(seed)
    arn = streaming(Wire(server.endpoint), TABLE)
    follower = Follower(arn)
    for _ in range(KILLS):
        followed = follower.count
        load_and_kill(server, follower, rng)
        assert follower.count > followed, "the follower reads while others write"
        server.start()
        follower.follow(streams_client(server.endpoint))
        items = {item["pk"]["S"]: item for item in read_all(Wire(server.endpoint), TABLE)}
        assert follower.items == items
    wire, client = Wire(server.endpoint), streams_client(server.endpoint)
    put(wire, TABLE, "the end")
    follower.follow(client)
    assert "the end" in follower.items, "a write is in the stream once it is acknowledged"
    again = Follower(arn)
    again.follow(client)
    assert (again.items, again.count, again.last) == (follower.items, follower.count, follower.last)
    server.stop()


def load_and_kill(server, follower, rng):
    """Four writers and the follower, until the server dies under them."""
    written, failures = [], []

    def write(random_seed):
        own, wire = random.Random(random_seed), Wire(server.endpoint)
        while True:
            write_something(wire, TABLE, own)
            written.append(1)

    def follow():
        client = streams_client(server.endpoint)
        while True:
            follower.follow(client)

    def until_disconnected(work, *arguments):
        try:
            work(*arguments)
        except (*DISCONNECTED, HTTPClientError, EndpointGone):
            return
        except BaseException as error:
            failures.append(error)
            raise

    works = [(write, rng.random()) for _ in range(4)] + [(follow,)]
    threads = [threading.Thread(target=until_disconnected, args=w, daemon=True) for w in works]
    for thread in threads:
        thread.start()
    goal = rng.randrange(100, 400)
    until(lambda: failures or len(written) >= goal, "writes are acknowledged", 60)
    server.kill()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a client still waits for the killed server"
    assert not failures, failures


def write_something(wire, table, rng):
    def pk():
        return {"S": f"item-{rng.randrange(40)}"}

    def item():
        return {"pk": pk(), "n": {"N": str(rng.randrange(3))}, "text": {"S": "x" * rng.randrange(50)}}

    kind = rng.randrange(10)
    if kind < 4:
        wire.PutItem(TableName=table, Item=item())
    elif kind < 6:
        wire.UpdateItem(
            TableName=table,
            Key={"pk": pk()},
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": str(rng.randrange(3))}},
        )
    elif kind < 8:
        wire.DeleteItem(TableName=table, Key={"pk": pk()})
    else:
        items = {i["pk"]["S"]: i for i in (item() for _ in range(4))}
        puts = [{"Put": {"TableName": table, "Item": i}} for i in items.values()]
        wire.TransactWriteItems(TransactItems=puts)
