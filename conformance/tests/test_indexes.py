"""Global indexes added to tables in use and dropped, and index keys of several attributes.

Whatever is written meanwhile and whenever the server dies, an index that can be read holds exactly
what the items ask for; so does one of a restored or recovered table.
"""

import random
import re

import pytest

from conformance.clients import Wire, boto3_client
from conformance.faults import VALIDATION, check_refused, refused
from conformance.history import History
from conformance.music import MUSIC, songs
from conformance.oracle import check_queries, schema_of, steps
from conformance.tables import (
    Index,
    Schema,
    check_indexes,
    check_table,
    create_index,
    create_table,
    delete_index,
    describe_index,
    drop_table,
    global_indexes,
    put_all,
    read_all,
    wait_active,
    wait_indexes,
)
from conformance.tests.test_recover import Only, archived, recovered
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import SCHEMA, SPARE_INDEXES, Writer, run_all

OPV = "One or more parameter values were invalid: "
IN_USE = "Attempt to change a resource which is still in use: "
ON = {"PointInTimeRecoveryEnabled": True}
PLAIN = Schema(MUSIC.hash, MUSIC.range, (), MUSIC.types)
BY_ALBUM = Index("by-album", "AlbumTitle", "Year")
WITH_ALBUM = Schema(MUSIC.hash, MUSIC.range, (BY_ALBUM,), MUSIC.types)


def status(wire, table, index):
    """(TableStatus, IndexStatus, Backfilling) of an index, None for what is not there."""
    description = wire.DescribeTable(TableName=table)["Table"]
    for found in description.get("GlobalSecondaryIndexes", ()):
        if found["IndexName"] == index:
            return description["TableStatus"], found["IndexStatus"], found.get("Backfilling")
    return description["TableStatus"], None, None


def definitions(wire, table):
    described = wire.DescribeTable(TableName=table)["Table"]["AttributeDefinitions"]
    return {one["AttributeName"]: one["AttributeType"] for one in described}


def test_an_index_comes_and_goes(endpoint, wire, table):
    """As boto3 sees it."""
    ddb = boto3_client(endpoint)
    create_table(wire, table, PLAIN)
    put_all(wire, table, songs())
    keys = definitions(wire, table)
    added = ddb.update_table(
        TableName=table,
        AttributeDefinitions=[
            {"AttributeName": "AlbumTitle", "AttributeType": "S"},
            {"AttributeName": "Year", "AttributeType": "N"},
            {"AttributeName": "Unused", "AttributeType": "B"},
        ],
        GlobalSecondaryIndexUpdates=[{"Create": describe_index(BY_ALBUM)}],
    )["TableDescription"]
    assert added["TableStatus"] == "UPDATING"
    (index,) = added["GlobalSecondaryIndexes"]
    assert (index["IndexStatus"], index["Backfilling"]) == ("CREATING", False)
    assert {name: index[name] for name in describe_index(BY_ALBUM)} == describe_index(BY_ALBUM)
    assert "WarmThroughput" not in index

    described = wait_indexes(wire, table)["by-album"]
    entries = WITH_ALBUM.entries(BY_ALBUM, songs()).total()
    assert "Backfilling" not in described and described["ItemCount"] == entries
    assert definitions(wire, table) == {**keys, "AlbumTitle": "S", "Year": "N"}
    check_table(wire, table, WITH_ALBUM, songs(), "filled")
    check_queries(wire, table, WITH_ALBUM, songs(), "filled")

    dropped = ddb.update_table(
        TableName=table,
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-album"}}],
    )["TableDescription"]
    assert dropped["TableStatus"] == "UPDATING"
    assert dropped["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    assert wait_indexes(wire, table) == {}
    assert definitions(wire, table) == keys
    with refused(VALIDATION, "The table does not have the specified index: by-album"):
        ddb.scan(TableName=table, IndexName="by-album")
    drop_table(wire, table)


BY_LABEL = Index("by-label", "Label", "Year")


def create(**members):
    return {"Create": {**describe_index(BY_LABEL), **members}}


UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
LIMIT = "Subscriber limit exceeded: "
NEW = {"AttributeDefinitions": [{"AttributeName": "Label", "AttributeType": "S"}]}
REFUSED = [
    ({}, [{}], VALIDATION, f"{OPV}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
     "GlobalSecondaryIndexUpdate.Delete must not be null"),
    (NEW, [create(), {"Delete": {"IndexName": "singers-index"}}], "LimitExceededException",
     f"{LIMIT}Only 1 online index can be created or deleted simultaneously per table"),
    (NEW, [create(IndexName="album-index")], VALIDATION, "Attempting to create an index which already exists"),
    ({}, [create()], VALIDATION, f"{OPV}AttributeDefinitions is not specified for index: by-label"),
    (NEW, [create(ProvisionedThroughput=UNITS)], VALIDATION,
     f"{OPV}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: by-label when BillingMode "
     "is PAY_PER_REQUEST"),
    ({}, [{"Delete": {"IndexName": "album-index"}}], VALIDATION,
     "Cannot delete an index that is not a GlobalSecondaryIndex: album-index"),
]


@pytest.mark.parametrize("members, updates, code, text", REFUSED)
def test_changes_of_indexes_that_are_refused(wire, refusing, members, updates, code, text):
    request = {"TableName": refusing, "GlobalSecondaryIndexUpdates": updates, **members}
    check_refused(wire, "UpdateTable", request, code, text)


def test_an_unknown_index_cannot_be_dropped(wire, refusing):
    request = {"TableName": refusing, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "none"}}]}
    text = f"Requested resource not found: Index none for table {refusing}"
    check_refused(wire, "UpdateTable", request, "ResourceNotFoundException", text)


@pytest.fixture(scope="module")
def refusing(wire):
    """A table that refuses everything that is asked of it."""
    create_table(wire, "Refusing-indexes", MUSIC)
    yield "Refusing-indexes"
    drop_table(wire, "Refusing-indexes")


def test_an_index_is_not_read_before_it_is_whole(make_server):
    """Held in each state, copied by a restore of either kind, killed, and taken up."""
    points = "backfill::before_begin=pause;backfill::before_chunk=1*off->pause"
    server = make_server().start(ANYWHEN_FAILPOINTS=points)
    wire = Wire(server.endpoint)
    create_table(wire, "Music", PLAIN)
    put_all(wire, "Music", songs())
    create_index(wire, "Music", MUSIC, BY_ALBUM)
    check_held(wire, ("UPDATING", "CREATING", False))
    server.kill()

    wire = Wire(server.start(ANYWHEN_FAILPOINTS="backfill::before_chunk=1*off->pause").endpoint)
    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ON)
    held = ("ACTIVE", "CREATING", True)
    until(lambda: global_indexes(wire, "Music")["by-album"]["ItemCount"] == 128, "one chunk")
    check_held(wire, held)
    # Before and behind what has been filled: a change of the entry, none, and no entry any more.
    changed = {"Artist": songs()[3]["Artist"], "SongTitle": songs()[3]["SongTitle"]}
    items = [{**song, "Remark": {"S": "new"}} if n % 5 == 0 else song for n, song in enumerate(songs())]
    put_all(wire, "Music", items)
    wire.DeleteItem(TableName="Music", Key=changed)
    items.pop(3)
    check_held(wire, held)

    earliest, _ = window(wire, "Music")
    put = {"TableName": "Music", "Item": items[0]}
    until(lambda: window(wire, "Music")[1] >= earliest, "the window opens")
    arn = wire.CreateBackup(TableName="Music", BackupName="Half")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "AVAILABLE")
    wire.RestoreTableFromBackup(TargetTableName="FromBackup", BackupArn=arn)
    wire.RestoreTableToPointInTime(
        SourceTableName="Music", TargetTableName="FromHistory", UseLatestRestorableTime=True
    )
    for target in ("FromBackup", "FromHistory"):
        wait_active(wire, target)
        check_table(wire, target, WITH_ALBUM, items, target)
        check_queries(wire, target, WITH_ALBUM, items, target)
    wire.PutItem(**put)
    server.kill()

    wire = Wire(server.start().endpoint)
    wait_indexes(wire, "Music")
    check_table(wire, "Music", WITH_ALBUM, items, "taken up")
    check_queries(wire, "Music", WITH_ALBUM, items, "taken up")
    server.stop()


def check_held(wire, state):
    """The index is not whole: it is not read, and neither it nor the table goes where it may not."""
    until(lambda: status(wire, "Music", "by-album") == state, state)
    reads = (VALIDATION, "Cannot read from backfilling global secondary index: by-album")
    read = {"TableName": "Music", "IndexName": "by-album"}
    check_refused(wire, "Scan", read, *reads)
    query = {
        "KeyConditionExpression": "AlbumTitle = :a",
        "ExpressionAttributeValues": {":a": {"S": "x"}},
    }
    check_refused(wire, "Query", {**read, **query}, *reads)
    text = f"{IN_USE}Cannot delete table while indexes are being created, updated, or deleted."
    check_refused(wire, "DeleteTable", {"TableName": "Music"}, "ResourceInUseException", text)
    again = {"TableName": "Music", "GlobalSecondaryIndexUpdates": [create(IndexName="other")], **NEW}
    one = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    check_refused(wire, "UpdateTable", again, "LimitExceededException", one)


def test_a_server_is_recovered_with_an_index_that_was_being_added(make_server, tmp_path):
    server = make_server().start(ANYWHEN_FAILPOINTS="backfill::before_chunk=1*off->pause")
    wire = Wire(server.endpoint)
    create_table(wire, "Music", PLAIN)
    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ON)
    earliest, _ = window(wire, "Music")
    put_all(wire, "Music", songs())
    create_index(wire, "Music", MUSIC, BY_ALBUM)
    held = ("ACTIVE", "CREATING", True)
    until(lambda: status(wire, "Music", "by-album") == held, held)
    last = wire.PutItem(TableName="Music", Item={**songs()[0], "Remark": {"S": "last"}}).commit
    until(lambda: archived(wire) >= max(last, earliest), "everything archived")
    items = read_all(wire, "Music")
    server.kill()

    found = tmp_path / "found"
    lines = recovered(Only(server), found)
    assert [line.split(":")[0] for line in lines["table"]] == ["Music"], lines
    keep = {"archive_dir": server.archive_dir, "master_key_file": server.master_key_file}
    server = make_server("found-again", data_dir=found, **keep).start()
    wire = Wire(server.endpoint)
    assert status(wire, "Music", "by-album") == ("ACTIVE", "ACTIVE", None)
    check_table(wire, "Music", WITH_ALBUM, items, "recovered")
    check_queries(wire, "Music", WITH_ALBUM, items, "recovered")
    delete_index(wire, "Music", "by-album")
    wait_indexes(wire, "Music")
    server.stop()


@pytest.mark.parametrize("point", ["backfill::before_chunk", "drop_index::before_forget"])
def test_indexes_under_load_and_kills(make_server, seed, point):
    """Writers never rest while indexes come and go and the server dies."""
    rng = random.Random(seed)
    server = make_server().start(ANYWHEN_FAILPOINTS=f"{point}=20%sleep(20)")
    wire, history = Wire(server.endpoint), History(SCHEMA)
    create_table(wire, "Load", SCHEMA)
    writers = [Writer(f"own{n}", wire, "Load", history, random.Random(rng.random()), 200) for n in range(3)]
    run_all([lambda w=writer: steps(w, 120) for writer in writers])
    for _ in range(2):
        there = wait_indexes(wire, "Load")
        spare = rng.choice(SPARE_INDEXES)
        if spare.name in there:
            delete_index(wire, "Load", spare.name)
        else:
            create_index(wire, "Load", SCHEMA, spare)
        goal = sum(writer.acknowledged for writer in writers) + rng.randrange(1, 40)

        def kill():
            until(lambda: sum(writer.acknowledged for writer in writers) >= goal, "writes go on")
            server.kill()

        run_all([kill, *(writer.run_until_disconnected for writer in writers)])
        wire = Wire(server.start(ANYWHEN_FAILPOINTS=f"{point}=20%sleep(20)").endpoint)
        found = read_all(wire, "Load")
        for writer in writers:
            writer.wire = wire
            writer.resolve(found, history.last_commit + 1)
        run_all([lambda w=writer: steps(w, 20) for writer in writers])
        schema = schema_of(wait_indexes(wire, "Load"))
        items = read_all(wire, "Load")
        check_indexes(wire, "Load", schema, items, "after a kill")
        check_queries(wire, "Load", schema, items, "after a kill")
    server.stop()


# Keys of several attributes.

PLACES = Index("places", ("Country", "City"), ("Street", "Number"), projection=("Note",))
HOUSES = Schema("Id", None, (PLACES,), {"Number": "N"})


def houses():
    """Every combination, some without one of the attributes."""
    items = []
    for country in ("DE", "FR"):
        for city in ("A", "B"):
            for street in ("Main", "Mill", "West"):
                for number in (2, 10, -1):
                    item = {"Id": {"S": f"{len(items):03}"}, "Note": {"S": "n"}, "More": {"S": "m"}}
                    item |= {"Country": {"S": country}, "City": {"S": city}, "Street": {"S": street}}
                    item["Number"] = {"N": f"{number}"}
                    items.append(item)
    for name in PLACES.key_names:
        item = {**items[0], "Id": {"S": f"without-{name}"}}
        del item[name]
        items.append(item)
    return items


def query(ddb, table, condition, **members):
    names = {"#c": "Country", "#t": "City", "#s": "Street", "#n": "Number"}
    values = {":c": {"S": "DE"}, ":t": {"S": "A"}, ":s": {"S": "Mill"}, ":n": {"N": "2"}, ":m": {"S": "M"}}
    used = {name: value for name, value in names.items() if name in condition}
    given = {name: value for name, value in values.items() if re.search(f"{name}\\b", condition)}
    return ddb.query(
        TableName=table,
        IndexName="places",
        KeyConditionExpression=condition,
        ExpressionAttributeNames=used,
        ExpressionAttributeValues=given,
        **members,
    )


@pytest.fixture(scope="module", params=["created with", "added"])
def housing(request, endpoint, wire):
    """(boto3's client, a table with the index `places`), created with it or given it later."""
    name = f"Houses-{request.param.replace(' ', '-')}"
    if request.param == "added":
        create_table(wire, name, Schema("Id"))
        put_all(wire, name, houses())
        create_index(wire, name, HOUSES, PLACES)
        wait_indexes(wire, name)
    else:
        create_table(wire, name, HOUSES)
        put_all(wire, name, houses())
    yield boto3_client(endpoint), name
    drop_table(wire, name)


def test_a_key_of_several_attributes_is_described(housing, wire):
    ddb, table = housing
    (index,) = ddb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    assert index["KeySchema"] == describe_index(PLACES)["KeySchema"]
    check_table(wire, table, HOUSES, houses(), "items that lack an attribute are not in it")
    check_queries(wire, table, HOUSES, houses(), "in the order of street and number")


def places(items):
    return [(item["Street"]["S"], int(item["Number"]["N"])) for item in items]


ALL = [(street, number) for street in ("Main", "Mill", "West") for number in (-1, 2, 10)]
CONDITIONS = [
    ("#c = :c AND #t = :t", ALL),
    ("#t = :t AND #s = :s AND #c = :c", ALL[3:6]),
    ("#c = :c AND #t = :t AND #s >= :s", ALL[3:]),
    ("#c = :c AND #t = :t AND begins_with(#s, :m)", ALL[:6]),
    ("#c = :c AND #t = :t AND #s BETWEEN :m AND :s", ALL[:6]),
    ("#c = :c AND #t = :t AND #s = :s AND #n < :n", ALL[3:4]),
    ("#c = :c AND #t = :t AND #s = :s AND #n = :n", ALL[4:5]),
]
WRONG = [
    ("#c = :c", "Query condition missed key schema element: City"),
    ("#c = :c AND #s = :s", "Query condition missed key schema element: City"),
    ("#c = :c AND #t = :t AND #n = :n", re.compile("Street")),
    ("#c = :c AND #t > :t", "Query key condition not supported"),
    ("#c = :c AND #t = :t AND #s > :s AND #n = :n", "Query key condition not supported"),
]


@pytest.mark.parametrize("condition, expected", CONDITIONS)
def test_queries_of_a_key_of_several_attributes(housing, condition, expected):
    ddb, table = housing
    assert places(query(ddb, table, condition)["Items"]) == expected
    backward = query(ddb, table, condition, ScanIndexForward=False)["Items"]
    assert places(backward) == expected[::-1]
    for forward in (True, False):
        found, more = [], {}
        while True:
            page = query(ddb, table, condition, ScanIndexForward=forward, Limit=2, **more)
            found += places(page["Items"])
            if "LastEvaluatedKey" not in page:
                break
            assert set(page["LastEvaluatedKey"]) == {"Id", *PLACES.key_names}
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert found == (expected if forward else expected[::-1])


@pytest.mark.parametrize("condition, text", WRONG)
def test_queries_that_leave_attributes_out(housing, condition, text):
    ddb, table = housing
    with refused(VALIDATION, text):
        query(ddb, table, condition)


def test_a_start_key_has_every_attribute(housing):
    ddb, table = housing
    start = {name: houses()[0][name] for name in ("Id", "Country", "City", "Street")}
    with refused(VALIDATION, "The provided starting key is invalid"):
        query(ddb, table, "#c = :c AND #t = :t", ExclusiveStartKey=start)


def test_keys_of_several_attributes_are_restored(housing, wire):
    _, table = housing
    arn = wire.CreateBackup(TableName=table, BackupName="Houses")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "AVAILABLE")
    override = {**describe_index(PLACES), "IndexName": "moved"}
    moved = Index("moved", PLACES.hash, PLACES.range, PLACES.projection)
    cases = (({}, PLACES), ({"GlobalSecondaryIndexOverride": [override]}, moved))
    for n, (members, index) in enumerate(cases):
        target = f"{table}-{n}"
        wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=arn, **members)
        wait_active(wire, target)
        schema = Schema("Id", None, (index,), HOUSES.types)
        check_table(wire, target, schema, houses(), target)
        check_queries(wire, target, schema, houses(), target)
        drop_table(wire, target)


def elements(*pairs):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in pairs]


SCHEMAS = [
    (elements(("a", "HASH"), ("b", "RANGE"), ("c", "HASH")),
     f"{OPV}All HASH key attributes must precede RANGE key attributes in the KeySchema"),
    (elements(*((name, "HASH") for name in "abcde")), f"{OPV}The KeySchema exceeds the maximum allowed number of HASH key attributes"),
    (elements(("a", "HASH"), *((name, "RANGE") for name in "bcdef")),
     f"{OPV}The KeySchema exceeds the maximum allowed number of RANGE key attributes"),
    (elements(("a", "HASH"), ("a", "HASH")), "The KeySchema contains multiple key attributes with the same name"),
]


@pytest.mark.parametrize("keys, text", SCHEMAS)
def test_keys_that_cannot_be(wire, refusing, keys, text):
    index = {"IndexName": "wrong", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
    names = {element["AttributeName"] for element in keys}
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)]
    add = {"AttributeDefinitions": defined, "GlobalSecondaryIndexUpdates": [{"Create": index}]}
    check_refused(wire, "UpdateTable", {"TableName": refusing, **add}, VALIDATION, text)
    create = Schema("a").create_request("Never", AttributeDefinitions=defined, GlobalSecondaryIndexes=[index])
    check_refused(wire, "CreateTable", create, VALIDATION, text)


def test_the_most_attributes_a_key_may_have(wire, table):
    most = Index("most", ("a", "b", "c", "d"), ("e", "f", "g", "h"), projection="KEYS_ONLY")
    schema = Schema("id", None, (most,))
    create_table(wire, table, schema)
    item = {name: {"S": f"{name}-value"} for name in ("id", *most.key_names)}
    put_all(wire, table, [item])
    check_table(wire, table, schema, [item], "eight attributes")
    # The attributes of each side count together.
    long = {**item, "id": {"S": "long"}, "e": {"S": "x" * 600}, "f": {"S": "x" * 600}}
    text = f"{OPV}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    check_refused(wire, "PutItem", {"TableName": table, "Item": long}, VALIDATION, text)
    drop_table(wire, table)
