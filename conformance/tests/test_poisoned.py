"""A disk that stops taking writes, and takes them again: the server heals by itself.

The disk's failure is real: a file size limit set on the running server makes its writes fail, with
nothing or only a part of them written. While it lasts writes are refused with the reason, reads are
served, and the health check says 503. When it is over the server is healthy without anybody's help,
every acknowledged write is there, and history restores exactly.
"""

import random
import resource
import shutil
import threading
import urllib.error
import urllib.request

import pytest

from conformance.clients import Fault, Wire
from conformance.history import History
from conformance.tables import canonical, create_table, read_all
from conformance.tests.test_crash import TABLE, check_after_crash, check_history
from conformance.waiting import until
from conformance.walkthrough import window
from conformance.workload import DISCONNECTED, SCHEMA, Writer

WRITERS = 4
ENABLE = {"PointInTimeRecoveryEnabled": True}
# Bytes of a batch that still fit into the journal, where it fails within a batch.
TORN_BYTES = 150


@pytest.mark.parametrize("failure", ["nothing is written", "a batch is torn"])
def test_writes_that_fail_poison_only_for_a_while(server, seed, failure):
    rng = random.Random(seed)
    wire = Wire(server.endpoint)
    create_table(wire, TABLE, SCHEMA)
    history = History(SCHEMA)
    writers = [Writer(f"w{n}", wire, TABLE, history, random.Random(rng.random())) for n in range(WRITERS)]
    wire.UpdateContinuousBackups(TableName=TABLE, PointInTimeRecoverySpecification=ENABLE)
    earliest, _ = window(wire, TABLE)
    until(lambda: writers[0].step() or history.last_commit > earliest, "the window opens")

    for round_ in range(2):
        for _ in range(10):
            for writer in writers:
                writer.step()
        readers = [Reader(server.endpoint) for _ in range(2)]
        limit_files(server, 0 if failure == "nothing is written" else used(server) + TORN_BYTES)
        write_until_refused(writers)
        until(lambda: "unhealthy" in health(server, 503), "the server says that it is unhealthy")
        if failure == "nothing is written":
            check_read_only(wire, writers)
        limit_files(server, resource.RLIM_INFINITY)
        until(lambda: health(server) is not None, "the server is healthy again", 60)
        for reader in readers:
            reader.stop()
        wire = Wire(server.endpoint)
        check_after_crash(wire, writers, history, f"after failure {round_}")
        assert metric(server, 'anywhen_engine_reopen_total{result="success"}') > round_
        assert metric(server, "anywhen_engine_read_only") == 0
    check_history(wire, history, earliest, rng)
    server.stop()
    server.start()
    expected = sorted(map(canonical, history.latest()))
    assert sorted(map(canonical, read_all(Wire(server.endpoint), TABLE))) == expected
    server.stop()


def test_a_full_disk_is_refused_until_there_is_space(make_server, table):
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, table, SCHEMA)
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "note": {"S": "kept"}}
    wire.PutItem(TableName=table, Item=item)
    server.stop()

    free_mib = shutil.disk_usage(server.root).free >> 20
    server.start(ANYWHEN_FREE_SPACE_MIB=str(free_mib * 10))
    wire = Wire(server.endpoint)
    assert "kept in reserve" in health(server, 503)
    assert read_all(wire, table) == [item]
    with pytest.raises(Fault) as refused:
        wire.PutItem(TableName=table, Item={**item, "note": {"S": "refused"}})
    assert refused.value.status == 500 and "kept in reserve" in refused.value.message
    assert read_all(wire, table) == [item]
    assert metric(server, "anywhen_engine_read_only") == 1
    server.stop()

    server.start(ANYWHEN_FREE_SPACE_MIB="0")
    wire = Wire(server.endpoint)
    assert health(server) is not None
    after = {**item, "note": {"S": "after"}}
    wire.PutItem(TableName=table, Item=after)
    assert read_all(wire, table) == [after]
    server.stop()


def limit_files(server, size):
    """From now on the server's writes behind this offset of a file fail; further ones do not."""
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, hard))


def used(server):
    """Where the journal's next batch goes: what is set aside behind it reads as zeros."""
    newest = max(server.data_dir.glob("store/*.jnl"), key=lambda path: int(path.stem))
    return len(newest.read_bytes().rstrip(b"\0"))


def write_until_refused(writers):
    """Each writer writes until its write fails, and then knows one whose fate is open."""
    def run(writer):
        while True:
            try:
                writer.step()
            except Fault as fault:
                assert fault.status == 500 and fault.code == "InternalServerError", fault
                return

    threads = [threading.Thread(target=run, args=(writer,), daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a write neither failed nor was acknowledged"


def check_read_only(wire, writers):
    """Every acknowledged write is read, and a new one is refused with the reason."""
    expected = [item for writer in writers for item in writer.items.values() if item]
    found = [item for item in read_all(wire, TABLE) if item["pk"]["S"] != "marker"]
    assert sorted(map(canonical, found)) == sorted(map(canonical, expected))
    with pytest.raises(Fault) as refused:
        wire.PutItem(TableName=TABLE, Item={"pk": {"S": "refused"}, "sk": {"S": "refused"}})
    assert refused.value.status == 500 and "writes are refused" in refused.value.message


def health(server, expected=200):
    """The health check's text, or None if its status is another one."""
    try:
        with urllib.request.urlopen(server.endpoint, timeout=10) as reply:
            status, text = reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    return text if status == expected else ("" if expected != 200 else None)


def metric(server, name):
    """The value of a metric, 0 if it was never set."""
    with urllib.request.urlopen(f"{server.endpoint}/metrics", timeout=10) as reply:
        lines = reply.read().decode().splitlines()
    values = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{name} ")]
    return float(values[0]) if values else 0


class Reader:
    """Reads all the time: a reply is a success or an error that clients retry, and comes soon."""

    def __init__(self, endpoint):
        self.wire, self.replies, self.errors = Wire(endpoint), 0, []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            try:
                self.wire.Scan(TableName=TABLE)
            except Fault as fault:
                if fault.status != 500 or fault.code != "InternalServerError":
                    self.errors.append(fault)
            except DISCONNECTED as error:
                self.errors.append(error)
            self.replies += 1

    def stop(self):
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive(), "a read hangs"
        assert not self.errors, self.errors[:3]
        assert self.replies > 0
