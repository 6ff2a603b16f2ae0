"""Query and Scan: order, ranges, paging, filters, Select, indexes, segments, and start keys."""

import itertools
import re
from decimal import Decimal

import pytest

from conformance.faults import VALIDATION, refused
from conformance.tables import Index, Schema, canonical, create_table, put_all, read_all

SCHEMA = Schema(
    "pk", "sk", types={"sk": "N", "score": "N"},
    indexes=(
        Index("by-team", "team", "score", projection=("note",)),
        Index("by-owner", "owner", projection="KEYS_ONLY"),
        Index("by-day", "pk", "weekday", local=True, projection="KEYS_ONLY"),
        Index("all-by-day", "pk", "weekday", local=True),
    ),
)  # fmt: skip
TABLE = "Reads"
NUMBERS = ["-1E20", "-12.5", "-12", "-1", "-0.5", "0", "0.001", "1", "2", "9", "10", "11", "99.99", "100", "1E20"]
START = "The provided starting key is invalid"
MISMATCH = "The provided key element does not match the schema"


@pytest.fixture(scope="module", autouse=True)
def items(wire):
    """Three partitions; in each one item for each number."""
    create_table(wire, TABLE, SCHEMA)
    items = []
    for partition, (position, number) in itertools.product("abc", enumerate(NUMBERS)):
        item = {"pk": {"S": partition}, "sk": {"N": format(Decimal(number), "f")}, "note": {"S": f"n{position}"}}
        if position % 2 == 0:
            item |= {"team": {"S": f"t{position % 4}"}, "score": {"N": str(-position)}}
        if position % 3 == 0:
            item["owner"] = {"S": f"o{position}"}
        if partition != "c":
            item["weekday"] = {"S": "MTWTFSS"[position % 7]}
        items.append(item)
    put_all(wire, TABLE, items)
    return items


def query(wire, condition="pk = :p", values=None, **members):
    """One page of a Query of partition `a`, unless told otherwise."""
    values = {":p": {"S": "a"}, **(values or {})}
    return wire.Query(
        TableName=TABLE, KeyConditionExpression=condition, ExpressionAttributeValues=values, **members
    )


def sort_keys(reply):
    return [Decimal(item["sk"]["N"]) for item in reply["Items"]]


IN_ORDER = [Decimal(number) for number in NUMBERS]


def n(value):
    return {"N": str(value)}


# --- order and ranges ---


def test_order(wire):
    assert sort_keys(query(wire)) == IN_ORDER
    assert sort_keys(query(wire, ScanIndexForward=False)) == IN_ORDER[::-1]


@pytest.mark.parametrize("condition, values, expected", [
    ("pk = :p AND sk = :a", {":a": n("10.0")}, lambda v: v == 10),
    ("pk = :p AND sk < :a", {":a": n(1)}, lambda v: v < 1),
    ("pk = :p AND sk <= :a", {":a": n(1)}, lambda v: v <= 1),
    ("pk = :p AND sk > :a", {":a": n("-12.5")}, lambda v: v > Decimal("-12.5")),
    ("pk = :p AND sk >= :a", {":a": n("0")}, lambda v: v >= 0),
    ("pk = :p AND sk BETWEEN :a AND :b", {":a": n(-1), ":b": n(10)}, lambda v: -1 <= v <= 10),
    ("sk > :a AND pk = :p", {":a": n(5)}, lambda v: v > 5),
    (":a <= sk AND :p = pk", {":a": n(5)}, lambda v: v >= 5),
    ("(pk = :p) AND (sk > :a)", {":a": n(5)}, lambda v: v > 5),
    ("pk = :p AND sk = :a", {":a": n(5)}, lambda v: False),
])  # fmt: skip
@pytest.mark.parametrize("forward", [True, False])
def test_ranges(wire, condition, values, expected, forward):
    wanted = [value for value in IN_ORDER if expected(value)]
    assert sort_keys(query(wire, condition, values, ScanIndexForward=forward)) == wanted[:: 1 if forward else -1]


def test_string_and_binary_order(wire):
    create_table(wire, "Strings", Schema("pk", "sk"))
    create_table(wire, "Binaries", Schema("pk", "sk", types={"sk": "B"}))
    strings = ["", "\u0000", "A", "AB", "B", "Z", "a", "a\u0000", "aa", "z", "ä", "木", "\uffff", "🎵"]
    put_all(wire, "Strings", [{"pk": {"S": "a"}, "sk": {"S": text}} for text in strings if text])
    page = wire.Query(
        TableName="Strings", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}}
    )
    assert [item["sk"]["S"] for item in page["Items"]] == sorted(strings[1:], key=str.encode)
    page = wire.Query(
        TableName="Strings",
        KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
        ExpressionAttributeValues={":p": {"S": "a"}, ":a": {"S": "a"}},
    )
    assert [item["sk"]["S"] for item in page["Items"]] == ["a", "a\u0000", "aa"]
    binaries = ["AA==", "AAA=", "AP8=", "AQ==", "fw==", "gA==", "/w==", "//8="]
    put_all(wire, "Binaries", [{"pk": {"S": "a"}, "sk": {"B": value}} for value in binaries[::-1]])
    page = wire.Query(
        TableName="Binaries", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}}
    )
    assert [item["sk"]["B"] for item in page["Items"]] == binaries


# --- paging ---


@pytest.mark.parametrize("limit", [1, 2, 7, 15, 16])
@pytest.mark.parametrize("forward", [True, False])
def test_query_pages(wire, limit, forward):
    pages = list(query_pages(wire, Limit=limit, ScanIndexForward=forward))
    assert sum(pages, []) == IN_ORDER[:: 1 if forward else -1]
    assert all(len(page) <= limit for page in pages)


def query_pages(wire, **members):
    while True:
        page = query(wire, **members)
        yield sort_keys(page)
        if "LastEvaluatedKey" not in page:
            return
        assert set(page["LastEvaluatedKey"]) == {"pk", "sk"}
        members["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@pytest.mark.parametrize("index", [None, *(index.name for index in SCHEMA.indexes)])
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_scan_pages(wire, items, index, limit):
    found = read_all(wire, TABLE, index, Limit=limit)
    shape = next((i for i in SCHEMA.indexes if i.name == index), None)
    wanted = SCHEMA.entries(shape, items) if shape else map(canonical, items)
    elements = wanted.elements() if shape else wanted
    assert sorted(map(canonical, found)) == sorted(elements)


def test_pages_of_an_index_have_both_keys(wire):
    page = wire.Query(
        TableName=TABLE, IndexName="by-team", KeyConditionExpression="team = :t", Limit=2,
        ExpressionAttributeValues={":t": {"S": "t0"}},
    )  # fmt: skip
    assert set(page["LastEvaluatedKey"]) == {"pk", "sk", "team", "score"}
    found = read_all(
        wire, TABLE, "by-team", "Query", KeyConditionExpression="team = :t", Limit=2,
        ExpressionAttributeValues={":t": {"S": "t0"}}, ScanIndexForward=False,
    )  # fmt: skip
    scores = [int(item["score"]["N"]) for item in found]
    assert scores == sorted(scores, reverse=True) and len(scores) == 12


def test_a_start_key_need_not_exist(wire):
    key = {"pk": {"S": "a"}, "sk": n("5.5")}
    assert sort_keys(query(wire, ExclusiveStartKey=key)) == [v for v in IN_ORDER if v > Decimal("5.5")]


def test_pages_end_at_a_megabyte(wire):
    create_table(wire, "Large", Schema("pk", "sk", types={"sk": "N"}))
    for number in range(6):
        item = {"pk": {"S": "a"}, "sk": n(number), "v": {"S": "x" * 300_000}}
        wire.PutItem(TableName="Large", Item=item)
    condition = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
    page = wire.Query(TableName="Large", **condition)
    assert page["Count"] == 4, "the item that crosses the megabyte is the page's last"
    page = wire.Query(TableName="Large", **condition, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert page["Count"] == 2 and "LastEvaluatedKey" not in page
    filtered = {"pk": {"S": "a"}}
    page = wire.Scan(
        TableName="Large", FilterExpression="sk > :n", ExpressionAttributeValues={":n": n(100)}
    )
    assert (page["Count"], page["ScannedCount"], page["Items"]) == (0, 4, [])
    assert set(page["LastEvaluatedKey"]) == {"pk", "sk"}, filtered


@pytest.mark.parametrize("total", [1, 2, 5, 64])
def test_segments(wire, items, total):
    segments = [read_all(wire, TABLE, Segment=segment, TotalSegments=total) for segment in range(total)]
    assert sorted(canonical(i) for segment in segments for i in segment) == sorted(map(canonical, items))
    for partition in "abc":
        holding = [s for s in segments if any(item["pk"]["S"] == partition for item in s)]
        assert len(holding) == 1, "a partition key lies in one segment"


# --- filters, projections, Select ---


def test_filters_count_what_was_read(wire):
    page = query(wire, FilterExpression="note IN (:a, :b)", Limit=5, values={":a": {"S": "n1"}, ":b": {"S": "n9"}})
    assert (page["Count"], page["ScannedCount"]) == (1, 5) and "LastEvaluatedKey" in page


def test_select(wire, items):
    page = query(wire, Select="COUNT")
    assert (page["Count"], page["ScannedCount"]) == (15, 15) and "Items" not in page
    assert wire.Scan(TableName=TABLE, Select="COUNT")["Count"] == len(items)
    page = query(wire, ProjectionExpression="note", Select="SPECIFIC_ATTRIBUTES", Limit=1)
    assert page["Items"] == [{"note": {"S": "n0"}}]
    page = query(wire, IndexName="by-day", Select="ALL_ATTRIBUTES")
    assert all("note" in item for item in page["Items"]) and page["Count"] == 15
    page = query(wire, IndexName="by-day", ProjectionExpression="note, weekday", Limit=1)
    assert set(page["Items"][0]) == {"note", "weekday"}
    page = query(wire, IndexName="by-day", Select="ALL_PROJECTED_ATTRIBUTES")
    assert all(set(item) == {"pk", "sk", "weekday"} for item in page["Items"])


OPV = "One or more parameter values were invalid: "


@pytest.mark.parametrize("members, text", [
    ({"Select": "ALL_PROJECTED_ATTRIBUTES"}, "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"),
    ({"Select": "SPECIFIC_ATTRIBUTES"}, "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"),
    ({"Select": "COUNT", "ProjectionExpression": "note"}, "Cannot specify the ProjectionExpression when choosing to get only the Count"),
    ({"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "note"}, "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"),
    ({"Select": "count"}, re.compile("'select' failed to satisfy constraint: Member must satisfy enum value set")),
    ({"IndexName": "by-team", "Select": "ALL_ATTRIBUTES"},
     OPV + "Select type ALL_ATTRIBUTES is not supported for global secondary index by-team because its projection type is not ALL"),
    ({"IndexName": "by-team", "ProjectionExpression": "weekday"}, OPV + "Global secondary index by-team does not project [weekday]"),
    ({"IndexName": "no-such-index"}, "The table does not have the specified index: no-such-index"),
    ({"IndexName": "by-team", "ConsistentRead": True}, "Consistent reads are not supported on global secondary indexes"),
    ({"Limit": 0}, re.compile("Member must have value greater than or equal to 1")),
])  # fmt: skip
@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_bad_reads(wire, operation, members, text):
    request = {"TableName": TABLE, **members}
    if operation == "Query":
        hash_ = "team" if members.get("IndexName") == "by-team" else "pk"
        request |= {"KeyConditionExpression": f"{hash_} = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
    with refused(VALIDATION, text):
        wire.call(operation, request)


@pytest.mark.parametrize("members, text", [
    ({"Segment": 0}, "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"),
    ({"TotalSegments": 1}, "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"),
    ({"Segment": 5, "TotalSegments": 5},
     "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 5"),
    ({"Segment": -1, "TotalSegments": 5}, re.compile("greater than or equal to 0")),
    ({"Segment": 1, "TotalSegments": 1_000_001}, re.compile("less than or equal to 1000000")),
])  # fmt: skip
def test_bad_segments(wire, members, text):
    with refused(VALIDATION, text):
        wire.Scan(TableName=TABLE, **members)


def test_filters_and_keys(wire):
    text = "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"
    with refused(VALIDATION, text):
        query(wire, FilterExpression="sk > :n", values={":n": n(0)})
    # On an index the table's own keys are attributes like others, and a Scan may filter by keys.
    page = wire.Query(
        TableName=TABLE, IndexName="by-team", KeyConditionExpression="team = :t", FilterExpression="pk = :p",
        ExpressionAttributeValues={":t": {"S": "t0"}, ":p": {"S": "a"}},
    )  # fmt: skip
    assert page["Count"] == 4
    page = wire.Scan(TableName=TABLE, FilterExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}})
    assert page["Count"] == 15


# --- key conditions ---

KCE = "(Invalid KeyConditionExpression: )?"


@pytest.mark.parametrize("condition, text", [
    (None, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
    ("", "Invalid KeyConditionExpression: The expression can not be empty;"),
    ("sk = :n", "Query condition missed key schema element: pk"),
    ("pk > :s", "Query key condition not supported"),
    ("pk = :s AND note = :s", "Query condition missed key schema element: sk"),
    ("pk = :s AND sk = :s", OPV + "Condition parameter type does not match schema type"),
    ("pk = :n", OPV + "Condition parameter type does not match schema type"),
    ("pk = :s OR sk = :n", re.compile(KCE + "Invalid operator used in KeyConditionExpression: OR")),
    ("NOT pk = :s", re.compile(KCE + "Invalid operator used in KeyConditionExpression: NOT")),
    ("pk = :s AND sk <> :n", re.compile(KCE + "Invalid operator used in KeyConditionExpression: <>")),
    ("pk = :s AND sk IN (:n)", re.compile(KCE + "Invalid operator used in KeyConditionExpression: IN")),
    ("pk = :s AND attribute_exists(sk)", re.compile(KCE + "Invalid operator used in KeyConditionExpression: attribute_exists")),
    ("pk = :s AND contains(sk, :s)", re.compile(KCE + "Invalid operator used in KeyConditionExpression: contains")),
    ("pk = :s AND size(sk) > :n", re.compile(KCE + "KeyConditionExpressions cannot contain nested operations")),
    ("pk.x = :s", re.compile(KCE + "KeyConditionExpressions cannot have conditions on nested attributes")),
    ("pk = :s AND pk = :s", re.compile(KCE + "KeyConditionExpressions must only contain one condition per key")),
    ("pk = :s AND sk > :n AND sk < :n", re.compile(KCE + "KeyConditionExpressions must only contain one condition per key")),
    ("pk = sk", re.compile(KCE + "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")),
    (":s = :n", re.compile(KCE + "Invalid condition in KeyConditionExpression: No key attribute specified")),
    ("pk = :s AND sk = :n AND note = :s", "Conditions can be of length 1 or 2 only"),
])  # fmt: skip
def test_bad_key_conditions(wire, condition, text):
    values = {":s": {"S": "a"}, ":n": n(1)}
    used = {name: value for name, value in values.items() if condition and name in condition}
    members = {"KeyConditionExpression": condition} if condition is not None else {}
    if used:
        members["ExpressionAttributeValues"] = used
    with refused(VALIDATION, text):
        wire.Query(TableName=TABLE, **members)


@pytest.mark.parametrize("key, text", [
    ({}, START), ({"pk": {"S": "a"}}, START), ({"pk": {"S": "a"}, "sk": n(1), "x": n(1)}, START),
    ({"pk": {"S": "a"}, "x": n(1)}, START),
    ({"pk": {"S": "a"}, "sk": {"S": "1"}}, re.compile(f"{START}|{MISMATCH}")),
    ({"pk": {"S": "b"}, "sk": n(1)}, "The provided starting key is outside query boundaries based on provided conditions"),
])  # fmt: skip
def test_bad_start_keys_of_queries(wire, key, text):
    with refused(VALIDATION, text):
        query(wire, ExclusiveStartKey=key)


@pytest.mark.parametrize("key", [
    {}, {"pk": {"S": "a"}}, {"pk": {"S": "a"}, "sk": n(1), "x": n(1)}, {"pk": {"S": "a"}, "sk": {"S": "1"}},
])  # fmt: skip
def test_bad_start_keys_of_scans(wire, key):
    with refused(VALIDATION, f"{START}: {MISMATCH}"):
        wire.Scan(TableName=TABLE, ExclusiveStartKey=key)


def test_a_start_key_outside_the_range(wire):
    with refused(VALIDATION, "The provided starting key does not match the range key predicate"):
        query(wire, "pk = :p AND sk > :a", {":a": n(5)}, ExclusiveStartKey={"pk": {"S": "a"}, "sk": n(1)})


def test_a_start_key_of_another_segment(wire, items):
    key = SCHEMA.key_of(items[0])
    faults = 0
    for segment in range(2):
        try:
            wire.Scan(TableName=TABLE, Segment=segment, TotalSegments=2, ExclusiveStartKey=key)
        except Exception as fault:
            text = f"{START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: {segment}"
            assert fault.message == text
            faults += 1
    assert faults == 1
