"""Settings, their sources and the process: command line, environment, file; ready line and exit."""

import os
import re
import signal
import stat
import subprocess

import pytest

from conformance.anywhen_server import READY, binary
from conformance.clients import Wire
from conformance.faults import check_refused
from conformance.tables import Schema, create_table


def clean_environment(**environment):
    own = {name: value for name, value in os.environ.items() if not name.startswith("ANYWHEN_")}
    return {**own, **environment}


@pytest.fixture
def serve(tmp_path):
    """serve(*arguments, **environment): starts the bare command in an empty directory."""
    processes = []

    def start(*arguments, **environment):
        processes.append(
            subprocess.Popen(
                [binary(), "serve", *map(str, arguments)],
                cwd=tmp_path,
                env=clean_environment(**environment),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ready(process):
    """The endpoint that the ready line names."""
    line = process.stdout.readline()
    found = READY.fullmatch(line.strip())
    assert found, (line, process.stderr.read())
    return found[1]


def stopped(process, by=signal.SIGTERM):
    """Ends the process in order: its exit status, further output and log."""
    process.send_signal(by)
    output, log = process.communicate(timeout=40)
    return process.returncode, output, log


# Command lines that cannot be served: arguments, a word that the message has, exit status.
BAD = [
    (["--listen", "nonsense"], "nonsense", 2),
    (["--listen", "127.0.0.1:99999"], "99999", 2),
    (["--listen", "0.0.0.0:0"], "loopback", 1),
    (["--listen", "[::]:0"], "loopback", 1),
    (["--account-id", "12"], "12", 1),
    (["--default-region", "no region"], "no region", 1),
    (["--config", "missing.toml"], "missing.toml", 1),
    (["--no-such-option"], "--no-such-option", 2),
    (["--durability", "maybe"], "maybe", 2),
    (["--archive", "ftp://host/path"], "ftp", 1),
    (["--failpoints", "nonsense"], "nonsense", 1),
    (["--listen", "127.0.0.1:0", "--data-dir", "/proc/nowhere"], "/proc/nowhere", 1),
    (["--listen", "127.0.0.1:0", "--archive", "/proc/nowhere"], "/proc/nowhere", 1),
]


@pytest.mark.parametrize("arguments, word, status", BAD, ids=[" ".join(a) for a, _, _ in BAD])
def test_what_cannot_be_served_says_why(serve, arguments, word, status):
    process = serve(*arguments)
    output, log = process.communicate(timeout=30)
    assert process.returncode == status, log
    assert word in log, log
    assert output == "", "standard output is for the ready line"
    assert "panicked" not in log


def test_the_environment_names_every_setting(serve, tmp_path):
    process = serve(
        ANYWHEN_LISTEN="127.0.0.1:0",
        ANYWHEN_DATA_DIR=str(tmp_path / "d"),
        ANYWHEN_ARCHIVE=str(tmp_path / "a"),
        ANYWHEN_MASTER_KEY_FILE=str(tmp_path / "k"),
        ANYWHEN_ACCOUNT_ID="000000000042",
        ANYWHEN_DEFAULT_REGION="eu-central-1",
        ANYWHEN_LOG_FORMAT="json",
    )
    wire = Wire(ready(process), region="eu-central-1")
    create_table(wire, "table", Schema("pk"))
    arn = wire.DescribeTable(TableName="table")["Table"]["TableArn"]
    assert arn == "arn:aws:dynamodb:eu-central-1:000000000042:table/table"
    status, output, log = stopped(process)
    assert (status, output) == (0, "")
    assert all(line.startswith("{") for line in log.splitlines()), log
    assert (tmp_path / "a" / "anywhen-archive.json").exists()
    assert any((tmp_path / "d").iterdir())
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600


def test_regions_are_real_and_bounded(serve, tmp_path):
    process = serve(
        ANYWHEN_LISTEN="127.0.0.1:0",
        ANYWHEN_DATA_DIR=str(tmp_path / "d"),
        ANYWHEN_ARCHIVE=str(tmp_path / "a"),
        ANYWHEN_MASTER_KEY_FILE=str(tmp_path / "k"),
    )
    endpoint = ready(process)
    for typing_error in ("us-esat", "useast1", "us-east-1a"):
        wire = Wire(endpoint, region=typing_error)
        check_refused(wire, "ListTables", {}, "InvalidSignatureException", re.compile(".*valid region.*"))
    for number in range(64):
        assert Wire(endpoint, region=f"us-test-{number}").ListTables()["TableNames"] == []
    wire = Wire(endpoint, region="us-test-64")
    check_refused(wire, "ListTables", {}, "ValidationException", re.compile(".*64 Regions.*"))
    assert Wire(endpoint, region="us-test-63").ListTables()["TableNames"] == []
    assert stopped(process)[0] == 0


def test_a_file_names_settings_and_the_command_line_wins(serve, tmp_path):
    config = tmp_path / "anywhen.toml"
    config.write_text(
        'listen = "127.0.0.1:1"\ndata-dir = "from-file"\naccount-id = "000000000007"\n'
        'default-region = "ap-south-1"\n'
    )
    arguments = ["--config", config, "--listen", "127.0.0.1:0"]
    process = serve(*arguments, ANYWHEN_ACCOUNT_ID="000000000008")
    wire = Wire(ready(process))
    created = wire.post("ListTables", b"{}", Authorization=None)
    assert created[0] == 200
    create_table(wire, "table", Schema("pk"))
    arn = wire.DescribeTable(TableName="table")["Table"]["TableArn"]
    assert arn == "arn:aws:dynamodb:us-east-1:000000000008:table/table", "environment before file"
    assert stopped(process)[0] == 0
    # What was not named lies beside the data.
    names = {path.name for path in tmp_path.iterdir()}
    assert {"from-file", "from-file-archive", "from-file-master.key"} <= names


@pytest.mark.parametrize(
    "text, word",
    [("lisen = 1", "lisen"), ("listen = 5", "listen"), ("not toml", "anywhen.toml")],
)
def test_a_faulty_file_is_named(serve, tmp_path, text, word):
    (tmp_path / "anywhen.toml").write_text(text)
    process = serve("--config", "anywhen.toml")
    _, log = process.communicate(timeout=30)
    assert process.returncode == 1
    assert word in log and "anywhen.toml" in log, log


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_ends_in_order(serve, tmp_path, by):
    process = serve("--listen", "127.0.0.1:0")
    wire = Wire(ready(process))
    create_table(wire, "table", Schema("pk"))
    wire.PutItem(TableName="table", Item={"pk": {"S": "a"}})
    status, output, log = stopped(process, by)
    assert (status, output) == (0, ""), log
    assert "panicked" not in log
    process = serve("--listen", "127.0.0.1:0")
    wire = Wire(ready(process))
    assert wire.GetItem(TableName="table", Key={"pk": {"S": "a"}})["Item"] == {"pk": {"S": "a"}}
    assert stopped(process)[0] == 0


def test_may_be_stopped_as_soon_as_it_is_ready(serve):
    """The ready line promises an ordered stop: the signal's handler is in place before it."""
    for _ in range(10):
        process = serve("--listen", "127.0.0.1:0")
        ready(process)
        status, _, log = stopped(process)
        assert status == 0, log


def test_two_servers_do_not_share_a_data_directory(serve, tmp_path):
    first = serve("--listen", "127.0.0.1:0")
    wire = Wire(ready(first))
    second = serve("--listen", "127.0.0.1:0")
    output, log = second.communicate(timeout=30)
    assert second.returncode == 1 and output == ""
    assert re.search("(?i)lock|in use|another", log), log
    missing = ("ResourceNotFoundException", "Requested resource not found: Table: abc not found")
    check_refused(wire, "DescribeTable", {"TableName": "abc"}, *missing)
    assert stopped(first)[0] == 0


@pytest.mark.parametrize("damaged", ["horizon", "store/keyspaces/2/current"])
def test_a_damaged_data_directory_is_not_served(serve, tmp_path, damaged):
    data_dir = tmp_path / "data"
    process = serve("--listen", "127.0.0.1:0", "--data-dir", data_dir)
    create_table(Wire(ready(process)), "table", Schema("pk"))
    assert stopped(process)[0] == 0
    content = (data_dir / damaged).read_bytes()
    (data_dir / damaged).unlink()
    process = serve("--listen", "127.0.0.1:0", "--data-dir", data_dir)
    output, log = process.communicate(timeout=30)
    assert process.returncode == 1 and output == "", log
    assert str(data_dir / damaged) in log and "anywhen recover" in log, log
    assert "panicked" not in log
    # Nothing was changed: with the file back, everything is.
    (data_dir / damaged).write_bytes(content)
    process = serve("--listen", "127.0.0.1:0", "--data-dir", data_dir)
    assert Wire(ready(process)).ListTables()["TableNames"] == ["table"]
    assert stopped(process)[0] == 0


def test_a_taken_port_is_named(serve, tmp_path):
    endpoint = ready(serve("--listen", "127.0.0.1:0"))
    address = endpoint.removeprefix("http://")
    other = serve("--listen", address, "--data-dir", tmp_path / "other")
    output, log = other.communicate(timeout=30)
    assert other.returncode == 1 and output == ""
    assert address in log, log


def test_version_and_help(serve):
    for arguments in (["--version"], ["--help"], ["serve", "--help"]):
        done = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and done.stdout
