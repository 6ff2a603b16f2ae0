"""The Rust SDK: the program of `clients-rust` does a task, and what it left is compared item by item
with what the task must leave."""

import json
import subprocess

import pytest

from conformance.anywhen_server import REPOSITORY
from conformance.tables import Index, Schema, check_table, drop_table

READINGS = Schema("sensor", "number", (Index("by-state", "state", "number"),), {"number": "N"})
# Half a minute on two idle cores, once; scripts/test has done it before.
BUILD_SECONDS = 900
TASK_SECONDS = 120


@pytest.fixture(scope="module")
def program():
    """The program, built into a directory of its own beside the server's."""
    manifest = REPOSITORY / "conformance/clients-rust/Cargo.toml"
    target = REPOSITORY / "target/clients-rust"
    command = ["cargo", "build", "--quiet", "--locked", "--manifest-path", manifest]
    subprocess.run([*command, "--target-dir", target], check=True, timeout=BUILD_SECONDS)
    return target / "debug/anywhen-conformance-clients"


def test_the_rust_sdk(endpoint, wire, table, program):
    ended = subprocess.run(
        [program, endpoint, table],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=TASK_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    before = [every_type(), *readings()]
    states = {
        told["fromBackup"]: before,
        told["toInstant"]: [*before, reading(62)],
        told["table"]: [*before, {**reading(62), "state": {"S": "too late"}}],
    }
    for name, expected in states.items():
        assert check_table(wire, name, READINGS, expected, name) > len(expected)
        drop_table(wire, name)
    wire.DeleteBackup(BackupArn=told["backupArn"])


def readings():
    """What is left of the readings before the restores."""
    items = {n: reading(n) for n in range(1, 62) if n != 3}
    items[1] |= {"state": {"S": "warm"}, "degrees": {"N": "2.5"}}
    items[2] |= {"degrees": {"N": "3"}}
    return list(items.values())


def reading(n):
    return {
        "sensor": {"S": f"s{n % 3}"},
        "number": {"N": str(n)},
        "state": {"S": "hot" if n % 2 else "cold"},
        "degrees": {"N": str(2 * n)},
    }


def every_type():
    return {
        "sensor": {"S": "every type"},
        "number": {"N": "0"},
        "text": {"S": "žluťoučký kůň ☃ 🎵 \0"},
        "empty": {"S": ""},
        "exact": {"N": "12345678901234567890123456789012345.678"},
        "small": {"N": "-0.00000000015"},
        "bytes": {"B": "AAF/gP8="},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"N": "1"}, {"S": "two"}, {"L": []}]},
        "map": {"M": {"deep": {"M": {}}}},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2.5"]},
        "binaries": {"BS": ["AQ==", "AgM="]},
    }
