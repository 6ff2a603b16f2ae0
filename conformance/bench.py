"""Figures, as ratios within one run: `python -m conformance.bench [DIRECTORY OF BINARIES]`.

Every figure stands beside a yardstick measured in the same minute on the same machine, because
the machine's own speed drifts: requests beside an HTTP server that does nothing, durable writes
beside the bare committer, a restore in bytes of items a second.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conformance.anywhen_server import REPOSITORY, Server
from conformance.clients import Wire
from conformance.waiting import until

BINARIES = REPOSITORY / (sys.argv[1] if len(sys.argv) > 1 else "target/debug")
CONNECTIONS = 64
ITEMS = 1_000_000  # of about 1 KB: 1 GiB with names and keys
REQUESTS = 200_000


def loadgen(kind, address, *, table="Load", requests=REQUESTS, items=ITEMS, first=0):
    """Requests per second of a closed loop; prints the line with the latencies."""
    command = [BINARIES / "loadgen", kind, "--address", "%s:%d" % address, "--table", table]
    command += ["--connections", str(CONNECTIONS)]
    command += ["--requests", str(requests), "--items", str(items)]
    command += ["--first", str(first)]
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    print("   ", line, flush=True)
    return float(re.search(r"requests_per_second=(\d+)", line)[1])


def empty_server():
    """What the HTTP library reaches under the same load: (put, get) requests per second."""
    command = [BINARIES / "loadgen", "empty-server"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        host, _, port = process.stdout.readline().strip().rpartition("http://")[2].rpartition(":")
        address = (host, int(port))
        return loadgen("put", address), loadgen("get", address)
    finally:
        process.kill()
        process.wait()


def raw_committer(directory):
    """Durable commits per second of the bare engine with as many writers."""
    command = [BINARIES / "examples/raw_committer", directory, "10", str(CONNECTIONS)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print("   ", output.strip().replace("\n", "\n    "), flush=True)
    return float(re.search(r"(\d+(?:\.\d+)?) durable commits/s", output)[1])


def create(wire, table):
    wire.CreateTable(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def keep_history(wire, table):
    wire.UpdateContinuousBackups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def restore(wire, source, target):
    """Seconds from the call to ACTIVE, and the bytes of the items restored."""
    started = time.monotonic()
    wire.RestoreTableToPointInTime(
        SourceTableName=source, TargetTableName=target, UseLatestRestorableTime=True
    )

    def active():
        table = wire.DescribeTable(TableName=target)["Table"]
        return table if table["TableStatus"] == "ACTIVE" else None

    table = until(active, f"{target} is ACTIVE", seconds=600)
    assert table["ItemCount"] == ITEMS, table["ItemCount"]
    return time.monotonic() - started, table["TableSizeBytes"]


def archived_through(wire):
    """The instant up to which everything is in the archive, in seconds; 0 before the first."""
    text = wire.request("GET", "/metrics")[2].decode()
    found = re.search(r"^anywhen_archive_archived_through_seconds(?:\{.*\})? (\S+)$", text, re.M)
    return float(found[1]) if found else 0.0


def commit_to_restorable(wire, table, samples=30):
    """Seconds from a write's reply until its commit is in the archive."""
    seconds = []
    for number in range(samples):
        reply = wire.PutItem(TableName=table, Item={"pk": {"S": f"lag-{number}"}})
        replied = time.monotonic()
        committed = reply.commit / 1e6
        until(lambda: archived_through(wire) >= committed, "the commit is archived")
        seconds.append(time.monotonic() - replied)
    return statistics.median(seconds), max(seconds)


def main():
    with tempfile.TemporaryDirectory(prefix="anywhen-bench-") as directory:
        print("An empty HTTP server:")
        empty_put, empty_get = empty_server()
        print("The bare committer:")
        raw = raw_committer(Path(directory) / "raw")
        with Server(Path(directory) / "server") as server:
            wire = Wire(server.endpoint)
            create(wire, "Plain")
            print("PutItem and GetItem on a table without history:")
            loadgen("put", server.address, table="Plain", items=REQUESTS)
            put = loadgen("put", server.address, table="Plain", items=REQUESTS, first=REQUESTS)
            get = loadgen("get", server.address, table="Plain", items=REQUESTS)
            create(wire, "Load")
            keep_history(wire, "Load")
            print("PutItem with point-in-time recovery, 1 GiB:")
            put_history = loadgen("put", server.address, requests=ITEMS)
            took, size_bytes = restore(wire, "Load", "Restored")
            lag, lag_max = commit_to_restorable(wire, "Load")
        print()
        print(f"PutItem beside an empty server:          {put / empty_put:.2f}")
        print(f"GetItem beside an empty server:          {get / empty_get:.2f}")
        print(f"PutItem beside the bare committer:       {put / raw:.2f}")
        print(f"PutItem with history beside without:     {put_history / put:.2f}")
        print(f"restore: {size_bytes / took / 1e6:.0f} MB/s ({size_bytes / 1e9:.2f} GB in {took:.1f} s)")
        print(f"commit to restorable: {lag:.2f} s in the median, {lag_max:.2f} s at most")


if __name__ == "__main__":
    main()
