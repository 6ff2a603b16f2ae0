"""The parameters that are older than expressions, on every operation that has them.

They must do what they always did, refuse with their own words, and not be mixed with expressions.
"""

import re

import pytest

from conformance.faults import VALIDATION, refused
from conformance.tables import Index, Schema, create_table

OPV = "One or more parameter values were invalid: "
FAILED = ("ConditionalCheckFailedException", "The conditional request failed")
MIXED = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {%s} Expression parameters: {%s}"
)
SCHEMA = Schema(
    "pk", "sk", types={"sk": "N", "gn": "N"},
    indexes=(Index("by-g", "g", "gn"), Index("by-l", "pk", "l", projection="KEYS_ONLY", local=True)),
)  # fmt: skip


@pytest.fixture(scope="module")
def table(wire):
    create_table(wire, "Legacy", SCHEMA)
    return "Legacy"


@pytest.fixture
def pk(request):
    """A partition key that no other test uses."""
    return request.node.name


def s(value):
    return {"S": value}


def n(value):
    return {"N": str(value)}


def key(pk, sk=1):
    return {"pk": s(pk), "sk": n(sk)}


def op(operator, *values):
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def put(client, table, pk, sk=1, **attributes):
    item = {**key(pk, sk), **attributes}
    client.put_item(TableName=table, Item=item)
    return item


# --- AttributesToGet ---


def test_attributes_to_get_name_whole_attributes(ddb, table, pk):
    item = put(ddb, table, pk, a=s("x"), b={"M": {"c": s("y")}}, **{"b.c": s("z")})
    got = ddb.get_item(TableName=table, Key=key(pk), AttributesToGet=["b.c", "a", "none"])
    assert got["Item"] == {"a": s("x"), "b.c": s("z")}
    got = ddb.batch_get_item(RequestItems={table: {"Keys": [key(pk)], "AttributesToGet": ["b"]}})
    assert got["Responses"] == {table: [{"b": item["b"]}]}
    page = ddb.query(TableName=table, KeyConditions={"pk": op("EQ", s(pk))}, AttributesToGet=["sk"])
    assert page["Items"] == [{"sk": n(1)}]
    page = ddb.scan(TableName=table, ScanFilter={"pk": op("EQ", s(pk))}, AttributesToGet=["a"])
    assert page["Items"] == [{"a": s("x")}]
    # From a local index that does not hold it, the attribute is fetched.
    put(ddb, table, pk, l=s("l"), a=s("x"))
    page = ddb.query(
        TableName=table, IndexName="by-l", KeyConditions={"pk": op("EQ", s(pk))}, AttributesToGet=["a"]
    )
    assert page["Items"] == [{"a": s("x")}]


@pytest.mark.parametrize("names, text", [
    (["a", "b", "a"], OPV + "Duplicate value in attribute name: a"),
    ([], re.compile("'attributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1")),
    ([f"a{i}" for i in range(256)], re.compile("'attributesToGet' failed to satisfy constraint: Member must have length less than or equal to 255")),
])  # fmt: skip
def test_bad_attributes_to_get(wire, table, names, text):
    with refused(VALIDATION, text):
        wire.GetItem(TableName=table, Key=key("a"), AttributesToGet=names)
    with refused(VALIDATION, text):
        wire.Scan(TableName=table, AttributesToGet=names)


@pytest.mark.parametrize("select, text", [
    ("ALL_ATTRIBUTES", "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"),
    ("COUNT", "Cannot specify the AttributesToGet when choosing to get only the Count"),
])
def test_attributes_to_get_and_select(wire, table, select, text):
    with refused(VALIDATION, text):
        wire.Scan(TableName=table, AttributesToGet=["a"], Select=select)
    with refused(VALIDATION, re.compile(f"^(1 validation error detected: )?{text}$")):
        wire.Query(TableName=table, KeyConditions={"pk": op("EQ", s("a"))}, AttributesToGet=["a"], Select=select)
    page = wire.Scan(TableName=table, AttributesToGet=["a"], Select="SPECIFIC_ATTRIBUTES", Limit=1)
    assert "Items" in page


# --- filters ---

VALUES = {
    "missing": None, "string": s("hello"), "number": n(5), "binary": {"B": b"\x01\x02"}, "true": {"BOOL": True},
    "null": {"NULL": True}, "strings": {"SS": ["a", "b"]}, "numbers": {"NS": ["1", "2"]},
    "list": {"L": [s("a"), n(1), {"NULL": True}]}, "map": {"M": {"a": n(1)}},
}  # fmt: skip


@pytest.fixture(scope="module")
def values(ddb, table):
    """An item for each kind of value, under the sort key of its place in VALUES."""
    for number, value in enumerate(VALUES.values()):
        put(ddb, table, "values", number, **({"v": value} if value else {}))
    return dict(zip(range(len(VALUES)), VALUES))


EVERY = set(VALUES)
FILTERS = [
    (op("EQ", s("hello")), {"string"}),
    (op("EQ", n("5.0")), {"number"}),
    (op("EQ", {"SS": ["b", "a"]}), {"strings"}),
    (op("EQ", {"L": [s("a"), n(1), {"NULL": True}]}), {"list"}),
    (op("EQ", {"M": {"a": n("1.0")}}), {"map"}),
    (op("EQ", {"BOOL": True}), {"true"}),
    (op("EQ", {"NULL": True}), {"null"}),
    (op("NE", n(5)), EVERY - {"number"}),
    (op("NE", s("other")), EVERY),
    (op("LT", n(6)), {"number"}),
    (op("LE", s("hello")), {"string"}),
    (op("GT", n(5)), set()),
    (op("GE", {"B": b"\x01"}), {"binary"}),
    (op("IN", s("x"), s("hello")), {"string"}),
    (op("BETWEEN", n(5), n(7)), {"number"}),
    (op("NULL"), {"missing"}),
    (op("NOT_NULL"), EVERY - {"missing"}),
    (op("CONTAINS", s("ell")), {"string"}),
    (op("CONTAINS", s("a")), {"strings", "list"}),
    (op("CONTAINS", n("1.0")), {"numbers", "list"}),
    (op("CONTAINS", {"NULL": True}), {"list"}),
    (op("NOT_CONTAINS", s("a")), EVERY - {"strings", "list"}),
    (op("BEGINS_WITH", s("he")), {"string"}),
    (op("BEGINS_WITH", {"B": b"\x01"}), {"binary"}),
]


@pytest.mark.parametrize("condition, passes", FILTERS, ids=[str(condition)[24:70] for condition, _ in FILTERS])
def test_filters_and_expectations_mean_the_same(ddb, table, values, condition, passes):
    page = ddb.query(TableName=table, KeyConditions={"pk": op("EQ", s("values"))}, QueryFilter={"v": condition})
    assert {values[int(item["sk"]["N"])] for item in page["Items"]} == passes
    assert page["ScannedCount"] == len(VALUES)
    both = {"v": condition, "pk": op("EQ", s("values"))}
    page = ddb.scan(TableName=table, ScanFilter=both)
    assert {values[int(item["sk"]["N"])] for item in page["Items"]} == passes
    for number, name in list(values.items())[:4]:
        # An update without changes leaves everything as it is.
        ask = {"TableName": table, "Key": key("values", number), "Expected": {"v": condition}}
        if name in passes:
            ddb.update_item(**ask)
        else:
            with refused(*FAILED):
                ddb.update_item(**ask)


def test_conditional_operators(ddb, table, pk):
    put(ddb, table, pk, 1, a=s("x"))
    put(ddb, table, pk, 2, a=s("x"), b=s("y"))
    ask = {"TableName": table, "KeyConditions": {"pk": op("EQ", s(pk))}}
    filters = {"a": op("EQ", s("x")), "b": op("EQ", s("y"))}
    for operator, count in ((None, 1), ("AND", 1), ("OR", 2)):
        extra = {"ConditionalOperator": operator} if operator else {}
        assert ddb.query(**ask, QueryFilter=filters, **extra)["Count"] == count
    ddb.delete_item(TableName=table, Key=key(pk), Expected=filters, ConditionalOperator="OR")
    with refused(*FAILED):
        ddb.delete_item(TableName=table, Key=key(pk), Expected=filters, ConditionalOperator="OR")


ALONE = "ConditionalOperator cannot be used without Filter or Expected"
FEW = re.compile("^ConditionalOperator can only be used when Filter or Expected has two or")


@pytest.mark.parametrize("operation, members, text", [
    ("PutItem", {"Item": key("a")}, ALONE),
    ("UpdateItem", {"Key": key("a")}, ALONE),
    ("DeleteItem", {"Key": key("a")}, ALONE),
    ("Query", {"KeyConditions": {"pk": op("EQ", s("a"))}}, ALONE),
    ("Scan", {}, ALONE),
    ("PutItem", {"Item": key("a"), "Expected": {"a": {"Exists": False}}}, FEW),
    ("Query", {"KeyConditions": {"pk": op("EQ", s("a"))}, "QueryFilter": {"a": op("NULL")}}, FEW),
    ("Scan", {"ScanFilter": {"a": op("NULL")}}, FEW),
])  # fmt: skip
def test_a_conditional_operator_needs_conditions(wire, table, operation, members, text):
    with refused(VALIDATION, text):
        wire.call(operation, {"TableName": table, "ConditionalOperator": "OR", **members})


BAD_CONDITIONS = [
    (op("EQ"), OPV + "Invalid number of argument(s) for the EQ ComparisonOperator"),
    (op("NULL", s("a")), OPV + "Invalid number of argument(s) for the NULL ComparisonOperator"),
    (op("BETWEEN", s("a")), OPV + "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    (op("IN", s("a"), n(1)), OPV + "AttributeValues inside AttributeValueList must be of same type"),
    (op("LT", {"BOOL": True}), OPV + "ComparisonOperator LT is not valid for BOOL AttributeValue type"),
    (op("CONTAINS", {"SS": ["a"]}), OPV + "ComparisonOperator CONTAINS is not valid for SS AttributeValue type"),
    (op("BEGINS_WITH", n(1)), OPV + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
    (op("BETWEEN", n(2), n(1)),
     "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"),
    (op("EQ", {"N": "x"}), "The parameter cannot be converted to a numeric value: x"),
    (op("EQ", {}), "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    # Values are looked at before their number is.
    (op("EQ", s("a"), {"N": "x"}), "The parameter cannot be converted to a numeric value: x"),
    (op("LIKE", s("a")), re.compile("comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set")),
    ({"AttributeValueList": []}, re.compile("comparisonOperator' failed to satisfy constraint: Member must not be null")),
]  # fmt: skip


@pytest.mark.parametrize("condition, text", BAD_CONDITIONS, ids=[str(condition)[:70] for condition, _ in BAD_CONDITIONS])
def test_bad_conditions(wire, table, condition, text):
    with refused(VALIDATION, text):
        wire.Scan(TableName=table, ScanFilter={"a": condition})
    with refused(VALIDATION, text):
        wire.Query(TableName=table, KeyConditions={"pk": op("EQ", s("a"))}, QueryFilter={"a": condition})
    with refused(VALIDATION, text):
        wire.Query(TableName="no-such-table", KeyConditions={"pk": condition})
    if "ComparisonOperator" in condition and condition["AttributeValueList"]:
        with refused(VALIDATION, text):
            wire.DeleteItem(TableName="no-such-table", Key=key("a"), Expected={"a": condition})


def test_a_query_filter_names_no_key(wire, table):
    ask = {"TableName": table, "KeyConditions": {"pk": op("EQ", s("a"))}}
    text = "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"
    with refused(VALIDATION, text):
        wire.Query(**ask, QueryFilter={"sk": op("EQ", n(1))})
    wire.Query(**ask, QueryFilter={"g": op("EQ", s("a"))})


def test_hostile_filters_are_answered(wire, table):
    many = {f"a{number}": op("NE", n(number)) for number in range(20_000)}
    with refused(VALIDATION, re.compile("too many conditions and values")):
        wire.Scan(TableName=table, ScanFilter=many)
    with refused(VALIDATION, re.compile("too many conditions and values")):
        wire.Scan(TableName=table, ScanFilter={"a": op("IN", *(n(number) for number in range(20_000)))})
    with refused(*FAILED):
        wire.DeleteItem(TableName=table, Key=key("nobody"), Expected={name: op("NOT_NULL") for name in many})


# --- KeyConditions ---


@pytest.fixture(scope="module")
def songs(ddb, table):
    for number in range(6):
        put(ddb, table, "songs", number, g=s("songs"), gn=n(number), l=s(f"l{number}"))


@pytest.mark.parametrize("index, conditions, found", [
    (None, {}, range(6)),
    (None, {"sk": op("EQ", n("3.0"))}, [3]),
    (None, {"sk": op("LT", n(2))}, [0, 1]),
    (None, {"sk": op("LE", n(2))}, [0, 1, 2]),
    (None, {"sk": op("GT", n(3))}, [4, 5]),
    (None, {"sk": op("GE", n(3))}, [3, 4, 5]),
    (None, {"sk": op("BETWEEN", n(1), n(3))}, [1, 2, 3]),
    ("by-g", {"gn": op("GT", n(3))}, [4, 5]),
    ("by-l", {"l": op("BEGINS_WITH", s("l3"))}, [3]),
    ("by-l", {"l": op("LT", s("l2"))}, [0, 1]),
])  # fmt: skip
def test_key_conditions(ddb, table, songs, index, conditions, found):
    ask = {"IndexName": index} if index else {}
    hash_name = "g" if index == "by-g" else "pk"
    conditions = {hash_name: op("EQ", s("songs")), **conditions}
    for forward in (True, False):
        page = ddb.query(TableName=table, KeyConditions=conditions, ScanIndexForward=forward, **ask)
        numbers = [int(item["sk"]["N"]) for item in page["Items"]]
        assert numbers == sorted(found, reverse=not forward)


def test_key_conditions_go_with_a_filter_expression(ddb, table, songs):
    page = ddb.query(
        TableName=table, KeyConditions={"pk": op("EQ", s("songs"))}, FilterExpression="gn = :n",
        ProjectionExpression="sk", ExpressionAttributeValues={":n": n(4)},
    )  # fmt: skip
    assert page["Items"] == [{"sk": n(4)}] and page["ScannedCount"] == 6


NOT_INDEXABLE = "Attempted conditional constraint is not an indexable operation"


@pytest.mark.parametrize("conditions, text", [
    (None, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
    ({}, "Conditions can be of length 1 or 2 only"),
    ({name: op("EQ", s("a")) for name in ("pk", "a", "b")}, "Conditions can be of length 1 or 2 only"),
    ({"sk": op("EQ", n(1))}, "Query condition missed key schema element: pk"),
    ({"pk": op("EQ", s("a")), "a": op("EQ", n(1))}, "Query condition missed key schema element: sk"),
    ({"pk": op("GT", s("a"))}, "Query key condition not supported"),
    ({"pk": op("EQ", n(1))}, OPV + "Condition parameter type does not match schema type"),
    ({"pk": op("EQ", s("a")), "sk": op("BEGINS_WITH", s("1"))}, OPV + "Condition parameter type does not match schema type"),
    ({"pk": op("EQ", s("a")), "sk": op("NE", n(1))}, NOT_INDEXABLE),
    ({"pk": op("EQ", s("a")), "sk": op("IN", n(1))}, NOT_INDEXABLE),
    ({"pk": op("EQ", s("a")), "sk": op("NULL")}, NOT_INDEXABLE),
    ({"pk": op("NOT_CONTAINS", s("a"))}, NOT_INDEXABLE),
    ({"pk": op("EQ", s(""))}, "One or more parameter values are not valid. The AttributeValue for a key attribute "
     "cannot contain an empty string value. Key: pk"),
])  # fmt: skip
def test_bad_key_conditions(wire, table, conditions, text):
    with refused(VALIDATION, text):
        wire.Query(TableName=table, **({} if conditions is None else {"KeyConditions": conditions}))


# --- Expected ---


def test_expected_guards_writes(ddb, table, pk):
    absent = {"pk": {"Exists": False}}
    ddb.put_item(TableName=table, Item={**key(pk), "a": n(1)}, Expected=absent)
    with refused(*FAILED) as refusal:
        ddb.put_item(
            TableName=table, Item=key(pk), Expected=absent, ReturnValuesOnConditionCheckFailure="ALL_OLD"
        )
    assert refusal.members["Item"] == {**key(pk), "a": n(1)}
    ddb.update_item(
        TableName=table, Key=key(pk), AttributeUpdates={"a": {"Action": "ADD", "Value": n(1)}},
        Expected={"a": {"Value": n("1.0")}},
    )  # fmt: skip
    with refused(*FAILED):
        ddb.delete_item(TableName=table, Key=key(pk), Expected={"a": {"Value": n(1), "Exists": True}})
    ddb.delete_item(TableName=table, Key=key(pk), Expected={"a": {"ComparisonOperator": "GT", "Value": n(1)}})
    assert "Item" not in ddb.get_item(TableName=table, Key=key(pk))


@pytest.mark.parametrize("expectation, text", [
    ({"Value": s("a"), "AttributeValueList": [s("a")]}, "Value and AttributeValueList cannot be used together for Attribute: a"),
    ({"Exists": True, "ComparisonOperator": "NULL"}, "Exists and ComparisonOperator cannot be used together for Attribute: a"),
    ({"ComparisonOperator": "LT"}, "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a"),
    ({"AttributeValueList": [s("a")]}, "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ({}, "Value must be provided when Exists is null for Attribute: a"),
    ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    ({"Exists": False, "Value": s("a")}, "Value cannot be used when Exists is false for Attribute: a"),
])  # fmt: skip
def test_bad_expectations(wire, expectation, text):
    for operation, members in (("PutItem", {"Item": key("a")}), ("UpdateItem", {"Key": key("a")}), ("DeleteItem", {"Key": key("a")})):
        with refused(VALIDATION, OPV + text):
            wire.call(operation, {"TableName": "no-such-table", "Expected": {"a": expectation}, **members})


# --- AttributeUpdates ---


def change(action, value=None):
    return {"Action": action, **({"Value": value} if value else {})}


def test_attribute_updates(ddb, table, pk):
    def update(returns=None, **updates):
        extra = {"ReturnValues": returns} if returns else {}
        reply = ddb.update_item(TableName=table, Key=key(pk), AttributeUpdates=updates, **extra)
        return reply.get("Attributes")

    new = {"n": n(1), "ss": {"SS": ["a"]}, "l": s("x"), "list": {"L": [s("a")]}, "gone": s("x")}
    first = update(
        "UPDATED_NEW", n=change("ADD", n(1)), ss=change("ADD", {"SS": ["a"]}), l={"Value": s("x")},
        list=change("ADD", {"L": [s("a")]}), gone=change("PUT", s("x")), never=change("DELETE"),
    )  # fmt: skip
    assert first == new
    assert update("UPDATED_OLD", n=change("ADD", n(2)), none=change("PUT", s("x"))) == {"n": n(1)}
    assert update("UPDATED_NEW", gone=change("DELETE")) is None
    reply = update("UPDATED_NEW", list=change("ADD", {"L": [n(2)]}), ss=change("ADD", {"SS": ["b"]}))
    assert (reply["list"], set(reply["ss"]["SS"])) == ({"L": [s("a"), n(2)]}, {"a", "b"})
    assert update("UPDATED_NEW", ss=change("DELETE", {"SS": ["b", "x"]})) == {"ss": {"SS": ["a"]}}
    old = {**key(pk), "n": n(3), "ss": {"SS": ["a"]}, "l": s("x"), "list": {"L": [s("a"), n(2)]}, "none": s("x")}
    assert update("ALL_OLD", ss=change("DELETE", {"SS": ["a"]})) == old
    del old["ss"]
    assert update("ALL_NEW") == old


@pytest.mark.parametrize("update, text", [
    (change("PUT"), OPV + "Only DELETE action is allowed when no attribute value is specified"),
    (change("ADD"), OPV + "Only DELETE action is allowed when no attribute value is specified"),
    ({}, OPV + "Only DELETE action is allowed when no attribute value is specified"),
    (change("ADD", s("a")), OPV + "ADD action is not supported for the type S"),
    (change("ADD", {"M": {}}), OPV + "ADD action is not supported for the type M"),
    (change("DELETE", s("a")), OPV + "DELETE action with value is not supported for the type S"),
    (change("PUT", {"N": "x"}), "The parameter cannot be converted to a numeric value: x"),
    (change("INCREASE", n(1)), re.compile("action' failed to satisfy constraint: Member must satisfy enum value set")),
])  # fmt: skip
def test_bad_attribute_updates(wire, update, text):
    with refused(VALIDATION, text):
        wire.UpdateItem(TableName="no-such-table", Key=key("a"), AttributeUpdates={"a": update})


@pytest.mark.parametrize("name, update, text", [
    ("a", change("ADD", n(1)), "Type mismatch for attribute to update"),
    ("n", change("ADD", {"NS": ["1"]}), "Type mismatch for attribute to update"),
    ("n", change("DELETE", {"NS": ["1"]}), "Type mismatch for attribute to update"),
    ("sk", change("PUT", n(1)), OPV + "Cannot update attribute sk. This attribute is part of the key"),
    ("gn", change("PUT", s("x")), OPV + "Type mismatch for Index Key gn Expected: N Actual: S IndexName: by-g"),
    ("n", change("ADD", n("9E125")), "Number overflow. Attempting to store a number with magnitude larger than supported range"),
])  # fmt: skip
def test_attribute_updates_that_do_not_fit(ddb, table, pk, name, update, text):
    item = put(ddb, table, pk, a=s("x"), n=n("9" + "0" * 125))
    with refused(VALIDATION, text):
        ddb.update_item(TableName=table, Key=key(pk), AttributeUpdates={name: update})
    assert ddb.get_item(TableName=table, Key=key(pk))["Item"] == item


# --- mixing ---

E = {"a": {"Exists": False}}
F = {"a": op("NULL")}
K = {"pk": op("EQ", s("a"))}


@pytest.mark.parametrize("operation, members, old, new", [
    ("GetItem", {"Key": key("a"), "AttributesToGet": ["a"], "ProjectionExpression": "a"}, "AttributesToGet", "ProjectionExpression"),
    ("PutItem", {"Item": key("a"), "Expected": E, "ConditionExpression": "a = b"}, "Expected", "ConditionExpression"),
    ("DeleteItem", {"Key": key("a"), "Expected": E, "ConditionExpression": "a = b"}, "Expected", "ConditionExpression"),
    ("DeleteItem", {"Key": key("a"), "ConditionalOperator": "OR", "ConditionExpression": "a = b"}, "ConditionalOperator", "ConditionExpression"),
    ("UpdateItem", {"Key": key("a"), "AttributeUpdates": {}, "Expected": E, "UpdateExpression": "x", "ConditionExpression": "x"},
     "AttributeUpdates, Expected", "UpdateExpression, ConditionExpression"),
    ("UpdateItem", {"Key": key("a"), "Expected": E, "UpdateExpression": "SET a = b"}, "Expected", "UpdateExpression"),
    ("Scan", {"ScanFilter": F, "AttributesToGet": ["a"], "FilterExpression": "x", "ProjectionExpression": "a", "ConditionalOperator": "OR"},
     "AttributesToGet, ScanFilter, ConditionalOperator", "ProjectionExpression, FilterExpression"),
    ("Query", {"KeyConditions": K, "QueryFilter": F, "KeyConditionExpression": "x"}, "QueryFilter, KeyConditions", "KeyConditionExpression"),
    ("Query", {"KeyConditions": K, "AttributesToGet": ["a"], "FilterExpression": "x"}, "AttributesToGet", "FilterExpression"),
    ("Query", {"QueryFilter": F, "KeyConditionExpression": "x"}, "QueryFilter", "KeyConditionExpression"),
])  # fmt: skip
def test_the_two_kinds_do_not_mix(wire, operation, members, old, new):
    with refused(VALIDATION, MIXED % (old, new)):
        wire.call(operation, {"TableName": "no-such-table", **members})


def test_the_two_kinds_do_not_mix_in_a_batch(wire):
    tables = {
        "no-such-table": {"Keys": [key("a")], "AttributesToGet": ["a"]},
        "no-other-table": {"Keys": [key("a")], "ProjectionExpression": "a"},
    }
    with refused(VALIDATION, MIXED % ("AttributesToGet", "ProjectionExpression")):
        wire.BatchGetItem(RequestItems=tables)
    tables["no-other-table"] = {"Keys": [key("a")], "ExpressionAttributeNames": {"#a": "a"}}
    with refused(VALIDATION, "ExpressionAttributeNames can only be specified when using expressions"):
        wire.BatchGetItem(RequestItems=tables)
