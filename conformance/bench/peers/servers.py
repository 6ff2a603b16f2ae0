"""The servers that are compared: how each is started on a port and a directory, and what it promises
of a write that it has acknowledged."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from conformance import anywhen_server
from conformance.bench.peers import installing

START_SECONDS = 60
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 20


@dataclass
class Started:
    """How to start a server that has been installed."""

    command: list
    environment: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Peer:
    """`install` answers a function of port and directory to `Started`, or raises NotInstallable."""

    name: str
    version: str
    durability: str
    install: object


def _dynoxide(version):
    features = "native-sqlite,http-server,cli"
    program = installing.from_cargo("dynoxide-rs", version, "dynoxide", features)
    return lambda port, directory: Started(
        [program, "serve", "--port", port, "--db-path", directory / "dynoxide.db"]
    )


def _dynalite(version):
    program = installing.from_npm("dynalite", version)
    return lambda port, directory: Started(
        [program, "--host", "127.0.0.1", "--port", port, "--path", directory / "leveldb"]
    )


def _ministack(version):
    program = installing.from_pip("ministack", version, "ministack")
    return lambda port, directory: Started(
        [program],
        {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(directory / "state"),
            "TMPDIR": str(directory),
        },
    )


def _moto(version):
    program = installing.from_pip("moto", version, "moto_server", "[server,dynamodb]")
    return lambda port, _directory: Started([program, "-H", "127.0.0.1", "-p", port])


def _dynamodb_local(_version):
    java, jar = installing.supplied_jar()
    library = f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"
    return lambda port, directory: Started(
        [java, library, "-jar", jar, "-port", port, "-sharedDb", "-dbPath", directory]
    )


PEERS = [
    Peer("dynoxide", "3.2.0", "file, SQLite WAL with its default synchronous=FULL", _dynoxide),
    Peer("dynalite", "4.0.0", "file, LevelDB; writes are not synced", _dynalite),
    Peer("ministack", "1.5.33", "memory; PERSIST_STATE saves it when it stops", _ministack),
    Peer("moto", "5.2.5", "memory; it has no storage", _moto),
    Peer("dynamodb-local", "supplied", "file, SQLite with its own settings", _dynamodb_local),
]


@dataclass(frozen=True)
class Running:
    """A started server: where it listens, and its process, which leads those it starts."""

    endpoint: str
    pid: int

    def cpu_seconds(self):
        """Processor time that it and the processes of its group have used so far."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            # A process may end while it is looked at.
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                pid, group = int(stat.parent.name), int(fields[2])
                if self.pid in (pid, group):
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_SECOND


@contextlib.contextmanager
def anywhen(directory):
    """An Anywhen of this tree, every write synced before it is acknowledged."""
    with anywhen_server.Server(directory / "anywhen") as server:
        yield Running(server.endpoint, server.pid)


@contextlib.contextmanager
def running(name, start, directory):
    """A started peer; it is stopped at the end."""
    directory = directory / name
    directory.mkdir(parents=True)
    port = _free_port()
    started = start(port, directory)
    with open(directory / "server.log", "wb") as log:
        process = subprocess.Popen(
            list(map(str, started.command)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env={**os.environ, **started.environment},
            start_new_session=True,
        )
    try:
        _wait_until_listening(process, port, directory / "server.log")
        yield Running(f"http://127.0.0.1:{port}", process.pid)
    finally:
        _stop(process)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_listening(process, port, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    tail = Path(log).read_text(errors="replace")[-2000:]
    raise RuntimeError(f"does not listen after {START_SECONDS} s or has ended:\n{tail}")


def _stop(process):
    """Its whole process group, because some start workers."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
