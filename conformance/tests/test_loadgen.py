"""The load generator against a server: each workload runs without a failed request, its reports agree
with what the table then holds, and a request that fails for good is neither hidden nor forgiven."""

import json
import subprocess

import pytest

from conformance.anywhen_server import REPOSITORY
from conformance.clients import Wire
from conformance.tables import read_all

TABLE = "LoadgenTest"
LOADGEN = REPOSITORY / "target/debug/loadgen"
RECORDS = 300
SHAPE = ["--records", RECORDS, "--item-bytes", "100-3000", "--partition-records", 100]
REQUESTS = 400
NAMES = {
    "a": {"GetItem", "UpdateItem"},
    "b": {"GetItem", "UpdateItem"},
    "c": {"GetItem"},
    "d": {"GetItem", "PutItem (insert)"},
    "e": {"Query", "PutItem (insert)"},
    "f": {"GetItem", "GetItem, then UpdateItem"},
    "put": {"PutItem"},
    "get": {"GetItem"},
    "query": {"Query"},
    "transactions": {"TransactGetItems", "TransactWriteItems"},
}


def loadgen(*arguments):
    return subprocess.run(
        [LOADGEN, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def loaded(endpoint):
    """The endpoint, with the table."""
    done = loadgen("load", "--endpoint", endpoint, "--table", TABLE, *SHAPE)
    assert done.returncode == 0, done.stdout + done.stderr
    yield endpoint
    Wire(endpoint).DeleteTable(TableName=TABLE)


def sizes(endpoint):
    """DynamoDB's size of each item, by key."""
    return {
        (item["pk"]["S"], item["sk"]["S"]): sum(
            len(name) + len(value["S"]) for name, value in item.items()
        )
        for item in read_all(Wire(endpoint), TABLE)
    }


def run(endpoint, directory, workload, *pace):
    report, chart = directory / "report.json", directory / "chart.svg"
    options = ["--table", TABLE, "--seed", 5, "--query-items", 20, "--json", report, "--svg", chart, *SHAPE]
    done = loadgen("run", workload, "--endpoint", endpoint, *options, *pace)
    assert done.returncode == 0, done.stdout + done.stderr
    assert chart.read_text().startswith("<svg")
    return json.loads(report.read_text())


@pytest.mark.parametrize("workload", NAMES)
def test_workloads_succeed_and_keep_sizes(loaded, tmp_path, workload):
    before = sizes(loaded)
    assert len(before) >= RECORDS and min(before.values()) >= 100 and max(before.values()) <= 3000
    report = run(loaded, tmp_path, workload, "--connections", 8, "--requests", REQUESTS)
    assert (report["completed"], report["failed"]) == (REQUESTS, 0)
    by_name = {operation["operation"]: operation for operation in report["operations"]}
    assert set(by_name) == NAMES[workload]
    assert sum(operation["completed"] for operation in by_name.values()) == REQUESTS
    assert all(operation["missing"] == 0 for operation in by_name.values())
    if workload == "query":
        assert by_name["Query"]["items"] == 20 * REQUESTS
    # Inserts add records, or write one that an earlier run has; nothing else changes a size.
    after = sizes(loaded)
    assert before.items() <= after.items()
    inserted = by_name.get("PutItem (insert)", {"completed": 0})["completed"]
    assert len(after) == max(len(before), RECORDS + inserted)


def test_the_open_loop_sends_what_it_is_told(loaded, tmp_path):
    pace = ["--rate", 200, "--seconds", 1, "--connections", 4]
    report = run(loaded, tmp_path, "a", *pace)
    assert (report["completed"], report["target_requests_per_second"]) == (200, 200)
    assert report["seconds"] >= 199 / 200


def test_failures_are_counted_shown_and_an_error(endpoint, tmp_path):
    report = tmp_path / "report.json"
    options = ["--table", "Absent", "--requests", 20, "--connections", 2, "--json", report]
    done = loadgen("run", "c", "--endpoint", endpoint, *options)
    assert done.returncode != 0 and "20 requests failed" in done.stderr
    assert "20 failed with ResourceNotFoundException" in done.stdout
    kept = json.loads(report.read_text())
    assert (kept["completed"], kept["failed"]) == (0, 20)


def test_a_server_that_is_not_there_is_tried_again_and_told():
    options = ["--requests", 3, "--connections", 1, "--attempts", 2]
    done = loadgen("run", "c", "--endpoint", "http://127.0.0.1:1", *options)
    assert done.returncode != 0
    assert "3 tried again after connect" in done.stdout
    assert "3 failed with connect" in done.stdout
