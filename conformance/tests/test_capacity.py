"""What replies say of consumed capacity and of item collections, figure by figure.

Over the bare wire, since the figures' form on the wire is part of what has to hold. Sizes are made
exact by `item`: key names and values are 2 + 2 bytes, the filler takes the rest.
"""

import pytest

from conformance.clients import REGION
from conformance.faults import VALIDATION, refused
from conformance.tables import Index, Schema, create_table

PLAIN = Schema("pk", "sk")
INDEXED = Schema(
    "pk", "sk",
    indexes=(
        Index("all", "g"), Index("keys", "k", projection="KEYS_ONLY"),
        Index("local", "pk", "l", projection="KEYS_ONLY", local=True),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(wire):
    create_table(wire, "Cost", PLAIN)
    return "Cost"


@pytest.fixture(scope="module")
def indexed(wire):
    create_table(wire, "CostIndexed", INDEXED)
    return "CostIndexed"


@pytest.fixture
def pk(request):
    """A partition key of its own for each test, 32 characters long."""
    return request.node.name[-32:].rjust(32, "_")


def key(pk, sk="a"):
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def item(pk, size, sk="a", **attributes):
    """An item of exactly `size` bytes; `attributes` are strings."""
    made = {**key(pk, sk), **{name: {"S": value} for name, value in attributes.items()}}
    used = sum(len(name) + len(value["S"]) for name, value in made.items())
    if size > used:
        made["f"] = {"S": "x" * (size - used - 1)}
    return made


def total(reply):
    consumed = reply["ConsumedCapacity"]
    assert set(consumed) == {"TableName", "CapacityUnits"}, consumed
    return consumed["CapacityUnits"]


def units(value, member=None):
    """A Capacity structure; transactions say besides whether the units are reads or writes."""
    return {"CapacityUnits": value} | ({member: value} if member else {})


# --- what is asked for ---


def test_nothing_is_told_unasked(wire, plain, pk):
    assert wire.PutItem(TableName=plain, Item=item(pk, 100)) == {}
    assert "ConsumedCapacity" not in wire.GetItem(TableName=plain, Key=key(pk), ReturnConsumedCapacity="NONE")
    with refused(VALIDATION):
        wire.GetItem(TableName=plain, Key=key(pk), ReturnConsumedCapacity="SOME")


def test_units_are_json_fractions_and_tables_have_the_name_of_the_request(wire, plain, pk):
    body = wire.post("GetItem", b'{"TableName":"Cost","Key":{"pk":{"S":"nobody"},"sk":{"S":"a"}},'
                     b'"ReturnConsumedCapacity":"INDEXES","ConsistentRead":true}')[2]  # fmt: skip
    assert body == b'{"ConsumedCapacity":{"TableName":"Cost","CapacityUnits":1.0,"Table":{"CapacityUnits":1.0}}}'
    arn = wire.DescribeTable(TableName=plain)["Table"]["TableArn"]
    assert REGION in arn
    reply = wire.GetItem(TableName=arn, Key=key(pk), ReturnConsumedCapacity="TOTAL")
    assert reply == {"ConsumedCapacity": {"TableName": arn, "CapacityUnits": 0.5}}


# --- reads ---


@pytest.mark.parametrize("size, eventual", [(100, 0.5), (4096, 0.5), (4097, 1), (5000, 1), (400_000, 49)])
def test_reading_an_item(wire, plain, pk, size, eventual):
    wire.PutItem(TableName=plain, Item=item(pk, size))
    for consistent, cost in ((False, eventual), (True, 2 * eventual)):
        got = wire.GetItem(
            TableName=plain, Key=key(pk), ConsistentRead=consistent, ProjectionExpression="sk",
            ReturnConsumedCapacity="TOTAL",
        )  # fmt: skip
        assert got["Item"] == {"sk": {"S": "a"}}
        assert total(got) == cost


def test_reading_pages(wire, plain, pk):
    for number in range(8):
        wire.PutItem(TableName=plain, Item=item(pk, 2000, sk=str(number)))
    ask = {
        "TableName": plain, "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": pk}}, "ReturnConsumedCapacity": "TOTAL",
    }  # fmt: skip
    assert total(wire.Query(**ask)) == 2
    assert total(wire.Query(**ask, ConsistentRead=True)) == 4
    assert total(wire.Query(**ask, Select="COUNT")) == 2
    assert total(wire.Query(**ask, ProjectionExpression="sk")) == 2
    assert total(wire.Query(**ask, FilterExpression="attribute_exists(nowhere)")) == 2
    assert total(wire.Query(**ask, Limit=2)) == 0.5
    assert total(wire.Query(**ask, Limit=3)) == 1
    ask["ExpressionAttributeValues"] = {":p": {"S": "nobody"}}
    assert total(wire.Query(**ask)) == 0.5
    assert total(wire.Query(**ask, ConsistentRead=True)) == 1
    scan = wire.Scan(TableName=plain, Limit=1, ReturnConsumedCapacity="INDEXES")
    assert scan["ConsumedCapacity"]["Table"] == units(scan["ConsumedCapacity"]["CapacityUnits"])


def test_reading_indexes(wire, indexed, pk):
    for number, size in enumerate((300, 4096, 5000)):
        wire.PutItem(TableName=indexed, Item=item(pk, size, sk=str(number), g=pk, l="l"))
    ask = {
        "TableName": indexed, "KeyConditionExpression": "#p = :p",
        "ExpressionAttributeValues": {":p": {"S": pk}}, "ReturnConsumedCapacity": "INDEXES",
    }  # fmt: skip

    def consumed(index, name, **members):
        reply = wire.Query(**ask, IndexName=index, ExpressionAttributeNames={"#p": name}, **members)
        assert reply["Count"] == 3
        return reply["ConsumedCapacity"]

    assert consumed("all", "g") == {
        "TableName": indexed, "CapacityUnits": 1.5, "Table": units(0),
        "GlobalSecondaryIndexes": {"all": units(1.5)},
    }  # fmt: skip
    assert consumed("local", "pk", ConsistentRead=True) == {
        "TableName": indexed, "CapacityUnits": 1, "Table": units(0),
        "LocalSecondaryIndexes": {"local": units(1)},
    }  # fmt: skip
    # Whole items are fetched from the table, each rounded up by itself.
    assert consumed("local", "pk", ConsistentRead=True, Select="ALL_ATTRIBUTES") == {
        "TableName": indexed, "CapacityUnits": 5, "Table": units(4),
        "LocalSecondaryIndexes": {"local": units(1)},
    }  # fmt: skip


def test_a_page_with_fetched_items_counts_them_in_whole_blocks(wire, pk):
    create_table(wire, "CostFetch", INDEXED)
    for batch in range(12):
        puts = [
            {"PutRequest": {"Item": item(pk, 100, sk=f"{batch:02}{number:02}", l="l")}}
            for number in range(25)
        ]
        wire.BatchWriteItem(RequestItems={"CostFetch": puts})
    ask = {
        "TableName": "CostFetch", "IndexName": "local", "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": pk}}, "ReturnConsumedCapacity": "TOTAL",
    }  # fmt: skip
    page = wire.Query(**ask)
    assert (page["Count"], "LastEvaluatedKey" in page) == (300, False)
    page = wire.Query(**ask, Select="ALL_ATTRIBUTES")
    # 256 blocks of 4 KB are 1 MB: those of the entries, and one for each item.
    blocks = page["Count"] + -(-page["Count"] * len("pkskl" + pk + "0000" + "l") // 4096)
    assert blocks == 256 and "LastEvaluatedKey" in page
    assert total(page) == 128


# --- writes ---


def test_writing_costs_the_larger_of_before_and_after(wire, plain, pk):
    def put(size):
        return total(wire.PutItem(TableName=plain, Item=item(pk, size), ReturnConsumedCapacity="TOTAL"))

    assert [put(1010), put(1030), put(100), put(1024), put(1025)] == [1, 2, 2, 1, 2]

    def delete():
        return total(wire.DeleteItem(TableName=plain, Key=key(pk), ReturnConsumedCapacity="TOTAL"))

    put(1500)
    assert [delete(), delete()] == [2, 1]

    def update(expression, values=None):
        extra = {"ExpressionAttributeValues": values} if values else {}
        return total(wire.UpdateItem(
            TableName=plain, Key=key(pk), UpdateExpression=expression, ReturnConsumedCapacity="TOTAL", **extra
        ))  # fmt: skip

    put(1022)
    assert update("SET a = :a", {":a": {"S": "x"}}) == 1
    assert update("SET a = :a", {":a": {"S": "xy"}}) == 2
    assert update("REMOVE a") == 2
    assert update("REMOVE a") == 1


def test_writing_indexes(wire, indexed, pk):
    def put(**attributes):
        reply = wire.PutItem(
            TableName=indexed, Item=item(pk, 500, **attributes), ReturnConsumedCapacity="INDEXES"
        )
        return _by_index(reply["ConsumedCapacity"])

    assert put() == {"Table": 1}
    assert put(g="a") == {"Table": 1, "all": 1}
    assert put(g="b") == {"Table": 1, "all": 2}
    assert put(g="b", k="a") == {"Table": 1, "all": 1, "keys": 1}
    assert put(g="b", k="a", o="x") == {"Table": 1, "all": 1}
    assert put(g="b", k="a", o="x") == {"Table": 1}
    assert put(g="b", k="b", o="x", l="l") == {"Table": 1, "all": 1, "keys": 2, "local": 1}
    assert put(l="m") == {"Table": 1, "all": 1, "keys": 1, "local": 2}
    reply = wire.DeleteItem(TableName=indexed, Key=key(pk), ReturnConsumedCapacity="INDEXES")
    assert reply["ConsumedCapacity"] == {
        "TableName": indexed, "CapacityUnits": 2, "Table": units(1), "LocalSecondaryIndexes": {"local": units(1)},
    }  # fmt: skip
    reply = wire.PutItem(TableName=indexed, Item=item(pk, 500, g="a", k="a"), ReturnConsumedCapacity="TOTAL")
    assert total(reply) == 3


def _by_index(consumed):
    parts = {"Table": consumed["Table"]}
    parts |= consumed.get("GlobalSecondaryIndexes", {}) | consumed.get("LocalSecondaryIndexes", {})
    found = {name: part["CapacityUnits"] for name, part in parts.items()}
    assert consumed["CapacityUnits"] == sum(found.values())
    return found


def test_a_refused_write_tells_nothing(wire, plain, pk):
    with refused("ConditionalCheckFailedException", "The conditional request failed") as refusal:
        wire.PutItem(
            TableName=plain, Item=item(pk, 100), ConditionExpression="attribute_exists(pk)",
            ReturnConsumedCapacity="INDEXES",
        )  # fmt: skip
    assert set(refusal.members) == {"__type", "message"}


# --- batches ---


def test_batches_tell_each_table(wire, plain, indexed, pk):
    writes = {
        plain: [{"PutRequest": {"Item": item(pk, 1500)}}, {"DeleteRequest": {"Key": key(pk, "none")}}],
        indexed: [{"PutRequest": {"Item": item(pk, 100, g="a")}}],
    }
    reply = wire.BatchWriteItem(RequestItems=writes, ReturnConsumedCapacity="INDEXES")
    told = {consumed["TableName"]: _by_index(consumed) for consumed in reply["ConsumedCapacity"]}
    assert told == {plain: {"Table": 3}, indexed: {"Table": 1, "all": 1}}
    assert len(reply["ConsumedCapacity"]) == 2
    arn = wire.DescribeTable(TableName=plain)["Table"]["TableArn"]
    reads = {
        arn: {"Keys": [key(pk), key(pk, "none"), key(pk, "b")]},
        indexed: {"Keys": [key(pk)], "ConsistentRead": True},
    }
    reply = wire.BatchGetItem(RequestItems=reads, ReturnConsumedCapacity="TOTAL")
    told = {consumed["TableName"]: consumed["CapacityUnits"] for consumed in reply["ConsumedCapacity"]}
    assert told == {arn: 1.5, indexed: 1}
    assert "ConsumedCapacity" not in wire.BatchGetItem(RequestItems=reads)


# --- transactions ---


def test_transactions_pay_twice(wire, plain, indexed, pk):
    writes = [{"Put": {"TableName": plain, "Item": item(pk, 500, sk=sk)}} for sk in "abc"]
    reply = wire.TransactWriteItems(TransactItems=writes, ReturnConsumedCapacity="TOTAL")
    assert reply == {"ConsumedCapacity": [{"TableName": plain, "CapacityUnits": 6, "WriteCapacityUnits": 6}]}
    check = {"TableName": plain, "Key": key(pk, "none"), "ConditionExpression": "attribute_not_exists(pk)"}
    writes = [{"Put": {"TableName": indexed, "Item": item(pk, 1500, g="a")}}, {"ConditionCheck": check}]
    reply = wire.TransactWriteItems(TransactItems=writes, ReturnConsumedCapacity="INDEXES")
    writes = "WriteCapacityUnits"
    assert sorted(reply["ConsumedCapacity"], key=lambda consumed: consumed["TableName"]) == [
        {"TableName": plain, **units(2, writes), "Table": units(2, writes)},
        {"TableName": indexed, **units(8, writes), "Table": units(4, writes),
         "GlobalSecondaryIndexes": {"all": units(4, writes)}},
    ]  # fmt: skip
    gets = [{"Get": {"TableName": plain, "Key": key(pk, sk)}} for sk in ("a", "none")]
    reply = wire.TransactGetItems(TransactItems=gets, ReturnConsumedCapacity="INDEXES")
    reads = "ReadCapacityUnits"
    assert reply["ConsumedCapacity"] == [{"TableName": plain, **units(4, reads), "Table": units(4, reads)}]


def test_a_repeated_transaction_pays_for_reads(wire, plain, pk):
    writes = [{"Put": {"TableName": plain, "Item": item(pk, 5000)}}]
    ask = {"TransactItems": writes, "ClientRequestToken": pk, "ReturnConsumedCapacity": "TOTAL"}
    told = [wire.TransactWriteItems(**ask)["ConsumedCapacity"] for _ in range(2)]
    assert told == [
        [{"TableName": plain, **units(10, "WriteCapacityUnits")}],
        [{"TableName": plain, **units(4, "ReadCapacityUnits")}],
    ]
    assert wire.TransactWriteItems(TransactItems=writes, ClientRequestToken=pk) == {}


def test_a_cancelled_transaction_tells_nothing(wire, plain, pk):
    check = {"TableName": plain, "Key": key(pk), "ConditionExpression": "attribute_exists(pk)"}
    with refused("TransactionCanceledException") as refusal:
        wire.TransactWriteItems(TransactItems=[{"ConditionCheck": check}], ReturnConsumedCapacity="INDEXES")
    assert set(refusal.members) == {"__type", "Message", "CancellationReasons"}


# --- item collections ---


def test_item_collections(wire, plain, indexed, pk):
    metrics = {"ItemCollectionKey": {"pk": {"S": pk}}, "SizeEstimateRangeGB": [0, 1]}
    size = {"ReturnItemCollectionMetrics": "SIZE"}
    assert wire.PutItem(TableName=indexed, Item=item(pk, 100), **size) == {"ItemCollectionMetrics": metrics}
    assert wire.PutItem(TableName=plain, Item=item(pk, 100), **size) == {}
    assert wire.PutItem(TableName=indexed, Item=item(pk, 100), ReturnItemCollectionMetrics="NONE") == {}
    reply = wire.UpdateItem(TableName=indexed, Key=key(pk), **size)
    assert reply == {"ItemCollectionMetrics": metrics}
    assert wire.DeleteItem(TableName=indexed, Key=key(pk), **size) == {"ItemCollectionMetrics": metrics}
    puts = [{"PutRequest": {"Item": item(pk, 100, sk=sk)}} for sk in "ab"]
    puts.append({"DeleteRequest": {"Key": key(pk, "none")}})
    reply = wire.BatchWriteItem(RequestItems={indexed: puts, plain: puts}, **size)
    assert reply == {"UnprocessedItems": {}, "ItemCollectionMetrics": {indexed: [metrics]}}
    writes = [
        {"Put": {"TableName": indexed, "Item": item(pk, 100)}},
        {"Delete": {"TableName": indexed, "Key": key(pk, "b")}},
        {"Put": {"TableName": plain, "Item": item(pk, 100)}},
    ]
    reply = wire.TransactWriteItems(TransactItems=writes, **size)
    assert reply == {"ItemCollectionMetrics": {indexed: [metrics]}}
    deletion = [{"DeleteRequest": {"Key": key("nobody", "none")}}]
    reply = wire.BatchWriteItem(RequestItems={indexed: deletion}, **size)
    metrics = {"ItemCollectionKey": {"pk": {"S": "nobody"}}, "SizeEstimateRangeGB": [0, 1]}
    assert reply["ItemCollectionMetrics"] == {indexed: [metrics]}, "as DeleteItem tells"


# --- statements of PartiQL ---


def test_statements_cost_what_their_operations_do(wire, plain, pk):
    def cost(statement, **members):
        return total(wire.ExecuteStatement(Statement=statement, ReturnConsumedCapacity="TOTAL", **members))

    where = f"WHERE pk = '{pk}' AND sk = 'a'"
    assert cost("INSERT INTO Cost VALUE ?", Parameters=[{"M": item(pk, 1500)}]) == 2
    assert cost(f"SELECT * FROM Cost {where}") == 0.5
    assert cost(f"SELECT sk FROM Cost {where}", ConsistentRead=True) == 1
    assert cost(f"UPDATE Cost SET f = 'x' {where}") == 2
    assert cost(f"DELETE FROM Cost {where}") == 1
    assert cost(f"DELETE FROM Cost {where}") == 1, "of what is not there"


def test_statements_together(wire, plain, indexed, pk):
    def insert(table, sk):
        return {"Statement": f"INSERT INTO {table} VALUE ?", "Parameters": [{"M": item(pk, 500, sk=sk)}]}

    def select(table, sk):
        return {"Statement": f"SELECT * FROM {table} WHERE pk = '{pk}' AND sk = '{sk}'"}

    def costs(operation, **members):
        reply = getattr(wire, operation)(ReturnConsumedCapacity="TOTAL", **members)
        told = reply["ConsumedCapacity"]
        return {one.pop("TableName"): one for one in told}

    both = lambda make, *names: [make(plain, names[0]), make(indexed, names[0]), make(plain, names[1])]  # noqa: E731
    assert costs("BatchExecuteStatement", Statements=both(insert, "a", "b")) == {plain: units(2), indexed: units(1)}
    reads = {plain: units(1), indexed: units(0.5)}
    assert costs("BatchExecuteStatement", Statements=both(select, "a", "b")) == reads
    writes = {plain: units(4, "WriteCapacityUnits"), indexed: units(2, "WriteCapacityUnits")}
    members = {"TransactStatements": both(insert, "c", "d"), "ClientRequestToken": pk}
    assert costs("ExecuteTransaction", **members) == writes
    repeated = {plain: units(4, "ReadCapacityUnits"), indexed: units(2, "ReadCapacityUnits")}
    assert costs("ExecuteTransaction", **members) == repeated
    assert costs("ExecuteTransaction", TransactStatements=both(select, "c", "d")) == repeated
