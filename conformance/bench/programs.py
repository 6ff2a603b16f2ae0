"""The programs that measure: the load generator, the bare committer, the empty HTTP server, and the
restore examples; each as a call that answers numbers."""

import json
import os
import re
import resource
import subprocess
import tempfile
from pathlib import Path

from conformance.anywhen_server import REPOSITORY

BINARIES = REPOSITORY / "target/release"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def server_cpu_seconds(server):
    """Processor time that a running server has used so far."""
    fields = open(f"/proc/{server.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def written_bytes(server):
    """Bytes that a running server has had written to disk so far."""
    return int(re.search(r"^write_bytes: (\d+)", Path(f"/proc/{server.pid}/io").read_text(), re.M)[1])


def memory_mib(server):
    """Memory that a running server holds."""
    return _status_mib(server, "VmRSS")


def peak_memory_mib(server):
    """The most memory that a running server has held."""
    return _status_mib(server, "VmHWM")


def _status_mib(server, field):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M)[1]) / 1024


def load_records(server, **options):
    """Writes a table's records with the load generator."""
    _output([BINARIES / "loadgen", "load", "--endpoint", server.endpoint, *_options(options)])


def run_workload(workload, server, **options):
    """Sends a workload over the records; answers the load generator's figures, and the server's
    processor time for a request in microseconds as `cpu_us`."""
    with tempfile.NamedTemporaryFile(suffix=".json") as kept:
        command = [BINARIES / "loadgen", "run", workload, "--endpoint", server.endpoint]
        before = server_cpu_seconds(server)
        _output([*command, "--json", kept.name, *_options(options)])
        used = server_cpu_seconds(server) - before
        figures = json.load(kept)
    return {**figures, "cpu_us": used * 1e6 / figures["completed"]}


def _options(options):
    return [
        part
        for name, value in options.items()
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]


def loadgen(kind, address, *, table, requests, items=None, first=0, connections=64, payload=1000):
    """Runs a closed loop; answers what the generator prints, as numbers by name."""
    command = [BINARIES / "loadgen", kind, "--address", "%s:%d" % address, "--table", table]
    command += ["--connections", str(connections), "--requests", str(requests)]
    command += ["--items", str(items or requests), "--first", str(first)]
    command += ["--payload-bytes", str(payload)]
    line = _output(command)
    return {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", line)}


class EmptyServer:
    """An HTTP server on the same library that does nothing."""

    def __enter__(self):
        command = [BINARIES / "loadgen", "empty-server"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        host, _, port = (
            self._process.stdout.readline().strip().rpartition("http://")[2].rpartition(":")
        )
        return host, int(port)

    def __exit__(self, *error):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def raw_committer(directory, *, writers, seconds, value_bytes, log):
    """The bare engine under as many writers: (durable commits a second, CPU seconds a commit)."""
    command = [BINARIES / "examples/raw_committer", directory, str(seconds), str(writers)]
    command += [str(value_bytes), "log" if log else "no-log"]
    before = _children_cpu_seconds()
    line = _output(command)
    used = _children_cpu_seconds() - before
    rate = float(re.search(r"(\d+(?:\.\d+)?) durable commits/s", line)[1])
    commits = int(re.search(r"(\d+) commits", line)[1])
    return rate, used / commits


def example(name, *arguments):
    """Runs an example program; answers its figures by name."""
    line = _output([BINARIES / "examples" / name, *map(str, arguments)])
    return {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", line)}


def _children_cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _output(command):
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    print("     ", output.replace("\n", "\n      "), flush=True)
    return output
