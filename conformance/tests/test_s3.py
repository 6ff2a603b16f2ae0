"""The archive in a real S3 server: what holds for a directory holds here, and an S3 server that
dies, hangs or refuses is told apart and outlived."""

import os
import random
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conformance.anywhen_server import REPOSITORY
from conformance.clients import Fault, Wire
from conformance.oracle import Estate
from conformance.s3 import OWNER, READER
from conformance.tables import Schema, check_table, create_table, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import run_all

KILLS = int(os.environ.get("ANYWHEN_KILLS", 24)) // 8
OPERATIONS = int(os.environ.get("ANYWHEN_OPERATIONS", 2000)) // 4
OUTAGES = int(os.environ.get("ANYWHEN_OUTAGES", 2))
SIMPLE = Schema()
MIB = 1 << 20
FENCED = 'anywhen_archive_fenced{realm="123456789012/us-east-1"}'


@pytest.fixture
def make_s3_server(make_server, s3, bucket):
    """Makes servers of the test's own, with one bucket for their archive."""
    url = s3.make_bucket(bucket)
    return lambda name="server", **members: make_server(
        name, archive_url=url, environment=s3.environment(), **members
    )


def test_the_store_keeps_the_rules_the_archive_relies_on(s3, bucket):
    """Races of conditional puts, lists, ranges, multipart uploads: the archive's own store tests."""
    # The whole workspace's, so that nothing is built anew with fewer features.
    command = ["cargo", "test", "--workspace", "--lib", "store::tests::"]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **s3.environment(), "ANYWHEN_TEST_STORE": s3.make_bucket(bucket)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert s3.objects(bucket), "the tests have not used the bucket"


def test_any_instant_across_kills(make_s3_server, s3, bucket, seed):
    """The oracle's estate with its archive in S3, the server killed again and again; then all of
    its backups on a server that has only the bucket and the master key."""
    rng = random.Random(seed)
    server = make_s3_server().start()
    estate = Estate(server, rng, ("Kept", "Remade"))
    for name in ("Kept", "Remade"):
        estate.subjects[name].switch(True)
    for round_ in range(KILLS):
        estate.write(OPERATIONS // KILLS, meanwhile=("Kept", "Remade"))
        estate.check_points(1)
        if round_ == 1:
            estate.remake("Remade")
        estate.kill_under_load(rng.randrange(20, 100))
    estate.check_points(1)
    server.stop()
    second = make_s3_server("second", master_key_file=server.master_key_file).start()
    estate.check_backups(Wire(second.endpoint))
    metrics = metrics_of(second)
    for operation in ("get", "get_range", "put", "list", "delete"):
        assert metrics[f'anywhen_archive_requests_total{{operation="{operation}",result="ok"}}'] > 0
    assert not list(server.root.glob("archive*")), "everything is in the bucket"


def test_a_backup_larger_than_a_part(make_s3_server, s3, bucket, seed):
    """Items that do not compress, more than two parts of 8 MiB: uploaded in parts, read in
    ranges."""
    server = make_s3_server().start()
    wire, rng = Wire(server.endpoint), random.Random(seed)
    create_table(wire, "Large", SIMPLE)
    items = [
        {"pk": {"S": f"{n}"}, "bulk": {"S": rng.randbytes(195_000).hex()}} for n in range(90)
    ]
    for item in items:
        wire.PutItem(TableName="Large", Item=item)
    arn = wire.CreateBackup(TableName="Large", BackupName="Large")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", f"{arn} AVAILABLE", 120)
    largest = max(s3.objects(bucket).values())
    assert largest > 16 * MIB, largest
    metrics = metrics_of(server)
    assert metrics['anywhen_archive_requests_total{operation="put_part",result="ok"}'] >= 3
    assert metrics['anywhen_archive_request_bytes_total{operation="put_part"}'] >= largest
    server.restart()
    wire = Wire(server.endpoint)
    wire.RestoreTableFromBackup(TargetTableName="Again", BackupArn=arn)
    wait_active(wire, "Again", 120)
    check_table(wire, "Again", SIMPLE, items, "Again")
    assert metrics_of(server)['anywhen_archive_request_bytes_total{operation="get_range"}'] > 16 * MIB
    server.stop()


def test_an_s3_server_that_goes_away_loses_nothing(make_s3_server, s3, seed):
    """Killed, or hanging, under load: writes go on, Latest stands still and the metrics say since
    when; once it is back, everything is restorable."""
    rng = random.Random(seed)
    server = make_s3_server()
    server.environment |= {"AWS_TIMEOUT": "1 second", "ANYWHEN_ARCHIVER": "backoff-ms=200"}
    estate = Estate(server.start(), rng, ("Kept",))
    subject = estate.subjects["Kept"]
    subject.switch(True)
    for outage in range(OUTAGES):
        estate.write(100)
        hang = outage % 2 == 1
        s3.hang() if hang else s3.kill()
        try:
            before = subject.history.last_commit
            subject.write_until(
                lambda: away_since(server) and subject.history.last_commit > before + 3_000_000,
                "the archive is noticed to be away while writes go on",
            )
            _, latest = window(estate.wire, "Kept")
            estate.write(100)
            assert window(estate.wire, "Kept")[1] == latest, "Latest moved without an archive"
            assert latest < away_since(server) * 1_000_000 + 2_000_000
            assert metrics_of(server)["anywhen_archive_lag_seconds"] > 0
        finally:
            s3.go_on() if hang else s3.start()
        last = subject.history.last_commit
        until(lambda: window(estate.wire, "Kept")[1] // 10**6 >= last // 10**6, "it catches up", 120)
        until(lambda: away_since(server) == 0, "the metric says that the archive answers")
        estate.check_points(2)
    metrics = metrics_of(server)
    assert metrics['anywhen_archive_requests_total{operation="put",result="error"}'] >= OUTAGES
    repeated = metrics['anywhen_archive_http_requests_total{result="failed"}']
    assert repeated > metrics['anywhen_archive_requests_total{operation="put",result="error"}']
    server.stop()


def away_since(server):
    return metrics_of(server).get("anywhen_archive_away_since_seconds", 0)


def test_of_two_servers_on_one_bucket_one_goes_on(make_s3_server):
    """Started at once: both serve, one alone keeps history, the other says why it does not; and a
    third, with the archive and the key alone, finds what that one wrote."""
    key = make_s3_server("key").start()
    key.stop()
    servers = [
        make_s3_server(f"server{n}", master_key_file=key.master_key_file) for n in range(2)
    ]
    run_all([server.start for server in servers])
    wires = [Wire(server.endpoint) for server in servers]
    for n, wire in enumerate(wires):
        create_table(wire, f"Plain{n}", SIMPLE)
        create_table(wire, f"Kept{n}", SIMPLE)
    written = ([], [])

    def refusal(n):
        """Why a write is refused whose history is to be kept, or that it is kept at all."""
        on = {"PointInTimeRecoveryEnabled": True}
        item = {"pk": {"S": f"{len(written[n])}"}}
        try:
            wires[n].UpdateContinuousBackups(
                TableName=f"Kept{n}", PointInTimeRecoverySpecification=on
            )
            wires[n].PutItem(TableName=f"Kept{n}", Item=item)
        except Fault as fault:
            return fault.message
        written[n].append(item)
        return None

    until(lambda: any([refusal(0), refusal(1)]), "one is fenced")
    refusals = [refusal(n) for n in range(2)]
    assert sorted(text is None for text in refusals) == [False, True], refusals
    winner = refusals.index(None)
    assert "another server has taken over" in refusals[1 - winner], refusals
    assert metrics_of(servers[1 - winner])[FENCED] == 1
    assert metrics_of(servers[winner])[FENCED] == 0
    # What needs no archive goes on on both, and what was acknowledged is there.
    for n, wire in enumerate(wires):
        wire.PutItem(TableName=f"Plain{n}", Item={"pk": {"S": "x"}})
        check_table(wire, f"Kept{n}", SIMPLE, written[n], f"Kept{n}")
    reply = wires[winner].CreateBackup(TableName=f"Kept{winner}", BackupName="Winner")
    arn = reply["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wires[winner], arn) == "AVAILABLE", "the backup AVAILABLE")
    for server in servers:
        server.stop()
    third = make_s3_server("third", master_key_file=key.master_key_file).start()
    wire = Wire(third.endpoint)
    wire.RestoreTableFromBackup(TargetTableName="Again", BackupArn=arn)
    wait_active(wire, "Again")
    check_table(wire, "Again", SIMPLE, written[winner], "Again")
    third.stop()


@pytest.mark.parametrize(
    "wrong, advice",
    [
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "AWS_ACCESS_KEY_ID"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": READER[0], "AWS_SECRET_ACCESS_KEY": READER[1]}, "s3:PutObject"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "AWS_ENDPOINT_URL"),
        ({"bucket": "no-such-bucket"}, "make it"),
    ],
    ids=["key", "secret", "rights", "endpoint", "bucket"],
)
def test_a_store_that_cannot_be_used_is_explained(make_server, s3, bucket, wrong, advice):
    """Within the 60 s that a start may take here, by the URL, what was wrong and what to do."""
    wrong = dict(wrong)
    url = s3.make_bucket(bucket)
    if "bucket" in wrong:
        url = f"s3://{wrong.pop('bucket')}/archive"
    server = make_server(archive_url=url, environment={**s3.environment(), **wrong})
    with pytest.raises(RuntimeError) as refused:
        server.start()
    (line,) = [l for l in str(refused.value).splitlines() if l.startswith("anywhen: ")]
    assert url in line and advice in line, line
    assert OWNER[1] not in str(refused.value), "the log holds the secret key"


def test_a_store_without_credentials_is_explained(make_server, s3, bucket):
    """Nothing in the environment; the machine's own role is asked for, here at a dead address."""
    environment = {
        **s3.environment(),
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_METADATA_ENDPOINT": "http://127.0.0.1:1",
    }
    server = make_server(archive_url=s3.make_bucket(bucket), environment=environment)
    with pytest.raises(RuntimeError, match="AWS_ACCESS_KEY_ID"):
        server.start()


def test_a_store_without_conditional_puts_is_refused(make_server):
    """It would let two servers write one history."""
    with ThreadingHTTPServer(("127.0.0.1", 0), CarelessStore) as store:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.server_port}",
            "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "anything",
        }
        server = make_server(archive_url="s3://bucket/archive", environment=environment)
        with pytest.raises(RuntimeError, match="does not support conditional puts"):
            server.start()
        store.shutdown()
    assert CarelessStore.objects.keys() == {"/bucket/archive/anywhen-archive.json"}


class CarelessStore(BaseHTTPRequestHandler):
    """As much of S3 as a start needs, but for the conditions, which it does not look at."""

    protocol_version = "HTTP/1.1"
    objects = {}

    def do_GET(self):
        body = self.objects.get(self.path)
        self.answer(404 if body is None else 200, body or b"<Error><Code>NoSuchKey</Code></Error>")

    def do_PUT(self):
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200)

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 12:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def metrics_of(server):
    """{name and labels: value} of GET /metrics."""
    status, _, body = Wire(server.endpoint).request("GET", "/metrics")
    assert status == 200
    lines = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", body.decode(), re.MULTILINE)
    return {name: float(value) for name, value in lines}
