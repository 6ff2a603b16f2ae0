"""Any instant: random writes, random restores, and an oracle that remembers every version.

Every item of a restored table and every entry of its indexes has to be what the replies of the
writes said it was at that instant.
"""

import os
import random

from conformance.clients import Wire, seconds
from conformance.expiring import OFTEN
from conformance.history import History
from conformance.oracle import Estate, check_queries, steps
from conformance.tables import (
    Index,
    Schema,
    canonical,
    check_indexes,
    create_table,
    drop_table,
    read_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import SCHEMA, Writer, largest_item, run_all

OPERATIONS = int(os.environ.get("ANYWHEN_OPERATIONS", 2000))
SMALL_ITEMS = int(os.environ.get("ANYWHEN_SMALL_ITEMS", 4000))
ROUNDS = 4
TABLES = ("Kept", "Switched", "Remade")


def test_any_instant_is_what_the_replies_said(make_server, seed):
    """One table keeps its history throughout, one has it switched off and on, one is deleted and
    made anew under its name, with history and without. Items expire in two."""
    rng = random.Random(seed)
    server = make_server(environment=OFTEN).start()
    estate = Estate(server, rng, TABLES, expiring=("Kept", "Remade"))
    # Some history before the windows open: it is in the first keyframe, not in the log.
    estate.write(OPERATIONS // 8)
    for name in ("Kept", "Remade"):
        estate.subjects[name].switch(True)
    for round_ in range(ROUNDS):
        estate.write(OPERATIONS // ROUNDS, meanwhile=rng.sample(TABLES, 2))
        estate.check_points(2)
        switched = estate.subjects["Switched"]
        switched.switch(switched.earliest is None)
        if round_ % 2 == 1:
            estate.remake("Remade")
            estate.subjects["Remade"].switch(rng.random() < 0.7)
        # The next round's restores read what the archive holds across an ordered stop or a crash.
        if round_ % 2 == 0:
            estate.restart()
        else:
            estate.kill_under_load(rng.randrange(50, 300))
    estate.write(OPERATIONS // 8)
    estate.check_points(4)
    estate.check_backups()
    assert estate.compared > 5000, estate.compared
    assert estate.subjects["Kept"].expiring.deleted > 20
    server.stop()


SMALL = Schema(hash="id", indexes=(Index("by-kind", "kind", "id", projection="KEYS_ONLY"),))


def test_many_small_items_and_the_largest(server, seed):
    """Thousands of items of a few bytes beside some of exactly 400 KB, restored at instants
    between and within large batches of changes, and from backups with and without history."""
    rng = random.Random(seed)
    wire, history, table = Wire(server.endpoint), History(SMALL), "Small"
    create_table(wire, table, SMALL)
    put_small(wire, table, history, range(SMALL_ITEMS // 2), "early")
    backups = [(backup(wire, table), history.last_commit)]
    enable = {"PointInTimeRecoveryEnabled": True}
    wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=enable)
    earliest, _ = window(wire, table)
    instants = []
    for round_, chosen in enumerate(
        (range(SMALL_ITEMS // 2, SMALL_ITEMS), range(0, SMALL_ITEMS, 7), range(3, SMALL_ITEMS, 11))
    ):
        put_small(wire, table, history, chosen, f"round{round_}", rng)
        largest = largest_item({"id": {"S": f"largest-{round_ % 2}"}}, "xyz"[round_])
        commit = wire.PutItem(TableName=table, Item=largest).commit
        history.record({"id": largest["id"]}, commit, largest)
        instants += [commit - 1, commit]
    backups.append((backup(wire, table), history.last_commit))
    instants += [rng.randrange(instants[0], instants[-1]) for _ in range(2)]

    def write_later():
        # A put that changes nothing is no commit.
        put_small(wire, table, history, [0], f"later-{history.last_commit}")
        return history.last_commit > earliest

    until(write_later, "the window opens")
    instants = [max(instant, earliest) for instant in instants]
    server.kill()
    wire = Wire(server.start().endpoint)
    for n, (arn, instant) in enumerate(backups):
        target = f"From-backup-{n}"
        wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=arn)
        compare_small(wire, target, history, instant)
    for n, instant in enumerate(sorted(set(instants))):
        target = f"Restored-{n}"
        wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName=target, RestoreDateTime=seconds(instant)
        )
        compare_small(wire, target, history, instant)


def put_small(wire, table, history, numbers, word, rng=None):
    """Puts items of these numbers, or deletes some, in batches, four at once."""
    batches = [numbers[start : start + 25] for start in range(0, len(numbers), 25)]
    deleted = {number for number in numbers if rng and rng.random() < 0.2}

    def write(batches):
        for batch in batches:
            items = [(small_item(n, word), n in deleted) for n in batch]
            after = history.last_commit
            reply = wire.BatchWriteItem(
                RequestItems={
                    table: [
                        {"DeleteRequest": {"Key": {"id": item["id"]}}}
                        if delete
                        else {"PutRequest": {"Item": item}}
                        for item, delete in items
                    ]
                }
            )
            assert reply["UnprocessedItems"] == {}, reply
            for item, delete in items:
                key = {"id": item["id"]}
                history.record_between(key, after, reply.commit, None if delete else item)

    run_all([lambda n=n: write(batches[n::4]) for n in range(4)])


def small_item(number, word):
    item = {"id": {"S": f"{number:07}"}, "v": {"S": word}}
    # Every third item moves from one partition of the index to another as it is rewritten.
    return {**item, "kind": {"S": f"{word}-{number % 5}"}} if number % 3 == 0 else item


def compare_small(wire, target, history, instant):
    wait_active(wire, target, 600)
    items = read_all(wire, target)
    history.check(instant, items, f"{target} at {instant}")
    check_indexes(wire, target, SMALL, items, target)
    drop_table(wire, target)


def backup(wire, table):
    arn = wire.CreateBackup(TableName=table, BackupName="Small")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", f"{arn} AVAILABLE", 600)
    return arn


def test_a_backup_is_one_instant(wire, table, seed):
    """Of a table without point-in-time recovery, taken while it is written to."""
    rng = random.Random(seed)
    create_table(wire, table, SCHEMA)
    history = History(SCHEMA)
    writers = [Writer(f"own{n}", wire, table, history, random.Random(rng.random())) for n in range(3)]
    backups = []

    def take_backups():
        for n in range(4):
            before = history.last_commit
            reply = wire.CreateBackup(TableName=table, BackupName=f"During-{n}")
            backups.append((reply["BackupDetails"]["BackupArn"], before))

    run_all([take_backups, *(lambda w=writer: steps(w, 150) for writer in writers)])
    for n, (arn, before) in enumerate(backups):
        until(lambda: backup_status(wire, arn) == "AVAILABLE", f"backup {n} AVAILABLE")
        target = f"{table}-{n}"
        wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=arn)
        wait_active(wire, target)
        items = read_all(wire, target)
        instants = [before, *(commit for commit in history.commits() if commit >= before)]
        found = any(history.is_state(instant, items) for instant in instants)
        assert found, f"backup {n} mixes instants"
        check_indexes(wire, target, SCHEMA, items, target)
        check_queries(wire, target, SCHEMA, items, target)
        drop_table(wire, target)


def test_repeated_switching_keeps_spans_apart(wire, table, seed):
    """Off and on again: the window starts anew, and the new span holds the changes made between."""
    writer = Writer("own", wire, table, History(SCHEMA), random.Random(seed))
    create_table(wire, table, SCHEMA)
    previous = 0
    for round_ in range(3):
        steps(writer, 30)
        for enabled in (False, True):
            specification = {"PointInTimeRecoveryEnabled": enabled}
            wire.UpdateContinuousBackups(
                TableName=table, PointInTimeRecoverySpecification=specification
            )
        earliest, _ = window(wire, table)
        assert earliest >= previous
        previous = earliest
        until(lambda: steps(writer, 1) or writer.history.last_commit > earliest, "window opens")
        target = f"{table}-{round_}"
        wire.RestoreTableToPointInTime(
            SourceTableName=table, TargetTableName=target, RestoreDateTime=seconds(earliest)
        )
        wait_active(wire, target)
        items = read_all(wire, target)
        writer.history.check(earliest, items, f"round {round_}")
        assert sorted(map(canonical, items)), "the table is not empty"
        check_indexes(wire, target, SCHEMA, items, target)
        drop_table(wire, target)
