"""A load whose every answer is remembered with its time, for `powercut_check` to hold a server to.

`Load.run` drives one server from many threads: writers on tables with and without history, items up
to the largest, items that expire, indexes that come and go, transactions over two tables, backups,
restores, point-in-time recovery switched off and on, tables that come and go under one name. A table of the load is a `Life`, a request that
changes more than items a `Told`, a write a `Write`; all know when they were sent and answered, by
CLOCK_MONOTONIC as the trace of `powercut` does. One thread alone creates, switches and deletes the
tables of one name, so at any instant at most one such request for it is under way.
"""

import random
import threading
import time
from dataclasses import dataclass, field

from conformance.clients import Wire, seconds
from conformance.expiring import ATTRIBUTE, STREAM, Expiring
from conformance.history import History
from conformance.tables import create_index, delete_index, exists, wait_active, wait_indexes
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import SCHEMA, SPARE_INDEXES, Writer, run_all

NEVER = float("inf")
PAIR = ("Pair-left", "Pair-right")


@dataclass
class Told:
    """A request that was answered: what was asked and answered, and when."""

    sent_ns: int
    answered_ns: float = NEVER
    answer: object = None

    def sent_by(self, instant_ns):
        return self.sent_ns <= instant_ns

    def answered_by(self, instant_ns):
        return self.answered_ns <= instant_ns


def tell(request):
    """Makes a request and remembers it."""
    told = Told(time.monotonic_ns())
    told.answer = request()
    told.answered_ns = time.monotonic_ns()
    return told


@dataclass
class Write(Told):
    """A write: (key, item) pairs, and the interval (after, until] that its commit timestamps lie
    in. `until` is None if the server changed nothing."""

    changes: list = ()
    together: bool = True
    after: int = 0
    until: int = None


class RememberingWriter(Writer):
    """A `Writer` that remembers its writes."""

    def __init__(self, name, wire, table, history, rng, **settings):
        super().__init__(name, wire, table, history, rng, **settings)
        self.name, self.writes, self.awaited = name, [], None

    def _send(self, changes, together):
        super()._send(changes, together)
        self.writes.append(Write(time.monotonic_ns(), changes=changes, together=together))

    def _acknowledge(self, after, until):
        write = self.writes[-1]
        write.after, write.until, write.answered_ns = after, until, time.monotonic_ns()
        super()._acknowledge(after, until)

    def _acknowledge_nothing(self):
        self.writes[-1].answered_ns = time.monotonic_ns()
        super()._acknowledge_nothing()

    def at(self, instant_ns, history, wire, rng):
        """The writer as it was at an instant, going on with another wire and a history of its own."""
        then = type(self)(self.name, wire, self.table, history, rng)
        for write in self.writes:
            if write.answered_by(instant_ns):
                for key, item in write.changes if write.until else ():
                    then._became(key, item, write.after, write.until)
            elif write.sent_by(instant_ns):
                then.awaited = write
        return then

    def resolve_awaited(self, found, sealed):
        """Takes from `found` whether the write under way happened. When it was committed is known
        from its answer, which came later; if it was by `sealed`, it must have happened."""
        write, self.awaited = self.awaited, None
        if write is None or write.until is None:
            return
        self.pending, self.pending_together = write.changes, write.together
        self.pending_after = write.after
        self.resolve(found, write.until)
        if write.until <= sealed:
            for key, item in write.changes:
                known = self.items.get((key["pk"]["S"], key["sk"]["S"]))
                assert known == item, f"{key}: in time that was said to be restorable, but lost"


class BigWriter(RememberingWriter):
    """Writes items up to about the largest there may be."""

    def __init__(self, name, wire, table, history, rng):
        super().__init__(name, wire, table, history, rng, keys=8)

    def random_item(self, key):
        item = super().random_item(key)
        if self.rng.random() < 0.3:
            item["bulk"] = {"S": self.rng.choice("xyz") * self.rng.randrange(50_000, 390_000)}
        return item


class PairWriter(RememberingWriter):
    """Writes the same to two tables, in transactions only."""

    def step(self):
        changes = [(key, self._item_or_none(key)) for key in self._some_keys(4)]
        actions = [
            {"Put": {"TableName": table, "Item": item}}
            if item
            else {"Delete": {"TableName": table, "Key": key}}
            for table in PAIR
            for key, item in changes
        ]
        self._send(changes, together=True)
        commit = self.wire.TransactWriteItems(TransactItems=actions).commit
        self._acknowledge(commit - 1, commit)
        self.acknowledged += 1


@dataclass
class Attempt(Told):
    """A write of keys whose items expire, with what came of it: (key, commit, item) triples."""

    keys: list = ()
    changes: list = field(default_factory=list)


class RememberingExpiring(Expiring):
    """An `Expiring` that remembers its writes, and when it heard of which deletion."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.attempts, self.deletions = [], []

    def step(self):
        self.attempts.append(Attempt(time.monotonic_ns()))
        super().step()

    def _record(self, key, commit, item):
        self.attempts[-1].changes.append((key, commit, item))
        super()._record(key, commit, item)

    def _answered(self):
        self.attempts[-1].keys = self.pending
        self.attempts[-1].answered_ns = time.monotonic_ns()
        super()._answered()

    def _expired(self, key, commit):
        self.deletions.append((time.monotonic_ns(), key, commit))
        super()._expired(key, commit)

    def at(self, instant_ns, history, wire, rng):
        """As it was at an instant, before it has heard of any deletion, going on with another wire
        and a history of its own."""
        then = Expiring(wire, self.table, self.stream, history, rng)
        for attempt in self.attempts:
            if attempt.answered_by(instant_ns):
                for key, commit, item in attempt.changes:
                    history.record(key, commit, item)
            elif attempt.sent_by(instant_ns):
                then.pending = attempt.keys
        return then

    def heard_by(self, instant_ns):
        """The deletions, as key and commit, that had been heard of by an instant."""
        return [(key, commit) for at_ns, key, commit in self.deletions if at_ns <= instant_ns]


@dataclass(eq=False)
class Life:
    """A table from its creation to its deletion. What is in it comes from its writers, from those
    of the table that it mirrors, or from what it was restored from: a `Backup` or an `Instant`."""

    name: str
    created: Told
    deleted: Told = None
    writers: list = field(default_factory=list)
    mirrors: "Life" = None
    restored_from: object = None
    # Each answer is whether history is kept from then on, or the window that was described.
    switched: list = field(default_factory=list)
    windows: list = field(default_factory=list)
    # Each answer is the name of a spare index and whether it is there from then on.
    indexed: list = field(default_factory=list)
    # Of a table whose items expire: who writes it, and when that was switched on.
    expiring: RememberingExpiring = None
    expiry: Told = None
    history: History = field(default_factory=lambda: History(SCHEMA))

    def may_exist(self, instant_ns):
        gone = self.deleted is not None and self.deleted.answered_by(instant_ns)
        return self.created.sent_by(instant_ns) and not gone

    def must_exist(self, instant_ns):
        going = self.deleted is not None and self.deleted.sent_by(instant_ns)
        return self.created.answered_by(instant_ns) and not going

    def may_keep_history(self, instant_ns):
        """The settings that point-in-time recovery may have: one, or two while it is switched."""
        settings = [False]
        for told in self.switched:
            if told.answered_by(instant_ns):
                settings = [told.answer]
            elif told.sent_by(instant_ns):
                settings.append(told.answer)
        return settings

    def may_have_index(self, name, instant_ns):
        """Whether a spare index may be there: one answer, or two while it is added or dropped."""
        answers = [False]
        for told in self.indexed:
            if told.answer[0] == name and told.answered_by(instant_ns):
                answers = [told.answer[1]]
            elif told.answer[0] == name and told.sent_by(instant_ns):
                answers.append(told.answer[1])
        return answers

    def window(self, instant_ns):
        """Earliest and latest as they were last described since the last switch; or None."""
        begun = max((told.sent_ns for told in self.switched if told.sent_by(instant_ns)), default=0)
        known = [w for w in self.windows if begun < w.sent_ns and w.answered_by(instant_ns)]
        return known[-1].answer if known else None


@dataclass(eq=False)
class Backup:
    """A backup of a table, of an instant not before `not_before`."""

    of: Life
    created: Told
    not_before: int
    available: Told = None
    deleted: Told = None

    @property
    def arn(self):
        return self.created.answer["BackupDetails"]["BackupArn"]

    def must_exist(self, instant_ns):
        is_available = self.available is not None and self.available.answered_by(instant_ns)
        return is_available and not (self.deleted is not None and self.deleted.sent_by(instant_ns))

    def must_be_gone(self, instant_ns):
        return self.deleted is not None and self.deleted.answered_by(instant_ns)


@dataclass(frozen=True, eq=False)
class Instant:
    """A table at a commit timestamp."""

    of: Life
    micros: int


class Load:
    """The threads' work, and all that they were told."""

    def __init__(self, endpoint, rng):
        self.wire, self.rng = Wire(endpoint), rng
        self.lives, self.backups = [], []
        self.began_ns = time.monotonic_ns()
        self._stopped = threading.Event()

    def run(self, rounds):
        """Everything at once, until as many rounds of backups and restores are done."""
        kept, plain, left, right = map(self.create, ("Kept", "Plain", *PAIR))
        right.mirrors = left
        self.add_writers(kept, RememberingWriter, RememberingWriter, BigWriter)
        self.add_writers(plain, RememberingWriter)
        self.add_writers(left, PairWriter)
        expiring = self.create("Expiring", StreamSpecification=STREAM)
        for life in (kept, left, right, expiring):
            self.switch(life, True)
        self.add_expiring(expiring)
        writers = [writer for life in (kept, plain, left) for writer in life.writers]
        jobs = Jobs(self, kept, plain, right, expiring)
        run_all(
            [
                *(lambda w=writer: self.until_stopped(w.step) for writer in writers),
                lambda: self.until_stopped(Toggled(self).step),
                lambda: self.until_stopped(Churned(self).step),
                lambda: self.until_stopped(Indexed(self, kept).step),
                lambda: self.until_stopped(lambda: self.expire(expiring)),
                lambda: self.then_stop(lambda: jobs.run(rounds)),
            ]
        )
        # What is left is data: it outlives the server.
        for writer in (writer for life in self.lives for writer in life.writers):
            writer.wire = None
        expiring.expiring.wire = None
        self.wire = self._stopped = None

    def write_answers_ns(self):
        """When writes were answered, sorted."""
        writers = (writer for life in self.lives for writer in life.writers)
        answers = (write.answered_ns for writer in writers for write in writer.writes)
        return sorted(answered for answered in answers if answered < NEVER)

    def until_stopped(self, step):
        try:
            while not self._stopped.is_set():
                step()
        finally:
            self._stopped.set()

    def then_stop(self, work):
        try:
            work()
        finally:
            self._stopped.set()

    @property
    def is_stopped(self):
        return self._stopped.is_set()

    def create(self, name, **members):
        request = SCHEMA.create_request(name, **members)
        life = Life(name, tell(lambda: self.wire.call("CreateTable", request)))
        self.lives.append(life)
        wait_active(self.wire, name)
        return life

    def delete(self, life):
        life.deleted = tell(lambda: self.wire.DeleteTable(TableName=life.name))

    def restore(self, name, source, **members):
        """Begins a restore of a `Backup` or an `Instant`."""
        if isinstance(source, Backup):
            operation, members = "RestoreTableFromBackup", {"BackupArn": source.arn}
        else:
            operation = "RestoreTableToPointInTime"
            members = {"SourceTableName": source.of.name, "RestoreDateTime": seconds(source.micros)}
        members["TargetTableName"] = name
        told = tell(lambda: self.wire.call(operation, members))
        self.lives.append(Life(name, told, restored_from=source))
        return self.lives[-1]

    def add_writers(self, life, *kinds):
        for number, kind in enumerate(kinds):
            rng = random.Random(self.rng.random())
            life.writers.append(kind(f"w{number}", self.wire, life.name, life.history, rng))

    def add_expiring(self, life):
        rng = random.Random(self.rng.random())
        begin = RememberingExpiring.begin
        life.expiry = tell(lambda: begin(self.wire, life.name, life.history, rng))
        life.expiring, life.expiry.answer = life.expiry.answer, ATTRIBUTE

    def expire(self, life):
        for _ in range(10):
            life.expiring.step()
        life.expiring.learn()

    def switch(self, life, enabled):
        """Switches point-in-time recovery."""
        members = {"PointInTimeRecoveryEnabled": enabled}
        told = tell(
            lambda: self.wire.UpdateContinuousBackups(
                TableName=life.name, PointInTimeRecoverySpecification=members
            )
        )
        told.answer = enabled
        life.switched.append(told)

    def describe_window(self, life):
        life.windows.append(tell(lambda: window(self.wire, life.name)))
        return life.windows[-1].answer


class Jobs:
    """Backups and restores, one after the other."""

    def __init__(self, load, kept, plain, mirror, expiring):
        self.load, self.kept, self.plain = load, kept, plain
        self.mirror, self.expiring = mirror, expiring
        self.rng = random.Random(load.rng.random())

    def run(self, rounds):
        self.wait_for_window(self.kept)
        self.wait_for_window(self.mirror)
        self.wait_for_window(self.expiring)
        older = []
        for round_ in range(rounds):
            backups = [self.back_up(life, round_) for life in (self.kept, self.plain, self.mirror)]
            sources = [
                self.some_instant(self.kept),
                self.some_instant(self.mirror),
                self.some_instant(self.expiring),
                self.rng.choice(backups),
            ]
            targets = [
                self.load.restore(f"Target-{round_}-{number}", source)
                for number, source in enumerate(sources)
            ]
            for target in targets:
                wait_active(self.load.wire, target.name)
            for target in older:
                self.load.delete(target)
            older = targets
            if round_ % 2:
                backup = self.rng.choice(backups)
                backup.deleted = tell(lambda: self.load.wire.DeleteBackup(BackupArn=backup.arn))

    def wait_for_window(self, life):
        def is_open():
            earliest, latest = self.load.describe_window(life)
            return earliest < latest

        until(is_open, "a window")

    def some_instant(self, life):
        earliest, latest = self.load.describe_window(life)
        return Instant(life, self.rng.choice((latest, self.rng.randint(earliest, latest))))

    def back_up(self, life, round_):
        wire, written = self.load.wire, life.mirrors or life
        not_before = written.history.last_commit
        name = f"{life.name}-{round_}"
        told = tell(lambda: wire.CreateBackup(TableName=life.name, BackupName=name))
        backup = Backup(life, told, not_before)
        self.load.backups.append(backup)
        until(lambda: backup_status(wire, backup.arn) == "AVAILABLE", f"{name} AVAILABLE")
        backup.available = tell(lambda: backup_status(wire, backup.arn))
        return backup


class Toggled:
    """A table whose history is switched off and on."""

    def __init__(self, load):
        self.load, self.life = load, load.create("Toggled")
        load.add_writers(self.life, RememberingWriter)
        self.on = False

    def step(self):
        self.on = not self.on
        self.load.switch(self.life, self.on)
        for _ in range(10):
            self.life.writers[0].step()
        if self.on:
            self.load.describe_window(self.life)


class Indexed:
    """A table whose spare indexes come and go while it is written to."""

    def __init__(self, load, life):
        self.load, self.life, self.rng = load, life, random.Random(load.rng.random())

    def step(self):
        wire, table, spare = self.load.wire, self.life.name, self.rng.choice(SPARE_INDEXES)
        adds = spare.name not in wait_indexes(wire, table)
        if adds:
            told = tell(lambda: create_index(wire, table, SCHEMA, spare))
        else:
            told = tell(lambda: delete_index(wire, table, spare.name))
        told.answer = (spare.name, adds)
        self.life.indexed.append(told)
        writer = self.life.writers[0]
        goal = writer.acknowledged + 10
        until(lambda: self.load.is_stopped or writer.acknowledged > goal, "writes go on")


class Churned:
    """A table that is deleted and created again under one name."""

    def __init__(self, load):
        self.load, self.rng = load, random.Random(load.rng.random())

    def step(self):
        life = self.load.create("Churned")
        self.load.add_writers(life, RememberingWriter)
        if self.rng.random() < 0.5:
            self.load.switch(life, True)
        for _ in range(self.rng.randrange(12)):
            life.writers[0].step()
        self.load.delete(life)
        until(lambda: not exists(self.load.wire, life.name), "Churned is gone")
