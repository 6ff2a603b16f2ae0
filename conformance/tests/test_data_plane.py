"""Items: values, numbers, limits, keys, single writes and what they return.

Over boto3, since its parsing of replies is part of what has to hold. Expressions, queries,
batches and transactions have files of their own.
"""

import re

import pytest

from conformance.faults import VALIDATION, refused
from conformance.tables import Index, Schema, check_indexes, create_table, read_all

OPV = "One or more parameter values were invalid: "
INDEXED = Schema(
    "pk", "sk", types={"sk": "N", "gn": "N"},
    indexes=(Index("by-g", "g", "gn"), Index("by-l", "pk", "l", local=True)),
)  # fmt: skip


@pytest.fixture(scope="module")
def items(wire):
    """A table with a partition key only."""
    create_table(wire, "Items", Schema())
    return "Items"


@pytest.fixture(scope="module")
def indexed(wire):
    """A table with a numeric sort key, a GSI and an LSI."""
    create_table(wire, "Indexed", INDEXED)
    return "Indexed"


@pytest.fixture
def pk(request):
    """A partition key that no other test uses."""
    return {"pk": {"S": request.node.name}}


def n(value):
    return {"N": str(value)}


def s(value):
    return {"S": value}


# --- values ---


@pytest.mark.parametrize("value", [
    {"S": "text"}, {"S": ""}, {"S": "ünïcödé 木 🎵 \u0000 \n"}, {"B": b"\x00\xff"}, {"B": b""},
    {"BOOL": True}, {"BOOL": False}, {"NULL": True}, {"L": []}, {"M": {}},
    {"SS": ["a"]}, {"NS": ["1"]}, {"BS": [b"", b"a"]}, {"SS": ["", "b"]},
    {"M": {"a": {"L": [{"M": {" ": {"S": ""}}}]}, "ü": {"NULL": True}}},
    {"L": [{"S": "a"}, {"N": "1"}, {"L": [{"B": b"x"}]}]},
], ids=repr)  # fmt: skip
def test_values_come_back(ddb, items, pk, value):
    ddb.put_item(TableName=items, Item={**pk, "v": value})
    assert ddb.get_item(TableName=items, Key=pk)["Item"] == {**pk, "v": value}


def test_sets_come_back_without_order(ddb, items, pk):
    item = {**pk, "ss": {"SS": ["b", "a", "ä", "B"]}, "ns": {"NS": ["10", "-1", "2.5"]}}
    ddb.put_item(TableName=items, Item=item)
    got = ddb.get_item(TableName=items, Key=pk)["Item"]
    assert set(got["ss"]["SS"]) == {"b", "a", "ä", "B"} and set(got["ns"]["NS"]) == {"10", "-1", "2.5"}


@pytest.mark.parametrize("value, text", [
    ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    ({"S": "a", "N": "1"},
     "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"),
    ({"S": "a", "N": "b"}, "The parameter cannot be converted to a numeric value: b"),
    ({"NULL": False}, OPV + "Null attribute value types must have the value of true"),
    ({"SS": []}, OPV + "An string set  may not be empty"),
    ({"NS": []}, OPV + "An number set  may not be empty"),
    ({"BS": []}, OPV + "Binary sets should not be empty"),
    ({"SS": ["a", "b", "a"]}, re.compile(r"Input collection \[a, b, a\] contains duplicates")),
    ({"NS": ["1", "1.0"]}, re.compile("Input collection contains duplicates")),
    ({"BS": [b"a", b"a"]}, re.compile("of type BS contains duplicates")),
    ({"L": [{"SS": []}]}, OPV + "An string set  may not be empty"),
    ({"M": {"a": {"NS": ["x"]}}}, "The parameter cannot be converted to a numeric value: x"),
], ids=repr)  # fmt: skip
def test_values_that_are_refused(ddb, items, pk, value, text):
    with refused(VALIDATION, text):
        ddb.put_item(TableName=items, Item={**pk, "v": value})
    assert "Item" not in ddb.get_item(TableName=items, Key=pk)


@pytest.mark.parametrize("depth, fits", [(31, True), (32, True), (33, False), (60, False)])
def test_nesting(ddb, items, pk, depth, fits):
    value = {"S": "deepest"}
    for level in range(depth):
        value = {"L": [value]} if level % 2 else {"M": {"m": value}}
    if fits:
        ddb.put_item(TableName=items, Item={**pk, "v": value})
        assert ddb.get_item(TableName=items, Key=pk)["Item"]["v"] == value
    else:
        with refused(VALIDATION, re.compile("Nesting Levels have exceeded supported limits")):
            ddb.put_item(TableName=items, Item={**pk, "v": value})


# --- numbers ---

LARGEST = "9." + "9" * 37 + "E125"


@pytest.mark.parametrize("given, stored", [
    ("0", "0"), ("-0", "0"), ("0.000", "0"), ("0E5", "0"), ("1.0", "1"), ("00042", "42"), ("+5", "5"),
    (".5", "0.5"), ("1.5E2", "150"), ("1e-3", "0.001"), ("-1.10", "-1.1"), ("100", "100"),
    ("123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678"),
    ("1" + "0" * 39, "1" + "0" * 39), ("1E125", "1" + "0" * 125), ("1E-130", "0." + "0" * 129 + "1"),
    ("0.1234567890123456789012345678901234567800", "0.12345678901234567890123456789012345678"),
    (LARGEST, "9" * 38 + "0" * 88), ("-" + LARGEST, "-" + "9" * 38 + "0" * 88),
])  # fmt: skip
def test_numbers_are_exact(ddb, items, pk, given, stored):
    ddb.put_item(TableName=items, Item={**pk, "v": {"N": given}, "s": {"NS": [given]}})
    got = ddb.get_item(TableName=items, Key=pk)["Item"]
    assert got["v"] == {"N": stored} and got["s"] == {"NS": [stored]}


MORE_DIGITS = "Attempting to store more than 38 significant digits in a Number"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


@pytest.mark.parametrize("given, text", [
    ("", "The parameter cannot be converted to a numeric value"),
    *((bad, f"The parameter cannot be converted to a numeric value: {bad}") for bad in (
        "a", "NaN", "Infinity", "1 ", " 1", "0x10", "1_000", "--1", "1e", ".", "+.", "1e5.5", "１")),
    ("1" * 39, MORE_DIGITS), ("0." + "1" * 39, MORE_DIGITS), ("1." + "0" * 37 + "1", MORE_DIGITS),
    ("1E126", OVERFLOW), ("-1E126", OVERFLOW), ("1E-131", UNDERFLOW), ("1e9999999999", OVERFLOW),
])  # fmt: skip
def test_numbers_that_are_refused(ddb, items, pk, given, text):
    with refused(VALIDATION, text):
        ddb.put_item(TableName=items, Item={**pk, "v": {"N": given}})


def test_numbers_in_keys_are_equal_by_value(ddb, indexed, pk):
    ddb.put_item(TableName=indexed, Item={**pk, "sk": n("1.50"), "v": s("a")})
    ddb.put_item(TableName=indexed, Item={**pk, "sk": n("15E-1"), "v": s("b")})
    got = ddb.get_item(TableName=indexed, Key={**pk, "sk": n("+01.5")})["Item"]
    assert got == {**pk, "sk": n("1.5"), "v": s("b")}


# --- keys and limits ---

MISMATCH = "The provided key element does not match the schema"
EMPTY_KEY = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"


@pytest.mark.parametrize("key, text", [
    ({}, MISMATCH),
    ({"other": {"S": "a"}}, MISMATCH),
    ({"pk": {"N": "1"}}, MISMATCH),
    ({"pk": {"S": "a"}, "other": {"S": "a"}}, MISMATCH),
    ({"pk": {"S": ""}}, EMPTY_KEY),
    ({"pk": {"S": "a" * 2049}}, OPV + "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
])  # fmt: skip
@pytest.mark.parametrize("operation", ["get_item", "delete_item", "update_item"])
def test_keys_that_are_refused(ddb, items, operation, key, text):
    with refused(VALIDATION, text):
        getattr(ddb, operation)(TableName=items, Key=key)


@pytest.mark.parametrize("item, text", [
    ({"a": {"S": "a"}}, OPV + "Missing the key pk in the item"),
    ({"pk": {"S": "a"}}, OPV + "Missing the key sk in the item"),
    ({"pk": {"N": "1"}, "sk": {"N": "1"}}, OPV + "Type mismatch for key pk expected: S actual: N"),
    ({"pk": {"S": "a"}, "sk": {"S": "1"}}, OPV + "Type mismatch for key sk expected: N actual: S"),
    ({"pk": {"S": ""}, "sk": {"N": "1"}}, EMPTY_KEY),
    ({"pk": {"S": "a"}, "sk": {"N": "1"}, "gn": {"S": "1"}},
     OPV + "Type mismatch for Index Key gn Expected: N Actual: S IndexName: by-g"),
    ({"pk": {"S": "a"}, "sk": {"N": "1"}, "g": {"S": ""}},
     re.compile("A value specified for a secondary index key is not supported.*IndexName: by-g, IndexKey: g")),
    ({"pk": {"S": "a" * 2049}, "sk": {"N": "1"}},
     OPV + "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
])  # fmt: skip
def test_items_that_are_refused(ddb, indexed, item, text):
    with refused(VALIDATION, text):
        ddb.put_item(TableName=indexed, Item=item)


@pytest.mark.parametrize("operation, members", [
    ("get_item", {"Key": {"pk": {"S": "a"}}}), ("put_item", {"Item": {"pk": {"S": "a"}}}),
    ("update_item", {"Key": {"pk": {"S": "a"}}}), ("delete_item", {"Key": {"pk": {"S": "a"}}}),
    ("scan", {}),
])  # fmt: skip
def test_a_missing_table(ddb, operation, members):
    with refused("ResourceNotFoundException", "Requested resource not found"):
        getattr(ddb, operation)(TableName="NoSuchTable", **members)


def test_a_table_by_its_arn(ddb, items, pk):
    arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{items}"
    ddb.put_item(TableName=arn, Item=pk)
    assert ddb.get_item(TableName=arn, Key=pk)["Item"] == pk


def test_the_largest_keys(ddb, wire):
    create_table(wire, "LargeKeys", Schema("pk", "sk"))
    item = {"pk": {"S": "ä" * 1024}, "sk": {"S": "b" * 1024}}
    ddb.put_item(TableName="LargeKeys", Item=item)
    assert ddb.get_item(TableName="LargeKeys", Key=item)["Item"] == item
    with refused(VALIDATION, OPV + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"):
        ddb.put_item(TableName="LargeKeys", Item={**item, "sk": {"S": "b" * 1025}})


def test_the_largest_item(ddb, items):
    item = {"pk": {"S": "largest"}, "v": {"S": ""}}
    item["v"]["S"] = "x" * (409_600 - len("pk" + "largest" + "v"))
    ddb.put_item(TableName=items, Item=item)
    assert ddb.get_item(TableName=items, Key={"pk": item["pk"]})["Item"] == item
    item["v"]["S"] += "x"
    with refused(VALIDATION, "Item size has exceeded the maximum allowed size"):
        ddb.put_item(TableName=items, Item=item)
    with refused(VALIDATION, "Item size to update has exceeded the maximum allowed size"):
        ddb.update_item(
            TableName=items,
            Key={"pk": item["pk"]},
            UpdateExpression="SET w = :w",
            ExpressionAttributeValues={":w": {"S": "y"}},
        )


# --- PutItem, DeleteItem, conditions ---


def test_put_replaces_and_returns_the_old_item(ddb, items, pk):
    first, second = {**pk, "a": n(1), "b": s("x")}, {**pk, "c": n(2)}
    assert "Attributes" not in ddb.put_item(TableName=items, Item=first, ReturnValues="ALL_OLD")
    assert ddb.put_item(TableName=items, Item=second, ReturnValues="ALL_OLD")["Attributes"] == first
    assert "Attributes" not in ddb.put_item(TableName=items, Item=second)
    assert ddb.get_item(TableName=items, Key=pk)["Item"] == second
    assert ddb.delete_item(TableName=items, Key=pk, ReturnValues="ALL_OLD")["Attributes"] == second
    assert "Attributes" not in ddb.delete_item(TableName=items, Key=pk, ReturnValues="ALL_OLD")
    assert "Item" not in ddb.get_item(TableName=items, Key=pk, ConsistentRead=True)


@pytest.mark.parametrize("operation", ["put_item", "delete_item"])
@pytest.mark.parametrize("value, text", [
    ("ALL_NEW", "ReturnValues can only be ALL_OLD or NONE"),
    ("UPDATED_OLD", "ReturnValues can only be ALL_OLD or NONE"),
    ("SOME", re.compile(r"Value 'SOME' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: \[")),
])  # fmt: skip
def test_return_values_that_are_refused(ddb, items, pk, operation, value, text):
    member = {"Item": pk} if operation == "put_item" else {"Key": pk}
    with refused(VALIDATION, text):
        getattr(ddb, operation)(TableName=items, **member, ReturnValues=value)


def test_conditions(ddb, items, pk):
    new = {"TableName": items, "Item": {**pk, "v": n(1)}, "ConditionExpression": "attribute_not_exists(pk)"}
    ddb.put_item(**new)
    with refused("ConditionalCheckFailedException", "The conditional request failed") as refusal:
        ddb.put_item(**new)
    assert "Item" not in refusal.members
    with refused("ConditionalCheckFailedException") as refusal:
        ddb.put_item(**new, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert refusal.members["Item"] == {**pk, "v": n(1)}
    missing = {"TableName": items, "Key": {"pk": s("missing")}, "ConditionExpression": "attribute_exists(pk)"}
    with refused("ConditionalCheckFailedException") as refusal:
        ddb.delete_item(**missing, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert "Item" not in refusal.members
    with refused("ConditionalCheckFailedException"):
        ddb.update_item(**missing, UpdateExpression="REMOVE a")
    assert "Item" not in ddb.get_item(TableName=items, Key=missing["Key"])


# --- UpdateItem ---


def update(ddb, table, key, expression, values=None, names=None, returns="ALL_NEW"):
    """UpdateItem; its Attributes, or None if it returned none."""
    members = {"UpdateExpression": expression, "ReturnValues": returns}
    if values:
        members["ExpressionAttributeValues"] = values
    if names:
        members["ExpressionAttributeNames"] = names
    return ddb.update_item(TableName=table, Key=key, **members).get("Attributes")


BEFORE = {
    "a": n(5), "s": s("text"), "l": {"L": [n(0), n(1), n(2), n(3), n(4)]},
    "m": {"M": {"x": n(1), "y": {"M": {"z": n(2)}}}},
    "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "null": {"NULL": True},
}  # fmt: skip


def numbers(*values):
    return {"L": [n(value) for value in values]}


@pytest.mark.parametrize("expression, values, changed", [
    ("SET a = :v", {":v": s("new")}, {"a": s("new")}),
    ("set A2 = a", {}, {"A2": n(5)}),
    ("SET a = a + :v", {":v": n("0.1")}, {"a": n("5.1")}),
    ("SET a = :v - a", {":v": n(1)}, {"a": n(-4)}),
    ("SET a = (a - :v)", {":v": n("5")}, {"a": n(0)}),
    ("SET b = if_not_exists(b, :v), a = if_not_exists(a, :v)", {":v": n(1)}, {"b": n(1)}),
    ("SET b = if_not_exists(#null, :v)", {":v": n(1)}, {"b": {"NULL": True}}),
    ("SET b = if_not_exists(m.q.r, a)", {}, {"b": n(5)}),
    ("SET b = if_not_exists(b, a) + :v", {":v": n(1)}, {"b": n(6)}),
    ("SET a = s, s = a", {}, {"a": s("text"), "s": n(5)}),
    ("SET l[1] = :v", {":v": n(9)}, {"l": numbers(0, 9, 2, 3, 4)}),
    ("SET l[9] = :v, l[7] = :w", {":v": n(9), ":w": n(7)}, {"l": numbers(0, 1, 2, 3, 4, 7, 9)}),
    ("SET l = list_append(l, :v)", {":v": numbers(5)}, {"l": numbers(0, 1, 2, 3, 4, 5)}),
    ("SET l = list_append(:v, l)", {":v": numbers(5)}, {"l": numbers(5, 0, 1, 2, 3, 4)}),
    ("SET q = list_append(if_not_exists(q, :e), :v)", {":v": numbers(5), ":e": numbers()}, {"q": numbers(5)}),
    ("REMOVE l[1], l[2]", {}, {"l": numbers(0, 3, 4)}),
    ("REMOVE l[0] SET l[3] = :v", {":v": n(9)}, {"l": numbers(1, 2, 9, 4)}),
    ("REMOVE l[50], nothing", {}, {}),
    ("REMOVE a, s", {}, {"a": None, "s": None}),
    ("SET m.x = :v, m.y.w = :v", {":v": n(9)}, {"m": {"M": {"x": n(9), "y": {"M": {"z": n(2), "w": n(9)}}}}}),
    ("REMOVE m.y.z", {}, {"m": {"M": {"x": n(1), "y": {"M": {}}}}}),
    ("ADD a :v, c :v", {":v": n("-7")}, {"a": n(-2), "c": n(-7)}),
    ("ADD m.x :v, m.w :v", {":v": n(1)}, {"m": {"M": {"x": n(2), "w": n(1), "y": {"M": {"z": n(2)}}}}}),
    ("ADD ss :v, fresh :v", {":v": {"SS": ["c", "a"]}}, {"ss": {"SS": ["a", "b", "c"]}, "fresh": {"SS": ["a", "c"]}}),
    ("ADD ns :v", {":v": {"NS": ["1.0", "3"]}}, {"ns": {"NS": ["1", "2", "3"]}}),
    ("DELETE ss :v", {":v": {"SS": ["a", "z"]}}, {"ss": {"SS": ["b"]}}),
    ("DELETE ss :v", {":v": {"SS": ["a", "b"]}}, {"ss": None}),
    ("DELETE nothing :v", {":v": {"SS": ["a"]}}, {}),
    ("SET b = :v ADD a :v REMOVE s DELETE ss :w", {":v": n(1), ":w": {"SS": ["a"]}},
     {"b": n(1), "a": n(6), "s": None, "ss": {"SS": ["b"]}}),
    ("SET a = a + :v", {":v": n("1E-30")}, {"a": n("5.000000000000000000000000000001")}),
])  # fmt: skip
def test_updates(ddb, items, pk, expression, values, changed):
    ddb.put_item(TableName=items, Item={**pk, **BEFORE})
    names = {"#null": "null"} if "#null" in expression else None
    got = update(ddb, items, pk, expression, values, names)
    expected = {k: v for k, v in {**pk, **BEFORE, **changed}.items() if v is not None}
    assert in_order(got) == in_order(expected)
    assert in_order(ddb.get_item(TableName=items, Key=pk)["Item"]) == in_order(expected)


def in_order(item):
    """The item with sorted sets."""
    return {
        name: {kind: sorted(v) if kind in ("SS", "NS", "BS") else v for kind, v in value.items()}
        for name, value in item.items()
    }


IUE = "Invalid UpdateExpression: "
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
NO_PATH = "The document path provided in the update expression is invalid for update"


@pytest.mark.parametrize("expression, values, text", [
    ("SET b = nothing", {}, NO_ATTRIBUTE),
    ("SET b = a + nothing", {}, NO_ATTRIBUTE),
    ("SET b = s + :v", {":v": n(1)}, WRONG_TYPE),
    ("SET b = list_append(a, l)", {}, WRONG_TYPE),
    ("ADD s :v", {":v": n(1)}, WRONG_TYPE),
    ("ADD ss :v", {":v": {"NS": ["1"]}}, WRONG_TYPE),
    ("DELETE a :v", {":v": {"SS": ["a"]}}, WRONG_TYPE),
    ("SET nothing.x = :v", {":v": n(1)}, NO_PATH),
    ("SET a.x = :v", {":v": n(1)}, NO_PATH),
    ("SET m[0] = :v", {":v": n(1)}, NO_PATH),
    ("REMOVE nothing.x", {}, NO_PATH),
    ("SET a = a + :v", {":v": n(LARGEST)}, re.compile("overflow|38 significant")),
    ("SET pk = :v", {":v": s("x")}, OPV + "Cannot update attribute pk. This attribute is part of the key"),
    ("REMOVE pk", {}, OPV + "Cannot update attribute pk. This attribute is part of the key"),
    ("SET a = :v, a = :v", {":v": n(1)}, IUE + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"),
    ("SET m.x = :v REMOVE m", {":v": n(1)}, IUE + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m]"),
    ("SET m.x = :v, m[1] = :v", {":v": n(1)}, IUE + "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m, [1]]"),
    ("SET a = :v SET b = :v", {":v": n(1)}, IUE + 'The "SET" section can only be used once in an update expression;'),
    ("", {}, IUE + "The expression can not be empty;"),
    ("ADD a :v", {":v": s("x")}, IUE + "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"),
    ("DELETE ss :v", {":v": n(1)}, IUE + "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER"),
    ("SET a = :v + b", {":v": s("x")}, IUE + "Incorrect operand type for operator or function; operator or function: +, operand type: S"),
    ("SET a = list_append(l)", {}, IUE + "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1"),
    ("SET a = if_not_exists(:v, :v)", {":v": n(1)}, IUE + "Operator or function requires a document path; operator or function: if_not_exists"),
    ("SET a = length(b)", {}, IUE + "Invalid function name; function: length"),
    ("SET Abort = :v", {":v": n(1)}, IUE + "Attribute name is a reserved keyword; reserved keyword: Abort"),
    ("SET #x = :v", {":v": n(1)}, IUE + "An expression attribute name used in the document path is not defined; attribute name: #x"),
    ("SET a = :w", {}, IUE + "An expression attribute value used in expression is not defined; attribute value: :w"),
    ("SET a = :v + :v + :v", {":v": n(1)}, re.compile(IUE + "Syntax error; token: ")),
    ("SET a = 1", {}, IUE + 'Syntax error; token: "1", near: "= 1"'),
    ("SET a = :v,", {":v": n(1)}, IUE + 'Syntax error; token: "<EOF>", near: ","'),
])  # fmt: skip
def test_updates_that_are_refused(ddb, items, pk, expression, values, text):
    before = {**pk, **BEFORE}
    ddb.put_item(TableName=items, Item=before)
    with refused(VALIDATION, text):
        update(ddb, items, pk, expression, values)
    assert in_order(ddb.get_item(TableName=items, Key=pk)["Item"]) == in_order(before)


def test_update_makes_the_item(ddb, items, pk):
    assert ddb.update_item(TableName=items, Key=pk).get("Attributes") is None
    assert ddb.get_item(TableName=items, Key=pk)["Item"] == pk
    other = {"pk": {"S": pk["pk"]["S"] + "-other"}}
    assert update(ddb, items, other, "REMOVE a") == other
    assert update(ddb, items, other, "SET b = pk") == {**other, "b": other["pk"]}


@pytest.mark.parametrize("returns, expression, values, attributes", [
    ("NONE", "SET a = :v", {":v": n(6)}, None),
    ("ALL_OLD", "SET a = :v", {":v": n(6)}, "before"),
    ("UPDATED_OLD", "SET a = :v, q = :v", {":v": n(6)}, {"a": n(5)}),
    ("UPDATED_OLD", "SET q = :v", {":v": n(6)}, None),
    ("UPDATED_NEW", "SET a = :v, q = :v REMOVE s", {":v": n(6)}, {"a": n(6), "q": n(6)}),
    ("UPDATED_NEW", "REMOVE s", {}, None),
    ("UPDATED_NEW", "SET a = :v", {":v": n(5)}, {"a": n(5)}),
    ("UPDATED_NEW", "SET m.y.z = :v", {":v": n(6)}, {"m": {"M": {"y": {"M": {"z": n(6)}}}}}),
    ("UPDATED_OLD", "SET m.y.z = :v", {":v": n(6)}, {"m": {"M": {"y": {"M": {"z": n(2)}}}}}),
    ("UPDATED_NEW", "SET l[3] = :v, l[1] = :v", {":v": n(6)}, {"l": numbers(6, 6)}),
])  # fmt: skip
def test_return_values_of_updates(ddb, items, pk, returns, expression, values, attributes):
    before = {**pk, **BEFORE}
    ddb.put_item(TableName=items, Item=before)
    got = update(ddb, items, pk, expression, values, returns=returns)
    assert got == attributes if attributes != "before" else in_order(got) == in_order(before)


def test_old_values_of_an_item_that_was_not_there(ddb, items, pk):
    for returns in ("ALL_OLD", "UPDATED_OLD"):
        key = {"pk": {"S": pk["pk"]["S"] + returns}}
        assert update(ddb, items, key, "SET a = :v", {":v": n(1)}, returns=returns) is None


# --- index entries follow their items ---


def test_indexes_follow_every_kind_of_write(ddb, wire, indexed, pk):
    key = {**pk, "sk": n(1)}
    whole = {**key, "g": s("g1"), "gn": n(10), "l": s("l1"), "v": s("x")}
    writes = [
        lambda: ddb.put_item(TableName=indexed, Item=whole),
        lambda: update(ddb, indexed, key, "SET g = :v", {":v": s("g2")}),
        lambda: update(ddb, indexed, key, "ADD gn :v", {":v": n("-20.5")}),
        lambda: update(ddb, indexed, key, "REMOVE g"),
        lambda: update(ddb, indexed, key, "SET g = :v, #l = :v", {":v": s("g3")}, {"#l": "l"}),
        lambda: ddb.put_item(TableName=indexed, Item={**key, "v": s("y")}),
        lambda: ddb.put_item(TableName=indexed, Item=whole),
        lambda: ddb.delete_item(TableName=indexed, Key=key),
    ]
    for write in writes:
        write()
        items = read_all(wire, indexed)
        assert check_indexes(wire, indexed, INDEXED, items, "after a write") >= 0
    assert "Item" not in ddb.get_item(TableName=indexed, Key=key)


@pytest.mark.parametrize("expression, values, text", [
    ("SET gn = :v", {":v": s("x")}, re.compile("Type mismatch for Index Key gn Expected: N Actual: S IndexName: by-g")),
    ("SET gn = v", {}, "The update expression attempted to update the secondary index key to unsupported type"),
    ("SET g = :v", {":v": s("")}, re.compile("secondary index key.*cannot contain an empty string value")),
    ("SET g = :v", {":v": s("x" * 2049)}, re.compile("secondary index key beyond allowed size limits|exceeded the maximum size limit")),
])  # fmt: skip
def test_updates_that_no_index_could_hold(ddb, indexed, pk, expression, values, text):
    item = {**pk, "sk": n(1), "v": s("x")}
    ddb.put_item(TableName=indexed, Item=item)
    with refused(VALIDATION, text):
        update(ddb, indexed, {**pk, "sk": n(1)}, expression, values)
    assert ddb.get_item(TableName=indexed, Key={**pk, "sk": n(1)})["Item"] == item
