"""Restores beside the engine's own sorted bulk load of the same output, in one process each.

`ANYWHEN_BENCH_RESTORE_MIB` makes the table another size than 1 GiB."""

import os

from conformance.bench.programs import example

MIB = int(os.environ.get("ANYWHEN_BENCH_RESTORE_MIB", "1024"))


def measure(report, directory):
    for item_bytes in (1024, 200):
        items = (MIB << 20) // item_bytes
        report.section(f"restore of {MIB} MiB in items of {item_bytes} bytes")
        load = example("bulk_load", directory / "bulk", items, item_bytes)
        yardstick = load["mb_per_second"]
        report.add(f"bulk load, {item_bytes} B", yardstick, "MB/s")
        for what, target, options in _variants(item_bytes):
            arguments = ["--directory", directory / "restore", "--items", items]
            arguments += ["--item-bytes", item_bytes, *options]
            got = example("restore_speed", *arguments)
            name = f"restore, {item_bytes} B, {what}"
            report.add(name, got["mb_per_second"], "MB/s", note=f"{got['seconds']:.1f} s")
            report.add(f"{name}, beside bulk load", got["mb_per_second"] / yardstick, target=target)
            report.add(f"{name}, peak memory", got["peak_rss_mib"], "MiB")


def _variants(item_bytes):
    wanted = [
        ("keyframe alone", ">= 0.85", []),
        ("deltas of half the table", ">= 0.70", ["--deltas", "0.5"]),
        ("two indexes", ">= 0.55", ["--indexes", "2"]),
        ("two indexes left out", ">= 0.85", ["--indexes", "2", "--without-indexes"]),
    ]
    return wanted if item_bytes == 1024 else wanted[:3]
