"""Both restore walkthroughs with the real AWS CLI, and a check of every restored item.

    python -m conformance.walkthrough [--endpoint-url URL | --keep]

Shows each command as it is typed, with its answer. Ends with status 0 only if every restored
table held exactly the items of its instant, and every index, read through queries, what those
items demand.
"""

import argparse
import base64
import json
import os
import sys
import tempfile
from pathlib import Path

from conformance.anywhen_server import Server
from conformance.aws_cli import AwsCli
from conformance.clients import Wire, seconds
from conformance.history import History
from conformance.music import MUSIC, songs
from conformance.tables import (
    canonical,
    check_items,
    create_table,
    exists,
    read_all,
    wait_active,
)
from conformance.waiting import until

RESTORE = "aws dynamodb restore-table-from-backup --target-table-name Music --backup-arn {arn}"
MANAGED_KEY = "--sse-specification-override Enabled=true,SSEType=KMS"
CUSTOMER_KEY = f"{MANAGED_KEY},KMSMasterKeyId=abcd1234-abcd-1234-a123-ab1234a1b234"
NO_GLOBAL_INDEXES = "--global-secondary-index-override '[]'"
ALL_OVERRIDES = (
    "--billing-mode-override PROVISIONED"
    " --provisioned-throughput-override ReadCapacityUnits=100,WriteCapacityUnits=100"
    " --global-secondary-index-override IndexName=singers-index,"
    'KeySchema=["{AttributeName=SingerName,KeyType=HASH}"],'
    'Projection="{ProjectionType=KEYS_ONLY}",'
    'ProvisionedThroughput="{ReadCapacityUnits=5,WriteCapacityUnits=5}"'
    f" {MANAGED_KEY}"
)
CREATE_MUSIC = """aws dynamodb create-table --table-name Music \\
  --attribute-definitions AttributeName=Artist,AttributeType=S AttributeName=SongTitle,AttributeType=S \\
    AttributeName=SingerName,AttributeType=S AttributeName=Genre,AttributeType=S \\
    AttributeName=Year,AttributeType=N AttributeName=AlbumTitle,AttributeType=S \\
  --key-schema AttributeName=Artist,KeyType=HASH AttributeName=SongTitle,KeyType=RANGE \\
  --billing-mode PROVISIONED --provisioned-throughput ReadCapacityUnits=20,WriteCapacityUnits=10 \\
  --global-secondary-indexes \\
    'IndexName=singers-index,KeySchema=[{AttributeName=SingerName,KeyType=HASH}],Projection={ProjectionType=KEYS_ONLY},ProvisionedThroughput={ReadCapacityUnits=7,WriteCapacityUnits=3}' \\
    'IndexName=genre-year-index,KeySchema=[{AttributeName=Genre,KeyType=HASH},{AttributeName=Year,KeyType=RANGE}],Projection={ProjectionType=INCLUDE,NonKeyAttributes=[AlbumTitle,Awards]},ProvisionedThroughput={ReadCapacityUnits=8,WriteCapacityUnits=4}' \\
  --local-secondary-indexes \\
    'IndexName=album-index,KeySchema=[{AttributeName=Artist,KeyType=HASH},{AttributeName=AlbumTitle,KeyType=RANGE}],Projection={ProjectionType=ALL}'"""


class Walkthrough:
    """The state both walkthroughs share: the endpoint, and how much has been compared."""

    def __init__(self, endpoint, show):
        self.show = show
        self.aws = AwsCli(endpoint, show)
        self.wire = Wire(endpoint)
        self.compared = 0

    def title(self, text):
        self.show(f"\n\n=== {text}")

    def check(self, table, expected, schema=MUSIC):
        """Compares the table, and each of its indexes read through queries, with these items."""
        found = read_all(self.wire, table)
        check_items(schema, expected, found, table)
        entries = sum(self.check_index(table, schema, index, expected) for index in schema.indexes)
        self.compared += len(found) + entries
        self.show(f"\n    {table}: {len(found)} items and {entries} index entries are as they must be")

    def check_index(self, table, schema, index, expected):
        """Queries the index for every key it must have; scanning it must find no others."""
        wanted = schema.entries(index, expected)
        hashes = {canonical(item[index.hash]): item[index.hash] for item in expected if index.hash in item}
        entries = []
        for value in hashes.values():
            entries += read_all(
                self.wire, table, index.name, "Query",
                KeyConditionExpression="#hash = :hash",
                ExpressionAttributeNames={"#hash": index.hash},
                ExpressionAttributeValues={":hash": value},
            )  # fmt: skip
        assert sorted(map(canonical, entries)) == sorted(wanted.elements()), f"{table}, {index.name}"
        scanned = read_all(self.wire, table, index.name)
        assert sorted(map(canonical, scanned)) == sorted(wanted.elements()), f"{table}, {index.name}"
        return len(entries)

    def describe(self, table):
        return self.aws.run(f"aws dynamodb describe-table --table-name {table}")["Table"]

    def restored(self, answer, table):
        """Follows a restore from its answer to ACTIVE; returns the description then."""
        started = answer["TableDescription"]
        assert started["TableStatus"] == "CREATING", started
        assert started["RestoreSummary"]["RestoreInProgress"] is True, started
        wait_active(self.wire, table)
        description = self.describe(table)
        assert "RestoreSummary" not in description and "TableClassSummary" not in description
        return description

    def delete(self, table):
        self.aws.run(f"aws dynamodb delete-table --table-name {table}")
        until(lambda: not exists(self.wire, table), f"{table} gone")


def backup_walkthrough(walk):
    """A: back up `Music`, delete it, and restore it in every form."""
    walk.title("A. Restore a table from a backup")
    walk.aws.run(CREATE_MUSIC)
    wait_active(walk.wire, "Music")
    items = songs()
    load(walk, items)
    walk.check("Music", items)

    created = walk.aws.run("aws dynamodb create-backup --table-name Music --backup-name MusicBackup")
    arn = created["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(walk.wire, arn) == "AVAILABLE", "the backup AVAILABLE")
    listed = walk.aws.run("aws dynamodb list-backups")["BackupSummaries"]
    assert [summary["BackupArn"] for summary in listed] == [arn], listed
    described = walk.aws.run(f"aws dynamodb describe-backup --backup-arn {arn}")["BackupDescription"]
    assert described["SourceTableDetails"]["TableName"] == "Music", described

    walk.show("\n    The page assumes that Music is gone before it is restored under its name.")
    walk.delete("Music")
    restore = RESTORE.format(arn=arn)
    all_indexes = {index.name for index in MUSIC.indexes}

    walk.title("A. as it was")
    table = walk.restored(walk.aws.run(restore), "Music")
    assert throughput(table) == {"Music": (20, 10), "singers-index": (7, 3), "genre-year-index": (8, 4)}
    assert index_names(table) == all_indexes
    walk.check("Music", items)
    walk.delete("Music")

    walk.title("A. under a customer's key, and from another Region: not built, and refused by name")
    walk.aws.refused(f"{restore} {CUSTOMER_KEY}", "ValidationException", "KMSMasterKeyId")
    walk.aws.refused(f"AWS_DEFAULT_REGION=us-west-2 {restore} {MANAGED_KEY}", "ValidationException", "Region")
    assert not exists(walk.wire, "Music"), "a refused restore left a table"

    walk.title("A. under this server's managed key")
    table = walk.restored(walk.aws.run(f"{restore} {MANAGED_KEY}"), "Music")
    assert table["SSEDescription"]["SSEType"] == "KMS", table
    walk.check("Music", items)
    walk.delete("Music")

    walk.title("A. on demand")
    table = walk.restored(walk.aws.run(f"{restore} --billing-mode-override PAY_PER_REQUEST"), "Music")
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST", table
    assert set(throughput(table).values()) == {(0, 0)}, table
    walk.check("Music", items)
    walk.delete("Music")

    walk.title("A. without global indexes")
    table = walk.restored(walk.aws.run(f"{restore} {NO_GLOBAL_INDEXES} {MANAGED_KEY}"), "Music")
    assert index_names(table) == {"album-index"}, table
    assert table["SSEDescription"]["SSEType"] == "KMS", table
    walk.check("Music", items, only_indexes("album-index"))
    walk.delete("Music")

    walk.title("A. with every setting overridden")
    table = walk.restored(walk.aws.run(f"{restore} {ALL_OVERRIDES}"), "Music")
    assert throughput(table) == {"Music": (100, 100), "singers-index": (5, 5)}, table
    assert table["SSEDescription"]["SSEType"] == "KMS", table
    walk.check("Music", items, only_indexes("singers-index", "album-index"))

    walk.title("A. the backup goes, the restored table stays")
    deleted = walk.aws.run(f"aws dynamodb delete-backup --backup-arn {arn}")
    assert deleted["BackupDescription"]["BackupDetails"]["BackupStatus"] == "DELETED", deleted
    walk.aws.refused(f"aws dynamodb describe-backup --backup-arn {arn}", "BackupNotFoundException")
    walk.check("Music", items, only_indexes("singers-index", "album-index"))


def point_in_time_walkthrough(walk):
    """B: change `MusicCollection` over some seconds, and restore it to several of them."""
    table, wire = "MusicCollection", walk.wire
    walk.title("B. Restore a table to a point in time")
    create_table(wire, table, MUSIC)
    history = History(MUSIC)
    catalogue = songs()
    for song in catalogue[:150]:
        put(walk, history, song)
    walk.aws.run(
        f"aws dynamodb update-continuous-backups --table-name {table}"
        " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=True"
    )
    described = walk.aws.run(f"aws dynamodb describe-continuous-backups --table-name {table}")
    description = described["ContinuousBackupsDescription"]
    assert description["ContinuousBackupsStatus"] == "ENABLED", description
    assert description["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    earliest, _ = window(wire, table)

    marks = [change(walk, history, catalogue, earliest + 1_000_000 * second) for second in (1, 2, 3)]
    for song in catalogue[100:110]:
        delete(walk, history, song)
    walk.show(f"\n    changed and deleted songs over some seconds: {len(history.commits())} commits")
    walk.check(table, history.latest())

    def restore(target, when, instant):
        command = (
            "aws dynamodb restore-table-to-point-in-time"
            f" --source-table-name {table} --target-table-name {target}"
        )
        walk.title(f"B. {target}")
        walk.restored(walk.aws.run(f"{command} {when}"), target)
        walk.check(target, history.at(instant))

    restore(f"{table}MinutesAgo", "--use-latest-restorable-time", history.last_commit)
    no_latest = "--no-use-latest-restorable-time --restore-date-time"
    when = f"{no_latest} {seconds(earliest)}.0"
    restore(f"{table}EarliestRestorableDateTime", when, earliest)
    for name, mark in zip(("First", "Second", "Third"), marks):
        second = mark // 1_000_000 * 1_000_000
        when = f"--restore-date-time {seconds(second)}"
        restore(f"{table}{name}Change", when, second)

    walk.title("B. deleting the table leaves one more point: its end")
    expected = history.latest()
    walk.delete(table)
    command = "aws dynamodb list-backups --backup-type SYSTEM"
    until(lambda: system_backups(wire), "the SYSTEM backup AVAILABLE")
    (backup,) = walk.aws.run(command)["BackupSummaries"]
    assert backup["BackupName"] == f"{table}$DeletedTableBackup", backup
    answer = walk.aws.run(
        "aws dynamodb restore-table-from-backup --target-table-name MusicCollection"
        f" --backup-arn {backup['BackupArn']}"
    )
    walk.restored(answer, table)
    walk.check(table, expected)


def load(walk, items):
    """Writes the items as a person would: with batch-write-item, from files."""
    with tempfile.TemporaryDirectory() as directory:
        for start in range(0, len(items), 25):
            batch = [as_typed(item) for item in items[start : start + 25]]
            requests = [{"PutRequest": {"Item": item}} for item in batch]
            path = Path(directory, f"music-{start // 25 + 1:02}.json")
            path.write_text(json.dumps({"Music": requests}, ensure_ascii=False))
            answer = walk.aws.run(f"aws dynamodb batch-write-item --request-items file://{path}")
            assert answer["UnprocessedItems"] == {}, answer


def as_typed(item):
    """The item as the CLI wants it: binary values not yet in base64."""
    binary = {name: base64.b64decode(value["B"]) for name, value in item.items() if "B" in value}
    return {**item, **{name: {"B": value.decode()} for name, value in binary.items()}}


def change(walk, history, catalogue, not_before):
    """Changes songs of all kinds until the commit timestamp has reached `not_before`; returns the
    last commit."""
    turn = history.last_commit % 50
    for song in catalogue[turn : turn + 60]:
        put(walk, history, {**song, "Awards": {"N": str(history.last_commit % 1000)}})
    for song in catalogue[turn + 60 : turn + 80]:
        delete(walk, history, song)
    song = catalogue[turn]

    def play():
        reply = walk.wire.UpdateItem(
            TableName="MusicCollection",
            Key=MUSIC.key_of(song),
            UpdateExpression="ADD Plays :one SET Genre = :genre",
            ExpressionAttributeValues={":one": {"N": "1"}, ":genre": {"S": "Much played"}},
            ReturnValues="ALL_NEW",
        )
        history.record(MUSIC.key_of(song), reply.commit, reply["Attributes"])
        return reply.commit >= not_before

    until(play, "commit timestamps advance")
    return history.last_commit


def put(walk, history, song):
    commit = walk.wire.PutItem(TableName="MusicCollection", Item=song).commit
    history.record(MUSIC.key_of(song), commit, song)


def delete(walk, history, song):
    key = MUSIC.key_of(song)
    reply = walk.wire.DeleteItem(TableName="MusicCollection", Key=key, ReturnValues="ALL_OLD")
    if "Attributes" in reply:
        history.record(key, reply.commit, None)


def window(wire, table):
    """(earliest, latest) restorable times in microseconds, once the beginning of the table's
    history is durable; earliest is a whole second."""

    def shown():
        reply = wire.DescribeContinuousBackups(TableName=table)["ContinuousBackupsDescription"]
        described = reply["PointInTimeRecoveryDescription"]
        assert described["PointInTimeRecoveryStatus"] == "ENABLED"
        return described if "EarliestRestorableDateTime" in described else None

    description = until(shown, f"the window of {table}")
    earliest = description["EarliestRestorableDateTime"]
    assert earliest == int(earliest), "clients cut fractions, so earliest has none"
    return int(earliest) * 1_000_000, int(description["LatestRestorableDateTime"] * 1_000_000)


def backup_status(wire, arn):
    described = wire.DescribeBackup(BackupArn=arn)["BackupDescription"]
    return described["BackupDetails"]["BackupStatus"]


def system_backups(wire):
    summaries = wire.ListBackups(BackupType="SYSTEM")["BackupSummaries"]
    return [summary for summary in summaries if summary["BackupStatus"] == "AVAILABLE"]


def throughput(description):
    """{table or index name: (read units, write units)} of a TableDescription."""
    parts = [(description["TableName"], description)]
    parts += [(index["IndexName"], index) for index in description.get("GlobalSecondaryIndexes", ())]
    units = ("ReadCapacityUnits", "WriteCapacityUnits")
    return {name: tuple(part["ProvisionedThroughput"][u] for u in units) for name, part in parts}


def index_names(description):
    members = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    return {index["IndexName"] for member in members for index in description.get(member, ())}


def only_indexes(*names):
    """The schema of Music with these indexes alone."""
    indexes = tuple(index for index in MUSIC.indexes if index.name in names)
    return type(MUSIC)(MUSIC.hash, MUSIC.range, indexes, MUSIC.types)


def run(endpoint, show=print):
    """Both walkthroughs against an endpoint; returns how many items and entries were compared."""
    walk = Walkthrough(endpoint, show)
    backup_walkthrough(walk)
    point_in_time_walkthrough(walk)
    return walk.compared


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--endpoint-url", help="use this endpoint instead of a fresh server")
    keep = os.environ.get("KEEP", "") not in ("", "0")
    parser.add_argument("--keep", action="store_true", default=keep, help="leave the server running (or KEEP=1)")
    arguments = parser.parse_args()
    if arguments.endpoint_url:
        compared = run(arguments.endpoint_url)
    elif arguments.keep:
        server = Server(tempfile.mkdtemp(prefix="anywhen-"), outlives_us=True).start()
        introduce(server)
        try:
            compared = run(server.endpoint)
        finally:
            introduce(server)
            print(f"It goes on until it is stopped: kill {server.pid} && rm -r {server.root}")
    else:
        with Server() as server:
            introduce(server)
            compared = run(server.endpoint)
    print(f"\nBoth walkthroughs hold: {compared} items and index entries compared, none differs.")
    return 0


def introduce(server):
    print(f"\nanywhen listening on {server.endpoint}, data and archive in {server.root}")
    print(f"console: {server.endpoint}/console/")


if __name__ == "__main__":
    sys.exit(main())
