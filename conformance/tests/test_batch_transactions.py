"""Batches and transactions: shapes, duplicates, all-or-nothing, cancellation reasons, tokens."""

import random
import re
import uuid

import pytest

from conformance.clients import Fault, commit_of
from conformance.faults import VALIDATION, refused
from conformance.tables import Index, Schema, check_indexes, create_table, read_all
from conformance.workload import run_all

SCHEMA = Schema("pk", indexes=(Index("by-g", "g"),))
TABLES = ("BatchA", "BatchB")
MISMATCH = "The provided key element does not match the schema"


@pytest.fixture(scope="module", autouse=True)
def tables(wire):
    for table in TABLES:
        create_table(wire, table, SCHEMA)


def key(value):
    return {"pk": {"S": value}}


@pytest.fixture
def prefix(request):
    """What this test's keys begin with."""
    return uuid.uuid4().hex


def put(item):
    return {"PutRequest": {"Item": item}}


def delete(value):
    return {"DeleteRequest": {"Key": key(value)}}


# --- batches ---


def test_batches_write_and_read_several_tables(ddb, prefix):
    written = {
        table: [{**key(f"{prefix}{n}"), "g": {"S": table}} for n in range(count)]
        for table, count in zip(TABLES, (20, 5))
    }
    reply = ddb.batch_write_item(RequestItems={t: [put(i) for i in items] for t, items in written.items()})
    assert reply["UnprocessedItems"] == {} and commit_of(reply)
    wanted = {t: {"Keys": [key(i["pk"]["S"]) for i in items]} for t, items in written.items()}
    wanted["BatchB"] = {"Keys": [*wanted["BatchB"]["Keys"], key("missing")], "ConsistentRead": True}
    reply = ddb.batch_get_item(RequestItems=wanted)
    assert reply["UnprocessedKeys"] == {}
    for table, items in written.items():
        assert sorted(reply["Responses"][table], key=str) == sorted(items, key=str)
    reply = ddb.batch_write_item(RequestItems={"BatchA": [delete(f"{prefix}0"), put(key(f"{prefix}new"))]})
    assert reply["UnprocessedItems"] == {}
    keys = [key(f"{prefix}0"), key(f"{prefix}new")]
    reply = ddb.batch_get_item(RequestItems={"BatchA": {"Keys": keys}})
    assert reply["Responses"] == {"BatchA": [key(f"{prefix}new")]}
    reply = ddb.batch_get_item(RequestItems={"BatchA": {"Keys": [key("missing")]}})
    assert reply["Responses"] == {"BatchA": []}


def keys(count):
    return {"Keys": [key(str(n)) for n in range(count)]}


@pytest.mark.parametrize("request_, text", [
    (None, "The requestItems parameter is required for BatchGetItem"),
    ({}, re.compile("'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ({"BatchA": {"Keys": []}}, re.compile("'requestItems.BatchA.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ({"BatchA": {}}, re.compile("Value null at 'requestItems.BatchA.member.keys' failed to satisfy constraint: Member must not be null")),
    ({"BatchA": keys(101)}, re.compile("'requestItems.BatchA.member.keys' failed to satisfy constraint: Member must have length less than or equal to 100")),
    ({"BatchA": keys(60), "BatchB": keys(41)}, "Too many items requested for the BatchGetItem call"),
    ({"BatchA": {"Keys": [key("a"), key("b"), key("a")]}}, "Provided list of item keys contains duplicates"),
    ({"BatchA": {"Keys": [{"x": {"S": "a"}}]}}, MISMATCH),
    ({"BatchA": {"Keys": [{"pk": {"N": "1"}}]}}, MISMATCH),
])  # fmt: skip
def test_bad_batch_gets(wire, request_, text):
    with refused(VALIDATION, text):
        wire.call("BatchGetItem", {"RequestItems": request_})


@pytest.mark.parametrize("request_, text", [
    (None, "The requestItems parameter is required for BatchWriteItem"),
    ({}, re.compile("'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ({"BatchA": []}, re.compile("Map value must satisfy constraint: .*Member must have length greater than or equal to 1")),
    ({"BatchA": [put(key(str(n))) for n in range(26)]}, re.compile("Member must have length less than or equal to 25")),
    ({t: [put(key(str(n))) for n in range(13)] for t in TABLES}, "Too many items requested for the BatchWriteItem call"),
    ({"BatchA": [{}]}, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"),
    ({"BatchA": [put(key("a")), delete("a")]}, "Provided list of item keys contains duplicates"),
    ({"BatchA": [put(key("a")), put(key("a"))]}, "Provided list of item keys contains duplicates"),
    ({"BatchA": [put({"x": {"S": "a"}})]}, MISMATCH),
    ({"BatchA": [put({"pk": {"N": "1"}})]}, MISMATCH),
    ({"BatchA": [{"PutRequest": {}}]}, re.compile("Value null at 'requestItems.BatchA.member.1.member.putRequest.item' failed to satisfy constraint: Member must not be null")),
    ({"BatchA": [{"DeleteRequest": {}}]}, re.compile("Value null at 'requestItems.BatchA.member.1.member.deleteRequest.key' failed to satisfy constraint: Member must not be null")),
    ({"BatchA": [put({**key("a"), "v": {"S": "x" * 410_000}})]}, "Item size has exceeded the maximum allowed size"),
    ({"BatchA": [put({**key("a"), "g": {"N": "1"}})]}, re.compile(f"{MISMATCH}|Type mismatch for Index Key g")),
])  # fmt: skip
def test_bad_batch_writes(wire, request_, text):
    before = [read_all(wire, table) for table in TABLES]
    with refused(VALIDATION, text):
        wire.call("BatchWriteItem", {"RequestItems": request_})
    assert [read_all(wire, table) for table in TABLES] == before, "a refused batch writes nothing"


def test_batches_of_a_missing_table(wire):
    with refused("ResourceNotFoundException", "Requested resource not found"):
        wire.BatchGetItem(RequestItems={"NoSuchTable": keys(1), "BatchA": keys(1)})
    with refused("ResourceNotFoundException", "Requested resource not found"):
        wire.BatchWriteItem(RequestItems={"NoSuchTable": [put(key("a"))], "BatchA": [put(key("never"))]})
    assert wire.GetItem(TableName="BatchA", Key=key("never")) == {}


def test_a_large_batch_get_leaves_keys_over(wire, prefix):
    items = [{**key(f"{prefix}{n}"), "v": {"S": "x" * 390_000}} for n in range(50)]
    for item in items:
        wire.PutItem(TableName="BatchB", Item=item)
    wire.PutItem(TableName="BatchA", Item=key(prefix))
    request, found = {"BatchB": {"Keys": [key(i["pk"]["S"]) for i in items], "ProjectionExpression": "pk"}}, []
    # What is left over belongs to its own table, whatever the others are called.
    reply = wire.BatchGetItem(RequestItems={"BatchA": {"Keys": [key(prefix)]}, **request})
    assert reply["Responses"]["BatchA"] == [key(prefix)]
    assert len(reply["Responses"]["BatchB"]) == 43, "the 44th would make it more than 16 MB"
    assert set(reply["UnprocessedKeys"]) == {"BatchB"} and len(reply["UnprocessedKeys"]["BatchB"]["Keys"]) == 7
    rounds = 0
    while request:
        reply = wire.BatchGetItem(RequestItems=request)
        assert reply["Responses"]["BatchB"], "each round brings something"
        found += reply["Responses"]["BatchB"]
        request = reply["UnprocessedKeys"]
        rounds += 1
        assert all(part["ProjectionExpression"] == "pk" for part in request.values())
    assert rounds > 1 and sorted(map(str, found)) == sorted(str(key(i["pk"]["S"])) for i in items)
    for item in items:
        wire.DeleteItem(TableName="BatchB", Key=key(item["pk"]["S"]))


# --- transactions ---


def transact(ddb, *actions, **members):
    return ddb.transact_write_items(TransactItems=list(actions), **members)


def t_put(value, table="BatchA", item=None, **members):
    return {"Put": {"TableName": table, "Item": {**key(value), **(item or {})}, **members}}


def t_update(value, expression, values=None, table="BatchA", **members):
    values = {"ExpressionAttributeValues": values} if values else {}
    return {"Update": {"TableName": table, "Key": key(value), "UpdateExpression": expression, **values, **members}}


def t_delete(value, table="BatchA", **members):
    return {"Delete": {"TableName": table, "Key": key(value), **members}}


def t_check(value, condition, table="BatchA", **members):
    return {"ConditionCheck": {"TableName": table, "Key": key(value), "ConditionExpression": condition, **members}}


def test_a_transaction_does_all_kinds_at_once(ddb, wire, prefix):
    a, b, c, d, e = (f"{prefix}{name}" for name in "abcde")
    ddb.put_item(TableName="BatchA", Item={**key(b), "n": {"N": "1"}, "g": {"S": "old"}})
    ddb.put_item(TableName="BatchB", Item=key(c))
    reply = transact(
        ddb,
        t_put(a, item={"g": {"S": "new"}}),
        t_update(b, "SET n = n + :one, g = :g", {":one": {"N": "1"}, ":g": {"S": "new"}}),
        t_delete(c, table="BatchB"),
        t_check(d, "attribute_not_exists(pk)"),
        t_update(e, "SET v = pk", table="BatchB"),
    )
    assert commit_of(reply) and set(reply) == {"ResponseMetadata"}
    gets = [(a, "BatchA"), (b, "BatchA"), (c, "BatchB"), (d, "BatchA"), (e, "BatchB")]
    reply = ddb.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": key(value)}} for value, table in gets]
    )
    assert [part.get("Item") for part in reply["Responses"]] == [
        {**key(a), "g": {"S": "new"}}, {**key(b), "n": {"N": "2"}, "g": {"S": "new"}}, None, None,
        {**key(e), "v": {"S": e}},
    ]  # fmt: skip
    for table in TABLES:
        check_indexes(wire, table, SCHEMA, read_all(wire, table), "after a transaction")


CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "


def test_a_cancelled_transaction_changes_nothing_and_says_why(ddb, wire, prefix):
    a, b, c, d = (f"{prefix}{name}" for name in "abcd")
    ddb.put_item(TableName="BatchA", Item={**key(b), "n": {"N": "1"}, "s": {"S": "x"}})
    before = read_all(wire, "BatchA")
    with refused("TransactionCanceledException") as refusal:
        transact(
            ddb,
            t_put(a),
            t_put(b, ConditionExpression="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
            t_check(c, "attribute_exists(pk)"),
            t_update(d, "SET v = nothing"),
        )
    assert refusal.message == CANCELLED + "[None, ConditionalCheckFailed, ConditionalCheckFailed, ValidationError]"
    assert refusal.members["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
         "Item": {**key(b), "n": {"N": "1"}, "s": {"S": "x"}}},
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"},
        {"Code": "ValidationError",
         "Message": "The provided expression refers to an attribute that does not exist in the item"},
    ]  # fmt: skip
    assert read_all(wire, "BatchA") == before


@pytest.mark.parametrize("action, message", [
    (t_update("x", "SET g = :n", {":n": {"N": "1"}}), re.compile("Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g")),
    ({"Delete": {"TableName": "BatchA", "Key": {"pk": {"N": "1"}}}}, re.compile(MISMATCH)),
    ({"Update": {"TableName": "BatchA", "Key": {"x": {"S": "a"}}, "UpdateExpression": "SET a = x"}}, re.compile(MISMATCH)),
    (t_update("x" * 2049, "REMOVE a"), re.compile("Size of hashkey has exceeded the maximum size limit")),
    (t_update("x", "SET a.b = :v", {":v": {"S": "a"}}), re.compile("document path provided in the update expression is invalid")),
])  # fmt: skip
def test_faults_of_one_action_cancel(ddb, prefix, action, message):
    with refused("TransactionCanceledException", CANCELLED + "[None, ValidationError]") as refusal:
        transact(ddb, t_put(prefix), action)
    assert refusal.members["CancellationReasons"][1]["Code"] == "ValidationError"
    assert message.search(refusal.members["CancellationReasons"][1]["Message"])
    assert "Item" not in ddb.get_item(TableName="BatchA", Key=key(prefix))


TWICE = "Transaction request cannot include multiple operations on one item"


@pytest.mark.parametrize("actions, text", [
    ([], re.compile("'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ([t_put(str(n)) for n in range(101)], re.compile("'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100")),
    ([{}], "TransactItems can only contain one of Check, Put, Update or Delete"),
    ([{**t_put("a"), **t_delete("a")}], "TransactItems can only contain one of Check, Put, Update or Delete"),
    ([t_put("a"), t_put("a")], TWICE),
    ([t_put("a"), t_check("a", "attribute_exists(pk)")], TWICE),
    ([t_update("a", "SET #x = :v", {":v": {"S": "a"}})],
     "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #x"),
    ([t_put("a", ConditionExpression="pk <> :v", ExpressionAttributeValues={":v": {"S": ""}, ":u": {"S": ""}})],
     "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"),
    ([t_put("")], re.compile("The AttributeValue for a key attribute cannot contain an empty string value. Key: pk")),
    ([t_put("a", item={"g": {"S": ""}})], re.compile("A value specified for a secondary index key is not supported")),
    ([t_put("a", item={"n": {"N": "x"}})], "The parameter cannot be converted to a numeric value: x"),
])  # fmt: skip
def test_bad_transactions(ddb, actions, text):
    with refused(VALIDATION, text):
        transact(ddb, *actions)


def test_transactions_of_a_missing_table(ddb, prefix):
    with refused("ResourceNotFoundException", "Requested resource not found"):
        transact(ddb, t_put(prefix), t_put("a", table="NoSuchTable"))
    with refused("ResourceNotFoundException", "Requested resource not found"):
        ddb.transact_get_items(TransactItems=[{"Get": {"TableName": "NoSuchTable", "Key": key("a")}}])
    assert "Item" not in ddb.get_item(TableName="BatchA", Key=key(prefix))


def test_transact_get_of_one_item_twice(ddb):
    get = {"Get": {"TableName": "BatchA", "Key": key("a")}}
    with refused(VALIDATION, TWICE):
        ddb.transact_get_items(TransactItems=[get, get])


def test_placeholders_without_expressions_are_accepted_in_transactions(ddb, prefix):
    transact(ddb, t_put(prefix, ExpressionAttributeNames={"#a": "a"}, ExpressionAttributeValues={":a": {"S": "a"}}))
    assert ddb.get_item(TableName="BatchA", Key=key(prefix))["Item"] == key(prefix)


def test_a_hundred_actions(ddb, wire, prefix):
    transact(ddb, *(t_put(f"{prefix}{n}") for n in range(100)))
    found = read_all(
        wire, "BatchA", FilterExpression="begins_with(pk, :p)", ExpressionAttributeValues={":p": {"S": prefix}}
    )
    assert len(found) == 100


def test_client_request_tokens(ddb, prefix):
    token = prefix[:36]
    add = t_update(prefix, "ADD n :one", {":one": {"N": "1"}})
    for _ in range(3):
        transact(ddb, add, ClientRequestToken=token)
    assert ddb.get_item(TableName="BatchA", Key=key(prefix))["Item"]["n"] == {"N": "1"}, "done once"
    with refused("IdempotentParameterMismatchException"):
        transact(ddb, t_update(prefix, "ADD n :one", {":one": {"N": "2"}}), ClientRequestToken=token)
    transact(ddb, add, ClientRequestToken=f"x{token}"[:36])
    assert ddb.get_item(TableName="BatchA", Key=key(prefix))["Item"]["n"] == {"N": "2"}
    with refused(VALIDATION, re.compile("'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36")):
        transact(ddb, add, ClientRequestToken="x" * 37)


def test_a_cancelled_transaction_does_not_use_up_its_token(ddb, prefix):
    token = prefix[:30]
    action = t_put(f"{prefix}b"), t_check(prefix, "attribute_exists(pk)")
    with refused("TransactionCanceledException"):
        transact(ddb, *action, ClientRequestToken=token)
    ddb.put_item(TableName="BatchA", Item=key(prefix))
    transact(ddb, *action, ClientRequestToken=token)
    assert ddb.get_item(TableName="BatchA", Key=key(f"{prefix}b"))["Item"] == key(f"{prefix}b")


def test_counters_lose_nothing_under_contention(wire, prefix, seed):
    """Single updates, conditional puts and transactions on the same items, all at once."""
    rng = random.Random(seed)
    names = [f"{prefix}{n}" for n in range(3)]
    done = []

    def work(rng):
        for _ in range(60):
            first, second = rng.sample(names, 2)
            add = {":one": {"N": "1"}}
            try:
                if rng.random() < 0.5:
                    wire.UpdateItem(
                        TableName="BatchA", Key=key(first), UpdateExpression="ADD n :one",
                        ExpressionAttributeValues=add,
                    )  # fmt: skip
                    done.append(1)
                else:
                    wire.TransactWriteItems(
                        TransactItems=[t_update(first, "ADD n :one", add), t_update(second, "ADD n :one", add)]
                    )
                    done.append(2)
            except Fault as fault:
                assert fault.code in ("TransactionConflictException", "TransactionCanceledException"), fault

    run_all([lambda r=random.Random(rng.random()): work(r) for _ in range(8)])
    items = [wire.GetItem(TableName="BatchA", Key=key(name))["Item"] for name in names]
    assert sum(int(item["n"]["N"]) for item in items) == sum(done)
