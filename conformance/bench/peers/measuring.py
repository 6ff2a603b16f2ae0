"""The loads, in rounds, and the table of what they reached."""

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


def rounds(endpoints, options, directory):
    """Requests per second by server and load, one figure per round; None where requests failed."""
    rates = {name: {load: [] for load in LOADS} for name in endpoints}
    for number in range(options.rounds):
        for load_name, arguments in LOADS.items():
            # Another server is first in every round.
            names = list(endpoints)
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                rate = _rate(endpoints[name], arguments, number, options, directory)
                rates[name][load_name].append(rate)
                shown = "failed" if rate is None else f"{rate:,.0f} requests/s"
                print(f"  round {number + 1}  {load_name:<13} {name:<15} {shown}", flush=True)
    return rates


def _rate(endpoint, arguments, number, options, directory):
    figures = directory / "figures.json"
    figures.unlink(missing_ok=True)
    command = [loadgen(), "run", *arguments, "--endpoint", endpoint, "--json", figures]
    command += ["--records", options.records, "--connections", options.connections]
    command += ["--seconds", options.seconds, "--seed", options.seed + number]
    try:
        _run(command)
    except subprocess.SubprocessError as error:
        print(f"    {_reason(error)}", flush=True)
        return None
    return json.loads(figures.read_text())["requests_per_second"]


def _run(command):
    subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True, timeout=LOAD_SECONDS
    )


def _reason(error):
    """The program's own remark on what failed, or its last words."""
    told = [line for line in (error.stdout or "").splitlines() if " failed with " in line]
    return (told or (error.stderr or str(error)).strip().splitlines() or ["no message"])[-1].strip()


def table(rates, peers, missing, ours="anywhen"):
    """Rows for a text table: the median rate of each server and how many times it ours is."""
    median = {
        name: {load: _median(figures) for load, figures in loads.items()}
        for name, loads in rates.items()
    }
    rows = []
    for load_name in LOADS:
        own = median[ours][load_name]
        row = {"load": load_name, ours: own}
        for name in median:
            if name != ours:
                theirs = median[name][load_name]
                ratio = own / theirs if own and theirs else None
                row[name] = {"requests_per_second": theirs, "ours_by_theirs": ratio}
        rows.append(row)
    return {"rows": rows, "durability": peers, "left_out": missing, "rounds": rates}


def _median(figures):
    """None unless every round succeeded."""
    return None if None in figures or not figures else statistics.median(figures)


def text(result, ours="anywhen"):
    """The table: our requests per second, then how many times each peer's they are."""
    names = [name for name in result["durability"] if name != ours]
    lines = [f"{'':<13} {ours:>13}" + "".join(f" {'x ' + name:>18}" for name in names)]
    for row in result["rows"]:
        own = "failed" if row[ours] is None else f"{row[ours]:,.0f} /s"
        line = f"{row['load']:<13} {own:>13}"
        for name in names:
            ratio = row[name]["ours_by_theirs"]
            line += f" {'failed' if ratio is None else f'{ratio:.2f}':>18}"
        lines.append(line)
    lines.append("")
    lines += [f"{name:<15} {what}" for name, what in result["durability"].items()]
    for name, why in result["left_out"].items():
        lines.append(f"{name:<15} left out: {why}")
    return "\n".join(lines)
