"""kill -9 under load, again and again: nothing acknowledged is lost, nothing is invented.

After each restart the table is what the writers were told, but for the one write that each had
under way; that one happened whole or not at all. The indexes agree with the items, history
agrees with the oracle, and backups and restores that were under way come to an end.
"""

import os
import random
import threading

from conformance.clients import Fault, Wire, seconds
from conformance.history import History
from conformance.tables import check_indexes, check_table, create_table, drop_table, exists, read_all
from conformance.waiting import until
from conformance.walkthrough import window
from conformance.workload import DISCONNECTED, SCHEMA, Writer

KILLS = int(os.environ.get("ANYWHEN_KILLS", 24))
WRITERS = 5
TABLE = "Crash"


def test_acknowledged_writes_survive_kill_9(server, seed):
    rng = random.Random(seed)
    wire = Wire(server.endpoint)
    create_table(wire, TABLE, SCHEMA)
    history = History(SCHEMA)
    writers = [Writer(f"w{n}", wire, TABLE, history, random.Random(rng.random())) for n in range(WRITERS)]
    for writer in writers:
        writer.step()
    enable = {"PointInTimeRecoveryEnabled": True}
    wire.UpdateContinuousBackups(TableName=TABLE, PointInTimeRecoverySpecification=enable)
    earliest, _ = window(wire, TABLE)
    until(lambda: writers[0].step() or history.last_commit > earliest, "the window opens")

    targets = {}
    for round_ in range(KILLS):
        jobs = Jobs(wire, history, earliest, round_, random.Random(rng.random()))
        load_and_kill(server, [*(w.run_until_disconnected for w in writers), jobs.run], writers, rng)
        server.start()
        wire = Wire(server.endpoint)
        check_after_crash(wire, writers, history, f"after kill {round_}")
        targets.update(jobs.targets)
        check_jobs(wire, history, targets)
    check_history(wire, history, earliest, rng)
    server.stop()


def load_and_kill(server, works, writers, rng):
    """Runs the works; kills the server after a random number of acknowledged writes."""
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    goal = sum(writer.acknowledged for writer in writers) + rng.randrange(20, 500)
    for thread in threads:
        thread.start()
    until(lambda: sum(w.acknowledged for w in writers) >= goal, "writes are acknowledged", 60)
    server.kill()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a client still waits for the killed server"


class Jobs:
    """Backups and restores that are under way when the server dies."""

    def __init__(self, wire, history, earliest, round_, rng):
        self.wire, self.history, self.earliest = wire, history, earliest
        self.round_, self.rng = round_, rng
        self.targets = {}

    def run(self):
        for n in range(50):
            try:
                self.wire.CreateBackup(TableName=TABLE, BackupName=f"Round-{self.round_}-{n}")
                instant = self.rng.randrange(self.earliest, self.history.last_commit)
                target = f"Target-{self.round_}-{n}"
                # Noted before it is sent: a restore may have begun although its reply was lost.
                self.targets[target] = (instant, "unanswered")
                self.wire.RestoreTableToPointInTime(
                    SourceTableName=TABLE, TargetTableName=target, RestoreDateTime=seconds(instant)
                )
                self.targets[target] = (instant, "answered")
                until(lambda: status(self.wire, target) == "ACTIVE", f"{target} ACTIVE")
            except DISCONNECTED:
                return


def check_after_crash(wire, writers, history, what):
    """The table is what the writers know, after they have learnt the fate of their last write."""
    found = read_all(wire, TABLE)
    marker = {"pk": {"S": "marker"}, "sk": {"S": what}}
    commit = wire.PutItem(TableName=TABLE, Item=marker).commit
    assert commit > history.last_commit, "commit timestamps went back"
    for writer in writers:
        writer.resolve(found, commit - 1)
        writer.wire = wire
    history.record(marker, commit, marker)
    check_table(wire, TABLE, SCHEMA, history.latest(), what)


def check_jobs(wire, history, targets):
    """No backup and no restore stays as it was; what became ACTIVE holds its instant."""
    def backups():
        return [b["BackupStatus"] for b in all_backups(wire)]

    until(lambda: set(backups()) <= {"AVAILABLE"}, "no backup stays CREATING")
    for target, (instant, reply) in sorted(targets.items()):
        until(lambda: status(wire, target) != "CREATING", f"{target} does not stay CREATING")
        if reply == "answered":
            assert exists(wire, target), f"{target}: a restore that was begun is not finished"
        if exists(wire, target):
            items = read_all(wire, target)
            history.check(instant, items, target)
            check_indexes(wire, target, SCHEMA, items, target)
            drop_table(wire, target)
    targets.clear()


def check_history(wire, history, earliest, rng):
    """Any instant of the whole history, across all crashes."""
    for n in range(8):
        instant, target = rng.randrange(earliest, history.last_commit), f"After-{n}"
        wire.RestoreTableToPointInTime(
            SourceTableName=TABLE, TargetTableName=target, RestoreDateTime=seconds(instant)
        )
        until(lambda: status(wire, target) == "ACTIVE", f"{target} ACTIVE")
        items = read_all(wire, target)
        history.check(instant, items, f"{target} at {instant}")
        check_indexes(wire, target, SCHEMA, items, target)
        drop_table(wire, target)


def status(wire, table):
    """TableStatus, or None if there is no such table."""
    try:
        return wire.DescribeTable(TableName=table)["Table"]["TableStatus"]
    except Fault as fault:
        assert fault.code == "ResourceNotFoundException", fault
        return None


def all_backups(wire):
    """All backups, over all pages."""
    summaries, request = [], {"BackupType": "ALL"}
    while True:
        page = wire.ListBackups(**request)
        summaries += page["BackupSummaries"]
        if "LastEvaluatedBackupArn" not in page:
            return summaries
        request["ExclusiveStartBackupArn"] = page["LastEvaluatedBackupArn"]
