"""A Query of 100 items beside the least that a server on this engine has to do for it: reading the
records and writing them as JSON."""

from conformance.anywhen_server import Server
from conformance.bench.programs import example, load_records, run_workload

RECORDS = 20_000
ITEM_BYTES = 1_000
SECONDS = 5
THREADS = 2


def measure(report, directory):
    report.section("Query of 100 items, 64 connections")
    raw = example("raw_query", directory / "raw-query", SECONDS, THREADS, ITEM_BYTES)
    with Server(directory / "reads") as server:
        load_records(server, records=RECORDS, item_bytes=ITEM_BYTES)
        got = run_workload("query", server, records=RECORDS, item_bytes=ITEM_BYTES, seconds=SECONDS)
    report.add("Query", got["requests_per_second"], "requests/s")
    raw_us = raw["thread_us_per_query"]
    report.add("Query, CPU", got["cpu_us"], "us", note=f"reading and JSON alone: {raw_us:.1f} us")
    report.add("reading and JSON alone beside Query, CPU", raw_us / got["cpu_us"], target=">= 0.60")
    report.add(
        "Query beside reading and JSON alone, rate",
        got["requests_per_second"] / raw["queries_per_second"],
        note="the load generator takes its share of the machine",
    )
