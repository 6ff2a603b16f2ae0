"""Any instant: random writes, random restores, and an oracle that remembers every version.

Every item of a restored table and every entry of its indexes has to be what the replies of the
writes said it was at that instant.
"""

import os
import random

from conformance.clients import Wire, seconds
from conformance.history import History
from conformance.tables import (
    canonical,
    check_indexes,
    create_table,
    drop_table,
    read_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import SCHEMA, Writer, contend, run_all

OPERATIONS = int(os.environ.get("ANYWHEN_OPERATIONS", 3000))
WRITERS = 4
RESTORES_A_ROUND = 6


def test_any_instant_is_what_the_replies_said(server, seed):
    rng = random.Random(seed)
    wire = Wire(server.endpoint)
    create_table(wire, "History", SCHEMA)
    history = History(SCHEMA)
    writers = [Writer(f"own{n}", wire, "History", history, random.Random(rng.random())) for n in range(WRITERS)]
    # Some history before the window opens: it is in the first keyframe, not in the log.
    run_all([lambda w=writer: steps(w, 40) for writer in writers])
    enable = {"PointInTimeRecoveryEnabled": True}
    wire.UpdateContinuousBackups(TableName="History", PointInTimeRecoverySpecification=enable)
    earliest, _ = window(wire, "History")
    # Writes until the window has opened, which happens at a whole second.
    until(lambda: steps(writers[0], 1) or history.last_commit > earliest, "the window opens")

    compared = 0
    for round_ in range(3):
        write(wire, writers, history, rng, OPERATIONS // 3)
        compared += restore_some(wire, history, earliest, rng, round_)
        # The next round's restores read what the archive holds across an ordered stop or a crash.
        if round_ % 2 == 0:
            server.stop()
        else:
            server.kill()
        server.start()
        wire = Wire(server.endpoint)
        for writer in writers:
            writer.wire = wire
    compared += restore_some(wire, history, earliest, rng, 3)
    assert compared > RESTORES_A_ROUND * 100, compared


def steps(writer, count):
    for _ in range(count):
        writer.step()


def write(wire, writers, history, rng, operations):
    """Writers on keys of their own, and as many on keys that they share."""
    shared = [{"pk": {"S": "shared"}, "sk": {"S": f"{n}"}} for n in range(12)]
    each = operations // (2 * len(writers))
    works = [lambda w=writer: steps(w, each) for writer in writers]
    for _ in writers:
        own = random.Random(rng.random())
        works.append(lambda r=own: contend(wire, "History", history, r, shared, each))
    run_all(works)


def restore_some(wire, history, earliest, rng, round_):
    """Restores to random instants, all at once; returns how many items and entries were compared."""
    targets = {}
    for n, instant in enumerate(instants(history, earliest, rng)):
        target = f"Restored{round_}-{n}"
        wire.RestoreTableToPointInTime(
            SourceTableName="History", TargetTableName=target, RestoreDateTime=seconds(instant)
        )
        targets[target] = instant
    last = f"Restored{round_}-latest"
    targets[last] = history.last_commit
    wire.RestoreTableToPointInTime(
        SourceTableName="History", TargetTableName=last, UseLatestRestorableTime=True
    )
    compared = 0
    for target, instant in targets.items():
        wait_active(wire, target)
        what = f"{target} at {instant}, {history.last_commit - instant} us before the last commit"
        items = read_all(wire, target)
        history.check(instant, items, what)
        compared += len(items) + check_indexes(wire, target, SCHEMA, items, what)
        drop_table(wire, target)
    return compared


def instants(history, earliest, rng):
    """Instants where mistakes would show: at a commit, just before, just after, whole seconds,
    the window's edge, and anywhere."""
    commits = [commit for commit in history.commits() if commit > earliest]
    chosen = [rng.choice(commits) + rng.choice((-1, 0, 0, 1)) for _ in range(RESTORES_A_ROUND - 3)]
    chosen.append(rng.randrange(earliest, history.last_commit))
    chosen.append(rng.choice(commits) // 1_000_000 * 1_000_000)
    chosen.append(earliest)
    return [max(earliest, instant) for instant in chosen]


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
        assert is_one_instant(history, items, before), f"backup {n} mixes instants"
        check_indexes(wire, target, SCHEMA, items, target)
        drop_table(wire, target)


def is_one_instant(history, items, not_before):
    """Whether the items are the table's state after some commit at or after `not_before`."""
    for instant in [not_before, *history.commits()]:
        if instant >= not_before:
            try:
                history.check(instant, items, "")
                return True
            except AssertionError:
                continue
    return False


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
