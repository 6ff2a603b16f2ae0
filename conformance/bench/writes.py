"""Durable writes and reads: beside the empty server, and beside the bare committer on the same
bytes, by rate and by processor time."""

import itertools

from conformance.anywhen_server import Server
from conformance.bench.programs import EmptyServer, loadgen, raw_committer, server_cpu_seconds
from conformance.bench.tables import create, keep_history, settle
from conformance.clients import Wire

ITEMS = 200_000
# A commit of PutItem's is the sealed item: its payload, names, key, number, and the seal.
PAYLOAD_BYTES = 1000
SEALED_BYTES = 1070
REQUESTS = {1: 8_000, 16: 80_000, 64: 200_000, 256: 200_000}


def measure(report, directory):
    """Every write changes its item: a run begins at a number that no earlier one has written."""
    report.section("an empty HTTP server, 64 connections")
    with EmptyServer() as address:
        empty_put = loadgen("put", address, table="T", requests=ITEMS)["requests_per_second"]
        empty_get = loadgen("get", address, table="T", requests=ITEMS)["requests_per_second"]
    report.add("empty server, bodies of PutItem", empty_put, "requests/s")
    report.add("empty server, bodies of GetItem", empty_get, "requests/s")
    with Server(directory / "writes") as server:
        wire = Wire(server.endpoint)
        for table, history in (("Plain", False), ("Kept", True)):
            create(wire, table)
            if history:
                keep_history(wire, table)
            loadgen("put", server.address, table=table, requests=ITEMS)
        fresh = itertools.count(ITEMS, ITEMS)
        rates = {}
        for connections, requests in REQUESTS.items():
            report.section(f"durable PutItem, {connections} connections")
            for table, log in (("Plain", False), ("Kept", True)):
                rates[connections, table] = _put(
                    report, directory, server, table, connections, requests, log, next(fresh)
                )
            if connections == 64:
                put = rates[connections, "Plain"]
                report.add("PutItem beside the empty server", put / empty_put)
        report.section("what history costs a write, 64 connections, interleaved")
        _cost_of_history(report, server, fresh)
        report.section("GetItem, 64 connections")
        get = loadgen("get", server.address, table="Plain", requests=ITEMS)
        report.add("GetItem", get["requests_per_second"], "requests/s")
        report.add("GetItem beside the empty server", get["requests_per_second"] / empty_get)


def _put(report, directory, server, table, connections, requests, log, first):
    raw_rate, raw_cpu = raw_committer(
        directory / f"raw-{connections}-{log}",
        writers=connections,
        seconds=4,
        value_bytes=SEALED_BYTES,
        log=log,
    )
    before = server_cpu_seconds(server)
    got = loadgen(
        "put",
        server.address,
        table=table,
        requests=requests,
        items=ITEMS,
        first=first,
        connections=connections,
        payload=PAYLOAD_BYTES,
    )
    cpu = (server_cpu_seconds(server) - before) / requests
    what = f"PutItem{' with history' if log else ''}, {connections} connections"
    report.add(what, got["requests_per_second"], "requests/s", note=f"p99 {got['p99_ms']} ms")
    report.add(f"{what}, beside the committer", got["requests_per_second"] / raw_rate)
    report.add(f"{what}, CPU", cpu * 1e6, "us", note=f"the committer's: {raw_cpu * 1e6:.1f} us")
    return got["requests_per_second"]


def _cost_of_history(report, server, fresh, rounds=3):
    """Neither table's run pays for what the other's has left to do: the archive settles before."""
    wire = Wire(server.endpoint)
    seconds = {"Plain": 0.0, "Kept": 0.0}
    requests = 300_000
    for _ in range(rounds):
        first = next(fresh)
        next(fresh)
        for table in seconds:
            settle(wire, seconds=5)
            got = loadgen(
                "put", server.address, table=table, requests=requests, items=ITEMS, first=first
            )
            seconds[table] += requests / got["requests_per_second"]
    report.add(
        "PutItem without history beside with",
        seconds["Plain"] / seconds["Kept"],
        target=">= 0.90",
    )
