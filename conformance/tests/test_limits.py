"""Limits of requests to items that no other file is about, each tried on its edge."""

import re

import pytest

from conformance.faults import VALIDATION, refused
from conformance.tables import Index, Schema, create_table

SCHEMA = Schema("pk", indexes=())
LOCAL = Schema("pk", "sk", indexes=(Index("local", "pk", "l", projection=("v",), local=True),))
ITEM_BYTES = 409_600


@pytest.fixture(scope="module", autouse=True)
def tables(wire):
    create_table(wire, "Limits", SCHEMA)
    create_table(wire, "LimitsLocal", LOCAL)


def s(value):
    return {"S": value}


def large(pk, size):
    """An item of exactly this size."""
    return {"pk": s(pk), "v": s("x" * (size - len("pkv" + pk)))}


def test_a_transaction_reads_four_megabytes(wire):
    # Ten items of the largest size, and one that makes it four megabytes.
    sizes = [ITEM_BYTES] * 10 + [4 * 1024 * 1024 - 10 * ITEM_BYTES]
    for number, size in enumerate(sizes):
        wire.PutItem(TableName="Limits", Item=large(f"t{number:02}", size))
    gets = [{"Get": {"TableName": "Limits", "Key": {"pk": s(f"t{number:02}")}}} for number in range(11)]
    found = wire.TransactGetItems(TransactItems=gets)["Responses"]
    assert [len(response["Item"]["v"]["S"]) for response in found] == [size - 6 for size in sizes]
    wire.PutItem(TableName="Limits", Item=large("t10", sizes[-1] + 1))
    with refused(VALIDATION, "The aggregate size of the items in the transaction cannot exceed 4 MB"):
        wire.TransactGetItems(TransactItems=gets)
    # What is projected of an item does not make it smaller.
    for get in gets:
        get["Get"]["ProjectionExpression"] = "pk"
    with refused(VALIDATION, re.compile("4 MB")):
        wire.TransactGetItems(TransactItems=gets)


def test_placeholders_have_two_megabytes(wire):
    def update(size):
        names, values = {"#n": "name"}, {":a": s("x"), ":v": s("x" * (size - len("#nname:ax:v")))}
        wire.UpdateItem(
            TableName="Limits", Key={"pk": s("placeholders")}, UpdateExpression="SET #n = :a",
            ConditionExpression="#n <> :v", ExpressionAttributeNames=names, ExpressionAttributeValues=values,
        )  # fmt: skip

    update(2 * 1024 * 1024)
    with refused(VALIDATION, re.compile("maximum allowed size of 2097152 bytes; size: 2097153")):
        update(2 * 1024 * 1024 + 1)


def test_entries_in_local_indexes_are_part_of_an_item(wire):
    def item(size, **more):
        made = {"pk": s("a"), "sk": s("b"), "v": s(""), **more}
        used = sum(len(name) + len(value["S"]) for name, value in made.items())
        # The filler is not projected: it counts once.
        return {**made, "f": s("x" * (size - used - 1))}

    entry = len("pkaskbvll")
    wire.PutItem(TableName="LimitsLocal", Item=item(ITEM_BYTES - entry, l=s("l")))
    too_large = item(ITEM_BYTES - entry + 1, l=s("l"))
    text = "Item size has exceeded the maximum allowed size"
    with refused(VALIDATION, text):
        wire.PutItem(TableName="LimitsLocal", Item=too_large)
    with refused(VALIDATION, text):
        wire.BatchWriteItem(RequestItems={"LimitsLocal": [{"PutRequest": {"Item": too_large}}]})
    with refused("TransactionCanceledException") as refusal:
        wire.TransactWriteItems(TransactItems=[{"Put": {"TableName": "LimitsLocal", "Item": too_large}}])
    assert refusal.members["CancellationReasons"] == [{"Code": "ValidationError", "Message": text}]
    with refused(VALIDATION, "Item size to update has exceeded the maximum allowed size"):
        wire.UpdateItem(
            TableName="LimitsLocal", Key={"pk": s("a"), "sk": s("b")}, UpdateExpression="SET l = :l",
            ExpressionAttributeValues={":l": s("ll")},
        )  # fmt: skip
    wire.PutItem(TableName="LimitsLocal", Item=item(ITEM_BYTES))


@pytest.mark.parametrize("expression, text", [
    ("pk = :v OR pk = :v", "Invalid operator used in KeyConditionExpression: OR"),
    ("size(pk) = :v", "KeyConditionExpressions cannot contain nested operations"),
    ("pk = :v AND pk = :v", "KeyConditionExpressions must only contain one condition per key"),
    (":v = :v", "Invalid condition in KeyConditionExpression: No key attribute specified"),
])  # fmt: skip
def test_the_shape_of_a_key_condition_comes_before_the_table(wire, expression, text):
    with refused(VALIDATION, re.compile(re.escape(text) + "$")):
        wire.Query(
            TableName="no-such-table", KeyConditionExpression=expression, ExpressionAttributeValues={":v": s("a")}
        )
    with refused("ResourceNotFoundException", "Requested resource not found"):
        wire.Query(
            TableName="no-such-table", KeyConditionExpression="x = :v", ExpressionAttributeValues={":v": s("a")}
        )


def test_an_update_of_very_many_attributes_is_answered(wire):
    updates = {f"a{number}": {"Action": "PUT", "Value": {"N": "1"}} for number in range(100_000)}
    with refused(VALIDATION, "Item size to update has exceeded the maximum allowed size"):
        wire.UpdateItem(TableName="LimitsLocal", Key={"pk": s("a"), "sk": s("b")}, AttributeUpdates=updates)
