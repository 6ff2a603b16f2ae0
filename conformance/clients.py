"""Two clients of one endpoint: boto3 as people use it, and `Wire`, which sends just what it is told.

`Wire` exists because boto3 checks and rewrites requests: it cuts fractions of timestamps, refuses
requests that a server must also refuse, and hides the text of numbers.
"""

import http.client
import json
import re
import threading
import time
import urllib.parse
from decimal import Decimal

import boto3
import botocore.config

REGION = "us-east-1"
# Idle connections are closed by the server after a while; an older one is not used again.
CONNECTION_IDLE_SECONDS = 5


def boto3_client(endpoint, region=REGION, **config):
    """A DynamoDB client that sends what it is given, and once."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="anywhen",
        aws_secret_access_key="anywhen",
        config=botocore.config.Config(
            **{"parameter_validation": False, "retries": {"total_max_attempts": 1}, **config}
        ),
    )


def commit_of(response):
    """The commit timestamp of a write's boto3 response, in microseconds; None if it made none."""
    return _micros(response["ResponseMetadata"]["HTTPHeaders"].get("x-anywhen-commit-timestamp"))


def _micros(text):
    if text is None:
        return None
    seconds, _, fraction = text.partition(".")
    assert re.fullmatch(r"\d+", seconds) and re.fullmatch(r"\d{6}", fraction), text
    return int(seconds) * 1_000_000 + int(fraction)


def seconds(micros):
    """An instant as a JSON number. A double holds today's microseconds exactly enough that its
    shortest text has the six digits; this checks it."""
    value = micros / 1_000_000
    assert round(Decimal(repr(value)) * 1_000_000) == micros
    return int(value) if value.is_integer() else value


class Fault(Exception):
    """An error reply: `code` without its prefix, `message`, `status`, `body` and `headers`."""

    def __init__(self, status, body, headers):
        self.status, self.body, self.headers = status, body, headers
        self.type = body.get("__type", "")
        self.code = self.type.rpartition("#")[2]
        self.message = body.get("message", body.get("Message"))
        super().__init__(f"{status} {self.code}: {self.message}")


class Reply(dict):
    """A success: the members, and `headers` and `commit` (microseconds, or None) beside them."""

    def __init__(self, members, headers):
        super().__init__(members)
        self.headers = headers
        self.commit = _micros(headers.get("x-anywhen-commit-timestamp"))


class Wire:
    """DynamoDB's operations as methods over bare JSON: `wire.GetItem(TableName=..., Key=...)`.

    Threads may share one; each gets a connection of its own. Nothing is retried.
    """

    def __init__(self, endpoint, region=REGION):
        self.endpoint, self.region = endpoint, region
        self._local = threading.local()

    def __getattr__(self, operation):
        if not operation[0].isupper():
            raise AttributeError(operation)
        return lambda **members: self.call(operation, members)

    def call(self, operation, members):
        """One request with a JSON body; a `Reply`, or raises `Fault`."""
        status, headers, body = self.post(operation, json.dumps(members).encode())
        decoded = json.loads(body, parse_float=Decimal)
        if status != 200:
            raise Fault(status, decoded, headers)
        return Reply(decoded, headers)

    def post(self, operation, body, **headers):
        """One request with any body: (status, headers, body). `headers` replace the usual ones."""
        target = operation if "." in operation else f"DynamoDB_20120810.{operation}"
        usual = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": target,
            "Authorization": f"AWS4-HMAC-SHA256 Credential=anywhen/20260101/{self.region}"
            "/dynamodb/aws4_request, SignedHeaders=host, Signature=00",
        }
        usual.update({name.replace("_", "-"): value for name, value in headers.items()})
        wanted = {name: value for name, value in usual.items() if value is not None}
        return self.request("POST", "/", wanted, body)

    def request(self, method, path="/", headers=None, body=None):
        """Any HTTP request: (status, headers with lower-case names, body)."""
        connection = self._connection()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._local.connection = None
            connection.close()
            raise
        self._local.used = time.monotonic()
        lower = {name.lower(): value for name, value in response.getheaders()}
        return response.status, lower, content

    def _connection(self):
        connection = getattr(self._local, "connection", None)
        if connection and time.monotonic() - self._local.used < CONNECTION_IDLE_SECONDS:
            return connection
        if connection:
            connection.close()
        url = urllib.parse.urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        connection.connect()
        self._local.connection, self._local.used = connection, time.monotonic()
        return connection
