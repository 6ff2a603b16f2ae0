"""Fixtures: the endpoint under test, clients of it, and servers that a test may kill.

The shared server lives as long as the worker; at its end it must stop in order and must not have
panicked. With `--endpoint-url` the shared server is that endpoint, and tests that need a process
of their own are skipped.
"""

import itertools
import os
import random
import re

import pytest

from conformance.anywhen_server import Server
from conformance.clients import Wire, boto3_client
from conformance.s3 import SeaweedFS

# Asserts in the helpers explain themselves as those in tests do.
pytest.register_assert_rewrite(
    "conformance.tables", "conformance.history", "conformance.oracle", "conformance.expiring"
)

_numbers = itertools.count()
# What makes random tests longer.
SCALE = (
    "ANYWHEN_KILLS",
    "ANYWHEN_OPERATIONS",
    "ANYWHEN_OUTAGES",
    "ANYWHEN_SMALL_ITEMS",
)


def pytest_addoption(parser):
    parser.addoption("--endpoint-url", help="test this endpoint instead of a server of our own")


@pytest.fixture(scope="session")
def endpoint(request):
    """URL of the endpoint that tests share."""
    given = request.config.getoption("--endpoint-url")
    if given:
        yield given
        return
    with Server() as server:
        yield server.endpoint


@pytest.fixture(scope="session")
def ddb(endpoint):
    """boto3's client of the shared endpoint."""
    return boto3_client(endpoint)


@pytest.fixture(scope="session")
def wire(endpoint):
    """The bare wire to the shared endpoint."""
    return Wire(endpoint)


@pytest.fixture
def make_server(request, tmp_path):
    """Makes servers of the test's own: `make_server("name", **directories)`; not started."""
    if request.config.getoption("--endpoint-url"):
        pytest.skip("needs a server process of its own")
    servers = []

    def make(name="server", **directories):
        servers.append(Server(tmp_path / name, **directories))
        return servers[-1]

    yield make
    for server in servers:
        if server.is_running:
            server.kill()


@pytest.fixture
def server(make_server):
    """A running server of the test's own."""
    return make_server().start()


@pytest.fixture
def table(request):
    """A table name that no other test uses."""
    name = re.sub(r"[^a-zA-Z0-9_.-]+", "-", request.node.name)[:200]
    return f"{name}-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def seed(request):
    """The seed of a random test; a failure prints the command that repeats it."""
    seed = int(os.environ.get("ANYWHEN_SEED", random.SystemRandom().randrange(2**32)))
    scale = {name: value for name, value in os.environ.items() if name in SCALE}
    settings = " ".join(f"{name}={value}" for name, value in {**scale, "ANYWHEN_SEED": seed}.items())
    print(f"repeat with: {settings} .venv/bin/python -m pytest conformance/{request.node.nodeid}")
    return seed


@pytest.fixture(scope="session")
def s3():
    """A real S3 server that lives as long as the worker."""
    with SeaweedFS() as server:
        yield server


@pytest.fixture
def bucket(request):
    """The name of a bucket that no other test uses."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40].rstrip("-")
    return f"{name}-{os.getpid()}-{next(_numbers)}"
