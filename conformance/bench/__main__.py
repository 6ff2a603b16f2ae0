"""`python -m conformance.bench [SECTION...]`: measures some sections, or all, and prints a table."""

import argparse
import tempfile
from pathlib import Path

from conformance.anywhen_server import REPOSITORY
from conformance.bench import growth, history, instructions, reads, restores, steady, writes
from conformance.bench.report import Report

SECTIONS = {
    "writes": writes.measure,
    "reads": reads.measure,
    "steady": steady.measure,
    "restores": restores.measure,
    "backups": history.backups,
    "lag": history.lag,
    "length": history.length,
    "idle": history.idle,
    "start": history.start,
    "growth": growth.items,
    "tables": growth.tables,
    "instructions": instructions.measure,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("section", nargs="*", help=", ".join(SECTIONS))
    wanted = parser.parse_args().section or list(SECTIONS)
    if unknown := set(wanted) - set(SECTIONS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    report = Report()
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="anywhen-bench-") as directory:
            SECTIONS[name](report, Path(directory))
    report.finish(REPOSITORY / "target/bench/figures.json")


if __name__ == "__main__":
    main()
