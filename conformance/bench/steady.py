"""A server at its ease and in a crowd: latencies of an open loop at half the rate that saturates it,
with the stalls the server names, and memory under 1,000 connections."""

from conformance.anywhen_server import Server
from conformance.bench.programs import load_records, peak_memory_mib, run_workload
from conformance.bench.tables import metric
from conformance.clients import Wire

RECORDS = 100_000
SECONDS = 10
DURING = ("flush", "compaction", "flush and compaction", "neither")


def measure(report, directory):
    with Server(directory / "steady") as server:
        load_records(server, records=RECORDS)
        for workload in ("get", "put", "query", "a"):
            report.section(f"open loop, {workload}")
            _open_loop(report, server, workload)
        report.section("1,000 connections")
        before = peak_memory_mib(server)
        run_workload("b", server, records=RECORDS, seconds=SECONDS, connections=1_000)
        note = f"{before:,.0f} MiB before, with 64 and 256 connections"
        report.add("peak memory, 1,000 connections", peak_memory_mib(server), "MiB", note=note)


def _open_loop(report, server, workload):
    wire = Wire(server.endpoint)
    given = {"records": RECORDS, "seconds": SECONDS}
    saturated = run_workload(workload, server, connections=64, **given)
    before = {during: _stalls(wire, during) for during in DURING}
    rate = saturated["requests_per_second"] / 2
    figures = run_workload(workload, server, connections=256, rate=rate, **given)
    stalls = [
        f"{_stalls(wire, during) - count:.0f} during {during}"
        for during, count in before.items()
        if _stalls(wire, during) > count
    ]
    for operation in figures["operations"]:
        latency = {name: us / 1000 for name, us in operation["latency_us"].items()}
        report.add(
            f"{operation['operation']} of {workload} at {rate:,.0f}/s, p99 / p50",
            latency["p99"] / latency["p50"],
            target="<= 5",
            note=f"p50 {latency['p50']:.2f} ms, p99 {latency['p99']:.2f} ms, "
            f"max {latency['max']:.1f} ms; stalls: {', '.join(stalls) or 'none'}",
        )


def _stalls(wire, during):
    return metric(wire, "anywhen_commit_stall_seconds_count", during=during)
