"""The plug is pulled under load, at many moments: everything that was acknowledged is there.

One life of the server is recorded; then, for each cut, a disk is built as the cut may have left it,
data directory and archive alike, the archive is verified, a server is started on it, and everything
that clients had been told is held against it. Every third cut is followed by another one while the
server opens.

The rest proves the proof: on a disk that forgets the syncs of one kind of file or directory, and
with a server that does not sync its commits, the same checks fail.
"""

import os
import platform
import random
import re
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from conformance.clients import Fault
from conformance.powercut import (
    Directory,
    Disk,
    File,
    build_recorder,
    check_replay,
    choose_cut,
    read_trace,
)
from conformance.powercut_check import check
from conformance.powercut_recording import Recording, fates, start, verify_archive

CUTS = int(os.environ.get("ANYWHEN_CUTS", 12))
# Cuts of one recording; then another one is made.
CUTS_PER_RECORDING = 50

# Of each kind of node: its type, its path, and what shows that its syncs were lost.
FORGOTTEN = {
    "journal": (File, r"/data/store/\d+\.jnl", "missing|damaged|lost|has come back"),
    "table files": (File, r"/data/store/keyspaces/\d+/tables/\d+", "cannot open the data directory"),
    "names of the engine": (Directory, r"/data.*", "is lost: it was created"),
    "horizon": (File, r"/data/horizon.*", "is not a horizon file"),
    "objects": (File, r"/archive/.*", "is damaged"),
    "names of objects": (Directory, r"/archive.*", "there is none here"),
    "master key": (File, r"/keys/.*", "does not hold a master key"),
    "name of the master key": (Directory, r"/keys", "is not there"),
}

pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="the recorder is written for Linux on x86-64",
)


def test_what_was_acknowledged_survives_power_cuts(disks, library, seed):
    for recording, numbers in recordings(disks, library, seed):
        compared = 0
        for number, at_ns, disk in recording.cuts(numbers, disks):
            try:
                compared += check_cut(number, at_ns, disk, library, recording)
            except Exception as error:
                raise AssertionError(recording.explain(number, disk)) from error
            shutil.rmtree(disk.parent)
        # A single cut may be one before there was anything.
        assert compared > 100 * len(numbers) or len(numbers) == 1, compared


def recordings(directory, library, seed):
    """Recordings, and the numbers of the cuts to make through each; or one that was kept."""
    if "ANYWHEN_RECORDING" in os.environ:
        kept = Recording.load_kept(os.environ["ANYWHEN_RECORDING"])
        yield kept, [int(os.environ["ANYWHEN_CUT"])]
        return
    for first in range(0, CUTS, CUTS_PER_RECORDING):
        recording = Recording.make(directory, library, seed + first)
        yield recording, range(first, min(first + CUTS_PER_RECORDING, CUTS))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The recorder, compiled."""
    return build_recorder(tmp_path_factory.mktemp("recorder"))


@pytest.fixture(scope="module")
def memory(tmp_path_factory):
    """A directory for disks: in memory, if there is room. Nothing is synced there anyway."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shutil.disk_usage(shared).free < 4 << 30:
        yield tmp_path_factory.mktemp("disks")
        return
    with tempfile.TemporaryDirectory(dir=shared, prefix="anywhen-powercut-") as directory:
        yield Path(directory)


@pytest.fixture
def disks(memory):
    """An empty directory for the disks of one test."""
    return Path(tempfile.mkdtemp(dir=memory))


@pytest.fixture(scope="module")
def small_recording(memory, library):
    """A short load with few restores."""
    return Recording.make(memory, library, 1, rounds=1)


def test_what_was_synced_is_enough(disks, library, small_recording):
    left, at_ns = disks / "cut/disk", small_recording.load.write_answers_ns()[-1]
    small_recording.cut_at(at_ns, left)
    check_at(at_ns, left, library, small_recording)


@pytest.mark.parametrize("kind", FORGOTTEN)
def test_a_disk_that_forgets_syncs_is_noticed(disks, library, small_recording, kind):
    node_type, path, noticed = FORGOTTEN[kind]
    left, at_ns = disks / "cut/disk", small_recording.load.write_answers_ns()[-1]
    small_recording.cut_at(
        at_ns, left, lambda node: isinstance(node, node_type) and re.fullmatch(path, node.path)
    )
    with pytest.raises((AssertionError, RuntimeError, Fault), match=noticed):
        check_at(at_ns, left, library, small_recording)


def test_a_server_that_does_not_sync_its_commits_is_noticed(disks, library):
    recording = Recording.make(disks, library, 1, rounds=0, ANYWHEN_DURABILITY="process")
    # It does sync about every second; so soon after, once in a while, nothing is lost.
    moments = recording.load.write_answers_ns()[::-200][:5]
    with pytest.raises((AssertionError, RuntimeError), match="lost|missing|has come back"):
        for number, at_ns in enumerate(moments):
            left = disks / f"cut-{number}/disk"
            recording.cut_at(at_ns, left)
            check_at(at_ns, left, library, recording)


def check_at(at_ns, left, library, recording):
    check_and_stop(start(left, library), recording.load, at_ns, random.Random(1))


def check_cut(number, at_ns, disk, library, recording):
    """Starts a server on what the cut left and checks it; perhaps cuts its opening, too."""
    rng = random.Random(recording.rng(number).random())
    verify_archive(disk)
    if number % 3:
        return check_and_stop(start(disk, library), recording.load, at_ns, rng)
    as_it_was = Disk(disk)
    trace = disk.parent / "trace"
    server = start(disk, library, trace)
    opened_ns = time.monotonic_ns()
    compared = check_and_stop(server, recording.load, at_ns, rng)
    records = read_trace(trace)
    check_replay(records, as_it_was)
    opening = [record for record in records if record.ended_ns < opened_ns]
    cut = choose_cut(opening, rng)
    for record in opening[: cut.complete]:
        as_it_was.apply(record)
    second = disk.parent / "again" / "disk"
    second.parent.mkdir()
    as_it_was.survive(second, fates(number), rng)
    verify_archive(second)
    return compared + check_and_stop(start(second, library), recording.load, at_ns, rng)


def check_and_stop(server, load, at_ns, rng):
    """Checks a running server; it has to stop in order, must not have complained, and leaves an
    archive that can be verified."""
    try:
        compared = check(server.endpoint, load, at_ns, rng)
        server.stop()
    finally:
        if server.is_running:
            server.kill()
    errors = [line for line in server.log_file.read_text().splitlines() if " ERROR " in line]
    # A backup of a table without history that was still CREATING cannot be made any more.
    errors = [line for line in errors if "the server ended before this backup was made" not in line]
    assert not errors, "\n".join(["the server complains:", *errors])
    verify_archive(server.archive_dir.parent)
    return compared
