"""The oracle's estate: tables whose every version is known, and what was promised of them.

A `Subject` is one table from its creation to its deletion, with its `History` and its writers. An
`Estate` writes to several, adds indexes and drops them and has items expire meanwhile, switches
point-in-time recovery off and on, deletes tables and makes them anew under the same name, takes backups meanwhile, stops
and kills the server, and compares what it restores with what the replies said: every item, and
every entry of every index, read both by Scan and by Query. Every choice comes from one seed.
"""

import random
from collections import Counter
from dataclasses import dataclass, replace

from conformance.clients import Fault, Wire, seconds
from conformance.expiring import STREAM, Expiring
from conformance.history import History
from conformance.tables import (
    canonical,
    check_indexes,
    create_index,
    create_table,
    delete_index,
    drop_table,
    global_indexes,
    read_all,
    wait_active,
    wait_indexes,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import (
    DISCONNECTED,
    SCHEMA,
    SPARE_INDEXES,
    Writer,
    contend,
    run_all,
)

SHARED_KEYS = [{"pk": {"S": "shared"}, "sk": {"S": f"{n}"}} for n in range(12)]


@dataclass
class Backup:
    """A backup, the history it belongs to, and the commits between which it was taken."""

    arn: str
    history: History
    after: int
    until: int | None


class Subject:
    """One table with its history, by TableId: a table of the same name is another subject. If it
    is `expiring`, it has a stream, and items that expire."""

    def __init__(self, wire, name, rng, writers=3, expiring=False):
        self.wire, self.name, self.rng = wire, name, rng
        self.history = History(SCHEMA)
        self.writers = [
            Writer(f"own{n}", wire, name, self.history, random.Random(rng.random()))
            for n in range(writers)
        ]
        # Of the open window, in microseconds; None while there is none.
        self.earliest = None
        self.backups = []
        self.expiring = None
        if expiring:
            create_table(wire, name, SCHEMA, StreamSpecification=STREAM)
            self.expiring = Expiring.begin(wire, name, self.history, random.Random(rng.random()))
        else:
            create_table(wire, name, SCHEMA)

    def connect(self, wire):
        self.wire = wire
        for writer in self.writers:
            writer.wire = wire
        if self.expiring:
            self.expiring.wire = wire

    def settle(self):
        """Nobody writes: what has expired is gone, and known to be."""
        if self.expiring:
            self.expiring.settle()

    def switch(self, on):
        """Turns point-in-time recovery on or off; returns when the window is as it says."""
        specification = {"PointInTimeRecoveryEnabled": on}
        self.wire.UpdateContinuousBackups(
            TableName=self.name, PointInTimeRecoverySpecification=specification
        )
        if not on:
            self.earliest = None
            return
        before, (self.earliest, _) = self.earliest, window(self.wire, self.name)
        assert before is None or self.earliest == before, "switching on again moves nothing"
        self.write_until(lambda: self.history.last_commit > self.earliest, "the window opens")

    def write_until(self, condition, what):
        until(lambda: self.writers[0].step() or condition(), what)

    def works(self, each):
        """Functions that write `each` times: on keys of their own, and on keys that they share."""
        works = [lambda w=writer: steps(w, each) for writer in self.writers]
        for _ in self.writers:
            rng = random.Random(self.rng.random())
            works.append(
                lambda r=rng: contend(self.wire, self.name, self.history, r, SHARED_KEYS, each)
            )
        if self.expiring:
            works.append(lambda: steps(self.expiring, each))
        return works

    def index_work(self, times):
        """A function that adds and drops spare indexes; ends with one on its way, or when the
        server is gone."""
        rng = random.Random(self.rng.random())

        def work():
            try:
                for _ in range(times):
                    self.change_index(rng)
            except DISCONNECTED:
                return

        return work

    def change_index(self, rng):
        there = wait_indexes(self.wire, self.name)
        spare = rng.choice(SPARE_INDEXES)
        if spare.name in there:
            delete_index(self.wire, self.name, spare.name)
        else:
            create_index(self.wire, self.name, SCHEMA, spare)

    def check_live(self):
        """Nobody writes: every index of the table is what its items ask for."""
        schema = schema_of(wait_indexes(self.wire, self.name))
        items = read_all(self.wire, self.name)
        checked = check_indexes(self.wire, self.name, schema, items, self.name)
        return checked + check_queries(self.wire, self.name, schema, items, self.name)

    def take_backup(self, name):
        after = self.history.last_commit
        reply = self.wire.CreateBackup(TableName=self.name, BackupName=name)
        self.backups.append(
            Backup(reply["BackupDetails"]["BackupArn"], self.history, after, None)
        )

    def bound_backups(self):
        """The writers rest: no backup holds anything that comes later."""
        for backup in self.backups:
            backup.until = backup.until or self.history.last_commit

    def resolve(self):
        """After a crash: learns the fate of every write that had no answer."""
        found = read_all(self.wire, self.name)
        marker = {"pk": {"S": "marker"}, "sk": {"S": str(self.history.last_commit)}}
        commit = self.wire.PutItem(TableName=self.name, Item=marker).commit
        assert commit > self.history.last_commit, "commit timestamps went back"
        for writer in self.writers:
            writer.resolve(found, commit - 1)
        self.history.record(marker, commit, marker)
        if self.earliest is not None:
            # A window whose first keyframe was not durable yet has begun anew.
            before, (self.earliest, _) = self.earliest, window(self.wire, self.name)
            assert self.earliest >= before
            self.write_until(lambda: self.history.last_commit > self.earliest, "the window opens")

    def instants(self, count):
        """Instants where mistakes would show: at a commit, just before, just after, at whole
        seconds, at the window's edge, and anywhere."""
        first, last = self.earliest, self.history.last_commit
        commits = [commit for commit in self.history.commits() if commit > first]
        kinds = (
            lambda: self.rng.choice(commits) + self.rng.choice((-1, 0, 0, 1)),
            lambda: self.rng.randrange(first, last),
            lambda: self.rng.choice(commits) // 1_000_000 * 1_000_000,
            lambda: first,
        )
        return [max(first, min(last, kinds[n % len(kinds)]())) for n in range(count)]


class Estate:
    """Tables on one server, and everything that can be restored from its archive. Items expire in
    those named so."""

    def __init__(self, server, rng, names, expiring=()):
        self.server, self.rng, self.expiring = server, rng, expiring
        self.wire = Wire(server.endpoint)
        self.subjects = {name: self._subject(name) for name in names}
        # Backups of tables that are gone.
        self.orphans = []
        self.restored = self.compared = 0

    def _subject(self, name):
        return Subject(self.wire, name, self.rng, expiring=name in self.expiring)

    def write(self, operations, meanwhile=()):
        """About so many writes over all tables, with backups of the named ones meanwhile."""
        each = max(1, operations // sum(2 * len(s.writers) for s in self.subjects.values()))
        works = [work for subject in self.subjects.values() for work in subject.works(each)]
        works += [
            lambda s=self.subjects[name], n=n: s.take_backup(f"During-{n}")
            for n, name in enumerate(meanwhile)
        ]
        works += [subject.index_work(3) for subject in self.subjects.values()]
        run_all(works)
        for subject in self.subjects.values():
            subject.settle()
            subject.bound_backups()
            self.compared += subject.check_live()

    def kill_under_load(self, acknowledged):
        """kill -9 after so many writes were acknowledged; then starts again and resolves."""
        writers = [w for subject in self.subjects.values() for w in subject.writers]
        goal = sum(w.acknowledged for w in writers) + acknowledged

        def kill():
            until(lambda: sum(w.acknowledged for w in writers) >= goal, "writes go on", 60)
            self.server.kill()

        churn = [subject.index_work(1000) for subject in self.subjects.values()]
        others = [subject.expiring for subject in self.subjects.values() if subject.expiring]
        run_all([kill, *churn, *(w.run_until_disconnected for w in [*writers, *others])])
        self.start()
        for subject in self.subjects.values():
            subject.resolve()
            subject.settle()
            self.compared += subject.check_live()

    def restart(self):
        self.server.stop()
        self.start()

    def start(self):
        self.server.start()
        self.wire = Wire(self.server.endpoint)
        for subject in self.subjects.values():
            subject.connect(self.wire)

    def remake(self, name):
        """Deletes a table and makes it anew. A table with history leaves a SYSTEM backup."""
        old = self.subjects.pop(name)
        wait_indexes(self.wire, name)
        drop_table(self.wire, name)
        if old.earliest is not None:
            arn = until(lambda: self._system_backup(name), f"the SYSTEM backup of {name}")
            last = old.history.last_commit
            self.orphans.append(Backup(arn, old.history, last, last))
        self.orphans += old.backups
        self.subjects[name] = self._subject(name)

    def _system_backup(self, name):
        reply = self.wire.ListBackups(TableName=name, BackupType="SYSTEM")
        known = {backup.arn for backup in self.orphans}
        for summary in reply["BackupSummaries"]:
            if summary["BackupArn"] not in known and summary["BackupStatus"] == "AVAILABLE":
                return summary["BackupArn"]
        return None

    def check_points(self, count):
        """Restores each table that has a window to `count` instants and to the latest."""
        targets = {}
        for name, subject in self.subjects.items():
            if subject.earliest is None:
                self._check_refused(name, "PointInTimeRecoveryUnavailableException")
                continue
            self._check_refused(
                name,
                "InvalidRestoreTimeException",
                RestoreDateTime=seconds(subject.earliest - 1),
            )
            # A table is restored with an index that is still being added, without one that is
            # being dropped.
            subject.change_index(self.rng)
            indexes = global_indexes(self.wire, name)
            kept = {n for n, index in indexes.items() if index["IndexStatus"] != "DELETING"}
            for instant in [*subject.instants(count), None]:
                target = f"Restored-{self.restored}"
                self.restored += 1
                when = {"RestoreDateTime": seconds(instant)} if instant is not None else {}
                self.wire.RestoreTableToPointInTime(
                    SourceTableName=name,
                    TargetTableName=target,
                    **(when or {"UseLatestRestorableTime": True}),
                )
                last = subject.history.last_commit
                targets[target] = (subject.history, instant or last, kept)
        for target, (history, instant, kept) in targets.items():
            wait_active(self.wire, target)
            ago = history.last_commit - instant
            what = f"{target} at {instant}, {ago} us before the last commit"
            items = read_all(self.wire, target)
            history.check(instant, items, what)
            assert set(global_indexes(self.wire, target)) == kept, what
            self._check_rest(target, items, what)

    def check_backups(self, wire=None):
        """Restores every backup that there is, also on another server."""
        wire = wire or self.wire
        backups = [b for subject in self.subjects.values() for b in subject.backups]
        for n, backup in enumerate([*backups, *self.orphans]):
            until(lambda: backup_status(wire, backup.arn) == "AVAILABLE", f"{backup.arn} AVAILABLE")
            target = f"From-backup-{self.restored}"
            self.restored += 1
            wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=backup.arn)
            wait_active(wire, target)
            items = read_all(wire, target)
            instants = [backup.after]
            instants += [c for c in backup.history.commits() if backup.after < c <= backup.until]
            found = any(backup.history.is_state(instant, items) for instant in instants)
            assert found, f"backup {n}, {backup.arn}, is the table at no instant it may be of"
            self._check_rest(target, items, f"{target}, of {backup.arn}", wire)

    def _check_rest(self, target, items, what, wire=None):
        wire = wire or self.wire
        schema = schema_of(global_indexes(wire, target))
        self.compared += len(items) + check_indexes(wire, target, schema, items, what)
        self.compared += check_queries(wire, target, schema, items, what)
        drop_table(wire, target)

    def _check_refused(self, name, code, **when):
        try:
            self.wire.RestoreTableToPointInTime(
                SourceTableName=name,
                TargetTableName="Never",
                **(when or {"UseLatestRestorableTime": True}),
            )
        except Fault as fault:
            assert fault.code == code, fault
        else:
            raise AssertionError(f"a restore of {name} {when} was not refused")


def schema_of(indexes):
    """The schema of a table with these global indexes: all of `SCHEMA`, and some that are spare."""
    lasting = {index.name for index in SCHEMA.indexes if not index.local}
    assert lasting <= set(indexes), f"missing: {lasting - set(indexes)}"
    spare = tuple(index for index in SPARE_INDEXES if index.name in indexes)
    return replace(SCHEMA, indexes=SCHEMA.indexes + spare)


def check_queries(wire, table, schema, items, what):
    """Table and indexes answer a Query for each partition with what these items demand, in the
    order of the sort key. Returns how many items and entries were compared."""
    checked = 0
    for index in (None, *schema.indexes):
        hash_names, range_names = (index or schema).hash_names, (index or schema).range_names
        wanted = Counter()
        for item in items:
            entry = schema.entry(index, item) if index else item
            if entry is not None:
                wanted[canonical(entry)] += 1
        partitions = [
            {name: item[name] for name in hash_names}
            for item in items
            if all(name in item for name in hash_names)
        ]
        found = Counter()
        for partition in {canonical(one): one for one in partitions}.values():
            numbered = list(enumerate(partition.items()))
            entries = read_all(
                wire,
                table,
                index.name if index else None,
                "Query",
                KeyConditionExpression=" AND ".join(f"#h{n} = :h{n}" for n, _ in numbered),
                ExpressionAttributeNames={f"#h{n}": name for n, (name, _) in numbered},
                ExpressionAttributeValues={f":h{n}": value for n, (_, value) in numbered},
            )
            keys = [tuple(sort_value(entry[name]) for name in range_names) for entry in entries]
            assert keys == sorted(keys), f"{what}, {index}: {partition} is out of order"
            found.update(canonical(entry) for entry in entries)
        assert found == wanted, f"{what}, queries of {index}: {found - wanted}, {wanted - found}"
        checked += found.total()
    return checked


def sort_value(value):
    """A key attribute as DynamoDB orders it: numbers by value, strings by their UTF-8 bytes."""
    ((kind, text),) = value.items()
    return int(text) if kind == "N" else text.encode()


def steps(writer, count):
    for _ in range(count):
        writer.step()
