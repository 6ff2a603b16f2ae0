"""Time to live: the setting and its texts, which items go and when, what stays of them in streams and
in the history, and that a killed server loses nothing and deletes nothing twice."""

import os
import random
import time

import pytest

from conformance.anywhen_server import Server
from conformance.aws_cli import AwsCli
from conformance.clients import Wire, boto3_client, commit_of, seconds
from conformance.faults import VALIDATION, check_refused, refused
from conformance.history import History
from conformance.tables import (
    Index,
    Schema,
    check_indexes,
    check_table,
    create_table,
    drop_table,
    put_all,
    read_all,
    wait_active,
)
from conformance.tests.test_recover import Only, archived, recovered
from conformance.tests.test_streams import changes, iterator, read, streaming, streams_client
from conformance.waiting import until
from conformance.walkthrough import backup_status, window

SCHEMA = Schema("pk", "sk", indexes=(Index("by-kind", "kind", "pk"), Index("local", "pk", "kind", local=True)))
ON = {"PointInTimeRecoveryEnabled": True}
SERVICE = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
PITR = {"PointInTimeRecoverySpecification": ON}
OFTEN = {"ANYWHEN_TIME_TO_LIVE_INTERVAL_SECONDS": "0.1"}
OPERATIONS = int(os.environ.get("ANYWHEN_OPERATIONS", 300))
KILLS = int(os.environ.get("ANYWHEN_KILLS", 2))
SECOND = 1_000_000


@pytest.fixture(scope="module")
def often(request, tmp_path_factory):
    """A server that looks for expired items all the time."""
    if request.config.getoption("--endpoint-url"):
        pytest.skip("needs a server process of its own")
    with Server(tmp_path_factory.mktemp("often"), environment=OFTEN) as server:
        yield server


@pytest.fixture(scope="module")
def quick(often):
    return Wire(often.endpoint)


def specification(attribute, enabled=True):
    return {"AttributeName": attribute, "Enabled": enabled}


def switch(wire, table, attribute="expires", enabled=True):
    """Answers what was asked; only a large table is seen ENABLING."""
    asked = specification(attribute, enabled)
    reply = wire.call("UpdateTimeToLive", {"TableName": table, "TimeToLiveSpecification": asked})
    assert reply == {"TimeToLiveSpecification": asked}
    until(lambda: described(wire, table)["TimeToLiveStatus"] == ("ENABLED" if enabled else "DISABLED"), asked)


def described(wire, table):
    return wire.call("DescribeTimeToLive", {"TableName": table})["TimeToLiveDescription"]


def now():
    return int(time.time())


def item(pk, expires=None, **attributes):
    given = {} if expires is None else {"expires": {"N": str(expires)}}
    return {"pk": {"S": pk}, "sk": {"S": "s"}, "kind": {"S": "k"}, **given, **attributes}


def key(pk):
    return {"pk": {"S": pk}, "sk": {"S": "s"}}


def names(wire, table):
    return sorted(found["pk"]["S"] for found in read_all(wire, table))


def until_left(wire, table, *left):
    until(lambda: names(wire, table) == sorted(left), f"only {left} are left in {table}")


def test_the_setting_is_told_as_it_is(wire, table):
    create_table(wire, table, Schema())
    assert described(wire, table) == {"TimeToLiveStatus": "DISABLED"}
    switch(wire, table)
    assert described(wire, table) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    assert described(wire, arn)["AttributeName"] == "expires"
    assert "TimeToLiveDescription" not in wire.DescribeTable(TableName=table)["Table"]
    switch(wire, table, enabled=False)
    assert described(wire, table) == {"TimeToLiveStatus": "DISABLED"}
    # A key attribute is as good as one that no item has.
    switch(wire, table, "pk")
    assert described(wire, table) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "pk"}
    drop_table(wire, table)
    create_table(wire, table, Schema())
    assert described(wire, table) == {"TimeToLiveStatus": "DISABLED"}
    drop_table(wire, table)


def test_changes_that_change_nothing_are_refused(wire, table):
    create_table(wire, table, Schema())

    def refuse(attribute, enabled, text):
        members = {"TableName": table, "TimeToLiveSpecification": specification(attribute, enabled)}
        check_refused(wire, "UpdateTimeToLive", members, VALIDATION, text)

    refuse("expires", False, "TimeToLive is already disabled")
    switch(wire, table)
    refuse("expires", True, "TimeToLive is already enabled")
    other = "TimeToLive is active on a different AttributeName: current AttributeName is expires"
    refuse("other", True, other)
    refuse("other", False, other)
    switch(wire, table, enabled=False)
    refuse("other", False, "TimeToLive is already disabled")
    drop_table(wire, table)
    missing = f"Requested resource not found: Table: {table} not found"
    members = {"TableName": table, "TimeToLiveSpecification": specification("expires")}
    check_refused(wire, "UpdateTimeToLive", members, "ResourceNotFoundException", missing)
    check_refused(wire, "DescribeTimeToLive", {"TableName": table}, "ResourceNotFoundException", missing)


GOOD = specification("expires")


@pytest.mark.parametrize("members", [
    {},
    {"TableName": "Any"},
    {"TimeToLiveSpecification": GOOD},
    {"TableName": None, "TimeToLiveSpecification": GOOD},
    {"TableName": "a", "TimeToLiveSpecification": GOOD},
    {"TableName": "Any", "TimeToLiveSpecification": {}},
    {"TableName": "Any", "TimeToLiveSpecification": {"Enabled": True}},
    {"TableName": "Any", "TimeToLiveSpecification": {"AttributeName": "expires"}},
    {"TableName": "Any", "TimeToLiveSpecification": specification("")},
    {"TableName": "Any", "TimeToLiveSpecification": specification("x" * 256)},
], ids=repr)  # fmt: skip
def test_what_is_missing_or_too_long_is_a_validation_fault(wire, members):
    with refused(VALIDATION):
        wire.call("UpdateTimeToLive", members)


@pytest.mark.parametrize("members", [
    {"TableName": 7, "TimeToLiveSpecification": GOOD},
    {"TableName": "Any", "TimeToLiveSpecification": "expires"},
    {"TableName": "Any", "TimeToLiveSpecification": {"Enabled": "yes", "AttributeName": "expires"}},
    {"TableName": "Any", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": ["expires"]}},
], ids=repr)  # fmt: skip
def test_wrong_shapes(wire, members):
    with refused("SerializationException"):
        wire.call("UpdateTimeToLive", members)


def test_what_has_expired_goes_and_nothing_else(quick, table):
    create_table(quick, table, SCHEMA)
    five_years = 5 * 365 * 86_400
    stay = {
        "never": item("never"),
        "later": item("later", now() + 1000),
        "milliseconds": item("milliseconds", now() * 1000),
        "five-years": item("five-years", now() - five_years - 10),
        "zero": item("zero", 0),
        "negative": item("negative", -5),
        "text": {**item("text"), "expires": {"S": str(now() - 10)}},
        "nested": item("nested", m={"M": {"expires": {"N": str(now() - 10)}}}),
    }
    go = [item("gone", now() - 10), item("fraction", f"{now() - 10}.5"), item("soon", now() + 1)]
    go.append(item("nearly-five-years", now() - five_years + 1000))
    # Half of each kind is there before.
    everything = [*stay.values(), *go]
    put_all(quick, table, everything[::2])
    switch(quick, table)
    put_all(quick, table, everything[1::2])
    until_left(quick, table, *stay)
    check_table(quick, table, SCHEMA, list(stay.values()), "after expiry")
    assert quick.GetItem(TableName=table, Key=key("gone")).get("Item") is None
    # Nothing was charged or counted for it, and the count follows.
    until(lambda: quick.DescribeTable(TableName=table)["Table"]["ItemCount"] == len(stay), "ItemCount")

    # A second later is time enough to be rescued, or to be condemned.
    move = {"UpdateExpression": "SET expires = :e", "TableName": table}
    quick.UpdateItem(Key=key("never"), ExpressionAttributeValues={":e": {"N": str(now() - 1)}}, **move)
    until_left(quick, table, *(name for name in stay if name != "never"))
    switch(quick, table, enabled=False)
    quick.PutItem(TableName=table, Item=item("disabled", now() - 10))
    switch(quick, table, "other")
    quick.PutItem(TableName=table, Item=item("other", now() - 10, other={"N": str(now() - 10)}))
    left = [name for name in stay if name != "never"] + ["disabled"]
    until_left(quick, table, *left)
    drop_table(quick, table)


def test_an_update_before_the_deletion_rescues_an_item(make_server):
    """The server is held between finding items and deleting them, and killed there."""
    server = make_server(environment=OFTEN).start(ANYWHEN_FAILPOINTS="expiry::before_delete=pause")
    wire = Wire(server.endpoint)
    create_table(wire, "Rescue", SCHEMA)
    switch(wire, "Rescue")
    moved, removed = item("moved", now() - 10), item("removed", now() - 10)
    put_all(wire, "Rescue", [moved, removed, item("gone", now() - 10)])
    # Expired items are read, queried and written like others.
    assert names(wire, "Rescue") == ["gone", "moved", "removed"]
    query = {"KeyConditionExpression": "kind = :k", "ExpressionAttributeValues": {":k": {"S": "k"}}}
    assert len(read_all(wire, "Rescue", "by-kind", "Query", **query)) == 3
    moved["expires"] = {"N": str(now() + 1000)}
    members = {"TableName": "Rescue", "UpdateExpression": "SET expires = :e"}
    wire.UpdateItem(Key=key("moved"), ExpressionAttributeValues={":e": moved["expires"]}, **members)
    wire.UpdateItem(TableName="Rescue", Key=key("removed"), UpdateExpression="REMOVE expires")
    del removed["expires"]
    server.kill()

    wire = Wire(server.start().endpoint)
    until_left(wire, "Rescue", "moved", "removed")
    check_table(wire, "Rescue", SCHEMA, [moved, removed], "rescued")
    server.kill()


def test_a_change_may_be_made_to_wait(make_server):
    server = make_server().start(ANYWHEN_TIME_TO_LIVE_COOLDOWN_SECONDS="1860")
    wire = Wire(server.endpoint)
    create_table(wire, "Slow", Schema())
    switch(wire, "Slow")
    text = "Time to live has been modified multiple times within a fixed interval"
    members = {"TableName": "Slow", "TimeToLiveSpecification": specification("expires", False)}
    check_refused(wire, "UpdateTimeToLive", members, VALIDATION, text)
    members["TimeToLiveSpecification"] = specification("expires")
    check_refused(wire, "UpdateTimeToLive", members, VALIDATION, "TimeToLive is already enabled")
    server.kill()


def test_boto3_follows_a_deletion_by_the_service(often, quick, table):
    client, ddb = streams_client(often.endpoint), boto3_client(often.endpoint)
    arn = streaming(quick, table, schema=SCHEMA)
    ddb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification("expires"))
    waiting = ddb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert waiting == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    by_client, by_service = item("by-client", now() + 1000), item("by-service", now() - 1)
    ddb.put_item(TableName=table, Item=by_service)
    put = ddb.put_item(TableName=table, Item=by_client)
    assert commit_of(put)
    ddb.delete_item(TableName=table, Key=key("by-client"))
    until_left(quick, table)
    records, _ = read(client, iterator(client, arn))
    of_client = [record for record in records if record["dynamodb"]["Keys"] == key("by-client")]
    of_service = [record for record in records if record["dynamodb"]["Keys"] == key("by-service")]
    assert [record["eventName"] for record in of_client] == ["INSERT", "REMOVE"]
    assert changes(of_service) == [
        ("INSERT", key("by-service"), None, by_service),
        ("REMOVE", key("by-service"), by_service, None),
    ]
    assert "userIdentity" not in of_service[0]
    assert of_service[1]["userIdentity"] == SERVICE
    drop_table(quick, table)


def test_history_has_what_expired(quick, table):
    """A deletion is a change like any other: before it the item is there; a restored table expires
    nothing until it is told to. Backups tell the setting and do not restore it."""
    create_table(quick, table, SCHEMA)
    switch(quick, table)
    quick.UpdateContinuousBackups(TableName=table, **PITR)
    earliest, _ = window(quick, table)
    kept, lasting, gone = item("kept"), item("gone", now() + 1000), item("gone", now() - 10)
    put_all(quick, table, [kept, lasting])
    arn = quick.CreateBackup(TableName=table, BackupName="Before")["BackupDetails"]["BackupArn"]
    features = quick.DescribeBackup(BackupArn=arn)["BackupDescription"]["SourceTableFeatureDetails"]
    assert features["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    until(lambda: backup_status(quick, arn) == "AVAILABLE", "AVAILABLE")
    until(lambda: window(quick, table)[1] > earliest, "the window opens")
    commit = quick.PutItem(TableName=table, Item=gone).commit
    until_left(quick, table, "kept")

    restored = {f"{table}-before": [kept, gone], f"{table}-latest": [kept], f"{table}-backup": [kept, lasting]}
    before, latest, backup = restored
    source = {"SourceTableName": table}
    quick.RestoreTableToPointInTime(**source, TargetTableName=before, RestoreDateTime=seconds(commit))
    quick.RestoreTableToPointInTime(**source, TargetTableName=latest, UseLatestRestorableTime=True)
    quick.RestoreTableFromBackup(BackupArn=arn, TargetTableName=backup)
    for target, items in restored.items():
        wait_active(quick, target)
        assert described(quick, target) == {"TimeToLiveStatus": "DISABLED"}
        check_table(quick, target, SCHEMA, items, target)
    switch(quick, before)
    until_left(quick, before, "kept")
    check_table(quick, before, SCHEMA, [kept], before)
    for target in (table, *restored):
        drop_table(quick, target)


def test_a_killed_server_goes_on(make_server):
    """Killed while it fills the order of expiry, and again while it deletes."""
    expiring = [item(f"gone-{n:03}", now() - 10 - n) for n in range(400)]
    staying = [item(f"stays-{n:03}", now() + 1000 if n % 2 else None) for n in range(100)]
    points = "backfill::before_chunk=1*off->pause;expiry::before_delete=pause"
    server = make_server(environment=OFTEN).start(ANYWHEN_FAILPOINTS=points)
    wire = Wire(server.endpoint)
    create_table(wire, "Killed", SCHEMA)
    put_all(wire, "Killed", [*expiring, *staying])
    asked = {"TableName": "Killed", "TimeToLiveSpecification": specification("expires")}
    assert wire.call("UpdateTimeToLive", asked) == {"TimeToLiveSpecification": asked["TimeToLiveSpecification"]}
    enabling = {"TimeToLiveStatus": "ENABLING", "AttributeName": "expires"}
    assert described(wire, "Killed") == enabling
    check_refused(wire, "UpdateTimeToLive", asked, VALIDATION, "TimeToLive is already enabled")
    # Gone and come back on both sides of where the filling stands.
    for pk in ("gone-000", "gone-399"):
        wire.DeleteItem(TableName="Killed", Key=key(pk))
    wire.PutItem(TableName="Killed", Item=item("gone-399", now() - 10))
    server.kill()

    wire = Wire(server.start(ANYWHEN_FAILPOINTS="expiry::before_delete=2*off->pause").endpoint)
    until(lambda: described(wire, "Killed")["TimeToLiveStatus"] == "ENABLED", "ENABLED")
    until(lambda: len(names(wire, "Killed")) < 499, "a batch is deleted")
    server.kill()

    wire = Wire(server.start().endpoint)
    until_left(wire, "Killed", *(one["pk"]["S"] for one in staying))
    check_table(wire, "Killed", SCHEMA, staying, "after kills")
    server.stop()


def test_a_lost_server_comes_back_with_the_setting(make_server, tmp_path):
    """The items that expire are found anew; what was deleted stays so."""
    server = make_server(environment=OFTEN).start()
    wire = Wire(server.endpoint)
    create_table(wire, "Lost", SCHEMA)
    wire.UpdateContinuousBackups(TableName="Lost", **PITR)
    earliest, _ = window(wire, "Lost")
    switch(wire, "Lost")
    put_all(wire, "Lost", [item("gone", now() - 10), item("kept")])
    until_left(wire, "Lost", "kept")
    later = [item("later", now() + 1000), item("kept")]
    last = wire.PutItem(TableName="Lost", Item=later[0]).commit
    until(lambda: archived(wire) >= max(last, earliest), "everything archived")
    server.kill()

    found = tmp_path / "found"
    recovered(Only(server), found)
    keep = {"archive_dir": server.archive_dir, "master_key_file": server.master_key_file}
    server = make_server("found-again", data_dir=found, environment=OFTEN, **keep).start()
    wire = Wire(server.endpoint)
    enabled = {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    until(lambda: described(wire, "Lost") == enabled, enabled)
    check_table(wire, "Lost", SCHEMA, later, "recovered")
    move = {":e": {"N": str(now() - 10)}}
    wire.UpdateItem(
        TableName="Lost", Key=key("later"), UpdateExpression="SET expires = :e", ExpressionAttributeValues=move
    )
    until_left(wire, "Lost", "kept")
    server.stop()


def test_any_instant_while_items_expire(make_server, seed):
    """The oracle: what replies and the stream said is what restores to random instants give, also
    across kills. A deletion by the service must be of what was there, and of what had expired."""
    rng = random.Random(seed)
    server = make_server(environment=OFTEN)
    server.start(ANYWHEN_FAILPOINTS="expiry::before_delete=30%sleep(50)")
    wire, history, table = Wire(server.endpoint), History(SCHEMA), "Expiring"
    arn = streaming(wire, table, schema=SCHEMA)
    switch(wire, table)
    wire.UpdateContinuousBackups(TableName=table, **PITR)
    earliest, _ = window(wire, table)
    position, restored, deletions = None, 0, []
    for round_ in range(KILLS + 1):
        goal = max(history.last_commit, earliest) + SECOND // 2
        for _ in range(OPERATIONS // (KILLS + 1)):
            write_one(wire, table, history, rng)
        until(lambda: write_one(wire, table, history, rng) or history.last_commit > goal, "time passes")
        last = history.last_commit
        if round_ < KILLS:
            server.kill()
            wire = Wire(server.start(ANYWHEN_FAILPOINTS="expiry::before_delete=30%sleep(50)").endpoint)
        client = streams_client(server.endpoint)
        position = position or iterator(client, arn)
        records, position = read(client, position)
        deletions += learn(history, records)
        until(lambda: window(wire, table)[1] >= earliest, "the window opens")
        for commits in (history.commits(), deletions):
            instant = rng.choice([commit for commit in commits if earliest < commit <= last])
            check_instant(wire, table, history, instant - rng.choice((0, 1)), f"Restored-{restored}")
            restored += 1
    client = streams_client(server.endpoint)

    def settled():
        nonlocal position
        found = read_all(wire, table)
        records, position = read(client, position)
        learn(history, records)
        due = [one for one in found if has_expired(one, now() - 1)]
        return not due and history.is_state(history.last_commit, found)

    until(settled, "everything that has expired is deleted, and nothing else")
    server.stop()


def write_one(wire, table, history, rng):
    pk = f"k{rng.randrange(40)}"
    kind = rng.randrange(10)
    if kind < 6:
        expires = rng.choice([None, now() - 10, now(), now() + 1, now() + 2, now() + 1000])
        written = item(pk, expires, count={"N": str(rng.random())}, kind={"S": rng.choice("ab")})
        history.record(key(pk), wire.PutItem(TableName=table, Item=written).commit, written)
    elif kind < 8:
        expires = {":e": {"N": str(now() + rng.choice((-10, 1, 1000)))}, ":c": {"N": str(rng.random())}}
        reply = wire.UpdateItem(
            TableName=table,
            Key=key(pk),
            UpdateExpression="SET expires = :e, #c = :c",
            ExpressionAttributeNames={"#c": "count"},
            ExpressionAttributeValues=expires,
            ReturnValues="ALL_NEW",
        )
        history.record(key(pk), reply.commit, reply["Attributes"])
    else:
        reply = wire.DeleteItem(TableName=table, Key=key(pk), ReturnValues="ALL_OLD")
        if "Attributes" in reply:
            history.record(key(pk), reply.commit, None)


def learn(history, records):
    """Takes the service's deletions over from a stream; when they were."""
    deletions = []
    for record in records:
        told = record["dynamodb"]
        if record.get("userIdentity") is None:
            continue
        assert (record["eventName"], record["userIdentity"]) == ("REMOVE", SERVICE)
        commit = int(told["SequenceNumber"][1:21])
        (before,) = [one for one in history.at(commit - 1) if SCHEMA.key_of(one) == told["Keys"]]
        assert told["OldImage"] == before, "deleted something else than was there"
        assert has_expired(before, commit // SECOND), f"deleted at {commit}: {before}"
        history.record(told["Keys"], commit, None)
        deletions.append(commit)
    return deletions


def has_expired(found, at):
    return "expires" in found and int(found["expires"]["N"]) < at


def check_instant(wire, table, history, instant, target):
    wire.RestoreTableToPointInTime(
        SourceTableName=table, TargetTableName=target, RestoreDateTime=seconds(instant)
    )
    wait_active(wire, target)
    items = read_all(wire, target)
    history.check(instant, items, f"{target} at {instant}")
    check_indexes(wire, target, SCHEMA, items, target)
    drop_table(wire, target)


def test_a_walk_with_the_real_cli(often, quick, table):
    create_table(quick, table, SCHEMA)
    cli = AwsCli(often.endpoint)
    update = f"aws dynamodb update-time-to-live --table-name {table} --time-to-live-specification "
    asked = cli.run(f"{update} Enabled=true,AttributeName=expires")
    assert asked == {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}}
    told = cli.run(f"aws dynamodb describe-time-to-live --table-name {table}")
    assert told == {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}}
    already = ("ValidationException", "TimeToLive is already enabled")
    cli.refused(f"{update} Enabled=true,AttributeName=expires", *already)
    session = """{"pk": {"S": "session"}, "sk": {"S": "s"}, "expires": {"N": "'$(($(date +%s) - 1))'"}}"""
    cli.run(f"aws dynamodb put-item --table-name {table} --item '{session}'")
    until_left(quick, table)
    cli.run(f"{update} Enabled=false,AttributeName=expires")
    assert described(quick, table) == {"TimeToLiveStatus": "DISABLED"}
    drop_table(quick, table)
