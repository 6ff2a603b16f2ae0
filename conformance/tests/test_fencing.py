"""Two real processes on one archive: the second takes over, and the first finds out.

What holds: history is exactly the second server's; the first acknowledges no write to a table with
history once it knows, says why, and never touches what the second made; tables without history and
reads go on. A server that was stopped and goes on acknowledges nothing before it has looked. What
a server had acknowledged and not archived when it was taken over is in its own tables still, and
its history does not hide it.
"""

import random
import re
import threading

import pytest

from conformance.clients import Fault, Wire
from conformance.oracle import Estate, Subject, steps
from conformance.tables import Schema, check_indexes, check_table, create_table, read_all, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import SCHEMA

SIMPLE = Schema()
# Flushes, sorting and deletion happen at once, so that what a server relied on is soon gone.
BRISK = "flush-ms=5;idle-ms=100;grace-ms=0;sort-segments=4;keyframe-bytes-min=0;stopped-ms=1000"
# More than twice the manifests of a realm that are kept: then the oldest are deleted.
MANIFESTS = 140
TOLD = re.compile("writes are refused: .*(another server has taken over|written by epoch)")
TOLD_OR_WAITS = re.compile(f"{TOLD.pattern}|did not run for")


@pytest.fixture
def make_sharing(request, make_server):
    """Makes servers that share a master key and an archive, in a directory or, for a test that
    is run on "s3", there."""
    shared = {"environment": {"ANYWHEN_ARCHIVER": BRISK}}
    if getattr(request, "param", "directory") == "s3":
        s3 = request.getfixturevalue("s3")
        shared["archive_url"] = s3.make_bucket(request.getfixturevalue("bucket"))
        shared["environment"] |= s3.environment()

    def make(name):
        server = make_server(name, **shared)
        shared.setdefault("archive_dir", server.archive_dir)
        shared.setdefault("master_key_file", server.master_key_file)
        return server

    return make


@pytest.mark.parametrize("make_sharing", ["directory", "s3"], indirect=True)
def test_a_stopped_server_that_goes_on_is_fenced(make_sharing, seed):
    """SIGSTOP under load; a second server works until what the first relied on is deleted;
    SIGCONT: not one write to a table with history is acknowledged any more."""
    rng = random.Random(seed)
    first = make_sharing("first").start()
    wire = Wire(first.endpoint)
    mine = Subject(wire, "Mine", rng, writers=1)
    mine.switch(True)
    create_table(wire, "Plain", SIMPLE)
    mine.take_backup("Before")
    until(lambda: backup_status(wire, mine.backups[0].arn) == "AVAILABLE", "the backup AVAILABLE")
    mine.bound_backups()
    load = Load(mine)
    until(lambda: load.acknowledged > 100, "the load runs")
    first.freeze()

    second = make_sharing("second").start()
    estate = Estate(second, rng, ("Theirs",))
    theirs = estate.subjects["Theirs"]
    theirs.switch(True)
    until(
        lambda: steps(theirs.writers[0], 5) or flushes(second) > MANIFESTS,
        "the second server has deleted the first one's manifests",
        60,
    )
    load.expect_nothing = True
    first.thaw()
    assert TOLD_OR_WAITS.search(load.wait()), load.refusal
    until(lambda: TOLD.search(refusal(wire, "Mine")), "the first server knows")
    for _ in range(10):
        assert TOLD.search(refusal(wire, "Mine"))
    half = {"Put": {"TableName": "Plain", "Item": {"pk": {"S": "half"}}}}
    other = {"Put": {"TableName": "Mine", "Item": mine.writers[0].keys[0]}}
    with pytest.raises(Fault, match="writes are refused"):
        wire.TransactWriteItems(TransactItems=[half, other])
    # Reads and tables without history go on.
    wire.PutItem(TableName="Plain", Item={"pk": {"S": "whole"}})
    check_table(wire, "Plain", SIMPLE, [{"pk": {"S": "whole"}}], "Plain")
    mine.writers[0].resolve(read_all(wire, "Mine"), mine.history.last_commit + 1)

    # What the second server holds is what it wrote, while the first is there, and afterwards.
    steps(theirs.writers[0], 20)
    estate.check_points(3)
    first.stop()
    steps(theirs.writers[0], 20)
    estate.restart()
    estate.orphans += mine.backups
    estate.check_points(3)
    estate.check_backups()
    second.stop()


def test_a_server_that_is_taken_over_finds_out_and_can_come_back(make_sharing, seed):
    """Nobody is stopped: the first acknowledges until its next look. Whoever takes the archive
    back begins its history anew, with everything it has acknowledged; the other's tables stay
    what they were when it lost the archive, as backups."""
    rng = random.Random(seed)
    first, second = make_sharing("first").start(), make_sharing("second")
    mine = Subject(Wire(first.endpoint), "Mine", rng, writers=1)
    mine.switch(True)
    load = Load(mine)
    until(lambda: load.acknowledged > 50, "the load runs")
    second.start()
    assert TOLD.search(load.wait()), load.refusal
    theirs = Subject(Wire(second.endpoint), "Theirs", rng, writers=1)
    theirs.switch(True)
    steps(theirs.writers[0], 30)
    first.stop()
    second.stop()

    first.start()
    mine.connect(Wire(first.endpoint))
    mine.resolve()
    steps(mine.writers[0], 30)
    check_latest(mine)
    first.stop()

    second.start()
    theirs.connect(Wire(second.endpoint))
    theirs.resolve()
    steps(theirs.writers[0], 30)
    check_latest(theirs)
    second.stop()


def check_latest(subject):
    wire, target = subject.wire, f"Latest-{subject.name}"
    wire.RestoreTableToPointInTime(
        SourceTableName=subject.name, TargetTableName=target, UseLatestRestorableTime=True
    )
    wait_active(wire, target)
    items = read_all(wire, target)
    subject.history.check(subject.history.last_commit, items, target)
    check_indexes(wire, target, SCHEMA, items, target)


def refusal(wire, table):
    """Why a write is refused; empty if it is not."""
    try:
        wire.PutItem(TableName=table, Item={"pk": {"S": "one"}, "sk": {"S": "more"}})
    except Fault as fault:
        assert (fault.status, fault.code) == (500, "InternalServerError"), fault
        return fault.message
    return ""


def flushes(server):
    _, _, body = Wire(server.endpoint).request("GET", "/metrics")
    found = re.search(rb'anywhen_archive_flush_total\{result="ok"\} (\d+)', body)
    return int(found[1]) if found else 0


class Load:
    """Writes to a subject's table until a write is refused."""

    def __init__(self, subject):
        self.writer, self.start = subject.writers[0], subject.writers[0].acknowledged
        self.expect_nothing = False
        self.refusal = self.failure = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def acknowledged(self):
        return self.writer.acknowledged - self.start

    def _run(self):
        try:
            while True:
                # A reply may have been on its way when the server was stopped: a step that had
                # begun by then may end well.
                expect_nothing = self.expect_nothing
                self.writer.step()
                assert not expect_nothing, "a write was acknowledged"
        except Fault as fault:
            self.refusal = str(fault)
        except BaseException as error:
            self.failure = error

    def wait(self):
        """Why the load has ended."""
        self.thread.join(60)
        assert not self.thread.is_alive(), "still acknowledged after 60 s"
        if self.failure:
            raise self.failure
        return self.refusal
