"""Whatever a client sends: a clear 4xx or a closed connection, never a panic, never a stall.

After each of them the server still answers a well-formed request at once. (That it never panicked
is checked when it stops.)
"""

import json
import random
import socket
import time

import pytest

from conformance.clients import Fault, Wire
from conformance.tables import Schema, create_table

DEEP = 10_000
PROMPT_SECONDS = 2


@pytest.fixture(scope="module")
def address(endpoint, wire):
    """(host, port) of a server with the table `bad`."""
    create_table(wire, "bad", Schema("pk"))
    host, _, port = endpoint.removeprefix("http://").rpartition(":")
    return host, int(port)


@pytest.fixture(autouse=True)
def still_answers(endpoint, address):
    """After each test a fresh connection gets its answer promptly."""
    yield
    started = time.monotonic()
    wire = Wire(endpoint)
    wire.PutItem(TableName="bad", Item={"pk": {"S": "well"}})
    assert wire.GetItem(TableName="bad", Key={"pk": {"S": "well"}})["Item"]
    assert time.monotonic() - started < PROMPT_SECONDS


def exchange(address, *parts, seconds=30):
    """Sends raw bytes; what comes back until the server closes, or one whole reply is there. A
    connection that the server resets counts as closed."""
    received = b""
    with socket.create_connection(address, timeout=seconds) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass
        try:
            while not _is_whole(received):
                part = connection.recv(65536)
                if not part:
                    break
                received += part
        except ConnectionError:
            pass
    return received


def _is_whole(reply):
    head, ended, body = reply.partition(b"\r\n\r\n")
    if not ended:
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return False


def head(length, operation="PutItem", **headers):
    """A request's head for a body of this length."""
    fields = {
        "Host": "localhost",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(length),
    }
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode()


def assert_refused_or_closed(reply):
    assert reply == b"" or reply.startswith(b"HTTP/1.1 4"), reply[:300]


def filter_with(expression):
    return {
        "TableName": "bad",
        "FilterExpression": expression,
        "ExpressionAttributeValues": {":v": {"N": "1"}},
    }


NESTED = {
    "parentheses": ("Scan", json.dumps(filter_with("(" * DEEP + "a = :v" + ")" * DEEP))),
    "open parentheses": ("Scan", json.dumps(filter_with("(" * DEEP))),
    "NOTs": ("Scan", json.dumps(filter_with("NOT " * DEEP + "a = :v"))),
    "ANDs": ("Scan", json.dumps(filter_with(" AND ".join(["a = :v"] * DEEP)))),
    "functions": ("Scan", json.dumps(filter_with("size(" * DEEP + "a" + ")" * DEEP + " = :v"))),
    "path": ("Scan", json.dumps(filter_with("a" + ".b" * DEEP + " = :v"))),
    "parentheses within 4 KB": ("Scan", json.dumps(filter_with("(" * 2000 + "a = :v" + ")" * 2000))),
    "open parentheses within 4 KB": ("Scan", json.dumps(filter_with("(" * 4000))),
    "NOTs within 4 KB": ("Scan", json.dumps(filter_with("NOT " * 1000 + "a = :v"))),
    "functions within 4 KB": ("Scan", json.dumps(filter_with("size(" * 800))),
    "4,096 open parentheses in a condition": (
        "PutItem",
        json.dumps(
            {"TableName": "bad", "Item": {"pk": {"S": "a"}}, "ConditionExpression": "(" * 4096},
        ),
    ),
    "ORs of 1,000 branches": ("Scan", json.dumps(filter_with(" OR ".join(["a = :v"] * 1000)))),
    "an item of 33 levels": (
        "PutItem",
        '{"TableName":"bad","Item":{"pk":{"S":"a"},"l":' + '{"L":[' * 33 + "]}" * 33 + "}}",
    ),
    "lists": (
        "PutItem",
        '{"TableName":"bad","Item":{"pk":{"S":"a"},"l":' + '{"L":[' * DEEP + "]}" * DEEP + "}}",
    ),
    "maps": (
        "PutItem",
        '{"TableName":"bad","Item":{"pk":{"S":"a"},"m":' + '{"M":{"a":' * DEEP + '{"S":""}' + "}}" * DEEP + "}}",
    ),
    "open lists": ("PutItem", '{"TableName":"bad","Item":{"pk":{"S":"a"},"l":' + '{"L":[' * DEEP),
    "arrays": ("PutItem", "[" * DEEP),
    "arrays in an unknown member": ("PutItem", '{"Unknown":' + "[" * DEEP + "]" * DEEP + "}"),
    "objects in an unknown member": ("PutItem", '{"Unknown":' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"),
    "arrays in a table name": ("PutItem", '{"TableName":' + "[" * DEEP + "]" * DEEP + "}"),
    "values": (
        "Scan",
        '{"TableName":"bad","FilterExpression":"a = :v","ExpressionAttributeValues":{":v":'
        + '{"L":[' * DEEP + "]}" * DEEP + "}}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting(wire, name):
    operation, body = NESTED[name]
    status, _, reply = wire.post(operation, body.encode())
    assert status == 400, (status, reply[:300])
    assert json.loads(reply)["__type"].endswith(("ValidationException", "SerializationException")), reply[:300]


def test_a_statement_of_many_branches(wire):
    """Within the bound of a statement's length, unlike an expression of as many."""
    for clause in ("a=1", "pk='a'"):
        statement = "SELECT * FROM bad WHERE " + " OR ".join([clause] * 700)
        status, _, reply = wire.post("ExecuteStatement", json.dumps({"Statement": statement}).encode())
        assert status in (200, 400), (status, reply[:300])


def test_many_expressions_of_one_kind_are_cut_off(wire):
    names = {f"#n{number}": f"n{number}" for number in range(400)}
    members = {
        "TableName": "bad",
        "FilterExpression": " OR ".join(f"attribute_exists({name})" for name in names),
        "ExpressionAttributeNames": names,
    }
    with pytest.raises(Fault) as raised:
        wire.call("Scan", members)
    assert raised.value.code == "ValidationException"


def test_a_body_of_17_mb(address):
    body = b'{"TableName":"' + b"x" * (17 << 20) + b'"}'
    reply = exchange(address, head(len(body)), body)
    assert reply == b"" or reply.startswith(b"HTTP/1.1 413"), reply[:300]


def test_17_mb_in_chunks_of_unknown_total(address):
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    parts = [chunk] * (17 * 16) + [b"0\r\n\r\n"]
    reply = exchange(address, head(0, Content_Length=None, Transfer_Encoding="chunked"), *parts)
    assert reply == b"" or reply.startswith(b"HTTP/1.1 413"), reply[:300]


def test_just_under_16_mib_is_read_and_judged(wire):
    body = json.dumps({"TableName": "bad", "Item": {"pk": {"S": "a"}, "b": {"S": ""}}}).encode()
    padded = body.replace(b'"S": ""', b'"S": "' + b"x" * ((16 << 20) - len(body) - 10) + b'"')
    status, _, reply = wire.post("PutItem", padded)
    assert status == 400 and b"Item size has exceeded the maximum allowed size" in reply, reply[:300]


@pytest.mark.parametrize("length", [1, 7, 100, 5000, 200_000])
def test_garbage_instead_of_http(address, length):
    garbage = random.Random(length).randbytes(length) + b"\r\n\r\n"
    assert_refused_or_closed(exchange(address, garbage))


@pytest.mark.parametrize("length", [1, 7, 100, 5000, 200_000])
def test_garbage_as_body(address, length):
    garbage = random.Random(length).randbytes(length)
    reply = exchange(address, head(length), garbage)
    assert reply.startswith(b"HTTP/1.1 400"), reply[:300]
    assert b"SerializationException" in reply


def test_mutated_requests(wire):
    """A valid request with a few bytes changed, 2,000 times: a success or a 400, always."""
    rng = random.Random(20120810)
    valid = json.dumps(
        {
            "TableName": "bad",
            "Key": {"pk": {"S": "mutant"}},
            "UpdateExpression": "SET #a = if_not_exists(#a, :z) + :one, l[0] = :l REMOVE m.x ADD n :one",
            "ConditionExpression": "attribute_not_exists(q) OR (size(l) < :one AND NOT a IN (:z, :one))",
            "ExpressionAttributeNames": {"#a": "a"},
            "ExpressionAttributeValues": {
                ":z": {"N": "0"}, ":one": {"N": "1e1"}, ":l": {"L": [{"SS": ["a", "b"]}, {"B": "AAEC"}]},
            },
            "ReturnValues": "ALL_NEW",
        }
    ).encode()  # fmt: skip
    alphabet = b'{}[]():,"\\.#:0aeE+-\x00\xff \xc3'
    for _ in range(2000):
        mutant = bytearray(valid)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(mutant))
            kind = rng.randrange(3)
            if kind == 0:
                mutant[place] = rng.choice(alphabet)
            elif kind == 1:
                del mutant[place : place + rng.randint(1, 5)]
            else:
                mutant[place:place] = bytes(rng.choice(alphabet) for _ in range(rng.randint(1, 3)))
        status, _, reply = wire.post("UpdateItem", bytes(mutant))
        assert status in (200, 400), (bytes(mutant), reply)
        json.loads(reply)


def test_half_sent_requests_do_not_hold_the_others(endpoint, address):
    """A hundred connections stop in the middle of their head or body; the others are served."""
    halves = [b"POST / HTTP/1.1\r\nHost: loc", head(1000) + b'{"TableName":', b"", b"POST"]
    held = []
    for number in range(100):
        connection = socket.create_connection(address, timeout=10)
        connection.sendall(halves[number % len(halves)])
        held.append(connection)
    started = time.monotonic()
    wire = Wire(endpoint)
    for _ in range(20):
        wire.PutItem(TableName="bad", Item={"pk": {"S": "others"}})
    assert time.monotonic() - started < PROMPT_SECONDS
    for connection in held:
        connection.close()


def test_announced_bodies_do_not_hold_the_others(endpoint, address):
    """Sixty clients announce 15 MB each and send nothing: what they will never send is not kept
    from those who send."""
    held = []
    for _ in range(60):
        held.append(socket.create_connection(address, timeout=10))
        held[-1].sendall(head(15_000_000) + b'{"TableName":')
    started = time.monotonic()
    wire = Wire(endpoint)
    for _ in range(20):
        wire.PutItem(TableName="bad", Item={"pk": {"S": "others"}})
    assert time.monotonic() - started < PROMPT_SECONDS
    for connection in held:
        connection.close()


def test_half_sent_requests_are_cut_off(make_server):
    """The server closes what does not go on, after the request time-out."""
    server = make_server().start(ANYWHEN_REQUEST_TIMEOUT_SECONDS="1")
    for half in (b"POST / HTTP/1.1\r\nHost: loc", head(1000) + b'{"TableName":'):
        started = time.monotonic()
        assert_refused_or_closed(exchange(server.address, half, seconds=10))
        assert time.monotonic() - started < 8
    server.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Large": "x" * (1 << 20)},
        {f"X_{number}": "x" for number in range(2000)},
        {"X_Amz_Target": "x" * 60_000},
        {"Content_Length": "99999999999999999999999999"},
        {"Content_Length": "-1"},
        {"Content_Length": "0x10"},
        {"Transfer_Encoding": "chunked", "Content_Length": "5"},
    ],
    ids=["large", "many", "target", "huge length", "negative length", "hex length", "two lengths"],
)
def test_unreasonable_headers(address, headers):
    assert_refused_or_closed(exchange(address, head(2, **headers), b"{}", seconds=10))


def test_a_request_without_a_target_is_refused(address):
    reply = exchange(address, head(2, X_Amz_Target=None), b"{}")
    assert reply.startswith(b"HTTP/1.1 400") and b"UnknownOperationException" in reply


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "10.1.2.3:8000"},
        {"Host": None},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_foreign_pages_are_refused(address, headers):
    body = b'{"TableName":"bad","Item":{"pk":{"S":"from a page"}}}'
    assert exchange(address, head(len(body), **headers), body).startswith(b"HTTP/1.1 4")
    wire = Wire("http://{}:{}".format(*address))
    assert "Item" not in wire.GetItem(TableName="bad", Key={"pk": {"S": "from a page"}})


def test_allowed_origins_are_served(make_server):
    server = make_server().start(ANYWHEN_CORS_ORIGIN="https://app.example,https://b.example")
    body = b"{}"
    for origin, allowed in (
        ("https://app.example", True),
        ("https://b.example", True),
        ("https://evil.example", False),
    ):
        reply = exchange(server.address, head(len(body), "ListTables", Origin=origin), body)
        assert reply.startswith(b"HTTP/1.1 200") == allowed, reply[:300]
        granted = f"access-control-allow-origin: {origin}".encode()
        assert (granted in reply.lower()) == allowed
    server.stop()


def test_pipelined_requests_are_answered_in_order(address):
    bodies = [b'{"TableName":"bad","Key":{"pk":{"S":"well"}}}', b"{", b'{"Limit":1}']
    operations = ["GetItem", "GetItem", "ListTables"]
    sent = b"".join(head(len(b), o) + b for b, o in zip(bodies, operations))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(sent)
        received = b""
        while received.count(b"HTTP/1.1") < 3 or not received.endswith(b"}"):
            part = connection.recv(65536)
            assert part, received
            received += part
    statuses = [reply[:4] for reply in received.split(b"HTTP/1.1")[1:]]
    assert statuses == [b" 200", b" 400", b" 200"]
