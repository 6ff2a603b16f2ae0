"""The protocol around the operations: headers, checksums, targets, types of members, what is not
built, health and metrics."""

import http.client
import json
import re
import zlib

import pytest

from conformance.clients import Fault, Wire
from conformance.faults import check_refused
from conformance.tables import Schema, create_table

KEY = {"pk": {"S": "a"}}


@pytest.fixture(scope="module")
def songs(wire):
    """A table `protocol` with key `pk`."""
    create_table(wire, "protocol", Schema("pk"))
    return "protocol"


def encoded(**members):
    return json.dumps(members).encode()


def assert_envelope(headers, body, content_type="application/x-amz-json-1.0"):
    assert headers["content-type"] == content_type
    assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
    assert int(headers["content-length"]) == len(body)
    assert re.fullmatch("[A-Z0-9]{52}", headers["x-amzn-requestid"])
    assert "date" in headers


def test_every_reply_has_checksum_request_id_and_type(wire, songs):
    ids = set()
    for operation, body, status in (
        ("PutItem", encoded(TableName=songs, Item=KEY), 200),
        ("GetItem", encoded(TableName=songs, Key=KEY), 200),
        ("GetItem", encoded(TableName="missing-table", Key=KEY), 400),
        ("GetItem", b"{", 400),
        ("NoSuchOperation", b"{}", 400),
    ):
        found, headers, reply = wire.post(operation, body)
        assert found == status, (operation, reply)
        assert_envelope(headers, reply)
        ids.add(headers["x-amzn-requestid"])
    assert len(ids) == 5


def test_the_reply_has_the_type_of_the_request(wire, songs):
    body = encoded(TableName=songs, Key=KEY)
    for sent, answered in (
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/x-amz-json-1.0; charset=utf-8", "application/x-amz-json-1.0"),
    ):
        status, headers, reply = wire.post("GetItem", body, Content_Type=sent)
        assert status == 200, (sent, reply)
        assert_envelope(headers, reply, answered)


def test_other_content_types_are_not_found(wire, songs):
    body = encoded(TableName=songs, Key=KEY)
    for sent in ("text/plain", "application/x-www-form-urlencoded", "application/cbor", None):
        status, _, reply = wire.post("GetItem", body, Content_Type=sent)
        assert (status, reply) == (404, b"<UnknownOperationException/>\n"), sent


def test_writes_say_when_they_were_committed_and_reads_do_not(wire, songs):
    item = {**KEY, "by": {"S": "put"}}
    put = wire.PutItem(TableName=songs, Item=item)
    update = wire.UpdateItem(
        TableName=songs,
        Key=KEY,
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )
    batch = wire.BatchWriteItem(RequestItems={songs: [{"PutRequest": {"Item": KEY}}]})
    transaction = wire.TransactWriteItems(TransactItems=[{"Put": {"TableName": songs, "Item": item}}])
    delete = wire.DeleteItem(TableName=songs, Key=KEY)
    commits = [reply.commit for reply in (put, update, batch, transaction, delete)]
    assert None not in commits
    assert commits == sorted(set(commits)), "strictly increasing"
    assert wire.GetItem(TableName=songs, Key=KEY).commit is None


@pytest.mark.parametrize(
    "target", ["DynamoDB_20120810.NoSuch", "DynamoDB_20111205.GetItem", "GetItem.", "", None]
)
def test_unknown_operations(wire, target):
    status, _, body = wire.post("GetItem", b"{}", X_Amz_Target=target)
    assert (status, json.loads(body)) == (
        400,
        {"__type": "com.amazon.coral.service#UnknownOperationException"},
    )


@pytest.mark.parametrize("operation", ["ExportTableToPointInTime", "ImportTable"])
def test_operations_that_are_not_built(wire, operation):
    with pytest.raises(Fault) as raised:
        wire.call(operation, {})
    assert raised.value.type == "com.amazon.coral.service#UnknownOperationException"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"nonsense", b'{"a":1}x', b'"text"', b"\xff\xfe{}", b"null"])
def test_bodies_that_are_no_json_object(wire, body):
    status, _, reply = wire.post("GetItem", body)
    assert status == 400, reply
    assert json.loads(reply)["__type"] == "com.amazon.coral.service#SerializationException", reply


# Members of wrong JSON types: operation, members, text.
WRONG_TYPES = [
    ("GetItem", {"TableName": 1, "Key": KEY}, "NUMBER_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": 1.5, "Key": KEY}, "DECIMAL_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": True, "Key": KEY}, "TRUE_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": False, "Key": KEY}, "FALSE_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": "protocol", "Key": KEY, "ConsistentRead": "true"}, "Unexpected token received from parser"),
    ("GetItem", {"TableName": "protocol", "Key": KEY, "ConsistentRead": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
    ("ListTables", {"Limit": "5"}, "STRING_VALUE cannot be converted to Integer"),
    ("ListTables", {"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
    ("GetItem", {"TableName": "protocol", "Key": {"pk": {"S": 1}}}, "NUMBER_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": "protocol", "Key": {"pk": {"N": 1}}}, "NUMBER_VALUE cannot be converted to String"),
    ("GetItem", {"TableName": "protocol", "Key": {"pk": {"B": "====x"}}}, re.compile(".*[Bb]ase.?64.*|.*bytes.*")),
    ("GetItem", {"TableName": "protocol", "Key": "x"}, re.compile("Unexpected field type|.*cannot be converted.*|Unexpected value type.*")),
    ("GetItem", {"TableName": ["x"], "Key": KEY}, re.compile("Unrecognized collection type.*|Start of structure or map found.*|.*not expected.*")),
    ("GetItem", {"TableName": {"x": 1}, "Key": KEY}, "Start of structure or map found where not expected"),
]


@pytest.mark.parametrize("operation, members, message", WRONG_TYPES, ids=range(len(WRONG_TYPES)))
def test_members_of_wrong_types(wire, songs, operation, members, message):
    status, _, body = wire.post(operation, json.dumps(members).encode())
    reply = json.loads(body)
    assert (status, reply["__type"]) == (400, "com.amazon.coral.service#SerializationException")
    assert set(reply) == {"__type", "Message"}
    if isinstance(message, re.Pattern):
        assert message.fullmatch(reply["Message"]), reply
    else:
        assert reply["Message"] == message


def test_unknown_members_and_nulls_are_ignored(wire, songs):
    item = {**KEY, "n": {"N": "1", "S": None, "Unknown": 5}}
    wire.PutItem(
        TableName=songs, Item=item, Unknown={"deep": [1, {"x": None}]}, ConditionExpression=None
    )
    reply = wire.GetItem(TableName=songs, Key=KEY, ProjectionExpression=None, ReallyUnknown="x")
    assert reply == {"Item": {**KEY, "n": {"N": "1"}}}


CREATE = {
    "TableName": "not-built",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}
# Members of the model that are not built: operation, members, the word that names it.
NOT_BUILT = [
    ("CreateTable", {**CREATE, "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/x"}}, "KMSMasterKeyId"),
    ("UpdateTable", {"TableName": "protocol", "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/x"}}, "KMSMasterKeyId"),
]


@pytest.mark.parametrize("operation, members, word", NOT_BUILT, ids=[f"{o}-{w}" for o, _, w in NOT_BUILT])
def test_members_that_are_not_built_are_refused_by_name(wire, songs, operation, members, word):
    check_refused(wire, operation, members, "ValidationException", re.compile(f".*{word}.*"))


def test_health(wire):
    status, headers, body = wire.request("GET")
    assert (status, body) == (200, b"healthy: dynamodb.us-east-1.amazonaws.com ")
    assert headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("path", ("/", "/metrics"))
def test_monitors_may_ask_without_the_body(wire, path):
    status, headers, body = wire.request("HEAD", path)
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0


def test_metrics_count_requests_by_operation_and_result(wire, songs):
    def counted():
        status, _, body = wire.request("GET", "/metrics")
        assert status == 200
        return {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in body.decode().splitlines()
            if line and not line.startswith("#")
        }

    def requests(values, *words):
        return sum(
            value
            for name, value in values.items()
            if name.startswith("anywhen_requests") and all(word in name for word in words)
        )

    before = counted()
    for _ in range(3):
        wire.GetItem(TableName=songs, Key=KEY)
    with pytest.raises(Fault):
        wire.GetItem(TableName="missing-table", Key=KEY)
    after = counted()
    assert requests(after, "GetItem") - requests(before, "GetItem") == 4
    refused = ("GetItem", "ResourceNotFoundException")
    assert requests(after, *refused) - requests(before, *refused) == 1
    assert any("seconds_bucket" in name or "quantile" in name for name in after), "latencies"


@pytest.mark.parametrize("method, path", [("PUT", "/"), ("DELETE", "/"), ("POST", "/nowhere"), ("GET", "/nowhere")])
def test_other_methods_and_paths(wire, method, path):
    status, _, _ = wire.request(method, path, {"Content-Length": "0"})
    assert status == 404


def test_one_connection_serves_many_requests(endpoint, songs):
    wire = Wire(endpoint)
    connection = http.client.HTTPConnection(*endpoint.removeprefix("http://").split(":"), timeout=10)
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.GetItem",
        "Content-Type": "application/x-amz-json-1.0",
    }
    connection.connect()
    port = connection.sock.getsockname()
    for _ in range(50):
        connection.request("POST", "/", encoded(TableName=songs, Key=KEY), headers)
        assert connection.getresponse().read()
    assert connection.sock.getsockname() == port, "the connection is kept"
    connection.close()
    assert wire.ListTables(Limit=1)["TableNames"]


def test_regions_do_not_see_each_others_tables(wire, endpoint, songs):
    elsewhere = Wire(endpoint, "ap-south-1")
    missing = ("ResourceNotFoundException", f"Requested resource not found: Table: {songs} not found")
    check_refused(elsewhere, "DescribeTable", {"TableName": songs}, *missing)
    created = elsewhere.CreateTable(**{**CREATE, "TableName": songs})["TableDescription"]
    assert created["TableArn"] == f"arn:aws:dynamodb:ap-south-1:123456789012:table/{songs}"
    wire.PutItem(TableName=songs, Item=KEY)
    assert elsewhere.ListTables()["TableNames"] == [songs]
