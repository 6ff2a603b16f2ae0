"""What must hold of a server that was started on what a power cut left of a `Load`.

* What was answered before the cut holds: items, index entries, tables, indexes, settings, backups,
  restores, and the window that was described.
* What has expired goes, once: a deletion that the stream had told of stays where it was in history.
* What was under way at the cut happened as a whole or not at all; if the window described before
  the cut covers it, it happened.
* Nothing else is there, nothing that can be restored differs from the oracle, and the server goes on
  from there as if nothing had been.
"""

import random

from conformance.clients import Fault, Wire, seconds
from conformance.history import History
from conformance.oracle import schema_of
from conformance.powercut_load import PAIR, Backup, Instant, PairWriter
from conformance.tables import (
    check_indexes,
    check_table,
    drop_table,
    global_indexes,
    read_all,
    wait_active,
    wait_indexes,
)
from conformance.waiting import until
from conformance.walkthrough import window
from conformance.workload import SCHEMA, SPARE_INDEXES


def check(endpoint, load, cut_ns, rng, restores=1):
    """Judges the server, with so many restores of backups and of instants. Returns how many items
    and index entries were compared."""
    return Aftermath(endpoint, load, cut_ns, rng).check(restores)


def is_open(edges):
    """Whether a window has opened: until the whole second at which it does, both edges are that."""
    return edges[0] < edges[1]


class Aftermath:
    """A load as it was at the cut, and the server that has to stand by it."""

    def __init__(self, endpoint, load, cut_ns, rng):
        self.wire, self.load, self.cut_ns, self.rng = Wire(endpoint), load, cut_ns, rng
        self.compared = 0
        # Of each table with writers: its history, and the writers, as they were at the cut.
        self.histories, self.writers, self.expiring = {}, {}, {}
        for life in load.lives:
            if life.writers:
                history = self.histories[life] = History(SCHEMA)
                self.writers[life] = [
                    writer.at(cut_ns, history, self.wire, random.Random(rng.random()))
                    for writer in life.writers
                ]
            if life.expiring:
                history = self.histories[life] = History(SCHEMA)
                rng_then = random.Random(rng.random())
                self.expiring[life] = life.expiring.at(cut_ns, history, self.wire, rng_then)
        for life in load.lives:
            if life.mirrors:
                self.histories[life] = self.histories[life.mirrors]

    def check(self, restores):
        present = self.check_tables()
        self.check_spare_indexes(present)
        self.check_written(present)
        self.check_expiry(present)
        self.check_restored(present)
        self.check_settings(present)
        self.check_backups(restores)
        self.check_windows(present, restores)
        # Here, with no job under way, the archive as a whole can be verified.
        self.check_life_goes_on(present)
        return self.compared

    def check_tables(self):
        """What was created is there, what was deleted is not. Returns the tables there are."""
        present = []
        for name in sorted({life.name for life in self.load.lives}):
            lives = [life for life in self.load.lives if life.name == name]
            possible = [life for life in lives if life.may_exist(self.cut_ns)]
            assert len(possible) <= 1, f"{name}: two at once"
            status = self.settled_status(name)
            if any(life.must_exist(self.cut_ns) for life in possible):
                assert status, f"{name} is lost: it was created"
            if status:
                assert possible, f"{name} has come back: it was deleted, or never created"
                present += possible
        expected = {life.name for life in present}
        assert set(self.wire.ListTables()["TableNames"]) == expected
        return present

    def settled_status(self, name):
        """ACTIVE, or None if there is no such table."""

        def status():
            try:
                return self.wire.DescribeTable(TableName=name)["Table"]["TableStatus"]
            except Fault as fault:
                assert fault.code == "ResourceNotFoundException", fault
                return None

        def settled():
            now = status()
            return [now] if now in ("ACTIVE", None) else None

        return until(settled, f"{name} settles", 60)[0]

    def check_spare_indexes(self, present):
        """Spare indexes that were added are there, those that were dropped are not."""
        for life in present:
            found = wait_indexes(self.wire, life.name)
            for name in (spare.name for spare in SPARE_INDEXES):
                allowed = life.may_have_index(name, self.cut_ns)
                is_right = life.restored_from is not None or (name in found) in allowed
                assert is_right, f"{life.name}: index {name} is lost, or has come back"

    def check_written(self, present):
        """Tables with writers hold what these know, whose last writes find their end here."""
        told = [life.window(self.cut_ns) for life in self.load.lives]
        sealed = max((edges[1] for edges in told if edges and is_open(edges)), default=0)
        for life in present:
            if life.writers:
                found = read_all(self.wire, life.name)
                for writer in self.writers[life]:
                    writer.resolve_awaited(found, sealed)
        for life in present:
            if life in self.histories and life not in self.expiring:
                self.compare(life, self.latest(life))

    def check_expiry(self, present):
        """What has expired goes. What had gone, for all that clients knew, has not come back."""
        for life in present:
            if life.expiring is None:
                continue
            reply = self.wire.DescribeTimeToLive(TableName=life.name)
            if reply["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
                was_set = life.expiry is not None and life.expiry.answered_by(self.cut_ns)
                assert not was_set, f"{life.name}: the setting of its time to live is lost"
                # It is written from then on.
                self.compare(life, [])
                del self.expiring[life]
                continue
            self.expiring[life].settle()
            self.compare(life, self.latest(life))
            for key, commit in life.expiring.heard_by(self.cut_ns):
                was_deleted = self.histories[life].tells(key, commit, None)
                assert was_deleted, f"{life.name}: the deletion of {key} at {commit} is lost"

    def latest(self, life):
        history = self.histories[life]
        return history.latest() if history.last_commit else []

    def compare(self, life, expected):
        schema = schema_of(wait_indexes(self.wire, life.name))
        self.compared += check_table(self.wire, life.name, schema, expected, life.name)

    def check_restored(self, present):
        """Tables that were restored before the cut, or are since, hold what they were made from."""
        for life in present:
            if life.restored_from is not None:
                self.check_target(life.name, life.restored_from)

    def check_target(self, name, source):
        items = read_all(self.wire, name)
        history = self.histories[source.of]
        if isinstance(source, Instant):
            what = f"{name}, {source.of.name} at {source.micros}"
            history.check(source.micros, items, what)
        else:
            what = f"{name}, a backup of {source.of.name}"
            self.check_is_one_instant(history, items, source.not_before, what)
        schema = schema_of(global_indexes(self.wire, name))
        self.compared += len(items) + check_indexes(self.wire, name, schema, items, what)

    def check_is_one_instant(self, history, items, not_before, what):
        first = None
        for instant in [not_before, *history.commits()]:
            if instant >= not_before:
                try:
                    return history.check(instant, items, what)
                except AssertionError as error:
                    first = first or error
        raise AssertionError(f"{what}: no instant since {not_before} was like this; then: {first}")

    def check_settings(self, present):
        for life in present:
            reply = self.wire.DescribeContinuousBackups(TableName=life.name)
            described = reply["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
            enabled = described["PointInTimeRecoveryStatus"] == "ENABLED"
            allowed = life.may_keep_history(self.cut_ns)
            assert enabled in allowed, f"{life.name}: history kept is {enabled}, not {allowed}"

    def check_backups(self, restores):
        """Backups that were AVAILABLE are, and restore; none stays CREATING."""
        until(
            lambda: all(b["BackupStatus"] == "AVAILABLE" for b in self.all_backups()),
            "no backup stays CREATING",
            60,
        )
        listed = {backup["BackupArn"] for backup in self.all_backups()}
        sound = []
        for backup in self.load.backups:
            if backup.must_exist(self.cut_ns):
                assert backup.arn in listed, f"{backup.arn} is lost: it was AVAILABLE"
            if backup.must_be_gone(self.cut_ns):
                assert backup.arn not in listed, f"{backup.arn} has come back: it was deleted"
            if backup.arn in listed:
                sound.append(backup)
        self.restore_and_check(self.rng.sample(sound, min(restores, len(sound))))

    def all_backups(self):
        summaries, request = [], {}
        while True:
            page = self.wire.ListBackups(**request)
            summaries += page["BackupSummaries"]
            if "LastEvaluatedBackupArn" not in page:
                return summaries
            request["ExclusiveStartBackupArn"] = page["LastEvaluatedBackupArn"]

    def check_windows(self, present, restores):
        """The window has not shrunk, and the oracle has every instant in it."""
        sources = []
        for life in present:
            told = life.window(self.cut_ns)
            if life.may_keep_history(self.cut_ns) != [True]:
                continue
            earliest, latest = until(lambda: window(self.wire, life.name), "a window")
            if told:
                assert earliest == told[0], f"{life.name}: earliest was {told[0]}, is {earliest}"
                assert latest >= told[1], f"{life.name}: latest was {told[1]}, is {latest}"
            if told and is_open(told):
                sources.append(Instant(life, told[1]))
            if is_open((earliest, latest)):
                sources.append(Instant(life, self.rng.randint(earliest, latest)))
        self.restore_and_check(self.rng.sample(sources, min(restores, len(sources))))

    def restore_and_check(self, sources):
        """Restores all at once, checks each, and drops them."""
        targets = {f"After-{number}": source for number, source in enumerate(sources)}
        for name, source in targets.items():
            if isinstance(source, Backup):
                self.wire.RestoreTableFromBackup(TargetTableName=name, BackupArn=source.arn)
            else:
                self.wire.RestoreTableToPointInTime(
                    SourceTableName=source.of.name,
                    TargetTableName=name,
                    RestoreDateTime=seconds(source.micros),
                )
        for name, source in targets.items():
            wait_active(self.wire, name)
            self.check_target(name, source)
            drop_table(self.wire, name)

    def check_life_goes_on(self, present):
        """New writes are taken, with later timestamps, and are in the next restore."""
        names = {life.name for life in present}
        for life in present:
            if life.writers and (not isinstance(life.writers[0], PairWriter) or names.issuperset(PAIR)):
                before = self.histories[life].last_commit
                for writer in self.writers[life]:
                    for _ in range(3):
                        writer.step()
                until(lambda: writer.step() or writer.history.last_commit > before, "a commit")
                self.compare(life, self.latest(life))
        for life, expiring in self.expiring.items():
            if life in present:
                for _ in range(5):
                    expiring.step()
                expiring.settle()
                self.compare(life, self.latest(life))
        kept = [life for life in present if life.may_keep_history(self.cut_ns) == [True]]
        if kept:
            life = self.rng.choice(kept)
            self.wire.RestoreTableToPointInTime(
                SourceTableName=life.name, TargetTableName="Last", UseLatestRestorableTime=True
            )
            wait_active(self.wire, "Last")
            schema = schema_of(global_indexes(self.wire, "Last"))
            self.compared += check_table(
                self.wire, "Last", schema, self.latest(life), f"{life.name} at last"
            )
