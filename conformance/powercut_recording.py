"""One life of a server under load, recorded, and what the cuts through it leave of the disk.

A `Recording` is data: what was asked and answered (`Load`), what was changed on the disk, and the
disk as it was before. It outlives server and directory, and goes into a file when a cut finds a
fault: the threads of a load never run twice alike, so a seed alone would not bring it back.
"""

import copy
import copyreg
import pickle
import random
import shutil
import subprocess
import threading
from pathlib import Path

from conformance.anywhen_server import REPOSITORY, Server, binary
from conformance.expiring import OFTEN
from conformance.powercut import (
    Disk,
    Fate,
    check_replay,
    choose_cut,
    read_trace,
    recording_environment,
)
from conformance.powercut_load import Load

# Of each cut in turn, the fates of the names at the top of the disk.
FATES = (
    {},
    {"*": Fate.TORN},
    {"archive": Fate.KEPT},
    {"*": Fate.TORN},
    {"*": Fate.KEPT, "archive": Fate.DROPPED},
    {"*": Fate.TORN, "archive": Fate.KEPT},
    {"*": Fate.TORN},
    {"*": Fate.KEPT, "archive": Fate.TORN},
)

# So that items expire at once, and within seconds tables are flushed and merged, slices of the log dropped, journals replaced,
# segments sorted out, deltas merged, keyframes made and files of the archive deleted.
IN_MINIATURE = {"ANYWHEN_MEMTABLES_MIB": "2", "ANYWHEN_ARCHIVER": "miniature", **OFTEN}

# A kept recording has new locks.
copyreg.pickle(type(threading.Lock()), lambda lock: (threading.Lock, ()))


class Recording:
    """A load, and every change that the server made to its disk meanwhile."""

    def __init__(self, seed, load, records, empty):
        self.seed, self.load, self.records, self.empty = seed, load, records, empty

    @classmethod
    def make(cls, directory, library, seed, rounds=2, **environment):
        """Runs a load against a new server. Its trace must hold all that it did to its disk."""
        root = directory / f"recorded-{seed}"
        disk = root / "disk"
        disk.mkdir(parents=True)
        empty = Disk(disk)
        trace = root / "trace"
        server = start(disk, library, trace, **environment)
        try:
            load = Load(server.endpoint, random.Random(seed))
            load.run(rounds)
            server.stop()
        finally:
            if server.is_running:
                server.kill()
        records = read_trace(trace)
        check_replay(records, empty)
        shutil.rmtree(root)
        return cls(seed, load, records, empty)

    def cuts(self, numbers, directory):
        """Of each cut, in order of time: its number, its moment, and the directory that holds what
        it left."""
        cuts = {}
        for number in numbers:
            rng = self.rng(number)
            # Some early ones, while the server starts for the first time.
            after_ns = 0 if number % 6 == 5 else self.load.began_ns
            cuts[number] = (choose_cut(self.records, rng, after_ns), rng)
        disk, done = copy.deepcopy(self.empty), 0
        for number, (cut, rng) in sorted(cuts.items(), key=lambda entry: entry[1][0].complete):
            for record in self.records[done : cut.complete]:
                disk.apply(record)
            done = cut.complete
            left = directory / f"cut-{self.seed}-{number}" / "disk"
            left.parent.mkdir()
            disk.survive(left, fates(number), rng)
            yield number, cut.at_ns, left

    def cut_at(self, instant_ns, left, forgets=None):
        """Writes to the directory `left` what was synced by an instant, on a disk that `forgets`
        the syncs of some nodes."""
        disk = copy.deepcopy(self.empty)
        if forgets is not None:
            disk.forgets = forgets
        for record in self.records:
            if record.ended_ns <= instant_ns:
                disk.apply(record)
        left.parent.mkdir()
        disk.survive(left, lambda name: Fate.DROPPED, random.Random(self.seed))

    def rng(self, number):
        return random.Random(f"{self.seed}, cut {number}")

    def explain(self, number, disk):
        """Keeps recording, disk and log, and tells how to go through the same cut again."""
        kept = REPOSITORY / f"target/powercut/{self.seed}"
        shutil.copytree(disk.parent, kept / f"cut-{number}", dirs_exist_ok=True)
        with open(kept / "recording", "wb") as file:
            pickle.dump(self, file)
        return (
            f"after cut {number}; disk and log are kept in {kept}/cut-{number}\n"
            f"again: ANYWHEN_RECORDING={kept} ANYWHEN_CUT={number} .venv/bin/python -m pytest "
            "-n 0 conformance/tests/test_power_cut.py -k survives_power_cuts"
        )

    @classmethod
    def load_kept(cls, kept):
        """The recording that `explain` kept."""
        with open(Path(kept) / "recording", "rb") as file:
            return pickle.load(file)


def start(disk, library, trace="/dev/null", **environment):
    """A running server whose every durable file lies below one directory, recorded."""
    server = Server(
        disk.parent,
        data_dir=disk / "data",
        archive_dir=disk / "archive",
        master_key_file=disk / "keys/master.key",
        environment=IN_MINIATURE,
    )
    return server.start(**recording_environment(library, trace), **environment)


def fates(number):
    """The fate of each name at the top, after the cut of this number."""
    chosen = FATES[number % len(FATES)]
    return lambda name: chosen.get(name, chosen.get("*", Fate.DROPPED))


def verify_archive(disk):
    """`anywhen archive verify` finds nothing wrong, if there is an archive yet."""
    archive, key = disk / "archive", disk / "keys/master.key"
    if not (archive / "anywhen-archive.json").exists():
        return
    command = [binary(), "archive", "verify", "--archive", archive, "--master-key-file", key]
    verified = subprocess.run(command, capture_output=True, text=True)
    assert verified.returncode == 0, f"{verified.stdout}{verified.stderr}"
