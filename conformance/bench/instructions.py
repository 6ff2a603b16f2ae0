"""Instructions per run of the hot paths, counted by valgrind: the same on a loaded machine as on an
idle one, so that they show what no clock here can. Compared with `instructions.json` beside this
file, which holds the counts of one compiler and one kind of processor:
`ANYWHEN_BENCH_KEEP=1` writes it anew."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from conformance.bench.programs import BINARIES

# The paths by the example program that has them.
PATHS = {
    "json-to-item": "hot_paths",
    "item-to-stored": "hot_paths",
    "stored-to-json": "hot_paths",
    "stored-key": "hot_paths",
    "condition": "hot_paths",
    "condition-cached": "hot_paths",
    "update": "hot_paths",
    "update-cached": "hot_paths",
    "statement": "hot_paths",
    "statement-cached": "hot_paths",
    "put-item": "hot_requests",
    "get-item": "hot_requests",
}
BASELINE = Path(__file__).with_name("instructions.json")
TOLERANCE_PERCENT = 5
FEW, MANY = 100, 600


def measure(report, _directory):
    report.section("instructions of the hot paths")
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        report.add("instructions of the hot paths", "not counted", note="needs valgrind")
        return
    counts = {
        path: per_run(valgrind, BINARIES / "examples" / program, path)
        for path, program in PATHS.items()
    }
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    for path, count in counts.items():
        report.add(f"instructions, {path}", count, note=verdict(count, baseline.get(path)))
    if os.environ.get("ANYWHEN_BENCH_KEEP") == "1":
        BASELINE.write_text(json.dumps(counts, indent=1) + "\n")
        print(f"kept in {BASELINE}")


def verdict(count, before):
    """How a count stands to the one before, beyond what the tolerance forgives."""
    if not before:
        return "nothing to compare with"
    change = count / before - 1
    if 100 * abs(count - before) <= TOLERANCE_PERCENT * before:
        return f"{change:+.1%}"
    return f"{change:+.1%}, {'SLOWER' if change > 0 else 'faster'}: it was {before:,}"


def per_run(valgrind, program, path):
    """What starting costs is in both runs, and so not in the difference."""
    few, many = (_count(valgrind, program, path, times) for times in (FEW, MANY))
    return round((many - few) / (MANY - FEW))


def _count(valgrind, program, path, times):
    command = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command += [str(program), path, str(times)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])
