"""Clients of a server that is killed, again and again: what they were told has one serial order.

Many clients write and read few items, alone and in transactions, and record when each request was
called and answered and what it told; what a kill left without an answer may have happened or not.
`sim check-history` looks for an order of all that real time allows. So single items are
linearizable and transactions strictly serializable, across all lives of the server.
"""

import json
import os
import random
import subprocess

import pytest

from conformance.anywhen_server import REPOSITORY
from conformance.clients import Wire
from conformance.recording import TABLES, Client, Recording
from conformance.tables import Schema, create_table
from conformance.waiting import until
from conformance.workload import run_all

KILLS = int(os.environ.get("ANYWHEN_KILLS", 3))
CLIENTS = 8
SCHEMA = Schema(range="sk")
CHECKER = REPOSITORY / "target/debug/sim"
# Small, and each part of it in the middle of something.
REQUESTS_OF_A_LIFE = (100, 900)


@pytest.fixture
def file(seed):
    """Where the history is recorded; it stays there if the test fails."""
    path = REPOSITORY / f"target/histories/{seed}.jsonl"
    print(f"judge the recorded history again: {CHECKER} check-history {path}")
    return path


def test_what_clients_are_told_has_a_serial_order(server, seed, file):
    rng = random.Random(seed)
    wire = Wire(server.endpoint)
    for table in TABLES:
        create_table(wire, table, SCHEMA)
    recording = Recording(file)
    clients = [Client(f"c{n}", recording, random.Random(rng.random())) for n in range(CLIENTS)]
    begin(wire, recording, clients, 0)
    for process in range(KILLS):
        load_and_kill(server, recording, clients, rng)
        server.start()
        begin(Wire(server.endpoint), recording, clients, process + 1)
    for client in clients:
        client.finish()
    clients[0].look()
    server.stop()
    verdict = judge(file)
    assert verdict.returncode == 0, verdict.stdout
    assert recording.unanswered > 0, "no kill came while a write was under way"
    check_that_faults_are_found(file)
    file.unlink()


def begin(wire, recording, clients, process):
    """A process begins: from its first commit on nothing of the last one can happen any more."""
    first = clients[0].connect(wire, process).mark()
    if process > 0:
        recording.died(process - 1, first - 1)
    clients[0].look()
    for client in clients:
        client.connect(wire, process)


def load_and_kill(server, recording, clients, rng):
    """All clients at once, until a random number of requests has been answered."""
    goal = recording.answered + rng.randrange(*REQUESTS_OF_A_LIFE)

    def kill():
        try:
            until(lambda: recording.answered >= goal, "requests are answered", 60)
        finally:
            server.kill()

    run_all([kill, *(client.run_until_disconnected for client in clients)])


def judge(file):
    """The verdict of the checker: its exit status and what it prints."""
    if not CHECKER.exists():
        raise FileNotFoundError(f"{CHECKER}: build it with `cargo build --package anywhen-sim`")
    return subprocess.run([CHECKER, "check-history", file], capture_output=True, text=True)


def check_that_faults_are_found(file):
    """With a few more lines that can be so the history holds, with some that cannot it does not."""
    recorded = file.read_text()
    for what, holds, lines in continuations([json.loads(line) for line in recorded.splitlines()]):
        spoilt = file.with_suffix(".spoilt.jsonl")
        spoilt.write_text(recorded + "".join(json.dumps(line) + "\n" for line in lines))
        verdict = judge(spoilt)
        if holds:
            assert verdict.returncode == 0, f"{what}: {verdict.stdout}"
        else:
            refused = verdict.returncode == 1 and "not serializable (Read)" in verdict.stdout
            assert refused, f"{what}: {verdict.stdout}"
        spoilt.unlink()


def continuations(lines):
    """What it is, whether it can be, and lines that begin after all others were answered."""
    reads = [line["read"] for line in lines if "read" in line]
    # The clients' last look at everything, a table at a time.
    now = {**reads[-2]["found"], **reads[-1]["found"]}
    later = max(read["answered_ns"] for read in reads) + 1
    one, other = f"{TABLES[0]}/0", f"{TABLES[1]}/0"
    seen = (read["found"][one] for read in reads if one in read["found"])
    old = next(old for old in seen if old != now[one])
    new = {"stamp": {"S": "new"}}

    def write(names, **outcome):
        changes = [[name, {"do": {"put": new}}] for name in names]
        return {"write": {"called_ns": later, "changes": changes, "outcome": outcome}}

    def read(nth, found):
        at = later + 10 * nth
        return {"read": {"called_ns": at, "answered_ns": at + 1, "found": found}}

    answer = {"answered_ns": later + 1, "at": 2**60, "told": [{}]}
    put = write([one], committed=answer)
    both = write([one, other], unanswered={"process": KILLS})
    yield "a write", True, [put, read(1, {one: new})]
    yield "a lost write", False, [put, read(1, {one: now[one]})]
    yield "a read", True, [read(1, {one: now[one]})]
    yield "a stale read", False, [read(1, {one: old})]
    yield "a transaction", True, [both, read(1, {one: new}), read(2, {other: new})]
    half = [both, read(1, {one: new}), read(2, {other: now[other]})]
    yield "half a transaction", False, half
