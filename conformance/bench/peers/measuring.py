"""The loads, in rounds, and the tables of what they reached: requests a second, and processor time of
the server for a request. All servers share this machine with the load generator, which takes the
same for a request to each; so the rates of fast servers are nearer to each other than what the
servers themselves need."""

import json
import os
import statistics
import subprocess
from pathlib import Path

from conformance.anywhen_server import REPOSITORY

LOADS = {
    "PutItem": ["put"],
    "GetItem": ["get"],
    "Query of 100": ["query"],
    "YCSB A": ["a"],
    "YCSB B": ["b"],
    "YCSB C": ["c"],
    "YCSB F": ["f"],
}
LOAD_SECONDS = 1800


def loadgen():
    """The program: ANYWHEN_LOADGEN, or what `cargo build --release` made."""
    return Path(os.environ.get("ANYWHEN_LOADGEN", REPOSITORY / "target/release/loadgen"))


def load(endpoint, options):
    """Makes a server's table, the same records for each; answers why it could not, or None."""
    command = [loadgen(), "load", "--endpoint", endpoint, "--records", options.records]
    try:
        _run([*command, "--connections", options.connections])
    except subprocess.SubprocessError as error:
        return _reason(error)


def rounds(started, options, directory):
    """By server and load, of each round the requests per second and the server's processor time for a
    request in microseconds; None where requests failed."""
    reached = {name: {load: [] for load in LOADS} for name in started}
    for number in range(options.rounds):
        for load_name, arguments in LOADS.items():
            # Another server is first in every round.
            names = list(started)
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                figures = _run_once(started[name], arguments, number, options, directory)
                reached[name][load_name].append(figures)
                shown = "failed" if figures is None else f"{figures[0]:,.0f} requests/s"
                print(f"  round {number + 1}  {load_name:<13} {name:<15} {shown}", flush=True)
    return reached


def _run_once(server, arguments, number, options, directory):
    figures = directory / "figures.json"
    figures.unlink(missing_ok=True)
    command = [loadgen(), "run", *arguments, "--endpoint", server.endpoint, "--json", figures]
    command += ["--records", options.records, "--connections", options.connections]
    command += ["--seconds", options.seconds, "--seed", options.seed + number]
    before = server.cpu_seconds()
    try:
        _run(command)
    except subprocess.SubprocessError as error:
        print(f"    {_reason(error)}", flush=True)
        return None
    used = server.cpu_seconds() - before
    reached = json.loads(figures.read_text())
    return reached["requests_per_second"], used * 1e6 / reached["completed"]


def _run(command):
    subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True, timeout=LOAD_SECONDS
    )


def _reason(error):
    """The program's own remark on what failed, or its last words."""
    told = [line for line in (error.stdout or "").splitlines() if " failed with " in line]
    return (told or (error.stderr or str(error)).strip().splitlines() or ["no message"])[-1].strip()


def table(reached, peers, missing, ours="anywhen"):
    """Rows for the text tables: medians of each server, and how much better ours are."""
    median = {
        name: {load: _medians(rounds) for load, rounds in loads.items()}
        for name, loads in reached.items()
    }
    rows = []
    for load_name in LOADS:
        own = median[ours][load_name]
        row = {"load": load_name, ours: own}
        for name in median:
            if name != ours:
                row[name] = _beside(own, median[name][load_name])
        rows.append(row)
    return {"rows": rows, "durability": peers, "left_out": missing, "rounds": reached}


def _medians(rounds):
    """None for both unless every round succeeded."""
    if None in rounds or not rounds:
        return {"requests_per_second": None, "cpu_us": None}
    rates, cpu_us = zip(*rounds)
    return {
        "requests_per_second": statistics.median(rates),
        "cpu_us": statistics.median(cpu_us),
    }


def _beside(own, theirs):
    """A peer's figures, and how many times better ours are: above 1 we are faster, or need less."""

    def ratio(of, to):
        return of / to if of and to else None

    rate = ratio(own["requests_per_second"], theirs["requests_per_second"])
    return {**theirs, "rate_ratio": rate, "cpu_ratio": ratio(theirs["cpu_us"], own["cpu_us"])}


def text(result, ours="anywhen"):
    """The tables: our figures, then how many times better than each peer's they are."""
    names = [name for name in result["durability"] if name != ours]
    lines = []
    for title, figure, ratio, unit in (
        ("Rate", "requests_per_second", "rate_ratio", "/s"),
        ("Server CPU", "cpu_us", "cpu_ratio", "us"),
    ):
        lines.append(f"{title:<13} {ours:>13}" + "".join(f" {'x ' + name:>18}" for name in names))
        for row in result["rows"]:
            own = row[ours][figure]
            shown = "failed" if own is None else f"{own:,.0f} {unit}"
            line = f"{row['load']:<13} {shown:>13}"
            for name in names:
                times = row[name][ratio]
                line += f" {'failed' if times is None else f'{times:.2f}':>18}"
            lines.append(line)
        lines.append("")
    lines += [f"{name:<15} {what}" for name, what in result["durability"].items()]
    for name, why in result["left_out"].items():
        lines.append(f"{name:<15} left out: {why}")
    return "\n".join(lines)
