"""Throttling, where a server is asked for it: who is refused, and what SDKs are told.

Against the clock of a running server only what holds at any speed can be asserted: a request larger
than the bucket is admitted once, and what follows is refused until the debt is paid.
"""

import pytest
from botocore.exceptions import ClientError

from conformance.anywhen_server import Server
from conformance.clients import Wire, boto3_client
from conformance.tables import Index, Schema, create_table
from conformance.waiting import until

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
SCHEMA = Schema(indexes=(Index("by-g", "g"),))
TABLE_TEXT = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
INDEX_TEXT = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. "
    "Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API"
)
MAXIMUM_TEXT = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
LARGE = "x" * 390_000


@pytest.fixture(scope="module")
def server(request):
    if request.config.getoption("--endpoint-url"):
        pytest.skip("needs a server process of its own")
    with Server(environment={"ANYWHEN_THROTTLING": "true"}) as server:
        yield server


@pytest.fixture(scope="module")
def throttling(server):
    return Wire(server.endpoint)


@pytest.fixture(scope="module")
def client(server):
    """A client that does not try again."""
    return boto3_client(server.endpoint)


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def make(wire, name, table, index):
    """A provisioned table with these units, and its index with those."""
    request = SCHEMA.create_request(name, ProvisionedThroughput=units(*table))
    request["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = units(*index)
    wire.call("CreateTable", request)


def item(pk, **members):
    return {"pk": {"S": pk}, **{name: {"S": value} for name, value in members.items()}}


def check(refusal, code, text, member, *reasons):
    reply = refusal.value.response
    assert reply["Error"]["Code"] == code and reply["Error"]["Message"] == text
    assert reply["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert reply[member] == [{"reason": reason, "resource": resource} for reason, resource in reasons]


def test_reads_and_writes_of_a_table(throttling, client):
    make(throttling, "Plain", (1, 1), (100, 100))
    client.put_item(TableName="Plain", Item=item("a", text=LARGE))
    with pytest.raises(ClientError) as refusal:
        client.put_item(TableName="Plain", Item=item("b"))
    check(refusal, "ProvisionedThroughputExceededException", TABLE_TEXT, "ThrottlingReasons",
          ("TableWriteProvisionedThroughputExceeded", ARN + "Plain"))  # fmt: skip
    assert "Item" in client.get_item(TableName="Plain", Key=item("a"), ConsistentRead=True)
    for read in (
        lambda: client.get_item(TableName="Plain", Key=item("b")),
        lambda: client.scan(TableName="Plain"),
        lambda: client.batch_get_item(RequestItems={"Plain": {"Keys": [item("a")]}}),
        lambda: client.execute_statement(Statement='SELECT * FROM "Plain"'),
    ):
        with pytest.raises(ClientError) as refusal:
            read()
        check(refusal, "ProvisionedThroughputExceededException", TABLE_TEXT, "ThrottlingReasons",
              ("TableReadProvisionedThroughputExceeded", ARN + "Plain"))  # fmt: skip
    # The index was not touched, and has its own.
    by_g = {"IndexName": "by-g", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}}
    assert client.query(TableName="Plain", **by_g)["Count"] == 0


def test_an_index_holds_back_writes(throttling, client):
    make(throttling, "Pressed", (5, 10_000), (5, 1))
    client.put_item(TableName="Pressed", Item=item("a", g="x", text=LARGE))
    with pytest.raises(ClientError) as refusal:
        client.put_item(TableName="Pressed", Item=item("b", g="y"))
    check(refusal, "ProvisionedThroughputExceededException", INDEX_TEXT, "ThrottlingReasons",
          ("IndexWriteProvisionedThroughputExceeded", ARN + "Pressed/index/by-g"))  # fmt: skip
    client.put_item(TableName="Pressed", Item=item("c"))
    assert "Item" not in client.get_item(TableName="Pressed", Key=item("b"))


def test_on_demand_maxima(throttling, client):
    create_table(throttling, "Bounded", Schema(), OnDemandThroughput={"MaxWriteRequestUnits": 1})
    client.put_item(TableName="Bounded", Item=item("a", text=LARGE))
    with pytest.raises(ClientError) as refusal:
        client.delete_item(TableName="Bounded", Key=item("a"))
    check(refusal, "ThrottlingException", MAXIMUM_TEXT, "throttlingReasons",
          ("TableWriteMaxOnDemandThroughputExceeded", ARN + "Bounded"))  # fmt: skip
    with pytest.raises(ClientError) as refusal:
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "Bounded", "Item": item("b")}}])
    assert refusal.value.response["CancellationReasons"] == [{"Code": "ThrottlingError", "Message": MAXIMUM_TEXT}]
    for _ in range(20):
        client.get_item(TableName="Bounded", Key=item("a"))


def test_batches_leave_over(throttling, client):
    make(throttling, "Batches", (1, 1), (1, 1))
    create_table(throttling, "Free", Schema())
    client.put_item(TableName="Batches", Item=item("debt", text=LARGE))
    requests = {
        "Batches": [{"PutRequest": {"Item": item("a")}}, {"DeleteRequest": {"Key": item("b")}}],
        "Free": [{"PutRequest": {"Item": item("a")}}],
    }
    reply = client.batch_write_item(RequestItems=requests)
    left = reply["UnprocessedItems"]
    assert list(left) == ["Batches"]
    assert sorted(left["Batches"], key=str) == sorted(requests["Batches"], key=str)
    assert "Item" in client.get_item(TableName="Free", Key=item("a"))
    with pytest.raises(ClientError) as refusal:
        client.batch_write_item(RequestItems={"Batches": requests["Batches"]})
    assert refusal.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"

    client.get_item(TableName="Batches", Key=item("debt"), ConsistentRead=True)
    keys = {
        "Batches": {"Keys": [item("debt")], "ConsistentRead": True, "ProjectionExpression": "#p", "ExpressionAttributeNames": {"#p": "pk"}},
        "Free": {"Keys": [item("a")]},
    }
    reply = client.batch_get_item(RequestItems=keys)
    assert reply["UnprocessedKeys"] == {"Batches": keys["Batches"]}
    assert reply["Responses"] == {"Batches": [], "Free": [item("a")]}
    statements = [{"Statement": "INSERT INTO \"Batches\" VALUE {'pk': 'c'}"}, {"Statement": "INSERT INTO \"Free\" VALUE {'pk': 'c'}"}]
    errors = [answer.get("Error") for answer in client.batch_execute_statement(Statements=statements)["Responses"]]
    assert errors == [{"Code": "ProvisionedThroughputExceeded", "Message": TABLE_TEXT}, None]


def test_transactions_are_cancelled(throttling, client):
    make(throttling, "Actions", (1, 1), (1, 1))
    create_table(throttling, "Others", Schema())
    client.put_item(TableName="Actions", Item=item("debt", text=LARGE))
    puts = [{"Put": {"TableName": name, "Item": item("a")}} for name in ("Others", "Actions")]
    with pytest.raises(ClientError) as refusal:
        client.transact_write_items(TransactItems=puts)
    expected = [{"Code": "None"}, {"Code": "ProvisionedThroughputExceeded", "Message": TABLE_TEXT}]
    assert refusal.value.response["CancellationReasons"] == expected
    assert "Item" not in client.get_item(TableName="Others", Key=item("a"))
    client.get_item(TableName="Actions", Key=item("debt"), ConsistentRead=True)
    gets = [{"Get": {"TableName": name, "Key": item("debt")}} for name in ("Others", "Actions")]
    with pytest.raises(ClientError) as refusal:
        client.transact_get_items(TransactItems=gets)
    assert refusal.value.response["CancellationReasons"] == expected


def test_more_capacity_is_there_at_once(throttling, client):
    make(throttling, "Raised", (1, 1), (1, 1))
    client.put_item(TableName="Raised", Item=item("a", text="x" * 5_000))
    client.update_table(TableName="Raised", ProvisionedThroughput=units(1, 40_000))

    def written():
        try:
            return client.put_item(TableName="Raised", Item=item("b"))
        except client.exceptions.ProvisionedThroughputExceededException:
            return None

    until(written, "capacity for a write")
