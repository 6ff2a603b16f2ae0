"""What history costs and gives on a running server: backups, the way from a commit to a restorable
instant, restores of an old table, what idle tables cost, and a start after a crash."""

import statistics
import threading
import time

from conformance.anywhen_server import Server
from conformance.bench.programs import loadgen
from conformance.bench.tables import (
    archived_through,
    create,
    delete,
    keep_history,
    metric,
    restore,
    settle,
)
from conformance.clients import Wire
from conformance.waiting import until

MIB = 1 << 20


def backups(report, directory):
    """CreateBackup with point-in-time recovery takes as long for a large table as for a small."""
    report.section("CreateBackup")
    with Server(directory / "backups") as server:
        wire = Wire(server.endpoint)
        for name, requests, payload in (("Small", 1_000, 1_000), ("Large", 82_000, 64_000)):
            create(wire, name)
            keep_history(wire, name)
            loadgen("put", server.address, table=name, requests=requests, payload=payload)
            took = [_backup(wire, name, number) for number in range(5)]
            size_mib = requests * payload / MIB
            report.add(
                f"CreateBackup to AVAILABLE, table of {size_mib:,.0f} MiB",
                statistics.median(took),
                "s",
                note=f"{max(took):.2f} s at most of {len(took)}",
            )


def _backup(wire, table, number):
    started = time.monotonic()
    made = wire.CreateBackup(TableName=table, BackupName=f"backup-{number}")["BackupDetails"]

    def available():
        described = wire.DescribeBackup(BackupArn=made["BackupArn"])["BackupDescription"]
        return described["BackupDetails"]["BackupStatus"] == "AVAILABLE"

    until(available, "the backup is AVAILABLE", seconds=120)
    return time.monotonic() - started


def lag(report, directory, samples=200):
    """From a write's reply until its commit can be restored, idle and under load."""
    report.section("commit to restorable")
    with Server(directory / "lag") as server:
        wire = Wire(server.endpoint)
        for table in ("Load", "Probe"):
            create(wire, table)
            keep_history(wire, table)
        _report_lag(report, "idle", _commit_to_restorable(wire, samples // 10))
        stop = threading.Event()
        load = threading.Thread(target=_load_until, args=(server, stop))
        load.start()
        try:
            waits = _commit_to_restorable(wire, samples)
        finally:
            stop.set()
            load.join()
        _report_lag(report, "under load of 64 connections", waits)


def _load_until(server, stop):
    first = 0
    while not stop.is_set():
        loadgen("put", server.address, table="Load", requests=100_000, items=500_000, first=first)
        first += 100_000


def _commit_to_restorable(wire, samples):
    seconds = []
    for number in range(samples):
        reply = wire.PutItem(TableName="Probe", Item={"pk": {"S": f"lag-{number}"}})
        replied = time.monotonic()
        committed = reply.commit / 1e6
        until(lambda: archived_through(wire) >= committed, "the commit is archived")
        seconds.append(time.monotonic() - replied)
    return sorted(seconds)


def _report_lag(report, when, seconds):
    p99 = seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]
    report.add(f"commit to restorable, {when}, p50", statistics.median(seconds), "s")
    report.add(f"commit to restorable, {when}, p99", p99, "s", target="<= 2")


def length(report, directory, items=100_000, rounds=(0, 1, 2, 4, 8)):
    """A restore's time against how often the whole table has been rewritten; and what churn writes
    to the archive."""
    report.section("restore against length of history, 100 MB table")
    with Server(directory / "length") as server:
        wire = Wire(server.endpoint)
        create(wire, "Churn")
        keep_history(wire, "Churn")
        done = -1
        first_seconds = None
        for wanted in rounds:
            while done < wanted:
                done += 1
                loadgen(
                    "put",
                    server.address,
                    table="Churn",
                    requests=items,
                    items=items,
                    first=done * items,
                )
            seconds = min(_restore_once(wire, attempt) for attempt in range(2))
            first_seconds = first_seconds or seconds
            report.add(
                f"restore after {wanted} rewrites of the table",
                seconds,
                "s",
                note=f"{seconds / first_seconds:.2f} of the first",
            )
        shipped = metric(wire, "anywhen_archive_bytes_written_total", kind="segment")
        written = metric(wire, "anywhen_archive_bytes_written_total")
        requests = metric(wire, "anywhen_archive_requests_total")
        report.add(
            "archive bytes written per byte of segments, heavy churn",
            written / shipped,
            target="<= 6",
        )
        report.add(
            "object-store requests per GiB of segments, restores included",
            requests / (shipped / (1 << 30)),
        )


def _restore_once(wire, attempt):
    target = f"Again{attempt}-{time.monotonic_ns()}"
    seconds, _ = restore(wire, "Churn", target)
    delete(wire, target)
    return seconds


def idle(report, directory, tables=1_000, seconds=120):
    """What tables cost that nobody writes to."""
    report.section(f"{tables} idle tables with history")
    with Server(directory / "idle") as server:
        wire = Wire(server.endpoint)
        for number in range(tables):
            create(wire, f"Idle-{number:04}")
            keep_history(wire, f"Idle-{number:04}")
            wire.PutItem(TableName=f"Idle-{number:04}", Item={"pk": {"S": "x"}})
        settle(wire, seconds=10)
        before = metric(wire, "anywhen_archive_requests_total")
        time.sleep(seconds)
        requests = metric(wire, "anywhen_archive_requests_total") - before
        report.add("object-store requests per hour", requests * 3600 / seconds)


def start(report, directory):
    """From `kill -9` under load to a server that answers."""
    report.section("start after kill -9 under load, 1 GiB")
    server = Server(directory / "start").start()
    wire = Wire(server.endpoint)
    create(wire, "Load")
    keep_history(wire, "Load")
    loadgen("put", server.address, table="Load", requests=1_000_000)
    server.kill()
    took = []
    for _ in range(3):
        started = time.monotonic()
        server.start()
        took.append(time.monotonic() - started)
        loadgen("put", server.address, table="Load", requests=50_000, items=1_000_000)
        server.kill()
    report.add("start after a crash", statistics.median(took), "s", note=f"{max(took):.1f} at most")
