"""What stays the same when there is more: requests to tables of 1,000 to 10 million items, and a
server of 2,500 tables that nobody uses."""

import os
import time

from conformance.anywhen_server import Server
from conformance.bench.programs import (
    load_records,
    memory_mib,
    peak_memory_mib,
    run_workload,
    server_cpu_seconds,
    written_bytes,
)
from conformance.bench.tables import create
from conformance.clients import Wire

ITEMS_MAX = int(os.environ.get("ANYWHEN_BENCH_ITEMS", "10000000"))
ITEM_BYTES = 100
TABLES = int(os.environ.get("ANYWHEN_BENCH_TABLES", "2500"))
IDLE_SECONDS = 60


def items(report, directory):
    """Processor time of a request, in tables of growing size in one server each."""
    report.section("requests to tables of growing size")
    first = {}
    for records in (1_000, 100_000, ITEMS_MAX):
        with Server(directory / f"growth-{records}") as server:
            load_records(server, records=records, item_bytes=ITEM_BYTES)
            for workload in ("get", "put", "query"):
                figures = run_workload(
                    workload, server, records=records, item_bytes=ITEM_BYTES, seconds=5
                )
                used = figures["cpu_us"]
                first.setdefault(workload, used)
                report.add(
                    f"{workload}, {records:,} items, CPU",
                    used,
                    "us",
                    note=f"{used / first[workload]:.2f} of the smallest table's; "
                    f"{figures['requests_per_second']:,.0f} requests/s",
                )
            report.add(f"peak memory, {records:,} items", peak_memory_mib(server), "MiB")


def tables(report, directory):
    """What tables cost that nobody uses, and how long they hold up a start."""
    report.section(f"{TABLES:,} tables")
    server = Server(directory / "tables").start()
    empty_mib = memory_mib(server)
    wire = Wire(server.endpoint)
    for number in range(TABLES):
        create(wire, f"Idle-{number:04}")
        wire.PutItem(TableName=f"Idle-{number:04}", Item={"pk": {"S": "x"}})
    server.stop()
    started = time.monotonic()
    server.start()
    report.add(f"start, {TABLES:,} tables", time.monotonic() - started, "s")
    time.sleep(IDLE_SECONDS / 4)
    cpu, written = server_cpu_seconds(server), written_bytes(server)
    time.sleep(IDLE_SECONDS)
    cpu, written = server_cpu_seconds(server) - cpu, written_bytes(server) - written
    report.add(
        f"memory, {TABLES:,} idle tables",
        memory_mib(server),
        "MiB",
        note=f"{empty_mib:.0f} MiB without tables",
    )
    report.add("written to disk while idle", written / IDLE_SECONDS, "bytes/s")
    report.add("processor time while idle", 100 * cpu / IDLE_SECONDS, "% of one core")
    server.kill()
    started = time.monotonic()
    server.start()
    report.add(f"start after kill -9, {TABLES:,} tables", time.monotonic() - started, "s")
    server.stop()
